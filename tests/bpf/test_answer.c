/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ANSWER is reported to the daemon once, if it was requested recently; it is no evidence. */
#include "tests/bpf/fixture.h"

#include <arpa/inet.h>
#include <endian.h>
#include <string.h>
#include <time.h>

#define NS_PER_MS 1000000ull
#define NS_PER_SECOND 1000000000ull

#define NODE_IPV6 3

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static struct heartbeat answer_from(int slot, uint16_t subject_id)
{
	struct heartbeat answer = heartbeat_from(slot, XB_ANSWER);

	answer.t1_ns = now_ns();
	memset(&answer.view, 0, sizeof(answer.view));
	answer.view = (struct xb_view){
		.subject_id = htons(subject_id),
		.subject_state = XB_NODE_STOPPING,
		.subject_daemon_age_us = htonl(0x01020304),
		.subject_epoch = htobe64(0x0102030405060708),
		.subject_fenced_bits = htons(0x0102),
	};
	for (uint32_t link = 0; link < XB_LINKS_MAX; link++) {
		answer.view.evidence_age_us[link] = htonl(0x01000000 + link);
		answer.view.heard_age_us[link] = htonl(0x02000000 + link);
	}
	return answer;
}

/* Consumed, and reported to the daemon once. */
static void expect_reported(struct fixture *fixture, const struct heartbeat *answer)
{
	struct frame frame;

	frame_build(answer, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_DROP);
	assert_int_equal(fixture_events(fixture), 1);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_ANSWER);
	assert_int_equal(fixture->events[0].answer.t1_ns, answer->t1_ns);
}

static void test_answer_is_reported(void **state)
{
	struct fixture *fixture = *state;

	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		struct heartbeat answer = answer_from(slot, 0x0102);
		const struct xb_event *event = &fixture->events[0];
		const struct xb_view *view = &event->answer.view;
		uint64_t before_ns = now_ns();

		expect_reported(fixture, &answer);
		assert_int_equal(event->slot, slot);
		assert_in_range(event->arrival_ns, before_ns, now_ns());
		assert_int_equal(view->subject_id, 0x0102);
		assert_int_equal(view->subject_state, XB_NODE_STOPPING);
		assert_int_equal(view->subject_daemon_age_us, 0x01020304);
		assert_int_equal(view->subject_epoch, 0x0102030405060708);
		assert_int_equal(view->subject_fenced_bits, 0x0102);
		for (uint32_t link = 0; link < XB_LINKS_MAX; link++) {
			assert_int_equal(view->evidence_age_us[link], 0x01000000 + link);
			assert_int_equal(view->heard_age_us[link], 0x02000000 + link);
		}
	}
}

/* It is no evidence of its sender, nor of its subject. */
static void test_answer_is_no_evidence(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat answer = answer_from(SLOT_A, NODE_IPV6);
	struct xb_peer before[SLOT_COUNT];

	answer.sender_epoch = PEER_EPOCH + 9;
	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	memcpy(before, fixture->peers, sizeof(before));
	expect_reported(fixture, &answer);
	before[SLOT_A].lock_sequence += 2;
	before[SLOT_A].answer_t1_ns = answer.t1_ns;
	before[SLOT_A].answer_subject_bits = 1ull << NODE_IPV6;
	assert_memory_equal(fixture->peers, before, sizeof(before));
}

static void test_answers_after_a_second_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat answer = answer_from(SLOT_A, NODE_IPV6);

	answer.t1_ns = now_ns() - NS_PER_SECOND;
	fixture_expect_refused(fixture, &answer, XB_DROP_OLD_ANSWER);
	answer.t1_ns = now_ns() + NS_PER_SECOND;
	fixture_expect_refused(fixture, &answer, XB_DROP_OLD_ANSWER);
	answer.t1_ns = now_ns() - 900 * NS_PER_MS;
	expect_reported(fixture, &answer);
}

/* Each is accepted once; after an answer to a later QUERY, answers to earlier ones are refused. */
static void test_answer_is_taken_once(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat answer = answer_from(SLOT_A, NODE_IPV6);

	expect_reported(fixture, &answer);
	fixture_expect_refused(fixture, &answer, XB_DROP_REPLAY);
	answer.view.subject_id = htons(XB_NODE_ID_MAX); /* requested at the same time */
	expect_reported(fixture, &answer);
	fixture_expect_refused(fixture, &answer, XB_DROP_REPLAY);
	answer.t1_ns--;
	fixture_expect_refused(fixture, &answer, XB_DROP_OLD_ANSWER);
	answer.t1_ns += 2;
	expect_reported(fixture, &answer);
	answer.view.subject_id = htons(NODE_IPV6); /* queried again */
	expect_reported(fixture, &answer);
	answer = answer_from(SLOT_B, NODE_IPV6); /* another link has a sequence of its own */
	expect_reported(fixture, &answer);
}

static void test_answers_to_another_epoch_are_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct heartbeat good = answer_from(SLOT_A, NODE_IPV6);
	struct heartbeat answer = good;

	answer.sender_epoch = 0;
	fixture_expect_refused(fixture, &answer, XB_DROP_OLD_EPOCH);
	answer = good;
	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	answer.addressee_epoch = OWN_EPOCH - 1;
	fixture_expect_refused(fixture, &answer, XB_DROP_WRONG_EPOCH);
	answer.addressee_epoch = OWN_EPOCH + 1;
	fixture_expect_refused(fixture, &answer, XB_DROP_WRONG_EPOCH);
	answer = good;
	answer.sender_epoch = PEER_EPOCH - 1;
	fixture_expect_refused(fixture, &answer, XB_DROP_OLD_EPOCH);
	answer = good;
	answer.key = key_new;
	fixture_expect_refused(fixture, &answer, XB_DROP_BAD_TAG);
	answer = good;
	answer.destination = address_of("10.0.1.1");
	fixture_expect_refused(fixture, &answer, XB_DROP_BAD_ADDRESS);
	fixture->peers[SLOT_A].lock_sequence = 1;
	fixture_expect_refused(fixture, &good, XB_DROP_PEER_BUSY);
}

/* The program accepts its own answer when roles are exchanged. */
static void test_answer_of_the_program_is_taken(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat query = heartbeat_from(SLOT_IPV6, XB_QUERY);
	struct heartbeat answer = heartbeat_from(SLOT_IPV6, XB_ANSWER);
	struct frame frame;

	fixture->peers[SLOT_A].last_evidence_ns = now_ns();
	fixture->peers[SLOT_A].daemon_age_us = 222;
	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH + 1;
	memset(&query.view, 0, sizeof(query.view));
	query.view.subject_id = htons(2); /* that slot's node */
	frame_build(&query, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX);
	fixture_events(fixture); /* of the first packet of the peer */
	answer.view = frame_packet(&frame)->view;
	answer.t1_ns = now_ns();
	expect_reported(fixture, &answer);
	assert_int_equal(fixture->events[0].answer.view.subject_daemon_age_us, 222);
	assert_int_equal(fixture->events[0].answer.view.subject_epoch, PEER_EPOCH + 1);
}

/* With any bit changed, the type's and the subject's included, nothing is reported. */
static void check_bit_flips(struct fixture *fixture, const struct heartbeat *heartbeat)
{
	struct frame good;

	frame_build(heartbeat, &good);
	for (size_t byte = good.udp + 8; byte < good.length; byte++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			struct frame bad = good;

			bad.bytes[byte] ^= (uint8_t)(1u << bit);
			assert_int_equal(fixture_run(fixture, &bad), ACTION_DROP);
		}
	}
	assert_int_equal(fixture_events(fixture), 0);
}

static void test_bit_flips(void **state)
{
	struct heartbeat answer = answer_from(SLOT_IPV6, NODE_IPV6);

	check_bit_flips(*state, &answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_answer_is_reported),
		FIXTURE_TEST(test_answer_is_no_evidence),
		FIXTURE_TEST(test_answers_after_a_second_are_refused),
		FIXTURE_TEST(test_answer_is_taken_once),
		FIXTURE_TEST(test_answers_to_another_epoch_are_refused),
		FIXTURE_TEST(test_answer_of_the_program_is_taken),
		FIXTURE_TEST(test_bit_flips),
	};

	return FIXTURE_RUN(tests);
}
