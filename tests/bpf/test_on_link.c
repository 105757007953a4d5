/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Heartbeats leave with TTL 255, and a peer whose PROBEs came with it is held to it and to its
 * link's interface. */
#include "tests/bpf/fixture.h"

static size_t ttl_offset(const struct frame *frame)
{
	return frame->network + (frame->ipv6 ? 7 : 8);
}

/* Sends one. Returns the action. */
static enum action send(struct fixture *fixture, enum xb_packet_type type, uint32_t seq,
			uint8_t ttl)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, type);
	struct frame frame;

	heartbeat.seq = seq;
	heartbeat.ttl = ttl;
	if (type == XB_QUERY || type == XB_ANSWER)
		heartbeat.t1_ns = seq;
	frame_build(&heartbeat, &frame);
	return fixture_run(fixture, &frame);
}

static void expect_refused(struct fixture *fixture, enum xb_packet_type type, uint32_t seq,
			   uint8_t ttl, enum xb_drop reason)
{
	uint64_t count = fixture_drop_count(fixture, reason);
	uint32_t off_link_count = fixture->peers[SLOT_A].off_link_count;

	assert_int_equal(send(fixture, type, seq, ttl), ACTION_DROP);
	assert_int_equal(fixture_drop_count(fixture, reason), count + 1);
	assert_int_equal(fixture->peers[SLOT_A].off_link_count, off_link_count + 1);
}

static void check_answer_ttl(struct fixture *fixture, int slot, uint8_t ttl, uint32_t seq)
{
	struct heartbeat heartbeat = heartbeat_from(slot, XB_PROBE);
	struct frame frame;

	heartbeat.seq = seq;
	heartbeat.ttl = ttl;
	frame_build(&heartbeat, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX);
	assert_int_equal(frame.bytes[ttl_offset(&frame)], 255);
	assert_true(frame.ipv6 || frame_ipv4_checksum_is_right(&frame));
	assert_true(frame_udp_checksum_is_right(&frame));
	assert_int_equal(frame_packet(&frame)->tag, frame_tag(&frame, heartbeat.key));
}

static void test_answers_leave_with_255(void **state)
{
	struct fixture *fixture = *state;

	fixture->peers[SLOT_A].routed = fixture->peers[SLOT_IPV6].routed = 1;
	for (unsigned ttl = 1; ttl <= 255; ttl++) {
		check_answer_ttl(fixture, SLOT_A, (uint8_t)ttl, ttl);
		check_answer_ttl(fixture, SLOT_IPV6, (uint8_t)ttl, ttl);
	}
}

static void set_identification(struct frame *frame, uint16_t identification)
{
	uint8_t *ip = frame->bytes + frame->network;
	uint16_t checksum;

	ip[4] = (uint8_t)(identification >> 8);
	ip[5] = (uint8_t)identification;
	ip[10] = ip[11] = 0;
	checksum = (uint16_t)~internet_fold(internet_sum(0, ip, 20));
	ip[10] = (uint8_t)(checksum >> 8);
	ip[11] = (uint8_t)checksum;
}

/* Headers of all sums. */
static void test_checksum_of_any_header(void **state)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	((struct fixture *)*state)->peers[SLOT_A].routed = 1;
	for (unsigned id = 0; id <= UINT16_MAX; id++) {
		heartbeat.seq++;
		heartbeat.ttl = (uint8_t)(id % 255 + 1);
		frame_build(&heartbeat, &frame);
		set_identification(&frame, (uint16_t)id);
		assert_int_equal(fixture_run(*state, &frame), ACTION_TX);
		assert_true(frame_ipv4_checksum_is_right(&frame));
	}
}

/* An answer does not repair what came damaged. */
static void test_wrong_checksum_stays_wrong(void **state)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	heartbeat.ttl = 64;
	frame_build(&heartbeat, &frame);
	frame.bytes[frame.network + 10] ^= 0x21;
	assert_int_equal(fixture_run(*state, &frame), ACTION_TX);
	assert_false(frame_ipv4_checksum_is_right(&frame));
}

static void test_held_to_255(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];

	assert_int_equal(send(fixture, XB_PROBE, 40, 64), ACTION_TX);
	assert_int_equal(peer->on_link, 0);
	assert_int_equal(send(fixture, XB_PROBE, 41, 255), ACTION_TX);
	assert_int_equal(peer->on_link, 1);
	expect_refused(fixture, XB_PROBE, 42, 254, XB_DROP_BAD_TTL);
	expect_refused(fixture, XB_REPLY, SENT_SEQ, 64, XB_DROP_BAD_TTL);
	expect_refused(fixture, XB_QUERY, 43, 1, XB_DROP_BAD_TTL);
	expect_refused(fixture, XB_ANSWER, 44, 64, XB_DROP_BAD_TTL);
	assert_int_equal(peer->evidence_count, 2);
	assert_int_equal(peer->probe_window.high_seq, 41);
	assert_int_equal(send(fixture, XB_PROBE, 42, 255), ACTION_TX);
	assert_int_equal(fixture->peers[SLOT_B].on_link, 0);
}

/* An older node returns the TTL of a PROBE in its REPLY; and what is no evidence may be of any
 * sender who has recorded it. */
static void test_what_does_not_hold(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];

	assert_int_equal(send(fixture, XB_REPLY, SENT_SEQ, 255), ACTION_DROP);
	assert_int_equal(peer->evidence_count, 1);
	assert_int_equal(peer->on_link, 0);
	assert_int_equal(send(fixture, XB_PROBE, 40, 64), ACTION_TX);
	assert_int_equal(send(fixture, XB_PROBE, 40, 255), ACTION_DROP); /* a replay */
	assert_int_equal(peer->on_link, 0);
	fixture->peers[SLOT_A].probe_sent_seq += 2 * ACK_WINDOW; /* from here on it is not heard */
	assert_int_equal(send(fixture, XB_PROBE, 41, 255), ACTION_TX);
	fixture->self->epoch++;
	assert_int_equal(send(fixture, XB_PROBE, 42, 255), ACTION_TX);
	assert_int_equal(peer->on_link, 0);
}

/* Another version of xbeat, or another path, may follow a restart. */
static void test_a_new_life_begins_anew(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	send(fixture, XB_PROBE, 40, 255);
	heartbeat.sender_epoch++;
	heartbeat.seq = 1;
	heartbeat.ttl = 64;
	frame_build(&heartbeat, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_TX);
	assert_int_equal(fixture->peers[SLOT_A].on_link, 0);
	assert_int_equal(fixture->peers[SLOT_A].evidence_count, 2);
	heartbeat.sender_epoch--; /* the life before is over, whatever its TTL */
	frame_build(&heartbeat, &frame);
	fixture_expect(fixture, &frame, ACTION_DROP, XB_DROP_OLD_EPOCH);
}

static void test_held_to_the_interface(void **state)
{
	struct fixture *fixture = *state;
	struct xb_peer *peer = &fixture->peers[SLOT_A];

	peer->interface_index = INTERFACE_INDEX + 1; /* it never came over its link */
	assert_int_equal(send(fixture, XB_PROBE, 40, 255), ACTION_TX);
	assert_int_equal(peer->on_link, 0);
	peer->interface_index = INTERFACE_INDEX;
	assert_int_equal(send(fixture, XB_PROBE, 41, 255), ACTION_TX);
	assert_int_equal(peer->on_link, 1);
	peer->interface_index = INTERFACE_INDEX + 1;
	expect_refused(fixture, XB_PROBE, 42, 255, XB_DROP_WRONG_INTERFACE);
	peer->interface_index = 0; /* unknown */
	assert_int_equal(send(fixture, XB_PROBE, 42, 255), ACTION_TX);
}

static void test_routed_links_hold_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct xb_peer *peer = &fixture->peers[SLOT_A];

	peer->routed = 1;
	send(fixture, XB_PROBE, 40, 255);
	assert_int_equal(send(fixture, XB_PROBE, 41, 254), ACTION_TX);
	peer->interface_index = INTERFACE_INDEX + 1;
	assert_int_equal(send(fixture, XB_PROBE, 42, 255), ACTION_TX);
	assert_int_equal(peer->evidence_count, 3);
	assert_int_equal(peer->off_link_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_answers_leave_with_255),
		FIXTURE_TEST(test_checksum_of_any_header),
		FIXTURE_TEST(test_wrong_checksum_stays_wrong),
		FIXTURE_TEST(test_held_to_255),
		FIXTURE_TEST(test_what_does_not_hold),
		FIXTURE_TEST(test_a_new_life_begins_anew),
		FIXTURE_TEST(test_held_to_the_interface),
		FIXTURE_TEST(test_routed_links_hold_nothing),
	};

	return FIXTURE_RUN(tests);
}
