/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A claim: a PROBE from a better Backup that asks for instances. What it asks for is done before
 * the PROBE is answered, so that the answer reports it:
 *
 * - Of a lower, guarded Active the addresses are fenced, as if its guards had expired; all of a
 *   group (xb_self.claim_group_bits) or none.
 * - If this node claims the instance, too, and is the lower one, its own claim is revoked: it can
 *   no longer open the instance (guard/closing.h). A node that describes itself as Active before it
 *   opens is both.
 *
 * Only evidence counts: the sender hears this node, so its PROBE is not older than that. And only
 * the PROBE itself, not what the slot holds: all members of a group must be in one PROBE. The
 * description of this node is read before the fence and again for the answer; whatever the daemon
 * does in between, the answer does not report a fence, nor less than Active, for what it has opened
 * meanwhile.
 */
#ifndef BPF_HEARTBEAT_CLAIM_H
#define BPF_HEARTBEAT_CLAIM_H

#include "bpf/guard/guard.h"
#include "bpf/heartbeat/evidence.h"

/* Of an entry as a little-endian word: struct xb_instance. */
#define CLAIM_SAME_INSTANCE (0xff | XB_INSTANCE_FAMILY_MASK << 8)
#define CLAIM_STATE (0xff << 16)
#define CLAIM_PRIORITY_SHIFT 24
#define CLAIM_MADE (XB_INSTANCE_CLAIM << 8 | XB_INSTANCE_BACKUP << 16)
#define CLAIM_MADE_MASK (XB_INSTANCE_CLAIM << 8 | CLAIM_STATE)
/* An Active that is given to a claim. */
#define CLAIM_GIVES                                                                                \
	((XB_INSTANCE_GUARDED | XB_INSTANCE_KNOWS_CLAIMS) << 8 | XB_INSTANCE_ACTIVE << 16)
#define CLAIM_GIVES_MASK ((XB_INSTANCE_GUARDED | XB_INSTANCE_KNOWS_CLAIMS) << 8 | CLAIM_STATE)

#define CLAIM_REVOKED_SHIFT 16 /* of instances to revoke, beside those to fence */
#define CLAIM_REVOKED_BIT (1U << CLAIM_REVOKED_SHIFT)

/* What a PROBE says of instances. */
struct claim_entries {
	__u32 word[XB_INSTANCES_MAX];
};

_Static_assert(sizeof(struct claim_entries) == XB_INSTANCES_MAX * sizeof(struct xb_instance),
	       "struct claim_entries");

/* Under the slot's lock. Marks the PROBE, which is evidence, as one to examine. */
static __always_inline void claim_note(struct heartbeat *heartbeat)
{
	struct xb_peer *peer = heartbeat->peer;

	if (peer->witness)
		return;
	peer->claim_until_ns = heartbeat->arrival_ns + bpf_be64_to_cpu(heartbeat->packet->t2_ns);
	heartbeat->events |= EVENT_BIT(XB_EVENT_CLAIMED);
}

/* Returns the entry that claims the instance of this entry, 0: there is none. */
static __always_inline __u32 claim_find(const struct claim_entries *entries, __u32 own)
{
	for (__u32 i = 0; i < XB_INSTANCES_MAX; i++) {
		__u32 word = entries->word[i];

		if (!((word ^ own) & CLAIM_SAME_INSTANCE))
			return (word & CLAIM_MADE_MASK) == CLAIM_MADE ? word : 0;
	}
	return 0;
}

/* Whether the claimer, whose entry is claim, is better than this node. */
static __always_inline bool claim_is_better(__u32 claim, __u32 own, bool outranks_equal)
{
	__u32 priority = claim >> CLAIM_PRIORITY_SHIFT;
	__u32 own_priority = own >> CLAIM_PRIORITY_SHIFT;

	return priority > own_priority || (priority == own_priority && outranks_equal);
}

/* Examines one instance of this node. Returns its bit if it is to be fenced, and the same shifted
 * if its own claim is to be revoked. Not static, like the functions below: the verifier checks each
 * once. */
__noinline __u32 claim_weigh(const struct claim_entries *entries, __u32 index, __u32 outranks_equal)
{
	const struct xb_description *description;
	__u32 zero = 0, own, claim, bits = 0;
	const struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);
	bool gives, closed;

	if (!self || !entries || index >= XB_INSTANCES_MAX)
		return 0;
	description = &self->description[READ_ONCE(self->current) & (XB_DESCRIPTIONS - 1)];
	own = READ_ONCE(*(const word32 *)&description->instances[index]);
	gives = (own & CLAIM_GIVES_MASK) == CLAIM_GIVES;
	closed = closing_word(self) >> index & 1 && READ_ONCE(self->claim_until_ns[index]);
	claim = gives || closed ? claim_find(entries, own) : 0;
	if (!claim)
		return 0;
	if (gives && claim_is_better(claim, own, false))
		bits = 1U << index;
	if (closed && claim_is_better(claim, own, outranks_equal))
		bits |= 1U << index << CLAIM_REVOKED_SHIFT;
	return bits;
}

/* Returns the bit of an instance if its whole group is in bits. */
__noinline __u32 claim_with_group(__u32 index, __u32 bits)
{
	__u32 zero = 0, group;
	const struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);

	if (!self || index >= XB_INSTANCES_MAX)
		return 0;
	group = READ_ONCE(self->claim_group_bits[index]);
	return (group & bits) == group ? group & 1U << index : 0;
}

/* Carries out what a PROBE claims. Revokes even if there is nothing to revoke: the barrier lets the
 * answer report what the daemon had described before it opened an instance. Returns the instances
 * that were fenced. The caller's stack is so large that only one more function fits after this
 * one. */
__noinline __u32 claim_carry_out(const struct claim_entries *entries, __u32 outranks_equal)
{
	__u32 zero = 0, bits = 0, whole = 0;
	struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);

	if (!entries || !self)
		return 0;
	for (__u32 i = 0; i < XB_INSTANCES_MAX; i++)
		bits |= claim_weigh(entries, i, outranks_equal);
	closing_revoke(self, bits >> CLAIM_REVOKED_SHIFT);
	bits &= CLAIM_REVOKED_BIT - 1;
	for (__u32 i = 0; i < XB_INSTANCES_MAX; i++)
		whole |= claim_with_group(i, bits);
	whole &= ~(__u32)READ_ONCE(self->fenced_bits);
	return whole ? guard_fence_for_claim(self, whole) : 0;
}

#endif
