/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Closed instances: their addresses are on an interface, and packets to them are dropped as if they
 * were fenced, but heartbeats do not report it. A claimer closes an instance before it adds its
 * addresses and opens it when the others have yielded; a node that gives an instance up closes it
 * before it reports so (user/kernel/maps/claims.c).
 *
 * closed_bits and revoked_bits are one word. The daemon opens by one compare-and-swap of it, which
 * fails if a bit is revoked. The kernel side revokes a claim when its deadline has passed (here, in
 * every check of the guard), and before it answers a better claim (heartbeat/claim.h). So what an
 * answer says holds although the daemon may be stopped between its last look and its swap. A bit
 * that is revoked too late, for a claim that has ended, only makes the next one fail.
 */
#ifndef BPF_GUARD_CLOSING_H
#define BPF_GUARD_CLOSING_H

#include "bpf/base/maps.h"
#include "bpf/base/word.h"

#define REVOKED_SHIFT 16 /* of revoked_bits in the word of closed_bits */
#define CLOSING_NEVER 0xffffffffffffffffULL /* as a time */

static __always_inline __u32 closing_word(const struct xb_self *self)
{
	return READ_ONCE(*(const word32 *)&self->closed_bits);
}

static __always_inline bool closing_has(__u32 instance_index)
{
	__u32 zero = 0;
	const struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);

	return self && instance_index < XB_INSTANCES_MAX &&
	       closing_word(self) >> instance_index & 1;
}

/* The fetching form is a full barrier: what is read of the daemon afterwards is newer. */
static __always_inline void closing_revoke(struct xb_self *self, __u32 bits)
{
	__u32 fetched = __sync_fetch_and_or((word32 *)&self->closed_bits, bits << REVOKED_SHIFT);

	asm volatile("" ::"r"(fetched) : "memory");
}

/* Revokes the claim of an instance if its deadline has passed. Returns the deadline of one that is
 * pending, otherwise CLOSING_NEVER. Neither this nor the next function is static: the verifier
 * checks each once, not each path through the loop. */
__noinline __u64 closing_check_one(__u32 instance_index, __u64 now_ns)
{
	__u32 zero = 0, word;
	struct xb_self *self = bpf_map_lookup_elem(&xb_self, &zero);
	__u64 until_ns;

	if (!self || instance_index >= XB_INSTANCES_MAX)
		return CLOSING_NEVER;
	/* In the opposite order of the daemon's writes. */
	word = closing_word(self) >> instance_index;
	until_ns = READ_ONCE(self->claim_until_ns[instance_index]);
	if (!until_ns || !(word & 1) || word >> REVOKED_SHIFT & 1)
		return CLOSING_NEVER;
	if (until_ns > now_ns)
		return until_ns;
	closing_revoke(self, 1U << instance_index);
	return CLOSING_NEVER;
}

/* Revokes the claims whose deadline has passed. Returns the earliest deadline of the others, or
 * CLOSING_NEVER. */
__noinline __u64 closing_check(__u64 now_ns)
{
	__u64 earliest_ns = CLOSING_NEVER;

	for (__u32 i = 0; i < XB_INSTANCES_MAX; i++) {
		__u64 until_ns = closing_check_one(i, now_ns);

		if (until_ns < earliest_ns)
			earliest_ns = until_ns;
	}
	return earliest_ns;
}

#endif
