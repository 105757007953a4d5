/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See program.h. */
#include "user/kernel/share/program.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include <bpf/bpf.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAPS_MAX 64 /* of a program, by the kernel */

_Static_assert(XB_NAME_BYTES == BPF_OBJ_NAME_LEN, "names of programs");

int program_read(int fd, struct program *program)
{
	struct bpf_prog_info info = {0};
	uint32_t length = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &length))
		return -errno;
	*program = (struct program){.id = info.id, .type = info.type};
	memcpy(program->name, info.name, sizeof(program->name));
	return 0;
}

bool program_has_map(int fd, int map_fd)
{
	uint32_t ids[MAPS_MAX], length = sizeof(struct bpf_map_info);
	struct bpf_map_info map = {0};
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (uintptr_t)ids};

	if (bpf_obj_get_info_by_fd(map_fd, &map, &length))
		return false;
	length = sizeof(info);
	if (bpf_obj_get_info_by_fd(fd, &info, &length))
		return false;
	for (uint32_t i = 0; i < info.nr_map_ids && i < MAPS_MAX; i++)
		if (ids[i] == map.id)
			return true;
	return false;
}

void program_find(uint32_t id, struct program *program)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0 || program_read(fd, program))
		*program = (struct program){.id = id};
}

const char *program_text(const struct program *program, char text[static PROGRAM_TEXT_BYTES])
{
	if (program->name[0])
		snprintf(text, PROGRAM_TEXT_BYTES, "\"%s\" (id %u)", program->name, program->id);
	else
		snprintf(text, PROGRAM_TEXT_BYTES, "with id %u (bpftool prog show id %u)",
			 program->id, program->id);
	return text;
}

static int open_pin(const char *path, char reason[static PROGRAM_REASON_BYTES])
{
	int fd = bpf_obj_get(path);
	int error = -errno;

	if (fd >= 0)
		return fd;
	snprintf(reason, PROGRAM_REASON_BYTES,
		 "cannot open %s: %s; a program is pinned there by: bpftool prog load FILE %s",
		 path, limits_strerror(-error), path);
	return error;
}

static int open_id(const char *text, char reason[static PROGRAM_REASON_BYTES])
{
	char *end;
	unsigned long id = strtoul(text, &end, 10);
	int fd, error;

	if (*end || id > UINT32_MAX) {
		snprintf(reason, PROGRAM_REASON_BYTES,
			 "'%s' is neither an id nor a name; the path of a pin begins with /", text);
		return -EINVAL;
	}
	fd = bpf_prog_get_fd_by_id((uint32_t)id);
	error = -errno;
	if (fd >= 0)
		return fd;
	snprintf(reason, PROGRAM_REASON_BYTES,
		 "cannot open the program with id %lu: %s; bpftool prog lists the programs", id,
		 error == -ENOENT ? "it does not exist" : limits_strerror(-error));
	return error;
}

/* The only XDP program of the name; *count: how many there are. */
static int find_name(const char *name, unsigned *count)
{
	struct program program = {0};
	uint32_t id = 0;
	int found = -ENOENT;

	for (*count = 0; bpf_prog_get_next_id(id, &id) == 0;) {
		_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0 || program_read(fd, &program) || program.type != BPF_PROG_TYPE_XDP ||
		    strcmp(program.name, name) != 0)
			continue;
		if (found >= 0)
			close(found);
		found = fd;
		fd = -1;
		++*count;
	}
	return found;
}

static int open_name(const char *name, char reason[static PROGRAM_REASON_BYTES])
{
	unsigned count;
	int fd = find_name(name, &count);

	if (count == 1)
		return fd;
	if (fd >= 0)
		close(fd);
	if (count)
		snprintf(
			reason, PROGRAM_REASON_BYTES,
			"%u XDP programs have the name %s: write an id (bpftool prog show name %s)",
			count, name, name);
	else
		snprintf(reason, PROGRAM_REASON_BYTES,
			 "no XDP program has the name %s; bpftool prog lists the programs, also "
			 "those whose names are cut to 15 characters",
			 name);
	return -ENOENT;
}

int program_open(const char *wish, char reason[static PROGRAM_REASON_BYTES])
{
	struct program program = {0};
	int fd = wish[0] == '/'			   ? open_pin(wish, reason)
		 : isdigit((unsigned char)wish[0]) ? open_id(wish, reason)
						   : open_name(wish, reason);

	if (fd < 0)
		return fd;
	if (program_read(fd, &program) == 0 && program.type == BPF_PROG_TYPE_XDP)
		return fd;
	close(fd);
	snprintf(reason, PROGRAM_REASON_BYTES,
		 "%s is no XDP program; bpftool prog shows the types of programs", wish);
	return -EINVAL;
}
