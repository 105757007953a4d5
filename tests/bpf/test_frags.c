/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets of an MTU of 9000: the part after the first page is in fragments, which no pointer of the
 * program reaches. */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"

#include <string.h>

#define LARGE_BYTES 8000
#define PORT_OTHER 5001

/* Ethernet, IP and UDP headers of a large packet whose lengths are right. */
static void large_packet(bool ipv6, uint16_t port, struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(ipv6 ? SLOT_IPV6 : SLOT_A, XB_PROBE);
	uint8_t *ip = frame->bytes + 14;
	size_t payload;

	heartbeat.destination_port = port;
	frame_build(&heartbeat, frame);
	for (size_t i = frame->length; i < LARGE_BYTES; i++)
		frame->bytes[i] = (uint8_t)(i * 7);
	frame->length = LARGE_BYTES;
	payload = LARGE_BYTES - 14 - (ipv6 ? 40 : 0);
	ip[ipv6 ? 4 : 2] = (uint8_t)(payload >> 8);
	ip[ipv6 ? 5 : 3] = (uint8_t)payload;
	payload = LARGE_BYTES - frame->udp;
	frame->bytes[frame->udp + 4] = (uint8_t)(payload >> 8);
	frame->bytes[frame->udp + 5] = (uint8_t)payload;
}

static void test_heartbeats_with_a_long_tail_are_answered(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		struct heartbeat heartbeat = heartbeat_from(slot, XB_PROBE);

		heartbeat.padding = LARGE_BYTES - 300;
		frame_build(&heartbeat, &frame);
		assert_true(frame.length > 4096);
		assert_int_equal(fixture_run(fixture, &frame), ACTION_TX);
		assert_int_equal(frame_packet(&frame)->type, XB_REPLY);
		assert_int_equal(frame_packet(&frame)->tag, frame_tag(&frame, heartbeat.key));
	}
	assert_int_equal(fixture_drop_total(fixture), 0);
}

static void test_foreign_packets_pass_unharmed(void **state)
{
	struct fixture *fixture = *state;

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		struct frame frame, result;

		large_packet(ipv6, PORT_OTHER, &frame);
		for (int tcp = 0; tcp < 2; tcp++) {
			if (tcp)
				frame.bytes[frame.network + (ipv6 ? 6 : 9)] = 6;
			result = frame;
			assert_int_equal(fixture_run(fixture, &result), ACTION_PASS);
			assert_memory_equal(result.bytes, frame.bytes, frame.length);
		}
	}
	assert_int_equal(fixture_drop_total(fixture), 0);
}

static void test_large_packets_to_the_port_are_too_long(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		large_packet(ipv6, XB_PORT_DEFAULT, &frame);
		fixture_expect(fixture, &frame, ACTION_DROP, XB_DROP_TOO_LONG);
	}
}

static void test_large_packets_are_fenced(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	large_packet(false, PORT_OTHER, &frame);
	memcpy(frame.bytes + frame.network + 16, (uint8_t[]){10, 0, 0, 50}, 4);
	fixture_guard(fixture, 0, 0, "10.0.0.50", 0, XB_GUARD_FENCED);
	fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
	fixture->self->fencing = XB_FENCING_SOME;
	fixture_expect(fixture, &frame, ACTION_DROP, XB_DROP_FENCED);
}

/* Up to the longest advert that there is: its last addresses are in fragments. */
static void test_long_adverts_are_taken(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_ipv6();
	struct frame frame, wrong;
	uint64_t taken_count = 0;

	fixture_serve(fixture, 3, advert.vrid, advert.destination);
	for (unsigned count = 190; count <= 255; count++) {
		advert.address_count = (uint8_t)count;
		advert_build(&advert, &frame);
		fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
		assert_int_equal(fixture_entry(fixture)->received_count, ++taken_count);
		assert_int_equal(fixture_entry(fixture)->addresses_digest, advert_digest(&advert));
		wrong = frame;
		wrong.bytes[wrong.length - 3] ^= 1;
		fixture_expect(fixture, &wrong, ACTION_DROP, XB_DROP_VRRP_BAD_CHECKSUM);
		wrong = frame;
		wrong.length -= 16;
		fixture_expect(fixture, &wrong, ACTION_DROP, XB_DROP_VRRP_BAD_LENGTH);
	}
	assert_true(frame.length > 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_heartbeats_with_a_long_tail_are_answered),
		FIXTURE_TEST(test_foreign_packets_pass_unharmed),
		FIXTURE_TEST(test_large_packets_to_the_port_are_too_long),
		FIXTURE_TEST(test_large_packets_are_fenced),
		FIXTURE_TEST(test_long_adverts_are_taken),
	};

	return FIXTURE_RUN(tests);
}
