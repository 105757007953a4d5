/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the kernel side in place while the daemon runs. Without its pins it would die with the
 * daemon, and the fence with it; without its BPF link an interface receives no heartbeats and no
 * adverts, and nothing fences. The kernel reports neither, so both are checked: by a timer, and
 * before a Backup takes over from an Active that is silent.
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

/* Checks all attachments now, and attaches again where something detached the program. It may wait
 * for the lock of network configuration, 100 ms and more, so it is for those who are about to change
 * addresses, and leaves out interfaces at which heartbeats arrived within the last interval (0:
 * none). Returns whether all were as they were known; if not, silence on their interfaces proves
 * nothing. */
bool kernel_check_attachments(struct kernel *kernel, uint64_t interval_ns);

/* Nothing arrives on a link: a thread asks the kernel now, so that the answer is there before silence
 * counts. Does not wait, and does nothing if it was called lately. */
void kernel_suspect_programs(struct kernel *kernel, uint64_t now_ns);

/* Returns when the program was last known to be off the interface, without asking the kernel; 0:
 * never, or there is no attachment. */
uint64_t kernel_program_changed_ns(const struct attachment *attachment);

#endif
