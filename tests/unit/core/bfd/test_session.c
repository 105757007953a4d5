/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state machine of RFC 5880 section 6.8.6, its timers, and two sessions with each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/bfd/session.h"
#include "user/lib/time.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define START_NS (1000 * NS_PER_SECOND)
#define MIN_US 10000
#define IDLE_US 1000000

static const struct bfd_settings usual = {
	.min_rx_us = MIN_US, .min_tx_us = MIN_US, .idle_tx_us = IDLE_US, .multiplier = 3};

/* A packet of a neighbour with the same settings. */
static struct bfd_packet said(enum bfd_state state)
{
	return (struct bfd_packet){.state = state,
				   .multiplier = 3,
				   .my_discriminator = 7,
				   .your_discriminator = state == BFD_DOWN ? 0 : 1,
				   .desired_min_tx_us = state == BFD_UP ? MIN_US : IDLE_US,
				   .required_min_rx_us = MIN_US};
}

static struct bfd_actions receive_at(struct bfd_session *session, enum bfd_state state,
				     uint64_t at_ns)
{
	struct bfd_packet packet = said(state);
	struct bfd_actions actions;

	bfd_session_receive(session, &packet, at_ns, at_ns, 0, &actions);
	return actions;
}

/* A session in this state, since START_NS. */
static struct bfd_session in_state(enum bfd_state state)
{
	struct bfd_session session;

	bfd_session_start(&session, &usual, 1, START_NS);
	if (state == BFD_INIT || state == BFD_UP)
		receive_at(&session, BFD_DOWN, START_NS);
	if (state == BFD_UP)
		receive_at(&session, BFD_INIT, START_NS);
	assert_int_equal(session.state, state);
	return session;
}

static void test_states(void **state)
{
	static const struct {
		enum bfd_state before, heard, after;
		uint8_t diagnostic;
	} rows[] = {
		{BFD_DOWN, BFD_ADMIN_DOWN, BFD_DOWN, BFD_NO_DIAGNOSTIC},
		{BFD_DOWN, BFD_DOWN, BFD_INIT, BFD_NO_DIAGNOSTIC},
		{BFD_DOWN, BFD_INIT, BFD_UP, BFD_NO_DIAGNOSTIC},
		{BFD_DOWN, BFD_UP, BFD_DOWN, BFD_NO_DIAGNOSTIC},
		{BFD_INIT, BFD_ADMIN_DOWN, BFD_DOWN, BFD_NEIGHBOUR_DOWN},
		{BFD_INIT, BFD_DOWN, BFD_INIT, BFD_NO_DIAGNOSTIC},
		{BFD_INIT, BFD_INIT, BFD_UP, BFD_NO_DIAGNOSTIC},
		{BFD_INIT, BFD_UP, BFD_UP, BFD_NO_DIAGNOSTIC},
		{BFD_UP, BFD_ADMIN_DOWN, BFD_DOWN, BFD_NEIGHBOUR_DOWN},
		{BFD_UP, BFD_DOWN, BFD_DOWN, BFD_NEIGHBOUR_DOWN},
		{BFD_UP, BFD_INIT, BFD_UP, BFD_NO_DIAGNOSTIC},
		{BFD_UP, BFD_UP, BFD_UP, BFD_NO_DIAGNOSTIC},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bfd_session session = in_state(rows[i].before);
		struct bfd_actions actions = receive_at(&session, rows[i].heard, START_NS + 1);

		assert_int_equal(session.state, rows[i].after);
		assert_int_equal(session.diagnostic, rows[i].diagnostic);
		assert_int_equal(actions.changed, rows[i].before != rows[i].after);
		assert_int_equal(actions.send, actions.changed);
	}
}

/* Section 6.8.4: the neighbour's multiplier and the larger interval. */
static void test_detection_time(void **state)
{
	struct bfd_session session = in_state(BFD_UP);
	struct bfd_actions actions;
	struct bfd_packet packet = said(BFD_UP);

	(void)state;
	packet.multiplier = 5;
	packet.desired_min_tx_us = 40000;
	bfd_session_receive(&session, &packet, START_NS, START_NS, 0, &actions);
	assert_int_equal(bfd_session_detection_ns(&session), 200 * NS_PER_MS);
	bfd_session_advance(&session, START_NS + 200 * NS_PER_MS - 1, 0, &actions);
	assert_int_equal(session.state, BFD_UP);
	bfd_session_advance(&session, START_NS + 200 * NS_PER_MS, 0, &actions);
	assert_int_equal(session.state, BFD_DOWN);
	assert_int_equal(session.diagnostic, BFD_TIME_EXPIRED);
	assert_int_equal(session.loss, BFD_SILENCE);
	assert_int_equal(session.silence_ns, 200 * NS_PER_MS);
	assert_true(actions.changed && actions.send);
	assert_int_equal(bfd_session_packet(&session, false).your_discriminator, 0);
}

/* Sections 6.8.2, 6.8.3 and 6.8.7: the slower of both, a second or more while not Up, less 0 to 25 %. */
static void test_intervals(void **state)
{
	struct bfd_session session = in_state(BFD_DOWN);
	struct bfd_actions actions;
	struct bfd_packet packet = said(BFD_INIT);

	(void)state;
	bfd_session_advance(&session, START_NS, 0, &actions);
	assert_true(actions.send);
	assert_int_equal(bfd_session_due_ns(&session), START_NS + 750 * NS_PER_MS);
	bfd_session_advance(&session, START_NS + NS_PER_SECOND, UINT32_MAX, &actions);
	assert_in_range(bfd_session_due_ns(&session), START_NS + 1999 * NS_PER_MS,
			START_NS + 2000 * NS_PER_MS);
	packet.required_min_rx_us = 50000;
	bfd_session_receive(&session, &packet, START_NS, START_NS, 0, &actions);
	assert_int_equal(session.state, BFD_UP);
	assert_int_equal(session.send_due_ns, START_NS + 37500 * NS_PER_US);
	/* It wants none at all. */
	packet.state = BFD_UP;
	packet.required_min_rx_us = 0;
	bfd_session_receive(&session, &packet, START_NS, START_NS, 0, &actions);
	assert_int_equal(session.send_due_ns, BFD_NEVER);
}

static void test_one_lost_packet_of_a_multiplier_of_one(void **state)
{
	struct bfd_settings settings = usual;
	struct bfd_session session;
	struct bfd_actions actions;

	(void)state;
	settings.multiplier = 1;
	bfd_session_start(&session, &settings, 1, START_NS);
	bfd_session_advance(&session, START_NS, UINT32_MAX, &actions);
	assert_in_range(bfd_session_due_ns(&session), START_NS + 899 * NS_PER_MS,
			START_NS + 900 * NS_PER_MS);
}

static void test_polls(void **state)
{
	struct bfd_session session = in_state(BFD_UP);
	struct bfd_packet packet = said(BFD_UP);
	struct bfd_actions actions;

	(void)state;
	/* The interval has changed with Up. */
	assert_true(bfd_session_packet(&session, false).poll);
	packet.poll = true;
	bfd_session_receive(&session, &packet, START_NS, START_NS, 0, &actions);
	assert_true(actions.send && actions.final);
	assert_true(bfd_session_packet(&session, true).final);
	assert_false(bfd_session_packet(&session, true).poll);
	assert_true(bfd_session_packet(&session, false).poll);
	packet.poll = false;
	packet.final = true;
	bfd_session_receive(&session, &packet, START_NS, START_NS, 0, &actions);
	assert_false(actions.send);
	assert_false(bfd_session_packet(&session, false).poll);
}

/* Section 6.6: nothing is sent while both are Up, but for polls. */
static void test_demand_of_the_neighbour(void **state)
{
	struct bfd_session session = in_state(BFD_UP);
	struct bfd_packet packet = said(BFD_UP);
	struct bfd_actions actions;

	(void)state;
	packet.demand = packet.final = true;
	bfd_session_receive(&session, &packet, START_NS, START_NS, 0, &actions);
	assert_int_equal(session.send_due_ns, BFD_NEVER);
	packet.state = BFD_DOWN;
	bfd_session_receive(&session, &packet, START_NS, START_NS, 0, &actions);
	assert_true(actions.send);
	assert_int_not_equal(session.send_due_ns, BFD_NEVER);
}

static void test_passive(void **state)
{
	struct bfd_settings settings = usual;
	struct bfd_session session;
	struct bfd_actions actions;

	(void)state;
	settings.passive = true;
	bfd_session_start(&session, &settings, 1, START_NS);
	assert_int_equal(bfd_session_due_ns(&session), BFD_NEVER);
	actions = receive_at(&session, BFD_DOWN, START_NS);
	assert_true(actions.send);
	bfd_session_advance(&session, session.detect_due_ns, 0, &actions);
	assert_int_equal(session.state, BFD_DOWN);
	assert_int_equal(bfd_session_due_ns(&session), BFD_NEVER);
}

/* A side that was silent for the other's detection time learns that it is lost. */
static void test_whose_silence(void **state)
{
	static const struct {
		uint64_t sent_after_ms;
		enum bfd_state heard;
		uint8_t diagnostic;
		enum bfd_loss loss;
	} rows[] = {
		{0, BFD_DOWN, BFD_TIME_EXPIRED, BFD_NEIGHBOUR_LEFT},
		{25, BFD_DOWN, BFD_TIME_EXPIRED, BFD_NEIGHBOUR_LEFT},
		{30, BFD_DOWN, BFD_TIME_EXPIRED, BFD_OWN_SILENCE},
		{30, BFD_DOWN, BFD_NO_DIAGNOSTIC, BFD_NEIGHBOUR_LEFT},
		{30, BFD_ADMIN_DOWN, BFD_ADMINISTRATIVELY_DOWN, BFD_NEIGHBOUR_ADMIN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (int before = 0; before < 2; before++) {
			struct bfd_session session = in_state(BFD_UP);
			uint64_t now_ns = session.sent_ns + rows[i].sent_after_ms * NS_PER_MS;
			struct bfd_packet packet = said(rows[i].heard);
			struct bfd_actions actions;

			session.detect_due_ns = BFD_NEVER;
			packet.diagnostic = rows[i].diagnostic;
			if (before) /* the timer was looked after first */
				bfd_session_advance(&session, now_ns, 0, &actions);
			bfd_session_receive(&session, &packet, now_ns, now_ns, 0, &actions);
			assert_int_equal(session.state, BFD_DOWN);
			assert_int_equal(session.loss, rows[i].loss);
		}
}

/* Section 6.8.16 */
static void test_last_packet(void **state)
{
	struct bfd_session session = in_state(BFD_UP);
	struct bfd_packet packet = bfd_session_last_packet(&session);

	(void)state;
	assert_int_equal(packet.state, BFD_ADMIN_DOWN);
	assert_int_equal(packet.diagnostic, BFD_ADMINISTRATIVELY_DOWN);
	assert_int_equal(packet.your_discriminator, 7);
	assert_int_equal(packet.desired_min_tx_us, IDLE_US);
	assert_false(packet.poll);
}

static void test_excuse(void **state)
{
	struct bfd_session session = in_state(BFD_UP);
	uint64_t late_ns = session.detect_due_ns + 500 * NS_PER_MS;
	uint64_t detection_ns = bfd_session_detection_ns(&session);
	struct bfd_actions actions;

	(void)state;
	bfd_session_excuse(&session, late_ns);
	bfd_session_advance(&session, late_ns, 0, &actions);
	assert_int_equal(session.state, BFD_UP);
	bfd_session_advance(&session, late_ns + detection_ns, 0, &actions);
	assert_int_equal(session.state, BFD_DOWN);
}

/* Two sessions whose packets take 1 ms, some lost at random. */
struct pair {
	struct bfd_session sessions[2];
	struct bfd_packet flying[2][64]; /* to each */
	uint64_t arrival_ns[2][64];
	unsigned count[2], sent, lost_percent;
	unsigned seed;
};

static void carry(struct pair *pair, int from, const struct bfd_actions *actions, uint64_t now_ns)
{
	int to = !from;
	unsigned slot = pair->count[to];

	if (!actions->send)
		return;
	pair->sent++;
	if ((unsigned)rand_r(&pair->seed) % 100 < pair->lost_percent)
		return;
	assert_true(slot < 64);
	pair->flying[to][slot] = bfd_session_packet(&pair->sessions[from], actions->final);
	pair->arrival_ns[to][slot] = now_ns + NS_PER_MS;
	pair->count[to]++;
}

static void deliver(struct pair *pair, int to, uint64_t now_ns)
{
	while (pair->count[to] && pair->arrival_ns[to][0] <= now_ns) {
		uint8_t bytes[BFD_PACKET_BYTES];
		struct bfd_packet packet;
		struct bfd_actions actions;

		bfd_packet_write(&pair->flying[to][0], bytes);
		assert_null(bfd_packet_read(bytes, sizeof(bytes), &packet));
		pair->count[to]--;
		memmove(&pair->flying[to][0], &pair->flying[to][1],
			pair->count[to] * sizeof(pair->flying[to][0]));
		memmove(&pair->arrival_ns[to][0], &pair->arrival_ns[to][1],
			pair->count[to] * sizeof(pair->arrival_ns[to][0]));
		bfd_session_receive(&pair->sessions[to], &packet, now_ns, now_ns,
				    (uint32_t)rand_r(&pair->seed), &actions);
		carry(pair, to, &actions, now_ns);
	}
}

static void play(struct pair *pair, uint64_t from_ns, uint64_t to_ns)
{
	for (uint64_t now_ns = from_ns; now_ns < to_ns; now_ns += NS_PER_MS / 2)
		for (int i = 0; i < 2; i++) {
			struct bfd_actions actions;

			deliver(pair, i, now_ns);
			if (now_ns < bfd_session_due_ns(&pair->sessions[i]))
				continue;
			bfd_session_advance(&pair->sessions[i], now_ns,
					    (uint32_t)rand_r(&pair->seed) << 1, &actions);
			carry(pair, i, &actions, now_ns);
		}
}

static void start_pair(struct pair *pair, bool passive)
{
	for (uint32_t i = 0; i < 2; i++) {
		struct bfd_settings settings = usual;

		settings.passive = passive && i;
		bfd_session_start(&pair->sessions[i], &settings, i + 1,
				  START_NS + i * 300 * NS_PER_MS);
	}
}

static void test_two_come_up_and_stay(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 20; seed++) {
		struct pair pair = {.seed = seed};

		start_pair(&pair, seed % 2);
		play(&pair, START_NS, START_NS + 2 * NS_PER_SECOND);
		for (int i = 0; i < 2; i++) {
			assert_int_equal(pair.sessions[i].state, BFD_UP);
			assert_false(pair.sessions[i].polling);
		}
		pair.sent = 0;
		play(&pair, START_NS + 2 * NS_PER_SECOND, START_NS + 12 * NS_PER_SECOND);
		for (int i = 0; i < 2; i++)
			assert_true(pair.sessions[i].since_ns < START_NS + 2 * NS_PER_SECOND);
		/* 10 s, two sides, 7.5 to 10 ms and the steps of this test */
		assert_in_range(pair.sent, 1900, 2700);
	}
}

/* Whatever is lost, they come up again when nothing is. */
static void test_two_with_loss(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 50; seed++) {
		struct pair pair = {.seed = seed, .lost_percent = seed};
		uint64_t lossy_ns = START_NS + 20 * NS_PER_SECOND;

		start_pair(&pair, false);
		play(&pair, START_NS, lossy_ns);
		pair.lost_percent = 0;
		play(&pair, lossy_ns, lossy_ns + 4 * NS_PER_SECOND);
		assert_int_equal(pair.sessions[0].state, BFD_UP);
		assert_int_equal(pair.sessions[1].state, BFD_UP);
	}
}

static void test_discarded_packets(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		size_t length;
		const char *reason;
	} rows[] = {
		{0, 0x20, 24, NULL},
		{0, 0x20, 23, "it is too short"},
		{0, 0x00, 24, "its version is not 1"},
		{0, 0x40, 24, "its version is not 1"},
		{3, 23, 24, "its length is wrong"},
		{3, 25, 24, "its length is wrong"},
		{2, 0, 24, "its multiplier is 0"},
		{1, 0x41, 24, "it is multipoint"},
		{7, 0, 24, "its discriminator is 0"},
		{1, 0xc0, 24, "it names no session"},
		{1, 0x80, 24, "it names no session"},
		{1, 0x00, 24, NULL}, /* AdminDown */
		{1, 0x44, 24, "it is authenticated"},
		{1, 0x70, 24, "it asks and answers at once"},
		{0, 0x3f, 24, NULL}, /* a diagnostic of a later RFC */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bfd_packet packet = said(BFD_DOWN), read;
		uint8_t bytes[BFD_PACKET_BYTES];
		const char *reason;

		bfd_packet_write(&packet, bytes);
		bytes[rows[i].at] = rows[i].value;
		reason = bfd_packet_read(bytes, rows[i].length, &read);
		assert_int_equal(!reason, !rows[i].reason);
		if (reason)
			assert_string_equal(reason, rows[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_detection_time),
		cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_one_lost_packet_of_a_multiplier_of_one),
		cmocka_unit_test(test_polls),
		cmocka_unit_test(test_demand_of_the_neighbour),
		cmocka_unit_test(test_passive),
		cmocka_unit_test(test_whose_silence),
		cmocka_unit_test(test_last_packet),
		cmocka_unit_test(test_excuse),
		cmocka_unit_test(test_two_come_up_and_stay),
		cmocka_unit_test(test_two_with_loss),
		cmocka_unit_test(test_discarded_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
