/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes over and pins maps; see pins.h. */
#include "user/kernel/load/pins.h"
#include "user/kernel/carry.h"
#include "user/kernel/load/migrate.h"
#include "user/kernel/pin_names.h"
#include "user/kernel/skeleton.h"
#include "user/kernel/system/bpffs.h"
#include "user/kernel/system/left.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the maps of an earlier daemon are: left_open_map(). */
struct earlier {
	const char *daemon_name;
	int program_fd;
};

static int open_earlier(const struct earlier *earlier, const struct bpf_map *map)
{
	return left_open_map(earlier->daemon_name, earlier->program_fd, bpf_map__name(map));
}

static bool is_there(const struct earlier *earlier, const struct bpf_map *map)
{
	_cleanup_close_ int fd = open_earlier(earlier, map);

	return fd >= 0;
}

static bool same_shape(int fd, const struct bpf_map *map)
{
	struct bpf_map_info info = {0};
	uint32_t length = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &length) == 0 && info.type == bpf_map__type(map) &&
	       info.key_size == bpf_map__key_size(map) &&
	       info.value_size == bpf_map__value_size(map) &&
	       info.max_entries == bpf_map__max_entries(map);
}

/* A daemon without a heartbeat block was no node, so it may become any. */
static bool may_be_node(uint16_t before, uint16_t now)
{
	return before == now || !before || !now;
}

/* Whether the maps are of this node and version, so that their contents mean the same. */
static bool maps_fit(const struct earlier *earlier, const struct kernel_setup *setup,
		     const struct xbeat_bpf *skeleton)
{
	_cleanup_close_ int self_fd = open_earlier(earlier, skeleton->maps.xb_self);
	_cleanup_close_ int routers_fd = open_earlier(earlier, skeleton->maps.xb_vrrp);
	struct xb_self self;
	uint32_t zero = 0;

	return self_fd >= 0 && routers_fd >= 0 && same_shape(self_fd, skeleton->maps.xb_self) &&
	       same_shape(routers_fd, skeleton->maps.xb_vrrp) &&
	       !bpf_map_lookup_elem(self_fd, &zero, &self) && self.epoch &&
	       self.abi_version == XB_MAP_ABI_VERSION &&
	       may_be_node(self.node_id, setup->constants.node_id);
}

/* Whether they are of this node and the version before; prepares to migrate them then. */
static bool may_migrate(struct kernel *kernel, const struct earlier *earlier,
			const struct kernel_setup *setup)
{
	_cleanup_close_ int self_fd = open_earlier(earlier, kernel->skeleton->maps.xb_self);
	_cleanup_close_ int routers_fd = open_earlier(earlier, kernel->skeleton->maps.xb_vrrp);

	kernel->migration = calloc(1, sizeof(*kernel->migration));
	return kernel->migration && self_fd >= 0 && routers_fd >= 0 &&
	       !migrate_open(kernel->migration, self_fd, routers_fd) &&
	       kernel->migration->self->abi_version == VERSION5 && kernel->migration->self->epoch &&
	       may_be_node(kernel->migration->self->node_id, setup->constants.node_id);
}

static void end_carry(struct kernel *kernel)
{
	if (kernel->carry)
		carry_close(kernel->carry);
	free(kernel->carry);
	kernel->carry = NULL;
}

/* Prepares to carry what the slots hold, if they are not the same. */
static int prepare_carry(struct kernel *kernel, const struct earlier *earlier,
			 const struct kernel_setup *setup)
{
	const struct xbeat_bpf *skeleton = kernel->skeleton;
	_cleanup_close_ int peers_fd = open_earlier(earlier, skeleton->maps.xb_peers);
	int error;

	kernel->carry = calloc(1, sizeof(*kernel->carry));
	if (!kernel->carry)
		return -ENOMEM;
	error = carry_open(
		kernel->carry, peers_fd,
		(int[CARRY_VALUES]){[CARRY_RTT] = open_earlier(earlier, skeleton->maps.xb_rtt_hist),
				    [CARRY_GAP] = open_earlier(earlier, skeleton->maps.xb_gap_hist),
				    [CARRY_COMPARE] =
					    open_earlier(earlier, skeleton->maps.xb_compare)});
	if (error || (!kernel->migration &&
		      carry_is_needless(kernel->carry, setup->peers, setup->peer_count)))
		end_carry(kernel);
	return error;
}

void pins_end_migration(struct kernel *kernel)
{
	end_carry(kernel);
	if (kernel->migration)
		migrate_close(kernel->migration);
	free(kernel->migration);
	kernel->migration = NULL;
}

/* Fences, the pages of applications and next programs must outlive a configuration. */
static bool is_kept(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);

	return !strncmp(name, "xb_guard", strlen("xb_guard")) ||
	       !strncmp(name, "xb_app", strlen("xb_app")) ||
	       !strncmp(name, "xb_next", strlen("xb_next")) || !strcmp(name, "xb_chain");
}

/* Returns the version of the maps, whatever their layout: it comes first in xb_self. 0: there are
 * none. */
static uint32_t version_of(const struct earlier *earlier, const struct bpf_map *self_map)
{
	_cleanup_close_ int fd = open_earlier(earlier, self_map);
	_cleanup_free_ uint32_t *value = NULL;
	struct bpf_map_info info = {0};
	uint32_t length = sizeof(info), zero = 0;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length) ||
	    info.value_size < sizeof(*value))
		return 0;
	value = calloc(1, info.value_size);
	return value && bpf_map_lookup_elem(fd, &zero, value) == 0 ? *value : 0;
}

static uint16_t closed_bits_of(const struct earlier *earlier, const struct bpf_map *self_map)
{
	_cleanup_close_ int fd = open_earlier(earlier, self_map);
	struct xb_self self;
	uint32_t zero = 0;

	if (fd < 0 || !same_shape(fd, self_map) || bpf_map_lookup_elem(fd, &zero, &self))
		return 0;
	return self.closed_bits;
}

static void log_refusal(const struct earlier *earlier, uint32_t version)
{
	if (version == XB_MAP_ABI_VERSION || version == VERSION5)
		log_error(
			"the running daemon \"%s\" is another node of the cluster than this configuration makes it, or its maps are damaged: stop it (xbeatctl stop), then start xbeatd",
			earlier->daemon_name);
	else
		log_error(
			"the running daemon \"%s\" has maps of version %u, and this xbeatd takes over versions %d and %d: stop it (xbeatctl stop), then start xbeatd",
			earlier->daemon_name, version, VERSION5, XB_MAP_ABI_VERSION);
}

static void warn_of_fresh_start(const struct kernel *kernel, uint32_t version)
{
	if (version == XB_MAP_ABI_VERSION)
		log_warning(
			"an earlier daemon \"%s\" ended without stopping, as another node: fresh start",
			kernel->daemon_name);
	else
		log_warning(
			"an earlier daemon \"%s\" ended without stopping, with maps of version %u, not %u: fresh start; check the interfaces for its virtual addresses",
			kernel->daemon_name, version, XB_MAP_ABI_VERSION);
}

static bool is_pinned(const struct kernel *kernel, const struct bpf_map *map)
{
	return !bpf_map__is_internal(map) && !skeleton_is_of_capture(kernel->skeleton, map);
}

/* Takes over all maps of an earlier daemon, but for those of slots that have changed; if it was
 * another node, only those that are kept. */
static void adopt_maps(struct kernel *kernel, const struct earlier *earlier)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, kernel->skeleton->obj)
	{
		_cleanup_close_ int fd = -1;

		if (!is_pinned(kernel, map) || (!kernel->adopted && !is_kept(map)) ||
		    (kernel->carry && skeleton_is_of_slots(kernel->skeleton, map)))
			continue;
		fd = open_earlier(earlier, map);
		if (fd >= 0 && same_shape(fd, map))
			bpf_map__reuse_fd(map, fd);
	}
}

int pins_adopt(struct kernel *kernel, const struct kernel_setup *setup)
{
	const struct bpf_map *self_map = kernel->skeleton->maps.xb_self;
	_cleanup_close_ int program_fd = left_find_program(kernel->daemon_name);
	const struct earlier earlier = {kernel->daemon_name, program_fd};
	uint32_t version = version_of(&earlier, self_map);

	kernel->found_program = program_fd >= 0;
	pins_end_migration(kernel);
	kernel->adopted = (version == VERSION5 ? may_migrate(kernel, &earlier, setup)
					       : maps_fit(&earlier, setup, kernel->skeleton)) &&
			  !prepare_carry(kernel, &earlier, setup);
	if (!kernel->adopted)
		pins_end_migration(kernel);
	if (kernel->adopted || version == XB_MAP_ABI_VERSION) {
		kernel->left_closed_bits = closed_bits_of(&earlier, self_map);
		adopt_maps(kernel, &earlier);
	}
	if (kernel->adopted || !is_there(&earlier, self_map))
		return 0;
	if (setup->takes_over) {
		log_refusal(&earlier, version);
		return -EPROTONOSUPPORT;
	}
	warn_of_fresh_start(kernel, version);
	return 0;
}

static int pin(const struct kernel *kernel, const char *prefix, const char *name, int fd)
{
	char path[BPFFS_PATH_BYTES];
	int error;

	bpffs_path(path, kernel->daemon_name, prefix, name);
	error = bpffs_pin(fd, path);
	if (error)
		log_error("cannot pin %s: %s", path, limits_strerror(-error));
	return error;
}

int pins_make(const struct kernel *kernel)
{
	struct bpf_map *map;

	if (kernel->unpinned)
		return 0;
	bpf_object__for_each_map(map, kernel->skeleton->obj)
	{
		int error = is_pinned(kernel, map)
				    ? pin(kernel, "", bpf_map__name(map), bpf_map__fd(map))
				    : 0;

		if (error)
			return error;
	}
	return 0;
}

static int restore(const struct kernel *kernel, const char *prefix, const char *name, int fd,
		   unsigned *count)
{
	char path[BPFFS_PATH_BYTES];
	int error;

	bpffs_path(path, kernel->daemon_name, prefix, name);
	if (fd < 0 || access(path, F_OK) == 0)
		return 0;
	error = *count ? 0 : bpffs_prepare(kernel->daemon_name); /* all of it may be gone */
	if (!error)
		error = pin(kernel, prefix, name, fd);
	*count += !error;
	return error;
}

int pins_restore(const struct kernel *kernel, unsigned *count)
{
	struct bpf_map *map;
	int error = 0;

	*count = 0;
	if (kernel->unpinned)
		return 0;
	bpf_object__for_each_map(map, kernel->skeleton->obj) if (!error && is_pinned(kernel, map))
		error = restore(kernel, "", bpf_map__name(map), bpf_map__fd(map), count);
	for (size_t i = 0; !error && i < kernel->attachment_count; i++)
		if (kernel->attachments[i].link_fd >= 0)
			error = restore(kernel, PINS_LINK, kernel->attachments[i].interface,
					kernel->attachments[i].link_fd, count);
	if (!error && kernel->exit_link_fd > 0)
		error = restore(kernel, "", PINS_EXIT_LINK, kernel->exit_link_fd, count);
	return error;
}
