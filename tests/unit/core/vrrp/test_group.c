/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/vrrp/vrrp.c as a member of a sync group: readiness and state follow the group. */
#include "tests/unit/core/vrrp/fixture.h"

#define HEARD "VI_2 heard 10.0.0.1 20 ms ago"

static void become_ready(void)
{
	start_backup();
	receive(1, 150, START, START);
	expire_in_group(START + DOWN_NS, NULL, HEARD);
	assert_true(vrrp.ready_for_group && actions.held);
}

static void waiting_is_explained_and_reported_once(void **state)
{
	(void)state;
	become_ready();
	assert_string_equal(
		vrrp.reason,
		"no advert from 10.0.0.1 (priority 150) for 3.61 s, Active_Down_Timer 3.61 s, but VI_2 heard 10.0.0.1 20 ms ago");
	assert_int_equal(vrrp.timer_due_ns, START + 2 * DOWN_NS);
	expire_in_group(START + 2 * DOWN_NS, NULL, HEARD);
	assert_quiet_backup(START + 3 * DOWN_NS);
	assert_true(vrrp.ready_for_group);
	expire(START + 3 * DOWN_NS, NULL, NULL);
	assert_took_over(
		"no advert from 10.0.0.1 (priority 150) for 10.8 s, Active_Down_Timer 3.61 s");
	assert_false(vrrp.ready_for_group);
}

static void hearing_the_active_again_ends_readiness(void **state)
{
	(void)state;
	become_ready();
	receive(1, 150, START + DOWN_NS + MS, START + DOWN_NS + MS);
	assert_quiet_backup(START + 2 * DOWN_NS + MS);
	assert_false(vrrp.ready_for_group);
	assert_string_equal(vrrp.reason, "follows 10.0.0.1 (priority 150)");
}

/* The advert after which none came in time is still the newest one. */
static void an_advert_that_counted_does_not_end_readiness(void **state)
{
	struct vrrp_advert newest = advert_from(1, 150, START);

	(void)state;
	become_ready();
	receive_advert(&newest, START + DOWN_NS + MS);
	assert_true(vrrp.ready_for_group);
	expire_in_group(START + 2 * DOWN_NS, &newest, HEARD);
	assert_quiet_backup(START + 3 * DOWN_NS);
	assert_true(vrrp.ready_for_group);
}

/* An Active existed after all: members with a shorter skew go first. */
static void a_release_means_skew_time_before_readiness(void **state)
{
	struct vrrp_advert newest = advert_from(1, 0, START + DOWN_NS + MS);
	uint64_t now_ns = newest.arrival_ns;

	(void)state;
	become_ready();
	receive_advert(&newest, now_ns);
	assert_quiet_backup(now_ns + SKEW_NS);
	assert_false(vrrp.ready_for_group);
	now_ns += SKEW_NS;
	expire_in_group(now_ns, &newest, HEARD);
	assert_true(vrrp.ready_for_group && actions.held);
	assert_string_equal(
		vrrp.reason,
		"10.0.0.1 released the addresses (priority 0), Skew_Time 609 ms, but " HEARD);
	now_ns += DOWN_NS;
	expire_in_group(now_ns, &newest, HEARD);
	assert_string_equal(vrrp.reason,
			    "no advert for 4.22 s, since the addresses were released, but " HEARD);
}

static void a_loss_leaves_it_ready(void **state)
{
	uint64_t now_ns = START + DOWN_NS + MS;

	(void)state;
	become_ready();
	vrrp_active_lost(&vrrp, now_ns, false, "node-a down: no evidence for 31 ms", &actions);
	assert_true(vrrp.ready_for_group);
	expire_in_group(now_ns + SKEW_NS, NULL, HEARD);
	assert_quiet_backup(now_ns + SKEW_NS + DOWN_NS);
	assert_string_equal(
		vrrp.reason,
		"node-a down: no evidence for 31 ms; no better node took over within Skew_Time 609 ms, but " HEARD);
}

static void a_live_active_prevents_readiness(void **state)
{
	struct vrrp_timer_view view = {.alive_reason = "node-a answers", .group_reason = HEARD};

	(void)state;
	become_ready();
	vrrp_timer_expired(&vrrp, START + 2 * DOWN_NS, &view, &actions);
	assert_false(vrrp.ready_for_group);
	assert_true(vrrp.holding && actions.held);
	assert_string_equal(vrrp.reason, "no advert for 7.22 s, but node-a answers");
	view.alive_reason = NULL;
	vrrp_timer_expired(&vrrp, START + 3 * DOWN_NS, &view, &actions);
	assert_true(vrrp.ready_for_group && actions.held);
	assert_false(vrrp.holding);
}

/* A group preempts together, too. */
static void a_lower_active_does_not_end_readiness(void **state)
{
	struct vrrp_advert newest = advert_from(1, 50, START + DOWN_NS - MS);

	(void)state;
	start_backup();
	expire_in_group(START + DOWN_NS, &newest, HEARD);
	assert_true(vrrp.ready_for_group);
	assert_string_equal(vrrp.reason,
			    "preempts 10.0.0.1: lower priority 50, ours 100, but " HEARD);
	receive(1, 50, START + DOWN_NS + MS, START + DOWN_NS + MS);
	assert_quiet_backup(START + 2 * DOWN_NS);
	assert_true(vrrp.ready_for_group);
}

static void preempt_delay_is_waited_for_once(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	struct vrrp_advert newest = advert_from(1, 50, START);
	uint64_t now_ns = START + NS_PER_SECOND + DOWN_NS;

	(void)state;
	parameters.preempt_delay_ns = NS_PER_SECOND;
	start_with(&parameters);
	receive_advert(&newest, START);
	newest.arrival_ns = now_ns - MS;
	expire_in_group(now_ns, &newest, HEARD);
	assert_true(vrrp.ready_for_group && actions.held);
	newest.arrival_ns = now_ns + DOWN_NS - MS;
	expire_in_group(now_ns + DOWN_NS, &newest, HEARD);
	assert_quiet_backup(now_ns + 2 * DOWN_NS);
	assert_true(vrrp.ready_for_group);
}

/* A later Active of lower priority is another one. */
static void preempt_delay_restarts_after_silence(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	uint64_t now_ns = START + 2 * DOWN_NS;

	(void)state;
	parameters.preempt_delay_ns = NS_PER_SECOND;
	start_with(&parameters);
	receive(1, 50, START, START);
	expire_in_group(START + DOWN_NS, NULL, HEARD);
	assert_true(vrrp.ready_for_group);
	receive(2, 60, now_ns, now_ns);
	assert_quiet_backup(now_ns + DOWN_NS);
	assert_false(vrrp.ready_for_group);
}

static void it_becomes_active_with_its_group(void **state)
{
	uint64_t now_ns = START + DOWN_NS + MS;

	(void)state;
	become_ready();
	forget_actions();
	vrrp_follow_group(&vrrp, now_ns, ACTIVE, "VI_2 became Active, 2 of 2", &actions);
	assert_took_over("VI_2 became Active, 2 of 2");
	assert_int_equal(vrrp.timer_due_ns, now_ns + NS_PER_SECOND);
	assert_false(vrrp.ready_for_group);
}

static void it_leaves_with_its_group(void **state)
{
	uint64_t now_ns = START + DOWN_NS + MS;

	(void)state;
	start_active();
	forget_actions();
	vrrp_follow_group(&vrrp, now_ns, BACKUP, "VI_2 became Backup", &actions);
	assert_int_equal(vrrp.state, BACKUP);
	assert_true(actions.send_advert && actions.release_addresses && actions.state_changed);
	assert_false(actions.take_addresses || actions.held || actions.announce_again);
	assert_int_equal(actions.advert_priority, VRRP_PRIORITY_RELEASE);
	assert_int_equal(actions.old_state, ACTIVE);
	assert_int_equal(vrrp.timer_due_ns, now_ns + DOWN_NS);
	assert_string_equal(vrrp.reason, "VI_2 became Backup");
}

static void a_group_does_not_move_a_member_in_that_state_or_in_initialize(void **state)
{
	(void)state;
	start_backup();
	forget_actions();
	vrrp_follow_group(&vrrp, START + MS, BACKUP, "VI_2 became Backup", &actions);
	assert_quiet_backup(START + DOWN_NS);
	vrrp_shutdown(&vrrp, START + MS, "xbeatd stops", &actions);
	vrrp_follow_group(&vrrp, START + MS, ACTIVE, "VI_2 became Active", &actions);
	assert_no_actions();
	vrrp_follow_group(&vrrp, START + MS, BACKUP, "VI_2 became Backup", &actions);
	assert_no_actions();
	assert_int_equal(vrrp.state, INITIALIZE);
	assert_string_equal(vrrp.reason, "xbeatd stops");
	start_active();
	forget_actions();
	vrrp_follow_group(&vrrp, START + DOWN_NS + MS, INITIALIZE, "VI_2 is down", &actions);
	assert_no_actions();
	assert_int_equal(vrrp.state, ACTIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_is_explained_and_reported_once),
		cmocka_unit_test(hearing_the_active_again_ends_readiness),
		cmocka_unit_test(an_advert_that_counted_does_not_end_readiness),
		cmocka_unit_test(a_release_means_skew_time_before_readiness),
		cmocka_unit_test(a_loss_leaves_it_ready),
		cmocka_unit_test(a_live_active_prevents_readiness),
		cmocka_unit_test(a_lower_active_does_not_end_readiness),
		cmocka_unit_test(preempt_delay_is_waited_for_once),
		cmocka_unit_test(preempt_delay_restarts_after_silence),
		cmocka_unit_test(it_becomes_active_with_its_group),
		cmocka_unit_test(it_leaves_with_its_group),
		cmocka_unit_test(a_group_does_not_move_a_member_in_that_state_or_in_initialize),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
