/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guard: an address is answered for only until its deadline (xb_guard), which nothing but the daemon's
 * progress extends. guard_check() fences those whose deadline has passed. It runs in the timer
 * (guard_timer.h), before a heartbeat is looked at, if something is due (xbeat.bpf.c), and when the daemon dies
 * (daemon_exit.h), on any processors at once, beside a daemon that may be anywhere in its own code.
 *
 * What must hold: once a packet has said FENCED of an instance, none of its addresses is answered for until the
 * daemon has taken them off and says so (kernel_guard_end()).
 *
 * An address: deadline_ns is the state of its guard, and changes by compare-and-swap only. XB_GUARD_FENCED is
 * where the kernel side takes it, from whatever it was, and only the daemon leads out of it, to 0. So an
 * extension that crosses a fence either comes first, and the fence replaces it, or it fails.
 *
 * An instance is said to be fenced as a whole, so its addresses are fenced together, though the daemon extends
 * them one by one and may stop between two. Its bit goes to fencing_bits first; then all are fenced that are
 * held; then packets are looked at (fencing); and only then the bit goes to fenced_bits, which is what packets say. An
 * address that the daemon begins to hold meanwhile is seen by the second step, or sees the bit of the first and
 * is fenced by the daemon itself: each side writes before it reads. The daemon clears both bits at once, so a
 * check that it overtakes does not say what is true no more: fenced_bits only gets bits that fencing_bits still has.
 *
 * Whether packets are looked at at all (fencing): the daemon clears it only if nothing was fenced since it began
 * to look (XB_FENCING_ASKED). A check is idempotent: each repeats what one before it may have missed, and the timer
 * makes one now and then while anything is held.
 *
 * guard_due_ns, by which all this is found without looking at all slots, may be too early but never too late.
 * A check raises it only from the value that it saw before it looked, and the daemon, when it begins to hold an
 * address, always changes it.
 */
#ifndef BPF_GUARD_GUARD_H
#define BPF_GUARD_GUARD_H

#include "bpf/base/event.h"
#include "bpf/base/word.h"

#define GUARD_SWAP_TRIES 4 /* the daemon changes a deadline once a tick */
#define GUARD_EVENTS_MAX 32 /* of one check; who gets one looks at all */
#define FENCING_SHIFT 24 /* of the byte fencing in its word */
#define FENCING_BITS_SHIFT 16

struct guard_look {
	__u64 now_ns;
	__u64 earliest_ns; /* deadline of those that are not fenced; 0: none */
	__u32 due_bits; /* places of instances that are due */
	__u32 fenced_bits; /* of those that have a fenced address */
	__u32 due_count;
	__u32 fenced_count;
	__u32 held_count;
	__u32 slot_count; /* that may be in use */
	__u32 event_count;
};

static __always_inline __u32 guard_place_bit(const struct xb_guard *guard)
{
	__u32 place = READ_ONCE(guard->place);

	return place < XB_INSTANCES_MAX ? 1U << place : 0;
}

static long guard_find(const void *map, const __u32 *slot, struct xb_guard *guard,
		       struct guard_look *look)
{
	__u64 deadline_ns = READ_ONCE(guard->deadline_ns);

	(void)map;
	if (*slot >= look->slot_count)
		return 1;
	if (!deadline_ns)
		return 0;
	look->held_count++;
	if (deadline_ns == XB_GUARD_FENCED) {
		look->fenced_count++;
		look->fenced_bits |= guard_place_bit(guard);
	} else if (!look->earliest_ns || deadline_ns < look->earliest_ns) {
		look->earliest_ns = deadline_ns;
	}
	if (deadline_ns <= look->now_ns) {
		look->due_count++;
		look->due_bits |= guard_place_bit(guard);
	}
	return 0;
}

static __always_inline void guard_tell(struct guard_look *look, __u32 slot)
{
	if (look->event_count++ < GUARD_EVENTS_MAX)
		event_peer(XB_EVENT_FENCED, slot, look->now_ns, 0);
}

static long guard_fence_due(const void *map, const __u32 *slot, struct xb_guard *guard,
			    struct guard_look *look)
{
	__u64 deadline_ns = READ_ONCE(guard->deadline_ns);
	bool together = guard_place_bit(guard) & look->due_bits;

	(void)map;
	if (*slot >= look->slot_count)
		return 1;
	for (int i = 0; i < GUARD_SWAP_TRIES; i++) {
		__u64 seen_ns = deadline_ns;

		if (seen_ns <= XB_GUARD_FENCED || (seen_ns > look->now_ns && !together))
			return 0;
		deadline_ns =
			__sync_val_compare_and_swap(&guard->deadline_ns, seen_ns, XB_GUARD_FENCED);
		if (deadline_ns == seen_ns) {
			guard_tell(look, *slot);
			return 0;
		}
	}
	return 0;
}

static __always_inline void guard_say(word32 *bits, __u32 due_bits)
{
	for (int i = 0; i < GUARD_SWAP_TRIES; i++) {
		__u32 seen = READ_ONCE(*bits);
		__u32 said = seen | (seen >> FENCING_BITS_SHIFT & due_bits);

		if (said == seen || __sync_val_compare_and_swap(bits, seen, said) == seen)
			return;
	}
}

/* In the order that the head of this file gives the reasons for. What was found due may have been extended or given
 * up meanwhile: what is fenced, and which deadline is the earliest, is known only afterwards. */
static __always_inline void guard_fence(struct xb_self *self, struct guard_look *look)
{
	struct guard_look after = {.now_ns = look->now_ns};
	word32 *bits = (word32 *)&self->fenced_bits;
	__u32 fetched;

	fetched = __sync_fetch_and_or(bits, look->due_bits << FENCING_BITS_SHIFT);
	look->slot_count = after.slot_count = READ_ONCE(self->guard_count);
	bpf_for_each_map_elem(&xb_guard, guard_fence_due, look, 0);
	bpf_for_each_map_elem(&xb_guard, guard_find, &after, 0);
	look->earliest_ns = after.earliest_ns;
	look->held_count = after.held_count;
	if (!after.fenced_count)
		return;
	fetched |=
		__sync_fetch_and_or((word32 *)&self->node_state, XB_FENCING_SOME << FENCING_SHIFT);
	/* The form that fetches is a full barrier. */
	asm volatile("" ::"r"(fetched) : "memory");
	guard_say(bits, look->due_bits & after.fenced_bits);
}

/* Fences what is due. Returns how many addresses are held, fenced ones included. Not static: such a function is
 * verified by itself, once, and not on each of the many ways that lead to an answer; loading takes half the time. */
__noinline __u32 guard_check(__u64 now_ns)
{
	struct guard_look look = {.now_ns = now_ns};
	__u32 zero = 0;
	struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);
	__u64 due_ns;

	if (!self)
		return 0;
	due_ns = READ_ONCE(self->guard_due_ns);
	look.slot_count = READ_ONCE(self->guard_count);
	bpf_for_each_map_elem(&xb_guard, guard_find, &look, 0);
	if (look.due_count)
		guard_fence(self, &look);
	/* From 0 only the daemon leads, which starts the timer then. */
	if (due_ns)
		__sync_val_compare_and_swap(&self->guard_due_ns, due_ns, look.earliest_ns);
	return look.held_count;
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
