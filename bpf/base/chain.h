/* SPDX-License-Identifier: GPL-2.0-only */
/* Hands what the XDP program passes to the next program of the interface, if it has one. */
#ifndef BPF_BASE_CHAIN_H
#define BPF_BASE_CHAIN_H

#include "bpf/base/maps.h"
#include "bpf/base/word.h"

/* A tail call does not return, unless there is no program in the slot. With a constant slot the
 * kernel makes it a direct jump: an indirect one takes 15 ns more where it is a retpoline. */
#define CHAIN_TRY(slot)                                                                            \
	if ((slot) >= count)                                                                       \
		return XDP_PASS;                                                                   \
	if (READ_ONCE(chain->interface_index[slot]) == interface_index) {                          \
		bpf_tail_call_static(ctx, programs, slot);                                         \
		return XDP_PASS;                                                                   \
	}

/* Without a next program on any interface, this costs a load and a comparison. */
static __always_inline int chain_pass(struct xdp_md *ctx, const void *programs)
{
	__u32 zero = 0, interface_index, count;
	const struct xb_chain *chain = bpf_map_lookup_elem(&xb_chain, &zero);

	if (!chain)
		return XDP_PASS;
	count = READ_ONCE(chain->count);
	if (!count)
		return XDP_PASS;
	interface_index = ctx->ingress_ifindex;
	CHAIN_TRY(0)
	CHAIN_TRY(1)
	CHAIN_TRY(2)
	CHAIN_TRY(3)
	CHAIN_TRY(4)
	CHAIN_TRY(5)
	CHAIN_TRY(6)
	CHAIN_TRY(7)
	CHAIN_TRY(8)
	CHAIN_TRY(9)
	CHAIN_TRY(10)
	CHAIN_TRY(11)
	CHAIN_TRY(12)
	CHAIN_TRY(13)
	CHAIN_TRY(14)
	CHAIN_TRY(15)
	return XDP_PASS;
}

_Static_assert(XB_CHAIN_MAX == 16, "as many as are tried");

#endif
