/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guard: a lease on an address, held in the kernel. An address is answered for only until its
 * deadline (xb_guard), which only the daemon's progress extends. guard_check() fences addresses
 * whose deadline has passed. It runs in a timer (guard_timer.h), before a heartbeat is read if a
 * deadline has passed (xbeat.bpf.c), when the daemon dies (daemon_exit.h), and from then on before
 * any packet is compared with fenced addresses (fence.h); on several processors at once, and while
 * the daemon is anywhere in its own code.
 *
 * Invariant: once a packet has reported an instance as fenced, none of its addresses is answered
 * for until the daemon has removed them and reports so (kernel_guard_lift()).
 *
 * One address: deadline_ns is the state of its guard and changes by compare-and-swap only. The
 * kernel side sets it to XB_GUARD_FENCED from any value; only the daemon takes it from there, to 0.
 * So an extension that races with a fence either comes first, and the fence replaces it, or it
 * fails.
 *
 * One instance: it is reported as fenced as a whole, so its addresses are fenced together, though
 * the daemon extends them one by one and may stop between two. The order is: 1. its bit is set in
 * fencing_bits; 2. all held addresses are fenced; 3. packets are checked (fencing); 4. its bit is
 * set in fenced_bits, which packets report. An address that the daemon takes meanwhile is seen by
 * step 2, or the daemon sees the bit of step 1 and fences the address itself: each side writes
 * before it reads. The daemon clears both bits at once, and then fence_generation grows, in the
 * same word. Step 4 fails if it is not that of step 1, so a check that the daemon overtakes cannot
 * report an outdated state, even if another check has begun meanwhile; then the next check does.
 *
 * Whether packets are checked at all (fencing): the daemon clears it only if nothing was fenced
 * since it started to scan (XB_FENCING_ASKED). Checks are idempotent: each repeats what an earlier
 * one may have missed, and the timer runs one from time to time while anything is held.
 *
 * guard_due_ns makes a scan of all slots unnecessary most of the time. It may be too early but
 * never too late: a check raises it only from the value that it saw before its scan, and the daemon
 * always changes it when it takes an address.
 */
#ifndef BPF_GUARD_GUARD_H
#define BPF_GUARD_GUARD_H

#include "bpf/base/event.h"
#include "bpf/base/word.h"
#include "bpf/guard/closing.h"

#define GUARD_SWAP_TRIES 4 /* the daemon changes a deadline once a tick */
#define GUARD_EVENTS_MAX 32 /* per check; one makes the daemon examine all */
#define FENCING_SHIFT 24 /* of the field fencing in its word */
#define FENCING_BITS_SHIFT 16 /* of fencing_bits in the word of fenced_bits */
#define FENCE_GENERATION_SHIFT 32

struct guard_scan {
	__u64 now_ns;
	__u64 earliest_ns; /* deadline among those not fenced; 0: none */
	__u32 due_bits; /* instances with an address that is due */
	__u32 fenced_bits; /* instances with a fenced address */
	__u32 due_count;
	__u32 fenced_count;
	__u32 held_count;
	__u32 slot_count; /* slots that may be in use */
	__u32 event_count;
};

static __always_inline __u32 guard_instance_bit(const struct xb_guard *guard)
{
	__u32 index = READ_ONCE(guard->place);

	return index < XB_INSTANCES_MAX ? 1U << index : 0;
}

static long guard_find(const void *map, const __u32 *slot, struct xb_guard *guard,
		       struct guard_scan *scan)
{
	__u64 deadline_ns = READ_ONCE(guard->deadline_ns);

	(void)map;
	if (*slot >= scan->slot_count)
		return 1;
	if (!deadline_ns)
		return 0;
	scan->held_count++;
	if (deadline_ns == XB_GUARD_FENCED) {
		scan->fenced_count++;
		scan->fenced_bits |= guard_instance_bit(guard);
	} else if (!scan->earliest_ns || deadline_ns < scan->earliest_ns) {
		scan->earliest_ns = deadline_ns;
	}
	if (deadline_ns <= scan->now_ns) {
		scan->due_count++;
		scan->due_bits |= guard_instance_bit(guard);
	}
	return 0;
}

static __always_inline void guard_report(struct guard_scan *scan, __u32 slot)
{
	if (scan->event_count++ < GUARD_EVENTS_MAX)
		event_peer(XB_EVENT_FENCED, slot, scan->now_ns, 0);
}

static long guard_fence_due(const void *map, const __u32 *slot, struct xb_guard *guard,
			    struct guard_scan *scan)
{
	__u64 deadline_ns = READ_ONCE(guard->deadline_ns);
	bool together = guard_instance_bit(guard) & scan->due_bits;

	(void)map;
	if (*slot >= scan->slot_count)
		return 1;
	for (int i = 0; i < GUARD_SWAP_TRIES; i++) {
		__u64 seen_ns = deadline_ns;

		if (seen_ns <= XB_GUARD_FENCED || (seen_ns > scan->now_ns && !together))
			return 0;
		deadline_ns =
			__sync_val_compare_and_swap(&guard->deadline_ns, seen_ns, XB_GUARD_FENCED);
		if (deadline_ns == seen_ns) {
			guard_report(scan, *slot);
			return 0;
		}
	}
	return 0;
}

/* Sets the bits of step 1. Returns the word as it was; the fetching form is a full barrier. */
static __always_inline __u64 guard_begin_fence(struct xb_self *self, __u32 due_bits)
{
	return __sync_fetch_and_or((word64 *)&self->fenced_bits,
				   (__u64)due_bits << FENCING_BITS_SHIFT);
}

/* before: as returned by guard_begin_fence(). Returns whether it need not be tried again. */
static __always_inline bool guard_publish(struct xb_self *self, __u64 before, __u32 due_bits)
{
	word64 *word = (word64 *)&self->fenced_bits;

	for (int i = 0; i < GUARD_SWAP_TRIES; i++) {
		__u64 seen = READ_ONCE(*word);
		__u64 published = seen | (seen >> FENCING_BITS_SHIFT & due_bits);

		if (seen >> FENCE_GENERATION_SHIFT != before >> FENCE_GENERATION_SHIFT)
			return false;
		if (published == seen || __sync_val_compare_and_swap(word, seen, published) == seen)
			return true;
	}
	return false;
}

/* Sets bits of the field fencing. Returns what was there: the fetching form is a full barrier. */
static __always_inline __u32 guard_add_fencing(struct xb_self *self, __u32 bits)
{
	return __sync_fetch_and_or((word32 *)&self->node_state, bits << FENCING_SHIFT);
}

/* In the order that the head of this file explains. Deadlines that had passed may have been
 * extended or given up meanwhile, so what is fenced, and which deadline is earliest, is known
 * only afterwards. */
static __always_inline void guard_fence(struct xb_self *self, struct guard_scan *scan)
{
	struct guard_scan after = {.now_ns = scan->now_ns};
	__u64 before = guard_begin_fence(self, scan->due_bits);
	__u32 fetched;

	scan->slot_count = after.slot_count = READ_ONCE(self->guard_count);
	bpf_for_each_map_elem(&xb_guard, guard_fence_due, scan, 0);
	bpf_for_each_map_elem(&xb_guard, guard_find, &after, 0);
	scan->earliest_ns = after.earliest_ns;
	scan->held_count = after.held_count;
	if (!after.fenced_count)
		return;
	fetched = guard_add_fencing(self, XB_FENCING_SOME);
	asm volatile("" ::"r"(fetched) : "memory");
	if (!guard_publish(self, before, scan->due_bits & after.fenced_bits))
		scan->earliest_ns = XB_GUARD_FENCED; /* so that it is checked again */
}

struct guard_claim {
	__u32 bits; /* instances to fence */
	__u32 fenced_bits; /* instances with a fenced address */
	__u32 open_bits; /* instances with an address that could not be fenced */
	__u32 slot_count;
};

static long guard_fence_claimed(const void *map, const __u32 *slot, struct xb_guard *guard,
				struct guard_claim *claim)
{
	__u64 deadline_ns = READ_ONCE(guard->deadline_ns);
	__u32 bit = guard_instance_bit(guard) & claim->bits;

	(void)map;
	if (*slot >= claim->slot_count)
		return 1;
	if (!bit || !deadline_ns)
		return 0;
	for (int i = 0; i < GUARD_SWAP_TRIES && deadline_ns > XB_GUARD_FENCED; i++) {
		__u64 seen_ns = deadline_ns;

		deadline_ns =
			__sync_val_compare_and_swap(&guard->deadline_ns, seen_ns, XB_GUARD_FENCED);
		if (deadline_ns == seen_ns)
			deadline_ns = XB_GUARD_FENCED;
	}
	if (deadline_ns == XB_GUARD_FENCED)
		claim->fenced_bits |= bit;
	else if (deadline_ns)
		claim->open_bits |= bit;
	return 0;
}

/* Fences instances for a claim, whatever their deadlines, as guard_fence() does. Returns those with
 * a fenced address. There is little room on the stack where a claim is examined, so it scans once,
 * and makes no event for an address. */
static __always_inline __u32 guard_fence_for_claim(struct xb_self *self, __u32 claimed_bits)
{
	struct guard_claim claim = {.bits = claimed_bits};
	__u64 before = guard_begin_fence(self, claimed_bits);
	__u32 fetched;

	claim.slot_count = READ_ONCE(self->guard_count);
	bpf_for_each_map_elem(&xb_guard, guard_fence_claimed, &claim, 0);
	fetched = guard_add_fencing(self, XB_FENCING_SOME);
	asm volatile("" ::"r"(fetched) : "memory");
	guard_publish(self, before, claim.fenced_bits & ~claim.open_bits);
	return claim.fenced_bits;
}

/* Revokes the claims whose deadline has passed, and counts one of the others as held. */
static __always_inline void guard_check_claims(const struct xb_self *self, struct guard_scan *scan)
{
	__u64 claim_ns = closing_word(self) ? closing_check(scan->now_ns) : CLOSING_NEVER;

	if (claim_ns == CLOSING_NEVER)
		return;
	scan->held_count++;
	if (!scan->earliest_ns || claim_ns < scan->earliest_ns)
		scan->earliest_ns = claim_ns;
}

/* Fences every address whose deadline has passed, and revokes claims. Returns how many addresses
 * are held, fenced ones included, and one more if a claim is pending. Not static, so that the
 * verifier checks it once, not for each of the many paths to an answer; this halves the time to
 * load. */
__noinline __u32 guard_check(__u64 now_ns)
{
	struct guard_scan scan = {.now_ns = now_ns};
	__u32 zero = 0;
	struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);
	__u64 due_ns;

	if (!self)
		return 0;
	due_ns = READ_ONCE(self->guard_due_ns);
	scan.slot_count = READ_ONCE(self->guard_count);
	bpf_for_each_map_elem(&xb_guard, guard_find, &scan, 0);
	if (scan.due_count)
		guard_fence(self, &scan);
	guard_check_claims(self, &scan);
	/* Only the daemon takes it from 0, and then starts the timer. */
	if (due_ns)
		__sync_val_compare_and_swap(&self->guard_due_ns, due_ns, scan.earliest_ns);
	return scan.held_count;
}

static __always_inline void guard_check_if_due(__u64 now_ns)
{
	__u32 zero = 0;
	const struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);
	__u64 due_ns = self ? READ_ONCE(self->guard_due_ns) : 0;

	if (due_ns && due_ns <= now_ns)
		guard_check(now_ns);
}

#endif
