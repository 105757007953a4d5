/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QUERY about this node itself: it reports that REPLYs of this node do not arrive. And the two
 * ways in which answers are sent. */
#include "tests/bpf/fixture.h"

#include <arpa/inet.h>
#include <string.h>

enum { ACTION_REDIRECT = 4 };

static struct heartbeat report_at(uint64_t t1_ns)
{
	struct heartbeat report = heartbeat_from(SLOT_A, XB_QUERY);

	memset(&report.view, 0, sizeof(report.view));
	report.view.subject_id = htons(OWN_NODE);
	report.t1_ns = t1_ns;
	return report;
}

/* It is answered like any other QUERY, and no event wakes the daemon. */
static void send_report(struct fixture *fixture, const struct heartbeat *report)
{
	struct frame frame;

	fixture->peers[SLOT_A].peer_epoch = report->sender_epoch;
	frame_build(report, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_TX);
	assert_int_equal(fixture_events(fixture), 0);
}

static void test_report_is_counted_once(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *slot = &fixture->peers[SLOT_A];
	const struct heartbeat first = report_at(1000), second = report_at(1001);
	uint64_t arrival_ns;

	send_report(fixture, &first);
	assert_int_equal(slot->loss_report_count, 1);
	arrival_ns = slot->loss_report_ns;
	assert_true(arrival_ns > 0);
	fixture_expect_refused(fixture, &first, XB_DROP_REPLAY);
	assert_int_equal(slot->loss_report_count, 1);
	assert_int_equal(slot->loss_report_ns, arrival_ns);
	send_report(fixture, &second);
	fixture_expect_refused(fixture, &first, XB_DROP_OLD_QUERY);
	assert_int_equal(slot->loss_report_count, 2);
	assert_true(slot->loss_report_ns > arrival_ns);
	assert_int_equal(slot->lock_sequence % 2, 0);
	assert_int_equal(fixture->peers[SLOT_B].loss_report_count, 0);
	assert_int_equal(slot->evidence_count, 0);
}

/* The clock of a machine that was started again may be earlier. */
static void test_new_life_reports_again(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat report = report_at(1000);
	struct heartbeat probe = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	send_report(fixture, &report);
	probe.sender_epoch = report.sender_epoch = PEER_EPOCH + 1;
	frame_build(&probe, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX);
	report.t1_ns = 10;
	fixture_events(fixture);
	send_report(fixture, &report);
	assert_int_equal(fixture->peers[SLOT_A].loss_report_count, 2);
}

static void test_other_subjects_report_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat query = report_at(1000);

	query.view.subject_id = htons(3);
	send_report(fixture, &query);
	query.view.subject_id = htons(query.sender_id);
	send_report(fixture, &query);
	assert_int_equal(fixture->peers[SLOT_A].loss_report_count, 0);
}

static void test_refused_report(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat report = report_at(1000);

	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	report.addressee_epoch = OWN_EPOCH - 1;
	fixture_expect_refused(fixture, &report, XB_DROP_WRONG_EPOCH);
	assert_int_equal(fixture->peers[SLOT_A].loss_report_count, 0);
}

/* The same REPLY, to the interface of arrival; of this link alone. */
static void test_redirected_answers(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat probe = heartbeat_from(SLOT_A, XB_PROBE);
	struct heartbeat query = report_at(1000);
	struct frame frame;

	fixture->peers[SLOT_A].redirect = 1;
	frame_build(&probe, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_REDIRECT);
	assert_int_equal(frame_packet(&frame)->type, XB_REPLY);
	frame_build(&query, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_REDIRECT);
	assert_int_equal(frame_packet(&frame)->type, XB_ANSWER);
	probe = heartbeat_from(SLOT_B, XB_PROBE);
	frame_build(&probe, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_report_is_counted_once),
		FIXTURE_TEST(test_new_life_reports_again),
		FIXTURE_TEST(test_other_subjects_report_nothing),
		FIXTURE_TEST(test_refused_report),
		FIXTURE_TEST(test_redirected_answers),
	};

	return FIXTURE_RUN(tests);
}
