/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs of others that packets meet on the way to ours, in tc on each interface, at XDP and in
 * tc on those below it (share/way.h): listed by the thread of upkeep/attach_watch.c, at the attach
 * and when they change, and kept with the attachment for "xbeatctl status".
 */
#ifndef XBEAT_KERNEL_INTERFACES_FOREIGN_PROGRAMS_H
#define XBEAT_KERNEL_INTERFACES_FOREIGN_PROGRAMS_H

#include "user/kernel/attach.h"

/* What the thread has found. */
struct foreign_programs_result {
	bool listed; /* the rest is set */
	json_t *json; /* NULL: unknown */
	unsigned way[WAY_STEPS_MAX]; /* interfaces whose programs are listed */
	uint32_t way_programs[WAY_STEPS_MAX]; /* ids at XDP, below the first */
	size_t way_count;
};

/* Filters of the interface have changed (0: of any). Notes whether they are to be listed again. */
void foreign_programs_note(struct attachment *attachment, unsigned interface_index);

/* If they are to be listed, does so. It may wait for the lock of network configuration. */
void foreign_programs_find(const struct attachment *attachment,
			   struct foreign_programs_result *result);

/* Takes a result into the attachment. */
void foreign_programs_take(struct attachment *attachment,
			   const struct foreign_programs_result *result);

/* Frees what the attachment has. */
void foreign_programs_forget(struct attachment *attachment);

#endif
