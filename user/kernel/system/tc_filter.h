/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tc program of an interface: a filter with direct action at the ingress of the qdisc clsact,
 * beside the filters of others. It belongs to the interface, not to a process, so it outlives the
 * daemon. Its handle says whether xbeat made the qdisc, which is removed with the last filter then.
 */
#ifndef XBEAT_KERNEL_SYSTEM_TC_FILTER_H
#define XBEAT_KERNEL_SYSTEM_TC_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Attaches the program, in place of an earlier daemon's. *own_qdisc: a qdisc that is there was made
 * by xbeat; set to whether it was. Returns 0 or a negative errno. */
int tc_filter_attach(unsigned interface_index, int program_fd, bool *own_qdisc);

/* Whether the filter is there. */
bool tc_filter_is_attached(unsigned interface_index);

/* Removes the filter, if there is one, and the qdisc if xbeat made it and no filter is left. */
void tc_filter_detach(unsigned interface_index);

/* A filter of something else. */
struct tc_other {
	char kind[16]; /* "bpf", "flower" … */
	char name[64]; /* of a bpf filter; "": none */
	uint32_t program_id; /* likewise; 0: unknown */
	uint32_t priority; /* pref: lower ones come first */
	bool direct_action; /* the program's result is the verdict */
	bool before_ours; /* it runs before the tc program of this interface */
};

/* Lists those at the ingress. Returns their number, at most max, or a negative errno. */
int tc_filter_others(unsigned interface_index, struct tc_other *others, size_t max);

/* A socket that reports changes of qdiscs and filters. Returns it or a negative errno. */
int tc_watch_open(void);

/* Takes the next report. Returns false if there is none. *interface_index is 0 if reports were
 * lost; *qdisc_removed: a qdisc was, or may have been. */
bool tc_watch_next(int fd, unsigned *interface_index, bool *qdisc_removed);

#endif
