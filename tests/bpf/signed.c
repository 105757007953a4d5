/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed adverts for the program under test; see signed.h. */
#include "tests/bpf/signed.h"
#include "tests/bpf/advert.h"
#include "xbeat.skel.h"

#include <string.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

struct xb_signed *signed_state(struct fixture *fixture)
{
	return &fixture->signed_states[VRRP_SLOT];
}

uint64_t signed_sequence(const struct signed_vector *vector)
{
	uint8_t head[SIGNED_HEAD_BYTES];
	uint64_t sequence = 0;

	signed_bytes(vector->head, head);
	for (size_t i = 4; i < SIGNED_HEAD_BYTES; i++)
		sequence = sequence << 8 | head[i];
	return sequence;
}

void signed_set_clock(struct fixture *fixture, uint64_t sequence)
{
	int64_t seconds = (int64_t)(sequence >> 32);
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	signed_state(fixture)->realtime_offset_ns =
		(seconds - now.tv_sec) * NS_PER_S - now.tv_nsec + NS_PER_S / 10;
}

struct vrrp_signing_key signed_key(const char *secret, uint8_t id)
{
	uint8_t bytes[VRRP_SECRET_BYTES_MAX];
	struct vrrp_signing_key key = {.id = id};

	vrrp_signature_prepare(bytes, signed_bytes(secret, bytes), &key.states);
	return key;
}

void signed_add_key(struct fixture *fixture, uint8_t id, const char *secret)
{
	const struct xb_signed_key name = {.slot = VRRP_SLOT, .id = id};
	struct vrrp_signing_key key = signed_key(secret, id);

	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_signed_keys, &name,
					      sizeof(name), &key.states, sizeof(key.states),
					      BPF_ANY),
			 0);
}

void signed_add_peer(struct fixture *fixture, const char *address)
{
	const struct xb_vrrp_peer_key key = {.slot = VRRP_SLOT, .address = address_of(address)};
	const struct xb_signed_mark none = {0};

	fixture_add_unicast_peer(fixture, VRRP_SLOT, address, 0, 255);
	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_signed_marks, &key,
					      sizeof(key), &none, sizeof(none), BPF_ANY),
			 0);
}

/* Around the bytes that a vector has, the IP header that a sender would put. */
static void wrap(const struct signed_vector *vector, const uint8_t *payload, size_t bytes,
		 struct frame *frame)
{
	struct xb_address source = address_of(vector->source);
	struct xb_address destination = address_of(vector->destination);
	bool ipv6 = strchr(vector->source, ':') != NULL;
	size_t header_bytes = ipv6 ? 40 : 20, address_bytes = ipv6 ? 16 : 4;
	uint8_t packet[40 + SIGNED_MESSAGE_BYTES_MAX + XB_SIGNED_TRAILER_BYTES] = {ipv6 ? 0x60
											: 0x45};

	packet[ipv6 ? 5 : 3] = (uint8_t)(ipv6 ? bytes : header_bytes + bytes);
	packet[ipv6 ? 6 : 9] = VRRP_PROTOCOL;
	packet[ipv6 ? 7 : 8] = VRRP_TTL;
	memcpy(packet + header_bytes - 2 * address_bytes, source.bytes + 16 - address_bytes,
	       address_bytes);
	memcpy(packet + header_bytes - address_bytes, destination.bytes + 16 - address_bytes,
	       address_bytes);
	memcpy(packet + header_bytes, payload, bytes);
	advert_wrap(packet, header_bytes + bytes, frame);
	if (!ipv6)
		advert_sign_header(frame);
}

void signed_prepare(struct fixture *fixture, const struct signed_vector *vector,
		    struct frame *frame)
{
	uint8_t payload[SIGNED_MESSAGE_BYTES_MAX + XB_SIGNED_TRAILER_BYTES];
	size_t bytes = signed_bytes(vector->message, payload);
	struct xb_vrrp *entry =
		fixture_serve(fixture, payload[0] >> 4, payload[1], vector->destination);

	bytes += signed_bytes(vector->head, payload + bytes);
	bytes += signed_bytes(vector->tag, payload + bytes);
	wrap(vector, payload, bytes, frame);
	entry->signed_mode = XB_SIGNED_ENFORCE;
	signed_state(fixture)->window_s = SIGNED_WINDOW_S;
	signed_set_clock(fixture, signed_sequence(vector));
	signed_add_key(fixture, payload[bytes - XB_SIGNED_TRAILER_BYTES + 1], vector->secret);
	if (strncmp(vector->destination, "224.", 4) && strncmp(vector->destination, "ff02:", 5))
		signed_add_peer(fixture, vector->source);
}

void signed_build(struct vrrp_message message, const struct vrrp_signing_key *key,
		  uint64_t sequence, struct frame *frame)
{
	uint8_t packet[VRRP_PACKET_BYTES_MAX];
	struct xb_signed_trailer trailer;
	int length;

	assert_int_equal(vrrp_packet_sign(&message, key, sequence, &trailer), 0);
	message.trailer = &trailer;
	length = vrrp_packet_build(&message, packet, sizeof(packet));
	assert_true(length > 0 && length + 14 <= FRAME_BYTES_MAX);
	advert_wrap(packet, (size_t)length, frame);
	if (packet[0] >> 4 == 4)
		advert_sign_header(frame);
}
