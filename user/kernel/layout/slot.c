/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads, fills and merges slots; see slot.h. */
#include "user/kernel/layout/slot.h"
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

/* A writer holds a slot for well under a microsecond; after so many tries the last copy is used. */
#define READ_TRIES 10000

void slot_read(void *copy, const void *slot, size_t bytes, const __u32 *lock_sequence)
{
	for (unsigned i = 0; i < READ_TRIES; i++) {
		__u32 before = __atomic_load_n(lock_sequence, __ATOMIC_ACQUIRE);

		if (before & 1)
			continue;
		memcpy(copy, slot, bytes);
		atomic_thread_fence(memory_order_acquire);
		if (__atomic_load_n(lock_sequence, __ATOMIC_RELAXED) == before)
			return;
	}
	memcpy(copy, slot, bytes);
}

/* The check does not know that atomics write.
 * NOLINTNEXTLINE(readability-non-const-parameter) */
static void lock(__u32 *sequence)
{
	__u32 seen = __atomic_load_n(sequence, __ATOMIC_RELAXED) & ~1U;

	while (!__atomic_compare_exchange_n(sequence, &seen, seen + 1, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED)) {
		if (seen & 1)
			sched_yield();
		seen &= ~1U;
	}
}

/* NOLINTNEXTLINE(readability-non-const-parameter) */
static void unlock(__u32 *sequence)
{
	__atomic_fetch_add(sequence, 1, __ATOMIC_SEQ_CST);
}

static bool same_address(const struct xb_address *a, const struct xb_address *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool slot_is_same(const struct xb_peer *a, const struct xb_peer *b)
{
	return a->node_id == b->node_id && a->link == b->link &&
	       (!strcmp(a->name, b->name) || same_address(&a->peer_address, &b->peer_address));
}

static bool same_path(const struct xb_peer *a, const struct xb_peer *b)
{
	return !strcmp(a->interface, b->interface) &&
	       same_address(&a->peer_address, &b->peer_address) &&
	       same_address(&a->local_address, &b->local_address);
}

bool slot_is_identical(const struct xb_peer *a, const struct xb_peer *b)
{
	return a->node_id == b->node_id && a->link == b->link && !strcmp(a->name, b->name) &&
	       same_path(a, b);
}

void slot_configure(struct xb_peer *slot, const struct xb_peer *identity)
{
	slot->ack_window_count = identity->ack_window_count;
	slot->witness = identity->witness;
	slot->outranks_equal = identity->outranks_equal;
	slot->routed = identity->routed;
	slot->awaited_seq = 0;
}

/* The fields marked L, and what the daemon has not found out yet. */
static void keep_identity(struct xb_peer *slot, const struct xb_peer *identity)
{
	memcpy(slot->name, identity->name, sizeof(slot->name));
	memcpy(slot->interface, identity->interface, sizeof(slot->interface));
	slot->peer_address = identity->peer_address;
	slot->local_address = identity->local_address;
	slot_configure(slot, identity);
	slot->lock_sequence = identity->lock_sequence;
}

static void forget_path(struct xb_peer *slot)
{
	slot->rtt_last_ns = slot->rtt_min_ns = slot->rtt_max_ns = 0;
	slot->interface_index = 0;
	slot->vlan_id = XB_VLAN_ANY;
	slot->redirect = 0;
	slot->on_link = 0;
}

void slot_take(struct xb_peer *to, const struct xb_peer *from)
{
	struct xb_peer taken = *from;

	keep_identity(&taken, to);
	if (!same_path(to, from))
		forget_path(&taken);
	*to = taken;
}

static __u64 later(__u64 a_ns, __u64 b_ns)
{
	return (__s64)(a_ns - b_ns) > 0 ? a_ns : b_ns;
}

/* Numbers that the newer one has not seen, but the older has. */
static void merge_window(struct xb_window *newer, const struct xb_window *older)
{
	__s32 lag = (__s32)(newer->high_seq - older->high_seq);

	if (!older->seen_bits)
		return;
	if (!newer->seen_bits) {
		*newer = *older;
	} else if (lag >= 0) {
		newer->seen_bits |= lag < XB_WINDOW_BITS ? older->seen_bits << lag : 0;
	} else {
		newer->seen_bits =
			older->seen_bits | (lag > -XB_WINDOW_BITS ? newer->seen_bits << -lag : 0);
		newer->high_seq = older->high_seq;
	}
}

/* "Taken once": t1_ns of the newest, and bits of those that had this one. */
static void merge_once(__u64 *t1_ns, __u64 *bits, __u64 other_t1_ns, __u64 other_bits)
{
	if (other_t1_ns == *t1_ns)
		*bits |= other_bits;
	else if (other_t1_ns > *t1_ns) {
		*t1_ns = other_t1_ns;
		*bits = other_bits;
	}
}

/* Of one life of the peer. */
static void merge_life(struct xb_peer *newer, const struct xb_peer *older)
{
	merge_window(&newer->probe_window, &older->probe_window);
	merge_once(&newer->query_t1_ns, &newer->query_subject_bits, older->query_t1_ns,
		   older->query_subject_bits);
	newer->loss_report_t1_ns = later(newer->loss_report_t1_ns, older->loss_report_t1_ns);
	newer->on_link |= older->on_link;
	newer->new_life &= older->new_life;
}

static void merge_times(struct xb_peer *newer, const struct xb_peer *older)
{
	newer->last_evidence_ns = later(newer->last_evidence_ns, older->last_evidence_ns);
	newer->last_heard_ns = later(newer->last_heard_ns, older->last_heard_ns);
	newer->last_probe_ns = later(newer->last_probe_ns, older->last_probe_ns);
	newer->last_reply_ns = later(newer->last_reply_ns, older->last_reply_ns);
	newer->loss_report_ns = later(newer->loss_report_ns, older->loss_report_ns);
	if (older->rtt_min_ns && (!newer->rtt_min_ns || older->rtt_min_ns < newer->rtt_min_ns))
		newer->rtt_min_ns = older->rtt_min_ns;
	if (older->rtt_max_ns > newer->rtt_max_ns)
		newer->rtt_max_ns = older->rtt_max_ns;
}

/* What is about this node's own numbers. */
static void merge_own(struct xb_peer *newer, const struct xb_peer *older)
{
	merge_window(&newer->reply_window, &older->reply_window);
	merge_once(&newer->answer_t1_ns, &newer->answer_subject_bits, older->answer_t1_ns,
		   older->answer_subject_bits);
	if (older->peer_knows_epoch > newer->peer_knows_epoch)
		newer->peer_knows_epoch = older->peer_knows_epoch;
	if ((__s32)(older->acked_seq - newer->acked_seq) > 0)
		newer->acked_seq = older->acked_seq;
}

static void add_counts(struct xb_peer *sum, const struct xb_peer *one, const struct xb_peer *from,
		       const struct xb_peer *base)
{
	sum->evidence_count = one->evidence_count + from->evidence_count - base->evidence_count;
	sum->probe_received_count =
		one->probe_received_count + from->probe_received_count - base->probe_received_count;
	sum->reply_received_count =
		one->reply_received_count + from->reply_received_count - base->reply_received_count;
	sum->loss_report_count =
		one->loss_report_count + from->loss_report_count - base->loss_report_count;
	sum->off_link_count = one->off_link_count + from->off_link_count - base->off_link_count;
}

/* By a daemon that is about to be replaced. */
static void take_sent(struct xb_peer *to, const struct xb_peer *from, const struct xb_peer *base)
{
	if (from->probe_sent_seq == base->probe_sent_seq)
		return;
	to->probe_sent_seq = from->probe_sent_seq;
	to->probe_sent_count = from->probe_sent_count;
	to->probe_lost_count = from->probe_lost_count;
}

static bool is_newer(const struct xb_peer *a, const struct xb_peer *b)
{
	if (a->peer_epoch != b->peer_epoch)
		return a->peer_epoch > b->peer_epoch;
	return (__s64)(a->last_heard_ns - b->last_heard_ns) > 0;
}

void slot_merge(struct xb_peer *to, const struct xb_peer *from, const struct xb_peer *base)
{
	struct xb_peer merged, now, other = *from;

	if (!memcmp(from, base, sizeof(*from)))
		return;
	lock(&to->lock_sequence);
	now = *to;
	keep_identity(&other, &now);
	if (!same_path(&now, from))
		forget_path(&other);
	other.vlan_id = now.vlan_id;
	other.interface_index = now.interface_index;
	other.redirect = now.redirect;
	other.awaited_seq = now.awaited_seq;
	merged = is_newer(&other, &now) ? other : now;
	if (other.peer_epoch == now.peer_epoch)
		merge_life(&merged, is_newer(&other, &now) ? &now : &other);
	merge_times(&merged, is_newer(&other, &now) ? &now : &other);
	merge_own(&merged, is_newer(&other, &now) ? &now : &other);
	add_counts(&merged, &now, from, base);
	take_sent(&merged, from, base);
	/* All but the sequence number of the lock. */
	merged.lock_sequence = to->lock_sequence;
	*to = merged;
	unlock(&to->lock_sequence);
}
