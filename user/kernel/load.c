/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads, takes over, fills and unloads the kernel side, and attaches it to interfaces; see
 * kernel.h. */
#include "user/kernel/app_pages.h"
#include "user/kernel/bpffs.h"
#include "user/kernel/guards.h"
#include "user/kernel/routers.h"
#include "user/kernel/self.h"
#include "user/lib/cleanup.h"
#include "user/lib/log.h"
#include "xbeat.skel.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A flood of events must not keep the loop from its timers. */
#define EVENTS_AT_ONCE 32

/* libbpf's own messages go to the log with -v. */
__attribute__((format(printf, 2, 0))) static int print_libbpf(enum libbpf_print_level level,
							      const char *format, va_list arguments)
{
	char text[4096];
	char *line, *rest = text;

	if (level != LIBBPF_WARN)
		return 0;
	vsnprintf(text, sizeof(text), format, arguments);
	while ((line = strsep(&rest, "\n")))
		if (*line)
			log_message(LOG_DEBUG, "%s", line);
	return 0;
}

static size_t map_bytes(const struct bpf_map *map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = (size_t)bpf_map__value_size(map) * bpf_map__max_entries(map);

	return (bytes + page - 1) / page * page;
}

static void *map_into_memory(const struct bpf_map *map)
{
	void *memory =
		mmap(NULL, map_bytes(map), PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Fills the program's frozen constants and sizes its maps, before the load. */
static void freeze_constants(struct xbeat_bpf *skeleton, const struct kernel_setup *setup)
{
	skeleton->rodata->xb_constants = setup->constants;
	memset((void *)skeleton->rodata->xb_slot_of, 0xff, sizeof(skeleton->rodata->xb_slot_of));
	for (size_t i = 0; i < setup->peer_count; i++)
		skeleton->rodata->xb_slot_of[setup->peers[i].node_id][setup->peers[i].link] =
			(uint16_t)i;
	bpf_map__set_max_entries(skeleton->maps.xb_peers,
				 setup->peer_count ? (uint32_t)setup->peer_count : 1);
	bpf_map__set_max_entries(skeleton->maps.xb_rtt_hist,
				 setup->peer_count ? (uint32_t)setup->peer_count : 1);
	if (setup->constants.adaptive && setup->peer_count)
		bpf_map__set_max_entries(skeleton->maps.xb_gap_hist, (uint32_t)setup->peer_count);
}

static bool same_peer(const struct xb_peer *a, const struct xb_peer *b)
{
	return a->node_id == b->node_id && a->link == b->link && !strcmp(a->name, b->name) &&
	       !strcmp(a->interface, b->interface) &&
	       !memcmp(&a->peer_address, &b->peer_address, sizeof(a->peer_address)) &&
	       !memcmp(&a->local_address, &b->local_address, sizeof(a->local_address));
}

static int open_pinned(const char *daemon_name, const struct bpf_map *map)
{
	char path[BPFFS_PATH_BYTES];

	bpffs_path(path, daemon_name, "", bpf_map__name(map));
	return bpf_obj_get(path);
}

static bool is_pinned(const char *daemon_name, const struct bpf_map *map)
{
	_cleanup_close_ int fd = open_pinned(daemon_name, map);

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

/* Whether the pinned maps belong to this configuration, so that their contents mean the same. */
static bool pins_fit(const struct kernel_setup *setup, const struct xbeat_bpf *skeleton)
{
	_cleanup_close_ int self_fd = open_pinned(setup->daemon_name, skeleton->maps.xb_self);
	_cleanup_close_ int peers_fd = open_pinned(setup->daemon_name, skeleton->maps.xb_peers);
	_cleanup_close_ int routers_fd = open_pinned(setup->daemon_name, skeleton->maps.xb_vrrp);
	struct xb_peer peer;
	struct xb_self self;
	uint32_t zero = 0;

	if (self_fd < 0 || peers_fd < 0 || routers_fd < 0 ||
	    !same_shape(self_fd, skeleton->maps.xb_self) ||
	    !same_shape(peers_fd, skeleton->maps.xb_peers) ||
	    !same_shape(routers_fd, skeleton->maps.xb_vrrp) ||
	    bpf_map_lookup_elem(self_fd, &zero, &self) || !self.epoch ||
	    self.abi_version != XB_MAP_ABI_VERSION || self.node_id != setup->constants.node_id)
		return false;
	for (uint32_t i = 0; i < setup->peer_count; i++)
		if (bpf_map_lookup_elem(peers_fd, &i, &peer) || !same_peer(&peer, &setup->peers[i]))
			return false;
	return true;
}

/* Fences and the pages of applications must outlive a configuration. */
static bool is_kept(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map);

	return !strncmp(name, "xb_guard", strlen("xb_guard")) ||
	       !strncmp(name, "xb_app", strlen("xb_app"));
}

/* Whether the pinned maps have this layout. */
static bool same_version(const char *daemon_name, const struct bpf_map *self_map)
{
	_cleanup_close_ int fd = open_pinned(daemon_name, self_map);
	struct xb_self self;
	uint32_t zero = 0;

	return fd >= 0 && same_shape(fd, self_map) && bpf_map_lookup_elem(fd, &zero, &self) == 0 &&
	       self.abi_version == XB_MAP_ABI_VERSION;
}

/* Takes over all maps of an earlier daemon or, if its configuration was another, those that are
 * kept. */
static void adopt_maps(struct kernel *kernel)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, kernel->skeleton->obj)
	{
		_cleanup_close_ int fd = -1;

		if (bpf_map__is_internal(map) || (!kernel->adopted && !is_kept(map)))
			continue;
		fd = open_pinned(kernel->daemon_name, map);
		if (fd >= 0 && same_shape(fd, map))
			bpf_map__reuse_fd(map, fd);
	}
}

static int fill_keys(const struct xbeat_bpf *skeleton, const struct xb_key *keys)
{
	for (uint32_t i = 0; i < XB_KEYS_MAX; i++)
		if (bpf_map_update_elem(bpf_map__fd(skeleton->maps.xb_keys), &i, &keys[i], BPF_ANY))
			return -errno;
	return 0;
}

static int fill_maps(struct kernel *kernel, const struct kernel_setup *setup)
{
	const struct xbeat_bpf *skeleton = kernel->skeleton;
	int error;

	kernel->self = map_into_memory(skeleton->maps.xb_self);
	kernel->peers = map_into_memory(skeleton->maps.xb_peers);
	kernel->routers = map_into_memory(skeleton->maps.xb_vrrp);
	kernel->guards = map_into_memory(skeleton->maps.xb_guard);
	if (!kernel->self || !kernel->peers || !kernel->routers || !kernel->guards)
		return -ENOMEM;
	if (!kernel->adopted) {
		for (size_t i = 0; i < setup->peer_count; i++)
			kernel->peers[i] = setup->peers[i];
		kernel_self_init(kernel, setup->constants.node_id);
	}
	for (size_t i = 0; i < setup->peer_count; i++)
		kernel->peers[i].ack_window_count = setup->peers[i].ack_window_count;
	memcpy(kernel->keys, setup->keys, sizeof(kernel->keys));
	/* An earlier daemon's description stays; its digests may be of other keys. */
	kernel_describe_again(kernel);
	kernel_accept_all(kernel);
	error = kernel_apps_start(kernel);
	return error ? error : fill_keys(skeleton, setup->keys);
}

static int pin_maps(const struct kernel *kernel)
{
	char path[BPFFS_PATH_BYTES];
	struct bpf_map *map;
	int error;

	bpf_object__for_each_map(map, kernel->skeleton->obj)
	{
		if (bpf_map__is_internal(map))
			continue;
		bpffs_path(path, kernel->daemon_name, "", bpf_map__name(map));
		error = bpffs_pin(bpf_map__fd(map), path);
		if (error) {
			log_error("cannot pin %s: %s", path, strerror(-error));
			return error;
		}
	}
	return 0;
}

static bool is_own_link(const void *context, const char *name)
{
	const struct kernel *kernel = context;
	char path[BPFFS_PATH_BYTES];

	for (size_t i = 0; i < kernel->attachment_count; i++) {
		bpffs_path(path, kernel->daemon_name, "link_", kernel->attachments[i].interface);
		if (!strcmp(strrchr(path, '/') + 1, name))
			return true;
	}
	return false;
}

static int attach_all(struct kernel *kernel, const struct kernel_setup *setup)
{
	for (size_t i = 0; i < setup->interface_count; i++) {
		int error = kernel_attach(kernel, setup->interfaces[i]);

		if (error)
			return error;
	}
	return 0;
}

void kernel_release_interfaces(struct kernel *kernel)
{
	bpffs_unpin(kernel->daemon_name, "link_", is_own_link, kernel);
}

static int handle_record(void *context, void *data, size_t bytes)
{
	struct kernel *kernel = context;

	if (bytes >= sizeof(struct xb_event))
		kernel->on_event(kernel->event_context, data);
	return ++kernel->consumed_count % EVENTS_AT_ONCE ? 0 : -EAGAIN;
}

static void adopt(struct kernel *kernel, const struct kernel_setup *setup)
{
	const struct bpf_map *self_map = kernel->skeleton->maps.xb_self;
	bool known = same_version(kernel->daemon_name, self_map);

	kernel->adopted = pins_fit(setup, kernel->skeleton);
	if (kernel->adopted || known)
		adopt_maps(kernel);
	if (!kernel->adopted && is_pinned(kernel->daemon_name, self_map))
		log_warning(
			"an earlier daemon \"%s\" ended without stopping, with another configuration: fresh start%s",
			kernel->daemon_name,
			known ? "" : "; check the interfaces for its virtual addresses");
}

/* Where kernel lockdown refuses programs of tracepoints, those of XDP may still be loaded. */
static int open_and_load(struct kernel *kernel, const struct kernel_setup *setup, bool see_exit)
{
	int error;

	kernel->skeleton = xbeat_bpf__open();
	if (!kernel->skeleton)
		return -errno;
	freeze_constants(kernel->skeleton, setup);
	bpf_program__set_autoload(kernel->skeleton->progs.xbeat_exit, see_exit);
	adopt(kernel, setup);
	error = xbeat_bpf__load(kernel->skeleton);
	if (error) {
		xbeat_bpf__destroy(kernel->skeleton);
		kernel->skeleton = NULL;
	}
	return error;
}

static int load(struct kernel *kernel, const struct kernel_setup *setup)
{
	int error = open_and_load(kernel, setup, true);

	if (error)
		error = open_and_load(kernel, setup, false);
	if (error)
		log_error(
			"the kernel refused the BPF program: %s; xbeatd needs Linux 5.15 or later with CONFIG_BPF_SYSCALL, and CAP_BPF; -v shows the verifier's log",
			strerror(-error));
	return error;
}

int kernel_start(struct kernel *kernel, const struct kernel_setup *setup,
		 void (*on_event)(void *context, const struct xb_event *event), void *context)
{
	int error;

	libbpf_set_print(print_libbpf);
	snprintf(kernel->daemon_name, sizeof(kernel->daemon_name), "%s", setup->daemon_name);
	kernel->slot_count = setup->peer_count;
	error = bpffs_prepare(setup->daemon_name);
	if (!error)
		error = load(kernel, setup);
	if (!error) {
		error = fill_maps(kernel, setup);
		if (error)
			log_error("cannot fill the BPF maps: %s", strerror(-error));
	}
	if (!error) {
		error = kernel_guard_start(kernel);
		if (error)
			log_error("cannot start the guard's timer in the kernel: %s",
				  strerror(-error));
	}
	if (!error)
		error = pin_maps(kernel);
	if (!error)
		error = attach_all(kernel, setup);
	if (!error) {
		kernel->on_event = on_event;
		kernel->event_context = context;
		kernel->ring = ring_buffer__new(bpf_map__fd(kernel->skeleton->maps.xb_events),
						handle_record, kernel, NULL);
		if (!kernel->ring)
			error = -ENOMEM;
	}
	if (error)
		kernel_stop(kernel);
	return error;
}

static struct attachment *find_attachment(struct kernel *kernel, const char *interface)
{
	for (size_t i = 0; i < kernel->attachment_count; i++)
		if (!strcmp(kernel->attachments[i].interface, interface))
			return &kernel->attachments[i];
	return NULL;
}

const struct attachment *kernel_attachment(const struct kernel *kernel, const char *interface)
{
	return find_attachment((struct kernel *)kernel, interface);
}

int kernel_attach(struct kernel *kernel, const char *interface)
{
	struct attachment *attachment = find_attachment(kernel, interface);
	int error;

	if (attachment && attachment->interface_index == if_nametoindex(interface))
		return 0;
	if (attachment)
		kernel_detach(kernel, interface);
	if (kernel->attachment_count == KERNEL_INTERFACES_MAX) {
		log_error("cannot attach to %s: limit of %d interfaces reached", interface,
			  KERNEL_INTERFACES_MAX);
		return -ENOSPC;
	}
	attachment = &kernel->attachments[kernel->attachment_count++];
	*attachment = (struct attachment){.link_fd = -1};
	snprintf(attachment->interface, sizeof(attachment->interface), "%s", interface);
	error = attach_interface(attachment, kernel->daemon_name,
				 bpf_program__fd(kernel->skeleton->progs.xbeat));
	if (error)
		kernel_detach(kernel, interface);
	return error;
}

void kernel_detach(struct kernel *kernel, const char *interface)
{
	struct attachment *attachment = find_attachment(kernel, interface);
	char path[BPFFS_PATH_BYTES];

	if (!attachment)
		return;
	bpffs_path(path, kernel->daemon_name, "link_", interface);
	unlink(path);
	/* An interface that was moved to another namespace took the program with it. */
	if (attachment->link_fd >= 0)
		bpf_link_detach(attachment->link_fd);
	attach_release(attachment);
	*attachment = kernel->attachments[--kernel->attachment_count];
}

int kernel_set_keys(struct kernel *kernel, const struct xb_key keys[static XB_KEYS_MAX])
{
	memcpy(kernel->keys, keys, sizeof(kernel->keys));
	kernel_describe_again(kernel);
	return fill_keys(kernel->skeleton, keys);
}

static void unmap(void *memory, const struct bpf_map *map)
{
	if (memory)
		munmap(memory, map_bytes(map));
}

void kernel_stop(struct kernel *kernel)
{
	bool held;

	if (!kernel->daemon_name[0])
		return;
	held = kernel_guard_is_held(kernel->daemon_name);
	kernel_apps_stop(kernel, held);
	if (held)
		log_warning(
			"addresses that an earlier daemon \"%s\" held stay fenced: the kernel side stays attached until a daemon starts",
			kernel->daemon_name);
	else
		bpffs_remove(kernel->daemon_name);
	if (kernel->exit_link_fd > 0)
		close(kernel->exit_link_fd);
	for (size_t i = 0; i < kernel->attachment_count; i++)
		attach_release(&kernel->attachments[i]);
	if (kernel->ring)
		ring_buffer__free(kernel->ring);
	if (kernel->skeleton) {
		unmap(kernel->peers, kernel->skeleton->maps.xb_peers);
		unmap(kernel->self, kernel->skeleton->maps.xb_self);
		unmap(kernel->routers, kernel->skeleton->maps.xb_vrrp);
		unmap(kernel->guards, kernel->skeleton->maps.xb_guard);
		xbeat_bpf__destroy(kernel->skeleton);
	}
	*kernel = (struct kernel){0};
}
