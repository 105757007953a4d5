/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BPF programs and maps of a daemon, as the kernel has them: for root. The daemon has given up
 * the capabilities that it would need for this.
 */
#ifndef XBEAT_CTL_KERNEL_OBJECTS_H
#define XBEAT_CTL_KERNEL_OBJECTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OBJECTS_PROGRAMS_MAX 64
#define OBJECTS_MAPS_MAX 256
#define OBJECTS_PATH_BYTES 512

struct objects_map {
	uint32_t id;
	char pin[OBJECTS_PATH_BYTES]; /* "": not pinned */
};

struct objects {
	uint32_t programs[OBJECTS_PROGRAMS_MAX];
	size_t program_count;
	struct objects_map maps[OBJECTS_MAPS_MAX];
	size_t map_count;
};

/*
 * Finds those that the daemon has pinned and those on its interfaces (status: of the method), with
 * the maps of all these programs; and the programs that get what xbeat's passes. Returns 0 or a
 * negative errno: -EPERM without privileges.
 */
int objects_find(struct objects *objects, const json_t *status);

/* Each returns a new array. Objects that are gone meanwhile are left out. with_runs: how often they
 * ran while the kernel counted. */
json_t *objects_programs_json(const struct objects *objects, bool with_runs);
json_t *objects_maps_json(const struct objects *objects);

/*
 * Has the kernel count runs of all programs of the machine until the descriptor is closed, which
 * costs each run some nanoseconds. Returns the descriptor or a negative errno.
 */
int objects_count_runs(void);

#endif
