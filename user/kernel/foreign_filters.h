/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filters of others in tc that packets meet on the way to our programs, on each interface and on those
 * below it (share/way.h): listed by the thread of attach_watch.c, at the attach and when filters
 * change, and kept with the attachment for "xbeatctl status".
 */
#ifndef XBEAT_KERNEL_FOREIGN_FILTERS_H
#define XBEAT_KERNEL_FOREIGN_FILTERS_H

#include "user/kernel/attach.h"

/* What the thread has found. */
struct foreign_filters_result {
	bool looked; /* the rest is set */
	json_t *json; /* NULL: unknown */
	unsigned way[WAY_STEPS_MAX]; /* interfaces whose filters are listed */
	size_t way_count;
};

/* Filters of the interface have changed (0: of any). Notes whether they are to be listed again. */
void foreign_filters_note(struct attachment *attachment, unsigned interface_index);

/* If they are to be listed, does so. It may wait for the lock of network configuration. */
void foreign_filters_find(const struct attachment *attachment,
			  struct foreign_filters_result *result);

/* Takes a result into the attachment. */
void foreign_filters_take(struct attachment *attachment,
			  const struct foreign_filters_result *result);

/* Frees what the attachment has. */
void foreign_filters_forget(struct attachment *attachment);

#endif
