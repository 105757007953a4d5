/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the kernel, in a thread, whether programs are still attached, what drivers do with VLAN
 * tags, and for the filters of others. The kernel takes the lock of all network configuration
 * (rtnl) to answer, which others may hold for tens of milliseconds and, on a machine full of
 * real-time tasks, for seconds: the loop must not wait for it.
 */
#ifndef XBEAT_KERNEL_UPKEEP_ATTACH_WATCH_H
#define XBEAT_KERNEL_UPKEEP_ATTACH_WATCH_H

#include "user/kernel/attach.h"
#include "user/kernel/interfaces/foreign_programs.h"
#include "user/kernel/interfaces/vlan.h"
#include <stddef.h>

struct attach_watch;

/* What was found about one attachment. */
struct attach_answer {
	struct attachment asked; /* a copy, as of when it was asked */
	bool on; /* the program is on its interface */
	bool taken; /* another one is, which reason names */
	bool missing; /* the interface is; or it is another one of that name */
	char reason[ATTACH_REASON_BYTES];
	struct vlan_result vlan;
	struct foreign_programs_result foreign;
};

/* Starts the thread. Returns NULL if it cannot be started; the reason is logged. */
struct attach_watch *attach_watch_start(void);
void attach_watch_stop(struct attach_watch *watch);

/* Returns the descriptor that is readable after an answer. */
int attach_watch_fd(const struct attach_watch *watch);

/* Asks about all attachments. Returns false if an earlier question is not answered, or its answer
 * has not been taken. */
bool attach_watch_ask(struct attach_watch *watch, const struct attachment *attachments,
		      size_t count);

/* Returns the answers to the last question and their number, with the time when it was asked; NULL:
 * there are none. attach_watch_done() ends their use. */
const struct attach_answer *attach_watch_take(struct attach_watch *watch, size_t *count,
					      uint64_t *asked_ns);

/* The answers are no longer used: the next question may be asked. */
void attach_watch_done(struct attach_watch *watch);

#endif
