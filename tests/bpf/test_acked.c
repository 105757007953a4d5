/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The highest ack that was evidence, and the event when it has reached what the daemon awaits. */
#include "tests/bpf/fixture.h"

static size_t count_events(struct fixture *fixture, enum xb_event_kind kind)
{
	size_t count = 0, total = fixture_events(fixture);

	for (size_t i = 0; i < total; i++)
		count += fixture->events[i].kind == kind && fixture->events[i].slot == SLOT_A;
	return count;
}

/* Sends one with this ack. Returns how often it was reported that an awaited ack was reached. */
static size_t send(struct fixture *fixture, enum xb_packet_type type, uint32_t seq, uint32_t ack)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, type);
	struct frame frame;

	heartbeat.seq = seq;
	heartbeat.ack = ack;
	frame_build(&heartbeat, &frame);
	fixture_run(fixture, &frame);
	return count_events(fixture, XB_EVENT_ACKED);
}

static void test_highest_ack_is_kept(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];

	send(fixture, XB_PROBE, 40, SENT_SEQ - 3);
	assert_int_equal(peer->acked_seq, SENT_SEQ - 3);
	send(fixture, XB_REPLY, SENT_SEQ - 1, SENT_SEQ - 1);
	assert_int_equal(peer->acked_seq, SENT_SEQ - 1);
	send(fixture, XB_PROBE, 41, SENT_SEQ - 2); /* overtaken by the REPLY */
	assert_int_equal(peer->acked_seq, SENT_SEQ - 1);
	assert_int_equal(peer->evidence_count, 3);
}

/* As when a PROBE that left as Backup comes after a REPLY that says Active. */
static void test_an_overtaken_description_is_not_taken(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];
	struct heartbeat late = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	send(fixture, XB_REPLY, SENT_SEQ, SENT_SEQ);
	late.ack = SENT_SEQ - 1;
	late.instances[0].state = XB_INSTANCE_BACKUP;
	frame_build(&late, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX);
	assert_int_equal(peer->evidence_count, 2);
	assert_int_equal(peer->instances[0].state, XB_INSTANCE_ACTIVE);
	late.seq++;
	late.ack = SENT_SEQ;
	frame_build(&late, &frame);
	fixture_run(fixture, &frame);
	assert_int_equal(peer->instances[0].state, XB_INSTANCE_BACKUP);
}

/* A restarted peer has received less than before. */
static void test_a_new_life_is_described_by_any_ack(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat restarted = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	send(fixture, XB_REPLY, SENT_SEQ, SENT_SEQ);
	restarted.sender_epoch++;
	restarted.ack = SENT_SEQ - 1;
	restarted.instances[0].state = XB_INSTANCE_BACKUP;
	frame_build(&restarted, &frame);
	fixture_run(fixture, &frame);
	assert_int_equal(fixture->peers[SLOT_A].instances[0].state, XB_INSTANCE_BACKUP);
}

/* Nothing but evidence says what has arrived. */
static void test_what_is_no_evidence_does_not_count(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];

	fixture->peers[SLOT_A].awaited_seq = SENT_SEQ - 20;
	assert_int_equal(send(fixture, XB_PROBE, 40, SENT_SEQ - ACK_WINDOW - 1), 0);
	assert_int_equal(send(fixture, XB_PROBE, 41, SENT_SEQ + 1), 0); /* never sent */
	assert_int_equal(send(fixture, XB_REPLY, SENT_SEQ, SENT_SEQ + 1), 0);
	fixture->self->epoch++;
	assert_int_equal(send(fixture, XB_PROBE, 42, SENT_SEQ), 0);
	assert_int_equal(peer->acked_seq, 0);
	assert_int_equal(peer->evidence_count, 0);
}

static void test_event_when_the_awaited_is_reached(void **state)
{
	struct fixture *fixture = *state;

	fixture->peers[SLOT_A].awaited_seq = SENT_SEQ - 1;
	assert_int_equal(send(fixture, XB_PROBE, 40, SENT_SEQ - 2), 0);
	assert_int_equal(send(fixture, XB_PROBE, 41, SENT_SEQ - 1), 1);
	assert_int_equal(send(fixture, XB_PROBE, 42, SENT_SEQ - 1), 0); /* no news */
	assert_int_equal(send(fixture, XB_REPLY, SENT_SEQ, SENT_SEQ), 1); /* past it */
	fixture->peers[SLOT_A].probe_sent_seq++;
	fixture->peers[SLOT_A].awaited_seq = 0;
	assert_int_equal(send(fixture, XB_PROBE, 43, SENT_SEQ + 1), 0); /* none is awaited */
	assert_int_equal(fixture->peers[SLOT_A].acked_seq, SENT_SEQ + 1);
}

/* Numbers wrap round; 0 is never sent. */
static void test_wrap(void **state)
{
	struct fixture *fixture = *state;
	struct xb_peer *peer = &fixture->peers[SLOT_A];

	peer->probe_sent_seq = UINT32_MAX;
	peer->awaited_seq = 1;
	assert_int_equal(send(fixture, XB_PROBE, 40, UINT32_MAX), 0);
	assert_int_equal(peer->acked_seq, UINT32_MAX);
	peer->probe_sent_seq = 2;
	assert_int_equal(send(fixture, XB_PROBE, 41, 1), 1);
	assert_int_equal(peer->acked_seq, 1);
}

/* One that is ahead of what was sent is of numbers that have gone back. */
static void test_numbers_set_back(void **state)
{
	struct fixture *fixture = *state;
	struct xb_peer *peer = &fixture->peers[SLOT_A];

	peer->acked_seq = SENT_SEQ + 1000;
	send(fixture, XB_PROBE, 40, SENT_SEQ);
	assert_int_equal(peer->acked_seq, SENT_SEQ);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_highest_ack_is_kept),
		FIXTURE_TEST(test_an_overtaken_description_is_not_taken),
		FIXTURE_TEST(test_a_new_life_is_described_by_any_ack),
		FIXTURE_TEST(test_what_is_no_evidence_does_not_count),
		FIXTURE_TEST(test_event_when_the_awaited_is_reached),
		FIXTURE_TEST(test_wrap),
		FIXTURE_TEST(test_numbers_set_back),
	};

	return FIXTURE_RUN(tests);
}
