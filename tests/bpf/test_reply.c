/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A REPLY is evidence only as the first answer to a PROBE that was sent, for the present epoch of
 * this node. */
#include "tests/bpf/fixture.h"

#include <bpf/bpf.h>
#include <string.h>
#include <time.h>

#include "xbeat.skel.h"

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static struct xb_rtt_hist histogram_of(struct fixture *fixture, __u32 slot)
{
	struct xb_rtt_hist histogram;

	assert_int_equal(bpf_map__lookup_elem(fixture->program->maps.xb_rtt_hist, &slot,
					      sizeof(slot), &histogram, sizeof(histogram), 0),
			 0);
	return histogram;
}

static void expect_taken(struct fixture *fixture, const struct heartbeat *heartbeat)
{
	struct frame frame;

	frame_build(heartbeat, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_DROP);
}

static void expect_refused(struct fixture *fixture, const struct heartbeat *heartbeat,
			   enum xb_drop reason)
{
	struct frame frame;

	frame_build(heartbeat, &frame);
	fixture_expect(fixture, &frame, ACTION_DROP, reason);
}

static void test_stores_evidence(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_IPV6, XB_REPLY);
	const struct xb_peer *peer = &fixture->peers[SLOT_IPV6];
	uint64_t before_ns = now_ns();

	expect_taken(fixture, &heartbeat);
	assert_in_range(peer->last_evidence_ns, before_ns, now_ns());
	assert_int_equal(peer->last_reply_ns, peer->last_evidence_ns);
	assert_int_equal(peer->last_probe_ns, 0);
	assert_int_equal(peer->evidence_count, 1);
	assert_int_equal(peer->reply_received_count, 1);
	assert_int_equal(peer->probe_received_count, 0);
	assert_int_equal(peer->peer_epoch, PEER_EPOCH);
	assert_int_equal(peer->peer_knows_epoch, OWN_EPOCH);
	assert_int_equal(peer->reply_window.high_seq, SENT_SEQ);
	assert_int_equal(peer->probe_window.seen_bits, 0);
	assert_int_equal(peer->lock_sequence, 2);
	assert_memory_equal(peer->instances, heartbeat.instances, sizeof(peer->instances));
}

static void test_round_trip_time(void **state)
{
	struct fixture *fixture = *state;
	static const uint64_t ago_ns[] = {3000000, 50000000, 1000000};
	struct heartbeat heartbeat = heartbeat_from(SLOT_B, XB_REPLY);
	const struct xb_peer *peer = &fixture->peers[SLOT_B];
	uint64_t lowest_ns = UINT64_MAX;
	uint64_t highest_ns = 0;
	struct xb_rtt_hist expected = {{0}};
	struct xb_rtt_hist histogram;

	for (size_t i = 0; i < 3; i++) {
		heartbeat.seq = SENT_SEQ - (uint32_t)i;
		heartbeat.t1_ns = now_ns() - ago_ns[i];
		expect_taken(fixture, &heartbeat);
		assert_int_equal(peer->rtt_last_ns, peer->last_reply_ns - heartbeat.t1_ns);
		lowest_ns = peer->rtt_last_ns < lowest_ns ? peer->rtt_last_ns : lowest_ns;
		highest_ns = peer->rtt_last_ns > highest_ns ? peer->rtt_last_ns : highest_ns;
		expected.bucket_count[63 - __builtin_clzll(peer->rtt_last_ns)]++;
	}
	assert_int_equal(peer->rtt_min_ns, lowest_ns);
	assert_int_equal(peer->rtt_max_ns, highest_ns);
	histogram = histogram_of(fixture, SLOT_B);
	assert_memory_equal(&histogram, &expected, sizeof(expected));
}

static void test_histogram_ends(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_REPLY);
	struct xb_rtt_hist histogram;

	heartbeat.t1_ns = now_ns() - 100ull * 1000000000; /* more than 2^32 ns */
	expect_taken(fixture, &heartbeat);
	heartbeat.seq--;
	heartbeat.t1_ns = now_ns() + 1000000000; /* not of this clock */
	expect_taken(fixture, &heartbeat);
	histogram = histogram_of(fixture, SLOT_A);
	assert_int_equal(histogram.bucket_count[XB_RTT_BUCKETS - 1], 1);
	for (size_t i = 0; i < XB_RTT_BUCKETS - 1; i++)
		assert_int_equal(histogram.bucket_count[i], 0);
	assert_int_equal(fixture->peers[SLOT_A].reply_received_count, 2);
}

static void test_only_first_answer_counts(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_REPLY);

	expect_taken(fixture, &heartbeat);
	expect_refused(fixture, &heartbeat, XB_DROP_REPLAY);
	heartbeat.seq = SENT_SEQ - 3; /* overtaken on the way */
	expect_taken(fixture, &heartbeat);
	expect_refused(fixture, &heartbeat, XB_DROP_REPLAY);
	assert_int_equal(fixture->peers[SLOT_A].evidence_count, 2);
}

static void test_seq_must_have_been_sent(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_REPLY);

	heartbeat.seq = SENT_SEQ + 1;
	expect_refused(fixture, &heartbeat, XB_DROP_UNASKED_REPLY);
	heartbeat.seq = SENT_SEQ - XB_WINDOW_BITS;
	expect_refused(fixture, &heartbeat, XB_DROP_OLD_SEQ);
	heartbeat.seq = SENT_SEQ - XB_WINDOW_BITS + 1;
	expect_taken(fixture, &heartbeat);
	fixture->peers[SLOT_A].probe_sent_seq = 0; /* nothing sent yet */
	heartbeat.seq = 0;
	heartbeat.ack = 0;
	expect_refused(fixture, &heartbeat, XB_DROP_UNASKED_REPLY);
}

static void test_sent_seq_wraps(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_REPLY);

	fixture->peers[SLOT_A].probe_sent_seq = 2;
	heartbeat.seq = UINT32_MAX;
	heartbeat.ack = UINT32_MAX;
	expect_taken(fixture, &heartbeat);
	heartbeat.seq = 2;
	expect_taken(fixture, &heartbeat);
	heartbeat.seq = UINT32_MAX;
	expect_refused(fixture, &heartbeat, XB_DROP_REPLAY);
}

static void test_ack_must_be_recent(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_REPLY);

	heartbeat.ack = SENT_SEQ - ACK_WINDOW - 1;
	expect_refused(fixture, &heartbeat, XB_DROP_STALE_ACK);
	heartbeat.ack = SENT_SEQ + 1;
	expect_refused(fixture, &heartbeat, XB_DROP_STALE_ACK);
	heartbeat.ack = SENT_SEQ - ACK_WINDOW; /* the refused ones did not mark the seq */
	expect_taken(fixture, &heartbeat);
}

static void test_epochs(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_REPLY);

	heartbeat.addressee_epoch = OWN_EPOCH - 1;
	expect_refused(fixture, &heartbeat, XB_DROP_WRONG_EPOCH);
	assert_int_equal(fixture->peers[SLOT_A].evidence_count, 0);
	assert_int_equal(fixture->peers[SLOT_A].peer_knows_epoch, 0);
	heartbeat.addressee_epoch = OWN_EPOCH;
	heartbeat.sender_epoch = PEER_EPOCH + 1;
	fixture->peers[SLOT_A].probe_window = (struct xb_window){.seen_bits = 7, .high_seq = 9};
	expect_taken(fixture, &heartbeat);
	assert_int_equal(fixture->peers[SLOT_A].probe_window.seen_bits, 0);
	assert_int_equal(fixture_events(fixture), 3);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_PEER_EPOCH);
	assert_int_equal(fixture->events[1].kind, XB_EVENT_PEER_EPOCH);
	assert_int_equal(fixture->events[1].epoch, PEER_EPOCH + 1);
	assert_int_equal(fixture->events[2].kind, XB_EVENT_PEER_CHANGED);
	heartbeat.sender_epoch = PEER_EPOCH;
	heartbeat.seq--;
	expect_refused(fixture, &heartbeat, XB_DROP_OLD_EPOCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_stores_evidence),
		FIXTURE_TEST(test_round_trip_time),
		FIXTURE_TEST(test_histogram_ends),
		FIXTURE_TEST(test_only_first_answer_counts),
		FIXTURE_TEST(test_seq_must_have_been_sent),
		FIXTURE_TEST(test_sent_seq_wraps),
		FIXTURE_TEST(test_ack_must_be_recent),
		FIXTURE_TEST(test_epochs),
	};

	return FIXTURE_RUN(tests);
}
