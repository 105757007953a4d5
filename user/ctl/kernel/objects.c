// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds programs and maps by their pins and ids; see objects.h. */
#include "user/ctl/kernel/objects.h"
#include "user/lib/cleanup.h"
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PINS "/sys/fs/bpf/xbeat"

static void add_program(struct objects *objects, uint32_t id)
{
	for (size_t i = 0; i < objects->program_count; i++)
		if (objects->programs[i] == id)
			return;
	if (id && objects->program_count < OBJECTS_PROGRAMS_MAX)
		objects->programs[objects->program_count++] = id;
}

static void add_map(struct objects *objects, uint32_t id, const char *pin)
{
	for (size_t i = 0; i < objects->map_count; i++)
		if (objects->maps[i].id == id)
			return;
	if (objects->map_count == OBJECTS_MAPS_MAX)
		return;
	objects->maps[objects->map_count].id = id;
	snprintf(objects->maps[objects->map_count++].pin, OBJECTS_PATH_BYTES, "%s", pin);
}

/* Whether the descriptor is of a map, a link or a program: the kernel's name for it. */
static bool is_kind(int fd, const char *kind)
{
	char path[32], target[64];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	length = readlink(path, target, sizeof(target) - 1);
	if (length < 0)
		return false;
	target[length] = '\0';
	return strstr(target, kind);
}

static int take_pin(struct objects *objects, const char *path)
{
	_cleanup_close_ int fd = bpf_obj_get(path);
	struct bpf_map_info map = {0};
	struct bpf_link_info link = {0};
	uint32_t map_length = sizeof(map), link_length = sizeof(link);

	if (fd < 0)
		return -errno;
	if (is_kind(fd, "bpf-map") && !bpf_obj_get_info_by_fd(fd, &map, &map_length))
		add_map(objects, map.id, path);
	else if (is_kind(fd, "bpf_link") && !bpf_obj_get_info_by_fd(fd, &link, &link_length))
		add_program(objects, link.prog_id);
	return 0;
}

/* Without a bpf file system nothing is pinned, which is no error. */
static int take_pins(struct objects *objects, const char *daemon_name)
{
	char directory[OBJECTS_PATH_BYTES / 2], path[OBJECTS_PATH_BYTES];
	const struct dirent *entry;
	int error = 0;
	DIR *pins;

	snprintf(directory, sizeof(directory), PINS "/%s", daemon_name);
	for (char *c = directory + sizeof(PINS); *c; c++)
		if (*c == '.') /* as the daemon writes it: bpffs refuses dots */
			*c = ':';
	pins = opendir(directory);
	if (!pins)
		return errno == ENOENT ? 0 : -errno;
	while (!error && (entry = readdir(pins))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%.200s", directory, entry->d_name);
		error = take_pin(objects, path);
	}
	closedir(pins);
	return error == -ENOENT ? 0 : error;
}

static int take_maps_of(struct objects *objects, uint32_t program)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(program);
	uint32_t ids[OBJECTS_MAPS_MAX], length = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {.nr_map_ids = OBJECTS_MAPS_MAX, .map_ids = (uintptr_t)ids};

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (bpf_obj_get_info_by_fd(fd, &info, &length))
		return -errno;
	for (uint32_t i = 0; i < info.nr_map_ids && i < OBJECTS_MAPS_MAX; i++)
		add_map(objects, ids[i], "");
	return 0;
}

/* By name, those without a pin last. */
static int compare_maps(const void *a, const void *b)
{
	const struct objects_map *first = a, *second = b;

	if (!first->pin[0] || !second->pin[0])
		return (second->pin[0] != 0) - (first->pin[0] != 0);
	return strcmp(first->pin, second->pin);
}

int objects_find(struct objects *objects, const json_t *status)
{
	const char *name = json_string_value(json_object_get(status, "instance"));
	const json_t *interface;
	size_t index, own_count;
	int error;

	*objects = (struct objects){0};
	error = name ? take_pins(objects, name) : 0;
	json_array_foreach(json_object_get(status, "interfaces"), index, interface) add_program(
		objects, (uint32_t)json_integer_value(json_object_get(interface, "program_id")));
	own_count = objects->program_count; /* the maps of others are not listed */
	json_array_foreach(json_object_get(status, "chain"), index, interface) add_program(
		objects, (uint32_t)json_integer_value(json_object_get(interface, "program_id")));
	for (size_t i = 0; !error && i < own_count; i++)
		error = take_maps_of(objects, objects->programs[i]);
	qsort(objects->maps, objects->map_count, sizeof(objects->maps[0]), compare_maps);
	return error == -EACCES ? -EPERM : error;
}

int objects_count_runs(void)
{
	int fd = bpf_enable_stats(BPF_STATS_RUN_TIME);

	return fd < 0 ? -errno : fd;
}
