/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Signed adverts: the trailer that keepalived 2.4.2 and later put after the message (auth_hmac,
 * draft-cassen-vrrp-auth-hmac), the maps of its keys and of what was received, and the rules of
 * its sequence numbers, which protect from replay.
 */
#ifndef XBEAT_SIGNED_H
#define XBEAT_SIGNED_H

#include <xbeat/map.h>
#include <xbeat/sha256.h>

#define XB_SIGNED_TRAILER_BYTES 28
#define XB_SIGNED_TYPE_HMAC_SHA256 1
#define XB_SIGNED_TAG_BYTES 16
/* The first part of the signed text, before the message: family (4, 6), version, VRID, 0, and 16
 * bytes of the source (IPv4: 4, then zeros). */
#define XB_SIGNED_PSEUDO_WORDS 5
#define XB_SIGNED_SOURCES_MAX 4 /* of a group, whose sequence numbers are remembered */
#define XB_SIGNED_KEYS_MAX 4096 /* of all instances */

/* All fields are big-endian. */
struct xb_signed_trailer {
	__u8 type;
	__u8 key_id;
	__u8 reserved[2]; /* 0 */
	__u8 sequence[8]; /* seconds of UTC (32 bits), 1/65536 seconds (16), counter (16) */
	__u8 tag[XB_SIGNED_TAG_BYTES]; /* the first half of the MAC */
};

_Static_assert(sizeof(struct xb_signed_trailer) == XB_SIGNED_TRAILER_BYTES, "no padding");

enum xb_signed_mode {
	XB_SIGNED_NONE = 0, /* no auth_hmac */
	XB_SIGNED_RECEIVE_ONLY, /* signatures are checked, unsigned adverts accepted; signs none */
	XB_SIGNED_PERMISSIVE, /* the same, but signs */
	XB_SIGNED_ENFORCE, /* signs, and accepts only signed adverts */
	XB_SIGNED_MODE_COUNT
};

/* Why a signed instance refused an advert: the reasons of enum xb_drop from this one on. */
#define XB_SIGNED_REASON_FIRST XB_DROP_VRRP_MISSING
#define XB_SIGNED_REASON_COUNT (XB_DROP_VRRP_REPLAY - XB_DROP_VRRP_MISSING + 1)
#define XB_SIGNED_SKEW XB_SIGNED_REASON_COUNT /* accepted, but more than half the window off */

/* xb_signed_keys: hash from an instance's key to its states. */
struct xb_signed_key {
	__u32 slot; /* of xb_vrrp */
	__u32 id; /* 1..255 */
};

/* The last sequence number that was accepted from a sender. */
struct xb_signed_mark {
	struct xb_address source;
	__u64 sequence;
	__u64 arrival_ns; /* 0: none */
	__u8 key_id;
	__u8 pad[7];
};

/* Of a kind of refusal, or of the skew: the last time, and the sender that was reported. */
struct xb_signed_note {
	__u64 arrival_ns; /* K: of the last one */
	struct xb_address source;
	__s32 skew_s; /* its clock minus ours */
	__u8 key_id;
	__u8 is_set; /* K sets it, D clears it: later ones of this kind are only counted */
	__u8 pad[2];
};

/* xb_signed: array, BPF_F_MMAPABLE, XB_VRRP_SLOTS_MAX, with the slots of xb_vrrp. It outlives a
 * daemon, so that neither a reload nor a restart opens the way for a replay. */
struct xb_signed {
	__s64 realtime_offset_ns; /* D: CLOCK_REALTIME - CLOCK_MONOTONIC */
	__u64 sent_sequence; /* D */
	__u8 has_sent; /* D */
	__u8 in_use; /* D: the instance has had auth_hmac, so that it may have keys and marks */
	__u16 window_s; /* D: 0: anti_replay monotonic */
	__u32 pad2;
	__u64 accepted_count; /* K */
	__u64 refused_count[XB_SIGNED_REASON_COUNT]; /* K */
	struct xb_signed_note notes[XB_SIGNED_REASON_COUNT + 1]; /* K */
	/* K, under the lock of the slot of xb_vrrp; only true adverts enter. Peers of unicast
	 * instances have theirs in xb_signed_marks. */
	struct xb_signed_mark marks[XB_SIGNED_SOURCES_MAX];
};

/* Whether two times are at most window_s apart; seconds of UTC modulo 2^32. */
static inline __attribute__((always_inline)) int xb_signed_is_near(__u32 seconds, __u32 now_s,
								   __u16 window_s)
{
	__u32 ahead = seconds - now_s;

	return ahead <= window_s || 0 - ahead <= window_s;
}

/* Serial number arithmetic (RFC 1982). */
static inline __attribute__((always_inline)) int xb_signed_is_after(__u64 sequence, __u64 mark)
{
	return (__s64)(sequence - mark) > 0;
}

/* Whether a true advert is not a replay. window_s 0: monotonic. A mark that is out of the window is
 * of another clock: one that was set since, on either side. */
static inline __attribute__((always_inline)) int
xb_signed_is_new(const struct xb_signed_mark *mark, __u64 sequence, __u32 now_s, __u16 window_s)
{
	return !mark->arrival_ns ||
	       (window_s && !xb_signed_is_near((__u32)(mark->sequence >> 32), now_s, window_s)) ||
	       xb_signed_is_after(sequence, mark->sequence);
}

#endif
