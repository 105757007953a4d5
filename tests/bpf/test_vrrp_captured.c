/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole adverts, as keepalived sends them (tests/captured.h) and as user/core/vrrp/packet.c builds
 * them: all are accepted, damaged ones are not. */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"

#include "tests/captured_message.h"
#include "user/core/vrrp/packet.h"
#include <stdlib.h>
#include <string.h>

#define MUTATIONS 4000 /* of each */
#define SEED 20231012

static uint32_t random_state;

/* The same numbers in every run (xorshift; Marsaglia, 2003). */
static uint32_t random_number(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state;
}

static void serve(struct fixture *fixture, const struct captured *captured)
{
	fixture_serve(fixture, captured->version, captured->vrid, captured->destination);
	if (captured->unicast)
		fixture_add_unicast_peer(fixture, VRRP_SLOT, captured->source, 64, 255);
	fixture_set_password(fixture, captured->password);
}

static void expect_taken(struct fixture *fixture, const struct captured *captured,
			 const struct frame *frame)
{
	const struct xb_vrrp *entry = fixture_entry(fixture);
	struct xb_address addresses[CAPTURED_ADDRESSES_MAX];
	struct vrrp_message message = captured_message(captured, addresses);

	print_message("    %s\n", captured->what);
	fixture_expect_uncounted(fixture, frame, ACTION_PASS);
	assert_int_equal(entry->received_count, 1);
	assert_memory_equal(&entry->source, &message.source, sizeof(message.source));
	assert_int_equal(entry->version, captured->version);
	assert_int_equal(entry->priority, captured->priority);
	assert_int_equal(entry->interval_cs, captured->interval_cs);
	assert_int_equal(entry->address_count, message.address_count);
	assert_int_equal(entry->pseudo_header, captured->version == 3);
	assert_int_equal(entry->addresses_digest,
			 vrrp_addresses_digest(addresses, message.address_count));
}

static void test_accepts_what_keepalived_sent(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < CAPTURED_COUNT; i++) {
		const struct captured *captured = &captured_adverts[i];
		struct frame frame;

		fixture_reset(state);
		serve(fixture, captured);
		advert_wrap(captured->bytes, captured->length, &frame);
		expect_taken(fixture, captured, &frame);
	}
}

/* Builds the same advert with xbeat's own code. */
static void build(const struct captured *captured, struct frame *frame)
{
	struct xb_address addresses[CAPTURED_ADDRESSES_MAX];
	struct vrrp_message message = captured_message(captured, addresses);
	uint8_t packet[VRRP_PACKET_BYTES_MAX];
	int length;

	length = vrrp_packet_build(&message, packet, sizeof(packet));
	assert_true(length > 0);
	advert_wrap(packet, (size_t)length, frame);
	if (!frame->ipv6)
		advert_sign_header(frame); /* as the kernel does when it sends */
}

static void test_accepts_what_xbeat_sends(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < CAPTURED_COUNT; i++) {
		const struct captured *captured = &captured_adverts[i];
		struct frame frame;

		build(captured, &frame);
		fixture_reset(state);
		serve(fixture, captured);
		expect_taken(fixture, captured, &frame);
	}
}

/* Changes bits of one 16-bit word, which every checksum detects (changes of two words may cancel
 * out); then perhaps cuts or lengthens. Returns whether the IP packet changed. */
static bool mutilate(struct frame *frame, size_t ip_bytes)
{
	const struct frame before = *frame;
	size_t ip_end = frame->network + ip_bytes;
	size_t word = frame->network + random_number() % (ip_bytes / 2) * 2;

	for (uint32_t bits = random_number() % 5; bits > 0; bits--)
		frame->bytes[word + random_number() % 2] ^= (uint8_t)(1 << random_number() % 8);
	if (random_number() % 4 == 0)
		frame->length = random_number() % frame->length;
	else if (random_number() % 4 == 0)
		frame->length += random_number() % 100;
	return frame->length < ip_end || memcmp(before.bytes, frame->bytes, ip_end) != 0;
}

/* Fields that no checksum covers, or that may differ harmlessly. */
static bool has_same_contents(const struct frame *frame, const struct frame *good)
{
	const uint8_t *ip = frame->bytes + frame->network, *other = good->bytes + good->network;

	if (frame->length < good->length)
		return false;
	if (!frame->ipv6) /* first the addresses, then the message */
		return memcmp(ip + 12, other + 12, good->length - good->network - 12) == 0;
	return memcmp(ip + 8, other + 8, good->length - good->network - 8) == 0;
}

/* Random damage: an accepted advert has the contents of the undamaged one; others are passed or
 * dropped. */
static void test_damaged_adverts_are_not_accepted(void **state)
{
	struct fixture *fixture = *state;

	random_state = SEED;
	for (size_t i = 0; i < CAPTURED_COUNT; i++) {
		const struct captured *captured = &captured_adverts[i];
		size_t damaged_count = 0;
		struct frame good;

		fixture_reset(state);
		serve(fixture, captured);
		advert_wrap(captured->bytes, captured->length, &good);
		for (int round = 0; round < MUTATIONS; round++) {
			uint64_t received_count = fixture_entry(fixture)->received_count;
			struct frame frame = good;
			bool damaged = mutilate(&frame, captured->length);
			struct frame sent = frame;
			enum action action;

			if (frame.length < 14)
				continue; /* no Ethernet frame: a test run refuses it */
			action = fixture_run(fixture, &frame);
			assert_true(action == ACTION_PASS || action == ACTION_DROP);
			damaged_count += damaged;
			if (fixture_entry(fixture)->received_count != received_count)
				assert_true(has_same_contents(&sent, &good));
			else
				assert_true(damaged);
		}
		assert_true(damaged_count > MUTATIONS / 2);
	}
}

/* Random fields with right checksums, in frames that are often cut: exactly the whole adverts are
 * accepted. */
static void test_random_messages(void **state)
{
	struct fixture *fixture = *state;
	uint64_t taken_count = 0;

	random_state = SEED;
	fixture_serve_vrrp(fixture);
	for (int round = 0; round < 2 * MUTATIONS; round++) {
		struct advert advert = advert_default();
		size_t promised, held;
		struct frame frame;
		bool right;

		advert.version = random_number() % 2 ? 3 : (uint8_t)(random_number() % 16);
		advert.type = random_number() % 2 ? 1 : (uint8_t)(random_number() % 16);
		advert.ttl = random_number() % 2 ? 255 : (uint8_t)random_number();
		advert.address_count = (uint8_t)random_number();
		advert.interval_cs = (uint16_t)(random_number() % 4 ? random_number() : 0);
		advert.checksum = random_number() % 2 ? CHECKSUM_PLAIN : CHECKSUM_PSEUDO_HEADER;
		promised = 8 + 4u * advert.address_count;
		advert_build(&advert, &frame);
		held = random_number() % (2 * promised);
		frame.length = frame.udp + (held < promised ? held : promised);
		right = held >= promised && advert.address_count && advert.version == 3 &&
			advert.type == 1 && advert.ttl == 255 && advert.interval_cs & 0xfff;
		fixture_run(fixture, &frame);
		taken_count += right;
		assert_int_equal(fixture_entry(fixture)->received_count, taken_count);
	}
	assert_true(taken_count > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_accepts_what_keepalived_sent),
		FIXTURE_TEST(test_accepts_what_xbeat_sends),
		FIXTURE_TEST(test_damaged_adverts_are_not_accepted),
		FIXTURE_TEST(test_random_messages),
	};

	return FIXTURE_RUN(tests);
}
