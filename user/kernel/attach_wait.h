/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interfaces that the program could not be attached to: because they are missing, or because
 * another program is on them. They are tried again when they change, and by a timer less and less
 * often.
 */
#ifndef XBEAT_KERNEL_ATTACH_WAIT_H
#define XBEAT_KERNEL_ATTACH_WAIT_H

#include "user/kernel/attach.h"
#include <jansson.h>

struct kernel;

struct attach_wait {
	char interface[XB_NAME_BYTES];
	int error; /* negative errno of the last attempt */
	uint32_t program_id; /* of the other program; its name may be unknown the next time */
	char reason[ATTACH_REASON_BYTES]; /* with the remedy */
	uint64_t since_ns;
	uint64_t spacing_ns; /* between the last attempt and the next */
	uint64_t due_ns;
	bool hinted; /* the interface has changed since the last attempt */
	bool reported; /* by the daemon, with this reason */
};

struct attach_failure {
	int error; /* negative errno */
	uint32_t program_id; /* of the other program that is on it; 0: none */
	char reason[ATTACH_REASON_BYTES];
};

/* An attempt has failed. Returns the error. */
int attach_wait_note(struct kernel *kernel, const char *interface,
		     const struct attach_failure *failure);

/* Whether an attempt that failed with this error may succeed without a change of the configuration:
 * an interface may come, and another program may go. Others are tried again only at a hint. */
bool attach_wait_may_change(int error);

/* The program is attached, or the interface is no longer used. */
void attach_wait_end(struct kernel *kernel, const char *interface);

/* Returns the entry of an interface, or NULL. */
const struct attach_wait *attach_wait_of(const struct kernel *kernel, const char *interface);

/* The interface has changed: it is tried again soon. */
void attach_wait_hint(struct kernel *kernel, const char *interface);

/* Returns an interface to be tried now, or NULL. The names of missing ones, and of those that the
 * other program is still on, are not returned. */
const char *attach_wait_due(struct kernel *kernel, uint64_t now_ns);

/* Returns the next entry that the daemon has not reported, which then counts as reported; or
 * NULL. */
const struct attach_wait *attach_wait_unreported(struct kernel *kernel);

/* Returns a new JSON array. */
json_t *attach_waits_json(const struct kernel *kernel);

#endif
