/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Detects the death of the daemon, also by SIGKILL, when the thread that runs its loop exits: the
 * kernel's do_exit() reaches this tracepoint before it closes files. died_ns is set, and every
 * answer reports it from then on. Deadlines of guards are brought forward to restart_grace from
 * now, the time that a service manager gets to restart the daemon. A daemon that stops cleanly sets
 * pid to 0 first, so it is not reported as dead.
 *
 * If a whole container dies, its bpf file system may die with it, and so the timer. The program on
 * the interface survives (user/kernel/attach.c), so from the death on each packet checks whether a
 * deadline has passed.
 */
#ifndef BPF_GUARD_DAEMON_EXIT_H
#define BPF_GUARD_DAEMON_EXIT_H

#include "bpf/guard/guard.h"

/* As in the kernel's UAPI. */
struct bpf_pidns_info {
	__u32 pid;
	__u32 tgid;
};

struct exit_scan {
	__u64 latest_ns; /* the latest deadline that is allowed */
};

/* The daemon may be in a container, so it is compared as its own PID namespace numbers it. Cheap
 * tests come first, because every exiting thread of the machine is tested. */
static __always_inline bool exit_is_daemon(const struct xb_self *self)
{
	struct bpf_pidns_info here = {0};
	__u64 id = bpf_get_current_pid_tgid();

	return self->pid && (__u32)id == id >> 32 &&
	       bpf_get_ns_current_pid_tgid(self->pid_namespace_device, self->pid_namespace_inode,
					   &here, sizeof(here)) == 0 &&
	       here.pid == self->pid && here.tgid == self->pid;
}

/* The daemon no longer extends deadlines; only a check on another processor may change one. */
static long exit_bring_forward(const void *map, const __u32 *slot, struct xb_guard *guard,
			       const struct exit_scan *scan)
{
	__u64 deadline_ns = READ_ONCE(guard->deadline_ns);

	(void)map;
	(void)slot;
	if (deadline_ns > scan->latest_ns)
		__sync_val_compare_and_swap(&guard->deadline_ns, deadline_ns, scan->latest_ns);
	return 0;
}

/* Always changes it, as the daemon does (guard.h). */
static __always_inline void exit_lower_due(struct xb_self *self, __u64 latest_ns)
{
	for (int i = 0; i < GUARD_SWAP_TRIES; i++) {
		__u64 seen_ns = READ_ONCE(self->guard_due_ns);
		__u64 due_ns = seen_ns && seen_ns <= latest_ns ? seen_ns - 1 : latest_ns;

		if (__sync_val_compare_and_swap(&self->guard_due_ns, seen_ns, due_ns) == seen_ns)
			return;
	}
}

SEC("raw_tp/sched_process_exit")
int xbeat_exit(void *ctx)
{
	__u32 zero = 0;
	struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);
	struct exit_scan scan;
	__u64 now_ns;

	(void)ctx;
	if (!self || !exit_is_daemon(self) || self->died_ns)
		return 0;
	now_ns = bpf_ktime_get_ns();
	WRITE_ONCE(self->died_ns, now_ns);
	scan.latest_ns = now_ns + self->restart_grace_ns;
	bpf_for_each_map_elem(&xb_guard, exit_bring_forward, &scan, 0);
	exit_lower_due(self, scan.latest_ns);
	guard_add_fencing(self, XB_FENCING_BY_PACKETS);
	guard_check(now_ns);
	return 0;
}

#endif
