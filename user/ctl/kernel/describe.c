// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs and maps as JSON; see objects.h. */
#include "user/ctl/kernel/objects.h"
#include "user/lib/cleanup.h"
#include "user/lib/text/json_text.h"
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *or_unknown(const char *name)
{
	return name ? name : "unknown";
}

static json_t *program_json(uint32_t id, bool with_runs)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = {0};
	uint32_t length = sizeof(info);
	json_t *json;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length))
		return NULL;
	json = json_pack("{s:I, s:o, s:s}", "id", (json_int_t)id, "name", json_text(info.name),
			 "type",
			 or_unknown(libbpf_bpf_prog_type_str((enum bpf_prog_type)info.type)));
	if (with_runs) {
		json_object_set_new(json, "run_count", json_integer((json_int_t)info.run_cnt));
		json_object_set_new(json, "run_time_ns",
				    json_integer((json_int_t)info.run_time_ns));
	}
	return json;
}

json_t *objects_programs_json(const struct objects *objects, bool with_runs)
{
	json_t *array = json_array();

	for (size_t i = 0; i < objects->program_count; i++) {
		json_t *json = program_json(objects->programs[i], with_runs);

		if (json)
			json_array_append_new(array, json);
	}
	return array;
}

/* Whether entries come and go, so that they can be counted. */
static bool has_entries(uint32_t type)
{
	return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LPM_TRIE;
}

/* Entries that move while they are counted may count twice: no more than there is room for. */
static json_int_t count_entries(int fd, const struct bpf_map_info *info)
{
	_cleanup_free_ char *key = malloc(info->key_size), *next = malloc(info->key_size);
	json_int_t count = 0;
	void *from = NULL;

	while (key && next && count < info->max_entries && !bpf_map_get_next_key(fd, from, next)) {
		memcpy(key, next, info->key_size);
		from = key;
		count++;
	}
	return count;
}

/* What the kernel charges for it. Returns 0 if it is unknown. */
static unsigned long long memory_bytes(int fd)
{
	unsigned long long bytes = 0;
	char path[40], line[128];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	if (file)
		fclose(file);
	return bytes;
}

static json_t *map_json(const struct objects_map *map)
{
	_cleanup_close_ int fd = bpf_map_get_fd_by_id(map->id);
	struct bpf_map_info info = {0};
	uint32_t length = sizeof(info);
	unsigned long long bytes;
	json_t *json;

	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length))
		return NULL;
	json = json_pack("{s:I, s:o, s:s, s:I}", "id", (json_int_t)map->id, "name",
			 json_text(info.name), "type",
			 or_unknown(libbpf_bpf_map_type_str((enum bpf_map_type)info.type)),
			 "max_entries_count", (json_int_t)info.max_entries);
	if (has_entries(info.type))
		json_object_set_new(json, "entries_count", json_integer(count_entries(fd, &info)));
	bytes = memory_bytes(fd);
	if (bytes)
		json_object_set_new(json, "memory_bytes", json_integer((json_int_t)bytes));
	if (map->pin[0])
		json_object_set_new(json, "pin", json_text(map->pin));
	return json;
}

json_t *objects_maps_json(const struct objects *objects)
{
	json_t *array = json_array();

	for (size_t i = 0; i < objects->map_count; i++) {
		json_t *json = map_json(&objects->maps[i]);

		if (json)
			json_array_append_new(array, json);
	}
	return array;
}
