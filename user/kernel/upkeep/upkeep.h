/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps the kernel side in place while the daemon runs. Without its pins it would die with the
 * daemon, and the fence with it; without its BPF link an interface receives no heartbeats and no
 * adverts, and nothing fences. The kernel reports neither, so both are checked: by a timer, and
 * when a peer or an Active falls silent. A thread does what may wait in the kernel.
 */
#ifndef XBEAT_KERNEL_UPKEEP_UPKEEP_H
#define XBEAT_KERNEL_UPKEEP_UPKEEP_H

#include "user/kernel/kernel.h"
#include "user/lib/time.h"
#include <event2/event.h>

/* The handlers may be called from any function here. */
struct kernel_upkeep_handlers {
	/* It is off, or is attached again; news: it was not known, or the reason was another. */
	void (*on_attachment)(void *context, const struct attachment *attachment, bool news);
	/* So many pins were missing, and have been made again; error: or could not be (negative
	 * errno). */
	void (*on_pins)(void *context, unsigned count, int error);
	/* The tc program was removed, and is attached again; error: or could not be. Not for each
	 * of many removals. */
	void (*on_filter)(void *context, const struct attachment *attachment, int error);
	/* Whether VLAN tags are visible to the XDP program has changed. */
	void (*on_tags)(void *context, const struct attachment *attachment);
	/* The tc program is attached, but other programs decide before it. Not for each advert. */
	void (*on_bypassed)(void *context, const struct attachment *attachment);
	/* Something else has changed the next program of an interface. */
	void (*on_chain)(void *context, const struct chain_change *change);
	/* The program could not be attached to the interface, but may be now (attach_wait.h). */
	void (*on_attach_due)(void *context, const char *interface);
	void *context;
};

/* Starts checking. Returns 0 or -ENOMEM. */
int kernel_upkeep_start(struct kernel *kernel, struct event_base *base,
			const struct kernel_upkeep_handlers *handlers);
void kernel_upkeep_stop(struct kernel *kernel);

/*
 * Whether programs are on their interfaces is known as of since_ns or later: returns 0. Else a
 * thread is asked, unless it has been, and how long its answer has been waited for is returned: the
 * caller comes again soon, and goes on without it after KERNEL_PROGRAMS_PATIENCE_NS, because others
 * may hold the lock of network configuration, which the answer needs, for any time.
 */
uint64_t kernel_programs_unknown_ns(struct kernel *kernel, uint64_t since_ns, uint64_t now_ns);
#define KERNEL_PROGRAMS_PATIENCE_NS (5 * NS_PER_MS)
/* The usual answer takes some 50 us. */
#define KERNEL_PROGRAMS_RETRY_NS (500 * NS_PER_US)

/* Whether a program is being attached again, or in another mode. */
bool kernel_changes_mode(const struct kernel *kernel);

/* A setting of the interface's driver may have changed: the thread is to ask for that of VLAN
 * tags. */
void kernel_driver_changed(struct kernel *kernel, const struct attachment *changed);

/* Returns when the program was last known to be off the interface, without asking the kernel; 0:
 * never, or there is no attachment. */
uint64_t kernel_program_changed_ns(const struct attachment *attachment);

#endif
