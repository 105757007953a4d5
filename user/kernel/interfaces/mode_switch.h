/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attaches an interface in another mode, in a thread of its own: the driver stops its queues for
 * some 40 ms on a veth, longer elsewhere, and the daemon must send PROBEs meanwhile. No program
 * runs on the interface until it is done.
 */
#ifndef XBEAT_KERNEL_INTERFACES_MODE_SWITCH_H
#define XBEAT_KERNEL_INTERFACES_MODE_SWITCH_H

#include "user/kernel/kernel.h"

/* Starts. Returns 0 or a negative errno, which is logged, but for -EOPNOTSUPP: it is a member of a
 * dispatcher; then nothing has changed. */
int mode_switch_start(const struct kernel *kernel, struct attachment *attachment, bool native);

/* The same for an MTU that was raised: native mode if the driver accepts it with this MTU, else
 * generic mode. */
int mode_switch_start_mtu(const struct kernel *kernel, struct attachment *attachment, uint32_t mtu);

/* Whether one is in progress. The first call after it is done updates the attachment, and logs
 * errors: then the mode is as before, or no program is attached. */
bool mode_switch_in_progress(struct attachment *attachment);

/* Waits until none is, which may take long: for a stop only. */
void mode_switch_wait(struct attachment *attachment);

/* The attachment is no longer wanted: the thread detaches what it attaches. */
void mode_switch_abandon(struct attachment *attachment);

#endif
