/* SPDX-License-Identifier: GPL-2.0-only */
/* The timer that runs guard_check() when the earliest deadline of xb_guard passes. Deadlines are
 * extended all the time, so it is armed lazily, for the deadline that was the earliest at its
 * last check. It belongs to its pinned map and survives the daemon. */
#ifndef BPF_GUARD_GUARD_TIMER_H
#define BPF_GUARD_GUARD_TIMER_H

#include "bpf/guard/guard.h"

#define CLOCK_MONOTONIC 1
#define GUARD_ARM_TRIES 4
#define GUARD_WAIT_MIN_NS 1000000ULL
#define GUARD_WAIT_MAX_NS 1000000000ULL

/*
 * The death of the daemon brings deadlines forward to died_ns + restart_grace_ns, but the program
 * that detects it (daemon_exit.h) is of a type that must not start a timer. So the timer never
 * waits for longer than restart_grace_ns: after a death it runs before the grace is over, and then
 * sees the new deadlines.
 */
static __always_inline __u64 guard_wait_max_ns(const struct xb_self *self)
{
	__u64 grace_ns = READ_ONCE(self->restart_grace_ns);

	if (!READ_ONCE(self->pid) || grace_ns > GUARD_WAIT_MAX_NS)
		return GUARD_WAIT_MAX_NS;
	return grace_ns < GUARD_WAIT_MIN_NS ? GUARD_WAIT_MIN_NS : grace_ns;
}

static __always_inline __u64 guard_wait_ns(__u64 due_ns, __u64 wait_max_ns)
{
	__u64 now_ns = bpf_ktime_get_ns();

	if (due_ns <= now_ns)
		return due_ns ? 0 : wait_max_ns;
	return due_ns - now_ns < wait_max_ns ? due_ns - now_ns : wait_max_ns;
}

/* Reads guard_due_ns again after arming: the daemon may have set an earlier time, and armed for
 * it, just before. */
static __always_inline int guard_timer_arm(struct guard_timer *timer)
{
	__u32 zero = 0;
	const struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);
	int error = 0;

	if (!self)
		return -1;
	for (int i = 0; i < GUARD_ARM_TRIES; i++) {
		__u64 due_ns = READ_ONCE(self->guard_due_ns);

		error = (int)bpf_timer_start(&timer->timer,
					     guard_wait_ns(due_ns, guard_wait_max_ns(self)), 0);
		if (READ_ONCE(self->guard_due_ns) == due_ns)
			break;
	}
	return error;
}

static int guard_timer_fires(const void *map, const __u32 *key, struct guard_timer *timer)
{
	(void)map;
	(void)key;
	if (guard_check(bpf_ktime_get_ns()))
		guard_timer_arm(timer);
	return 0;
}

/* The daemon runs it (user/kernel/maps/guards.c) with a packet of zeros: it checks, and starts the
 * timer. Returns XDP_PASS after success. It is an XDP program because programs that may sleep
 * cannot use timers before Linux 6.1. */
SEC("xdp")
int xbeat_guard(struct xdp_md *ctx)
{
	__u32 zero = 0;
	struct guard_timer *timer = bpf_map_lookup_elem(&xb_guard_timer, &zero);

	(void)ctx;
	if (!timer)
		return XDP_ABORTED;
	bpf_timer_init(&timer->timer, &xb_guard_timer, CLOCK_MONOTONIC); /* -EBUSY: done before */
	if (bpf_timer_set_callback(&timer->timer, guard_timer_fires))
		return XDP_ABORTED;
	guard_check(bpf_ktime_get_ns());
	return guard_timer_arm(timer) ? XDP_ABORTED : XDP_PASS;
}

#endif
