/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds programs and maps of earlier daemons; see left.h. */
#include "user/kernel/system/left.h"
#include "user/kernel/system/bpffs.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <xbeat/map.h>

#define MAPS_MAX 32 /* of one program */

bool left_is_program_name(const char *name)
{
	static const char *const names[] = {"xbeat", "xbeat_ip", "xbeat_seen", "xbeat_ip_seen"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

/* The maps of a program, by id. */
struct maps {
	uint32_t ids[MAPS_MAX];
	uint32_t count;
};

static int read_maps(int program_fd, struct maps *maps, struct bpf_prog_info *info)
{
	uint32_t length = sizeof(*info);

	*info = (struct bpf_prog_info){.map_ids = (uintptr_t)maps->ids, .nr_map_ids = MAPS_MAX};
	if (bpf_obj_get_info_by_fd(program_fd, info, &length))
		return -errno;
	maps->count = info->nr_map_ids < MAPS_MAX ? info->nr_map_ids : MAPS_MAX;
	return 0;
}

static int open_map(int program_fd, const char *map_name)
{
	struct bpf_prog_info program;
	struct maps maps;

	if (read_maps(program_fd, &maps, &program))
		return -ENOENT;
	for (uint32_t i = 0; i < maps.count; i++) {
		_cleanup_close_ int fd = bpf_map_get_fd_by_id(maps.ids[i]);
		struct bpf_map_info info = {0};
		uint32_t length = sizeof(info);
		int found = fd;

		if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length) ||
		    strcmp(info.name, map_name) != 0)
			continue;
		fd = -1;
		return found;
	}
	return -ENOENT;
}

int left_open_map(const char *daemon_name, int program_fd, const char *map_name)
{
	char path[BPFFS_PATH_BYTES];

	if (program_fd >= 0)
		return open_map(program_fd, map_name);
	bpffs_path(path, daemon_name, "", map_name);
	return bpf_obj_get(path);
}

/* One that stopped cleanly left nothing; one that lives, or whose death was not noticed, is left
 * alone. */
static bool is_of_dead_daemon(int program_fd, const char *daemon_name)
{
	_cleanup_close_ int fd = open_map(program_fd, "xb_self");
	struct bpf_map_info info = {0};
	uint32_t length = sizeof(info), zero = 0;
	struct xb_self self;

	return fd >= 0 && bpf_obj_get_info_by_fd(fd, &info, &length) == 0 &&
	       info.value_size == sizeof(self) && bpf_map_lookup_elem(fd, &zero, &self) == 0 &&
	       self.abi_version == XB_MAP_ABI_VERSION && self.died_ns &&
	       !strncmp(self.daemon_name, daemon_name, sizeof(self.daemon_name));
}

static int open_program(unsigned interface_index)
{
	struct bpf_xdp_query_opts status = {.sz = sizeof(status)};
	struct bpf_prog_info info = {0};
	uint32_t length = sizeof(info);
	int fd;

	if (bpf_xdp_query((int)interface_index, 0, &status) || !status.prog_id)
		return -1;
	fd = bpf_prog_get_fd_by_id(status.prog_id);
	if (fd >= 0 &&
	    (bpf_obj_get_info_by_fd(fd, &info, &length) || !left_is_program_name(info.name))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int left_find_program(const char *daemon_name)
{
	struct if_nameindex *interfaces = if_nameindex();
	int found = -1;

	for (size_t i = 0; interfaces && interfaces[i].if_index && found < 0; i++) {
		_cleanup_close_ int fd = open_program(interfaces[i].if_index);

		if (fd < 0 || !is_of_dead_daemon(fd, daemon_name))
			continue;
		found = fd;
		fd = -1;
	}
	if (interfaces)
		if_freenameindex(interfaces);
	return found;
}

bool left_shares_maps(uint32_t program_id, int program_fd)
{
	_cleanup_close_ int other_fd = bpf_prog_get_fd_by_id(program_id);
	struct maps other, own;
	struct bpf_prog_info info;

	if (other_fd < 0 || read_maps(other_fd, &other, &info) ||
	    !left_is_program_name(info.name) || read_maps(program_fd, &own, &info))
		return false;
	for (uint32_t i = 0; i < other.count; i++)
		for (uint32_t k = 0; k < own.count; k++)
			if (other.ids[i] == own.ids[k])
				return true;
	return false;
}

bool left_may_find(void)
{
	uint32_t id;

	return bpf_map_get_next_id(0, &id) == 0 || errno != EPERM;
}
