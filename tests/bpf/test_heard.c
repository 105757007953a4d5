/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A PROBE from a node that does not hear this one is no evidence, but counts as heard; only some of
 * its contents are stored. */
#include "tests/bpf/fixture.h"

#include <string.h>
#include <time.h>

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static struct heartbeat probe_without_hearing_us(void)
{
	struct heartbeat probe = heartbeat_from(SLOT_A, XB_PROBE);

	probe.ack = SENT_SEQ - ACK_WINDOW - 1;
	probe.daemon_age_us = 5;
	return probe;
}

static void expect_heard(struct fixture *fixture, const struct heartbeat *probe)
{
	const struct xb_peer *peer = &fixture->peers[SLOT_A];
	uint64_t before_ns = now_ns();
	struct frame frame;

	frame_build(probe, &frame);
	fixture_expect(fixture, &frame, ACTION_TX, XB_DROP_STALE_ACK);
	assert_in_range(peer->last_heard_ns, before_ns, now_ns());
}

static void expect_evidence(struct fixture *fixture, const struct heartbeat *probe)
{
	struct frame frame;

	frame_build(probe, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_TX);
	assert_int_equal(fixture->peers[SLOT_A].last_heard_ns,
			 fixture->peers[SLOT_A].last_evidence_ns);
}

static void test_heard_is_no_evidence(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];
	struct heartbeat probe = probe_without_hearing_us();

	expect_heard(fixture, &probe);
	assert_int_equal(peer->last_evidence_ns, 0);
	assert_int_equal(peer->last_probe_ns, 0);
	assert_int_equal(peer->evidence_count, 0);
	assert_int_equal(peer->probe_received_count, 0);
	/* Only set by evidence: the age of this PROBE is unknown. */
	assert_int_equal(peer->daemon_age_us, 0);
	probe = heartbeat_from(SLOT_A, XB_PROBE);
	probe.seq = probe_without_hearing_us().seq + 1;
	expect_evidence(fixture, &probe);
}

static void test_contents_are_stored(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];
	struct heartbeat probe = probe_without_hearing_us();

	probe.node_state = XB_NODE_DRAINING;
	expect_heard(fixture, &probe);
	assert_int_equal(peer->node_state, XB_NODE_DRAINING);
	assert_memory_equal(peer->instances, probe.instances, sizeof(peer->instances));
	assert_int_equal(peer->instances_digest, instances_digest(probe.instances, key_old));
	assert_int_equal(fixture_events(fixture), 2);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_PEER_EPOCH);
	assert_int_equal(fixture->events[1].kind, XB_EVENT_PEER_CHANGED);
	assert_int_equal(fixture->events[1].arrival_ns, peer->last_heard_ns);
	probe.seq++;
	expect_heard(fixture, &probe);
	assert_int_equal(fixture_events(fixture), 0);
	probe.seq++;
	probe.instances[0].state = XB_INSTANCE_BACKUP;
	expect_heard(fixture, &probe);
	assert_int_equal(fixture_events(fixture), 1);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_PEER_CHANGED);
}

/* An overtaken PROBE has outdated contents. */
static void test_only_the_newest_is_stored(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];
	struct heartbeat probe = probe_without_hearing_us();
	struct heartbeat late = probe_without_hearing_us();

	expect_heard(fixture, &probe);
	fixture_events(fixture);
	late.seq--;
	late.node_state = XB_NODE_STOPPING;
	late.instances[0].state = XB_INSTANCE_INITIALIZE;
	expect_heard(fixture, &late);
	assert_int_equal(peer->node_state, XB_NODE_RUNNING);
	assert_int_equal(peer->instances[0].state, XB_INSTANCE_ACTIVE);
	assert_int_equal(fixture_events(fixture), 0);
}

/* Another node takes over a fenced node's addresses, so fenced bits need evidence. Clearing them
 * does not. */
static void test_fences_are_only_lifted(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];
	struct heartbeat evidence = heartbeat_from(SLOT_A, XB_PROBE);
	struct heartbeat probe = probe_without_hearing_us();

	probe.fenced_bits = 3;
	expect_heard(fixture, &probe);
	assert_int_equal(peer->fenced_bits, 0);
	evidence.fenced_bits = 6;
	evidence.seq = probe.seq + 1;
	expect_evidence(fixture, &evidence);
	assert_int_equal(peer->fenced_bits, 6);
	probe.seq += 2;
	expect_heard(fixture, &probe);
	assert_int_equal(peer->fenced_bits, 2);
}

/* Not heard: a PROBE to another epoch of ours, a second one with the same seq, a REPLY. */
static void test_packets_that_do_not_count_as_heard(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];
	struct heartbeat probe = probe_without_hearing_us();
	struct heartbeat reply = heartbeat_from(SLOT_A, XB_REPLY);
	struct frame frame;

	probe.addressee_epoch = OWN_EPOCH - 1;
	frame_build(&probe, &frame);
	fixture_expect(fixture, &frame, ACTION_TX, XB_DROP_WRONG_EPOCH);
	assert_int_equal(peer->node_state, XB_NODE_STARTING);
	probe.addressee_epoch = OWN_EPOCH;
	frame_build(&probe, &frame);
	fixture_expect(fixture, &frame, ACTION_DROP, XB_DROP_REPLAY);
	frame_build(&reply, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_DROP);
	assert_int_equal(peer->last_heard_ns, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_heard_is_no_evidence),
		FIXTURE_TEST(test_contents_are_stored),
		FIXTURE_TEST(test_only_the_newest_is_stored),
		FIXTURE_TEST(test_fences_are_only_lifted),
		FIXTURE_TEST(test_packets_that_do_not_count_as_heard),
	};

	return FIXTURE_RUN(tests);
}
