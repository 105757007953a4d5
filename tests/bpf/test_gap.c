/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gaps between arrivals of evidence are counted in the right bucket, if adaptive is set. */
#include "tests/bpf/fixture.h"

#include "user/core/phi.h"
#include <bpf/libbpf.h>
#include <string.h>
#include <time.h>

#include "xbeat.skel.h"

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static void put_gaps(struct fixture *fixture, __u32 slot, const struct xb_gap_hist *gaps)
{
	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_gap_hist, &slot,
					      sizeof(slot), gaps, sizeof(*gaps), BPF_ANY),
			 0);
}

static struct xb_gap_hist gaps_of(struct fixture *fixture, __u32 slot)
{
	struct xb_gap_hist gaps;

	assert_int_equal(bpf_map__lookup_elem(fixture->program->maps.xb_gap_hist, &slot,
					      sizeof(slot), &gaps, sizeof(gaps), 0),
			 0);
	return gaps;
}

static uint64_t count_of(struct fixture *fixture, __u32 slot)
{
	struct xb_gap_hist gaps = gaps_of(fixture, slot);
	uint64_t count = 0;

	for (unsigned i = 0; i < XB_GAP_BUCKETS; i++)
		count += gaps.bucket_count[i];
	return count;
}

static void take(struct fixture *fixture, const struct heartbeat *heartbeat, enum action action)
{
	struct frame frame;

	frame_build(heartbeat, &frame);
	fixture_expect_uncounted(fixture, &frame, action);
}

static int reset(void **state)
{
	const struct xb_gap_hist none = {{0}};

	fixture_reset(state);
	for (__u32 slot = 0; slot < (fixture_adaptive ? SLOT_COUNT : 1); slot++)
		put_gaps(*state, slot, &none);
	return 0;
}

/* Sends evidence after a gap, and returns the gap between the times in the slot. */
static uint64_t take_after(struct fixture *fixture, uint64_t gap_ns, uint32_t seq)
{
	struct xb_peer *peer = &fixture->peers[SLOT_B];
	struct heartbeat heartbeat = heartbeat_from(SLOT_B, XB_PROBE);
	uint64_t before_ns = now_ns() - gap_ns;

	heartbeat.seq = seq;
	peer->peer_epoch = PEER_EPOCH;
	peer->last_evidence_ns = before_ns;
	take(fixture, &heartbeat, ACTION_TX);
	assert_in_range(peer->last_evidence_ns, before_ns + gap_ns, now_ns());
	return peer->last_evidence_ns - before_ns;
}

static void test_buckets(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_gap_hist none = {{0}};
	uint32_t seq = 40;

	/* Gaps just above each edge; the run time of the test is part of the gap. */
	for (unsigned bucket = 0; bucket < XB_GAP_BUCKETS; bucket++) {
		uint64_t gap_ns;
		struct xb_gap_hist gaps;

		put_gaps(fixture, SLOT_B, &none);
		gap_ns = take_after(fixture, phi_bucket_start_ns(bucket), seq++);
		gaps = gaps_of(fixture, SLOT_B);
		assert_int_equal(count_of(fixture, SLOT_B), 1);
		assert_int_equal(gaps.bucket_count[phi_bucket(gap_ns)], 1);
	}
	assert_int_equal(count_of(fixture, SLOT_A), 0);
}

/* A clock cannot hit the edges exactly, so gaps of packets are compared in bulk as well. */
static void test_many_gaps(void **state)
{
	struct fixture *fixture = *state;
	struct xb_gap_hist gaps, expected = {{0}};
	uint64_t gap_ns = 1;

	for (uint32_t seq = 40; seq < 400; seq++) {
		expected.bucket_count[phi_bucket(take_after(fixture, gap_ns, seq))]++;
		gap_ns += gap_ns / 12 + 1;
	}
	gaps = gaps_of(fixture, SLOT_B);
	assert_memory_equal(&gaps, &expected, sizeof(gaps));
	assert_true(gaps.bucket_count[XB_GAP_BUCKETS - 1] > 0);
}

static void test_replies_count_with_probes(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat probe = heartbeat_from(SLOT_A, XB_PROBE);
	struct heartbeat reply = heartbeat_from(SLOT_A, XB_REPLY);

	take(fixture, &probe, ACTION_TX); /* the first has no gap */
	assert_int_equal(count_of(fixture, SLOT_A), 0);
	take(fixture, &reply, ACTION_DROP);
	assert_int_equal(count_of(fixture, SLOT_A), 1);
	assert_int_equal(count_of(fixture, SLOT_B), 0);
}

static void test_no_evidence_no_gap(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat probe = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	take(fixture, &probe, ACTION_TX);
	probe.seq++;
	probe.ack = SENT_SEQ - ACK_WINDOW - 1;
	frame_build(&probe, &frame);
	fixture_expect(fixture, &frame, ACTION_TX, XB_DROP_STALE_ACK);
	assert_int_equal(count_of(fixture, SLOT_A), 0);
}

static void test_stamps_out_of_order(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat probe = heartbeat_from(SLOT_A, XB_PROBE);

	fixture->peers[SLOT_A].last_evidence_ns = now_ns() + 10 * NS_PER_SECOND;
	take(fixture, &probe, ACTION_TX);
	assert_int_equal(count_of(fixture, SLOT_A), 0);
}

/* After a restart of the peer. The packet that shows its new epoch need not be evidence. */
static void test_restart_is_no_gap(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat probe = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	take(fixture, &probe, ACTION_TX);
	probe.sender_epoch++;
	probe.seq = 1;
	probe.ack = SENT_SEQ - ACK_WINDOW - 1;
	frame_build(&probe, &frame);
	fixture_expect(fixture, &frame, ACTION_TX, XB_DROP_STALE_ACK);
	probe.seq++;
	probe.ack = SENT_SEQ;
	take(fixture, &probe, ACTION_TX);
	assert_int_equal(count_of(fixture, SLOT_A), 0);
	probe.seq++;
	take(fixture, &probe, ACTION_TX);
	assert_int_equal(count_of(fixture, SLOT_A), 1);
}

static void test_fixed_multiplier_counts_nothing(void **state)
{
	struct fixture *fixture = *state;

	for (uint32_t seq = 40; seq < 44; seq++) {
		struct heartbeat probe = heartbeat_from(SLOT_A, XB_PROBE);

		probe.seq = seq;
		take(fixture, &probe, ACTION_TX);
	}
	assert_int_equal(fixture->peers[SLOT_A].evidence_count, 4);
	assert_int_equal(count_of(fixture, SLOT_A), 0);
}

#define GAP_TEST(function) cmocka_unit_test_setup(function, reset)

int main(void)
{
	const struct CMUnitTest adaptive[] = {
		GAP_TEST(test_buckets),
		GAP_TEST(test_many_gaps),
		GAP_TEST(test_replies_count_with_probes),
		GAP_TEST(test_no_evidence_no_gap),
		GAP_TEST(test_stamps_out_of_order),
		GAP_TEST(test_restart_is_no_gap),
	};
	const struct CMUnitTest fixed[] = {
		GAP_TEST(test_fixed_multiplier_counts_nothing),
	};
	int failures;

	fixture_adaptive = true;
	failures = FIXTURE_RUN(adaptive);
	fixture_adaptive = false;
	return failures + FIXTURE_RUN(fixed);
}
