/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BPF programs of others: found by a path, an id or a name, and named in messages. */
#ifndef XBEAT_KERNEL_SHARE_PROGRAM_H
#define XBEAT_KERNEL_SHARE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <xbeat/map.h>

#define PROGRAM_TEXT_BYTES 64
#define PROGRAM_REASON_BYTES 256

struct program {
	uint32_t id; /* 0: none */
	uint32_t type; /* enum bpf_prog_type */
	char name[XB_NAME_BYTES]; /* "": unknown, as without CAP_SYS_ADMIN, or it has none */
};

/* Reads what a descriptor is. Returns 0 or a negative errno. */
int program_read(int fd, struct program *program);

/* Whether it uses the map of a descriptor. */
bool program_has_map(int fd, int map_fd);

/* Fills name and type of an id, as far as this process may; without CAP_SYS_ADMIN, which the
 * daemon gives up after its start, it may not. */
void program_find(uint32_t id, struct program *program);

/* Names it as far as it is known; returns text. */
const char *program_text(const struct program *program, char text[static PROGRAM_TEXT_BYTES]);

/* Opens an XDP program: "/…": pinned there; digits: by its id; else by its name. Returns a
 * descriptor, or a negative errno with the reason and the remedy. */
int program_open(const char *wish, char reason[static PROGRAM_REASON_BYTES]);

#endif
