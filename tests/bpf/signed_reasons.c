/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets for test_reasons.c: refusals of signed adverts. */
#include "tests/bpf/signed_reasons.h"
#include "tests/bpf/advert.h"
#include "tests/bpf/signed.h"

/* The trailer is the end of the frame. */
static uint8_t *trailer_byte(struct frame *frame, size_t offset)
{
	return frame->bytes + frame->length - XB_SIGNED_TRAILER_BYTES + offset;
}

void vrrp_missing(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	fixture_serve_vrrp(fixture);
	advert_build(&advert, frame);
	fixture->vrrp[VRRP_SLOT].signed_mode = XB_SIGNED_ENFORCE;
}

void vrrp_malformed(struct fixture *fixture, struct frame *frame)
{
	signed_prepare(fixture, &signed_vectors[2], frame);
	*trailer_byte(frame, 3) = 1; /* reserved */
}

void vrrp_unknown_key(struct fixture *fixture, struct frame *frame)
{
	signed_prepare(fixture, &signed_vectors[2], frame);
	*trailer_byte(frame, 1) ^= 1;
}

void vrrp_invalid_hmac(struct fixture *fixture, struct frame *frame)
{
	signed_prepare(fixture, &signed_vectors[2], frame);
	*trailer_byte(frame, XB_SIGNED_TRAILER_BYTES - 1) ^= 1;
}

void vrrp_stale(struct fixture *fixture, struct frame *frame)
{
	signed_prepare(fixture, &signed_vectors[2], frame);
	signed_state(fixture)->realtime_offset_ns += 6000000000;
}

void vrrp_replay(struct fixture *fixture, struct frame *frame)
{
	struct frame copy;

	signed_prepare(fixture, &signed_vectors[2], frame);
	copy = *frame;
	assert_int_equal(fixture_run(fixture, &copy), ACTION_PASS);
}
