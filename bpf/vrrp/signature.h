/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks signed adverts (auth_hmac, xbeat/signed.h), cheap ones first: is there a trailer, its
 * head, its time, its key; then the MAC, and last whether it is a replay. A trailer that is there
 * must be right, whatever the mode of the instance.
 */
#ifndef BPF_VRRP_SIGNATURE_H
#define BPF_VRRP_SIGNATURE_H

#include "bpf/base/event.h"
#include "bpf/base/slot_lock.h"
#include "bpf/vrrp/hmac.h"

#define NS_PER_S 1000000000ULL
#define SIGNATURE_WORDS (XB_SIGNED_TRAILER_BYTES / 4)

/* The trailer as words in this machine's byte order. */
struct signature {
	__u32 head; /* type, key id, reserved */
	__u32 seconds, fraction; /* the sequence number */
	__u32 tag[HMAC_TAG_WORDS];
};

static __always_inline __u64 signature_sequence(const struct signature *signature)
{
	return (__u64)signature->seconds << 32 | signature->fraction;
}

static __always_inline __u8 signature_key_id(const struct signature *signature)
{
	return (__u8)(signature->head >> 16);
}

static __always_inline int signature_copy(const word32 *packet, const void *end,
					  struct vrrp_advert *advert, struct signature *signature)
{
	__u64 sum = 0;

	if ((const void *)(packet + SIGNATURE_WORDS) > end)
		return -1;
	signature->head = bpf_ntohl(packet[0]);
	signature->seconds = bpf_ntohl(packet[1]);
	signature->fraction = bpf_ntohl(packet[2]);
#pragma unroll
	for (int i = 0; i < HMAC_TAG_WORDS; i++)
		signature->tag[i] = bpf_ntohl(packet[HMAC_HEAD_WORDS + i]);
#pragma unroll
	for (int i = 0; i < SIGNATURE_WORDS; i++)
		sum += packet[i];
	advert->trailer_sum = sum;
	return 0;
}

static __always_inline __u32 signature_offset(const struct vrrp_advert *advert)
{
	return (advert->header_offset + vrrp_message_bytes(advert)) & HMAC_OFFSET_MASK;
}

/* Return 0, or -1 if the packet ends before. */
__noinline int signature_read_xdp(struct xdp_md *ctx, struct vrrp_advert *advert,
				  struct signature *signature)
{
	word32 copy[SIGNATURE_WORDS];

	if (!advert || !signature)
		return -1;
	if (!signature_copy(packet_start(ctx) + signature_offset(advert), packet_end(ctx), advert,
			    signature))
		return 0;
	if (packet_load(ctx, signature_offset(advert), copy, sizeof(copy)))
		return -1;
	return signature_copy(copy, copy + SIGNATURE_WORDS, advert, signature);
}

__noinline int signature_read_skb(struct __sk_buff *skb, struct vrrp_advert *advert,
				  struct signature *signature)
{
	if (!advert || !signature)
		return -1;
	return signature_copy(skb_start(skb) + signature_offset(advert), skb_end(skb), advert,
			      signature);
}

static __always_inline int signature_read(struct context context, struct vrrp_advert *advert,
					  struct signature *signature)
{
	return context.skb ? signature_read_skb(context.skb, advert, signature)
			   : signature_read_xdp(context.xdp, advert, signature);
}

/* Whether a trailer follows the message: nothing else has this length. */
static __always_inline bool signature_is_there(const struct vrrp_advert *advert)
{
	return advert->message_bytes_max == vrrp_message_bytes(advert) + XB_SIGNED_TRAILER_BYTES;
}

static __always_inline __u32 signature_now_s(const struct xb_signed *state)
{
	return (__u32)((bpf_ktime_get_ns() + (__u64)READ_ONCE(state->realtime_offset_ns)) /
		       NS_PER_S);
}

static __always_inline int signature_check_head(const struct signature *signature, __u32 now_s,
						__u16 window_s)
{
	if (signature->head >> 24 != XB_SIGNED_TYPE_HMAC_SHA256 || (__u16)signature->head)
		return XB_DROP_VRRP_MALFORMED;
	if (window_s && !xb_signed_is_near(signature->seconds, now_s, window_s))
		return XB_DROP_VRRP_STALE;
	return NO_DROP;
}

static __always_inline int signature_compare(struct context context,
					     const struct vrrp_advert *advert, __u32 slot,
					     const struct signature *signature)
{
	struct xb_signed_key id = {.slot = slot, .id = signature_key_id(signature)};
	const struct xb_hmac_key *key = bpf_map_lookup_elem(&xb_signed_keys, &id);
	struct hmac hmac = {};
	__u32 difference = 0;

	if (!key)
		return XB_DROP_VRRP_UNKNOWN_KEY;
	if (hmac_compute(context, advert, key, &hmac))
		return XB_DROP_VRRP_BAD_LENGTH;
#pragma unroll
	for (int i = 0; i < HMAC_TAG_WORDS; i++)
		difference |= hmac.state[i] ^ signature->tag[i];
	return difference ? XB_DROP_VRRP_INVALID_HMAC : NO_DROP;
}

/* Not static, as are all functions of this file that take a context of one kind: the verifier
 * checks each once, and their stack is in use only while they run. */
__noinline int signature_compare_xdp(struct xdp_md *ctx, const struct vrrp_advert *advert,
				     __u32 slot, const struct signature *signature)
{
	struct context context = {.xdp = ctx};

	if (!advert || !signature)
		return XB_DROP_VRRP_INVALID_HMAC;
	return signature_compare(context, advert, slot, signature);
}

__noinline int signature_compare_skb(struct __sk_buff *skb, const struct vrrp_advert *advert,
				     __u32 slot, const struct signature *signature)
{
	struct context context = {.skb = skb};

	if (!skb || !advert || !signature) /* skb: for the compiler */
		return XB_DROP_VRRP_INVALID_HMAC;
	return signature_compare(context, advert, slot, signature);
}

static __always_inline int signature_check_mac(struct context context,
					       const struct vrrp_advert *advert, __u32 slot,
					       const struct signature *signature)
{
	return context.skb ? signature_compare_skb(context.skb, advert, slot, signature)
			   : signature_compare_xdp(context.xdp, advert, slot, signature);
}

/* The sender's mark, or the one that it may have instead: the oldest. */
static __always_inline struct xb_signed_mark *signature_group_mark(struct xb_signed *state,
								   const __u64 source[2])
{
	struct xb_signed_mark *oldest = &state->marks[0];

#pragma unroll
	for (int i = 0; i < XB_SIGNED_SOURCES_MAX; i++) {
		struct xb_signed_mark *mark = &state->marks[i];

		if (address_is(&mark->source, source))
			return mark;
		if (mark->arrival_ns < oldest->arrival_ns)
			oldest = mark;
	}
	address_store(&oldest->source, source);
	oldest->arrival_ns = 0;
	return oldest;
}

static __always_inline struct xb_signed_mark *
signature_mark(struct xb_signed *state, const struct vrrp_advert *advert, bool unicast, __u32 slot)
{
	struct xb_vrrp_peer_key key = {.slot = slot};

	if (!unicast)
		return signature_group_mark(state, advert->flow.source);
	address_store(&key.address, advert->flow.source);
	return bpf_map_lookup_elem(&xb_signed_marks, &key);
}

/* Of a true advert. Not static, so that its stack is not in use while the MAC is computed. */
__noinline int signature_check_replay(const struct vrrp_advert *advert, __u32 slot,
				      const struct signature *signature)
{
	struct xb_vrrp *entry = bpf_map_lookup_elem(&xb_vrrp, &slot);
	struct xb_signed *state = bpf_map_lookup_elem(&xb_signed, &slot);
	struct xb_signed_mark *mark;
	__u64 sequence;
	bool is_new;

	if (!advert || !entry || !state || !signature)
		return XB_DROP_VRRP_REPLAY;
	sequence = signature_sequence(signature);
	if (!slot_lock(&entry->lock_sequence))
		return XB_DROP_PEER_BUSY;
	mark = signature_mark(state, advert, entry->unicast, slot);
	is_new = mark && xb_signed_is_new(mark, sequence, signature_now_s(state), state->window_s);
	if (is_new) {
		mark->sequence = sequence;
		mark->arrival_ns = bpf_ktime_get_ns();
		mark->key_id = signature_key_id(signature);
		state->accepted_count++;
	}
	slot_unlock(&entry->lock_sequence);
	return is_new ? NO_DROP : XB_DROP_VRRP_REPLAY;
}

/* Counts, and stores the first of a kind for the daemon, which clears is_set for the next. */
__noinline int signature_note(const struct vrrp_advert *advert, __u32 slot, __u32 kind,
			      const struct signature *signature, __s32 skew_s)
{
	struct xb_signed *state = bpf_map_lookup_elem(&xb_signed, &slot);
	struct xb_signed_note *note;
	__u64 now_ns = bpf_ktime_get_ns();

	if (!state || !advert || !signature || kind > XB_SIGNED_SKEW)
		return -1;
	if (kind < XB_SIGNED_REASON_COUNT)
		__sync_fetch_and_add(&state->refused_count[kind], 1);
	note = &state->notes[kind];
	WRITE_ONCE(note->arrival_ns, now_ns);
	if (READ_ONCE(note->is_set))
		return 0;
	address_store(&note->source, advert->flow.source);
	note->skew_s = skew_s;
	note->key_id = signature_key_id(signature);
	WRITE_ONCE(note->is_set, 1);
	return event_peer(XB_EVENT_SIGNED, slot, now_ns, 0);
}

/* Of an advert with a trailer. */
static __always_inline int signature_judge(struct context context, struct vrrp_advert *advert,
					   const struct xb_vrrp *entry, __u32 slot,
					   const struct signature *signature, __u32 now_s,
					   __u16 window_s)
{
	int reason = signature_check_head(signature, now_s, window_s);

	if (reason == NO_DROP)
		reason = signature_check_mac(context, advert, slot, signature);
	if (reason != NO_DROP)
		return reason;
	if (address_is(&entry->own_source, advert->flow.source))
		return XB_DROP_VRRP_OWN;
	return signature_check_replay(advert, slot, signature);
}

/* Of a served instance with a mode; the length of its message has been checked. */
static __always_inline int signature_check(struct context context, struct vrrp_advert *advert,
					   __u32 slot)
{
	const struct xb_vrrp *entry = bpf_map_lookup_elem(&xb_vrrp, &slot);
	const struct xb_signed *state = bpf_map_lookup_elem(&xb_signed, &slot);
	struct signature signature = {};
	int reason = XB_DROP_VRRP_MISSING;
	__u16 window_s;
	__u32 now_s;

	if (!entry || !state)
		return XB_DROP_VRRP_BAD_LENGTH;
	if (!signature_is_there(advert) && entry->signed_mode != XB_SIGNED_ENFORCE)
		return NO_DROP;
	window_s = state->window_s;
	now_s = signature_now_s(state);
	if (signature_is_there(advert)) {
		if (signature_read(context, advert, &signature))
			return XB_DROP_VRRP_BAD_LENGTH;
		reason = signature_judge(context, advert, entry, slot, &signature, now_s, window_s);
	}
	if (reason >= XB_DROP_VRRP_MISSING && reason <= XB_DROP_VRRP_REPLAY)
		signature_note(advert, slot, (__u32)reason - XB_SIGNED_REASON_FIRST, &signature,
			       (__s32)(signature.seconds - now_s));
	else if (reason == NO_DROP && window_s &&
		 !xb_signed_is_near(signature.seconds, now_s, window_s / 2))
		signature_note(advert, slot, XB_SIGNED_SKEW, &signature,
			       (__s32)(signature.seconds - now_s));
	return reason;
}

__noinline int signature_check_xdp(struct xdp_md *ctx, struct vrrp_advert *advert, __u32 slot)
{
	struct context context = {.xdp = ctx};

	return advert ? signature_check(context, advert, slot) : XB_DROP_VRRP_BAD_LENGTH;
}

__noinline int signature_check_skb(struct __sk_buff *skb, struct vrrp_advert *advert, __u32 slot)
{
	struct context context = {.skb = skb};

	return skb && advert ? signature_check(context, advert, slot) : XB_DROP_VRRP_BAD_LENGTH;
}

static __always_inline int signature_check_advert(struct context context,
						  struct vrrp_advert *advert, __u32 slot)
{
	return context.skb ? signature_check_skb(context.skb, advert, slot)
			   : signature_check_xdp(context.xdp, advert, slot);
}

#endif
