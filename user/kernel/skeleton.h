/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done with the object of BPF programs and maps around its load: at a start
 * (load/load.c), and when other programs take the place of running ones (load/next.c). */
#ifndef XBEAT_KERNEL_SKELETON_H
#define XBEAT_KERNEL_SKELETON_H

#include "user/kernel/kernel.h"

struct bpf_map;

/* Opens the object. The only place that does: each file that calls xbeat_bpf__open() contains the
 * whole object. Returns NULL with errno. */
struct xbeat_bpf *skeleton_open(void);

/* Fills the program's frozen constants and sizes its maps, before the load, which leaves out the
 * programs of load_ip.h. */
void skeleton_freeze(struct xbeat_bpf *skeleton, const struct kernel_setup *setup);

/* Whether the map's keys or values mean slots of xb_peers: with other slots it must be another
 * map. */
bool skeleton_is_of_slots(const struct xbeat_bpf *skeleton, const struct bpf_map *map);

/* Whether only programs that capture use the map; it is created only with them (load/capture.h). */
bool skeleton_is_of_capture(const struct xbeat_bpf *skeleton, const struct bpf_map *map);

/* Which maps two objects share; those of a capture never are. */
enum skeleton_maps {
	SKELETON_ALL,
	SKELETON_BUT_NEXT, /* not those of next programs */
	SKELETON_BUT_SLOTS, /* neither those of slots nor the constants */
};

/* Has the maps of to, which is not loaded yet, be those of from. Returns 0 or a negative errno. */
int skeleton_share_maps(const struct xbeat_bpf *to, const struct xbeat_bpf *from,
			enum skeleton_maps which);

/* Maps the values of a map into memory. Returns NULL if it cannot be. */
void *skeleton_map(const struct bpf_map *map);
void skeleton_unmap(void *memory, const struct bpf_map *map);

/* Where the programs of the attachments come from. */
struct skeletons {
	struct xbeat_bpf *plain;
	struct xbeat_bpf *ip; /* NULL: not loaded */
	struct xbeat_bpf *capture; /* NULL: no capture runs */
};

struct skeletons skeletons_of(const struct kernel *kernel);

/* Fills in their descriptors, which stay theirs; -1: not loaded. */
void skeleton_program_fds(const struct skeletons *of, int fds[static KERNEL_PROGRAMS]);

/* Makes kernel->program_fds those of the loaded programs; their numbers stay if they have some.
 * Returns 0 or a negative errno. */
int skeleton_hold_programs(struct kernel *kernel);
void skeleton_release_programs(struct kernel *kernel);

/* Returns the ring buffer of events, which calls kernel->on_event; NULL: it cannot be had. */
struct ring_buffer *skeleton_ring(struct kernel *kernel, const struct xbeat_bpf *skeleton);

#endif
