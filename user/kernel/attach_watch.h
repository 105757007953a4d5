/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asks the kernel, in a thread of ordinary priority, whether programs are still attached. The kernel
 * takes the lock of all network configuration (rtnl) to answer, which others may hold for tens of
 * milliseconds: the loop must not wait for it.
 */
#ifndef XBEAT_KERNEL_ATTACH_WATCH_H
#define XBEAT_KERNEL_ATTACH_WATCH_H

#include "user/kernel/attach.h"
#include <stddef.h>

struct attach_watch;

/* Starts the thread. Returns NULL if it cannot be started; the reason is logged. */
struct attach_watch *attach_watch_start(void);
void attach_watch_stop(struct attach_watch *watch);

/* Takes the answer to the last question, if there is one, and asks again. Returns whether an
 * attachment must be checked: it is not as it was known. */
bool attach_watch_turn(struct attach_watch *watch, const struct attachment *attachments,
		       size_t count);

#endif
