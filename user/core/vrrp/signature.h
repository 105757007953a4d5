/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signs adverts (auth_hmac): the trailer of keepalived 2.4.2 and later, as xbeat/signed.h describes
 * it. The kernel side verifies it.
 */
#ifndef XBEAT_CORE_VRRP_SIGNATURE_H
#define XBEAT_CORE_VRRP_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/signed.h>

#define VRRP_SECRET_BYTES_MIN 32
#define VRRP_SECRET_BYTES_MAX XB_SHA256_BLOCK_BYTES
/* The largest advert, without IP header and trailer. */
#define VRRP_ADVERT_BYTES_MAX (8 + 16 * 255 + 8)

struct vrrp_signing_key {
	uint8_t id;
	struct xb_hmac_key states;
};

/* Computes the states of a secret of at most VRRP_SECRET_BYTES_MAX (RFC 2104: it is not hashed). */
void vrrp_signature_prepare(const uint8_t *secret, size_t bytes, struct xb_hmac_key *states);

/* Returns what may be shown of a key: whether it changed, but not what it is. */
uint64_t vrrp_signature_key_digest(const struct xb_hmac_key *states);

/* Returns a time of CLOCK_REALTIME as a sequence number. */
uint64_t vrrp_sequence_at(uint64_t realtime_ns);

/* Returns how far the clock that made a number is ahead of a time of CLOCK_REALTIME, within 68
 * years; negative: behind. */
int64_t vrrp_sequence_ahead_ns(uint64_t sequence, uint64_t realtime_ns);

/*
 * Returns the sequence number of the next advert: the time, unless a later one was sent.
 * has_last, last: the number before. clock: vrrp_sequence_at() now. window_s: time_window; then a
 * clock that was set back by more than this is followed, because receivers compare with theirs;
 * 0: anti_replay monotonic.
 */
uint64_t vrrp_sequence_next(bool has_last, uint64_t last, uint64_t clock, uint16_t window_s);

/* Makes the trailer of an advert of so many bytes, a multiple of 4 and at most
 * VRRP_ADVERT_BYTES_MAX; whatever its checksum is, it counts as 0. */
void vrrp_signature_make(const struct vrrp_signing_key *key, uint64_t sequence,
			 const struct xb_address *source, const uint8_t *advert, size_t bytes,
			 struct xb_signed_trailer *trailer);

#endif
