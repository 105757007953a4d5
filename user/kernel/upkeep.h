/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the kernel side in place while the daemon runs. Without its pins it would die with the
 * daemon, and the fence with it; without its BPF link an interface receives no heartbeats and no
 * adverts, and nothing fences. The kernel reports neither, so both are checked: by a timer, and
 * before silence counts.
 */
#ifndef XBEAT_KERNEL_UPKEEP_H
#define XBEAT_KERNEL_UPKEEP_H

#include "user/kernel/kernel.h"
#include <event2/event.h>

/* Both handlers may be called from any function here. */
struct kernel_upkeep_handlers {
	/* It is off, or is attached again; news: it was not known, or the reason was another. */
	void (*on_attachment)(void *context, const struct attachment *attachment, bool news);
	/* So many pins were missing, and have been made again; error: or could not be (negative
	 * errno). */
	void (*on_pins)(void *context, unsigned count, int error);
	/* The tc program was removed, and is attached again; error: or could not be. Not for each
	 * of many removals. */
	void (*on_filter)(void *context, const struct attachment *attachment, int error);
	/* The tc program is attached, but other programs decide before it. Not for each advert. */
	void (*on_bypassed)(void *context, const struct attachment *attachment);
	void *context;
};

/* Starts checking. Returns 0 or -ENOMEM. */
int kernel_upkeep_start(struct kernel *kernel, struct event_base *base,
			const struct kernel_upkeep_handlers *handlers);
void kernel_upkeep_stop(struct kernel *kernel);

/* Checks an attachment now (NULL: there is none), which costs a system call, and attaches again if
 * something detached it. Returns whether the program was on the interface. on_attachment is called
 * each time that it was not. */
bool kernel_check_attachment(struct kernel *kernel, const struct attachment *attachment);

/* The same, because some node is silent. The system call waits for a lock that others may hold for
 * 100 ms, so it is not made if heartbeats of another node arrived within the last interval. */
bool kernel_check_silence(struct kernel *kernel, const struct attachment *attachment,
			  uint64_t interval_ns);

#endif
