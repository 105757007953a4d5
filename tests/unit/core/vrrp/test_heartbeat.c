/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/vrrp/vrrp.c: heartbeats that replace a dead Active before the timer expires, or keep an
 * Active whose adverts are lost. */
#include "tests/unit/core/vrrp/fixture.h"

/* Its adverts are so frequent that those of the true Active are never the newest. */
static void a_lower_rival_is_not_preempted_beside_a_live_active(void **state)
{
	struct vrrp_advert newest = advert_from(9, 50, START + 3500 * MS);

	(void)state;
	start_backup();
	receive(1, 150, START, START);
	expire(START + DOWN_NS, &newest, "node-a answers");
	assert_true(actions.held);
	assert_int_equal(vrrp.state, BACKUP);
	assert_false(actions.send_advert || actions.take_addresses);
}

static void the_timer_is_held_while_heartbeats_show_life(void **state)
{
	uint64_t now_ns = START + DOWN_NS;

	(void)state;
	start_backup();
	receive(1, 150, START, START);
	expire(now_ns, NULL, "node-a answered 2 ms ago and claims the instance");
	assert_true(actions.held);
	assert_false(actions.state_changed || actions.send_advert || actions.take_addresses);
	assert_string_equal(
		vrrp.reason,
		"no advert for 3.61 s, but node-a answered 2 ms ago and claims the instance");
	assert_int_equal(vrrp.timer_due_ns, now_ns + DOWN_NS);
	expire(now_ns + DOWN_NS, NULL, "node-a answers");
	assert_quiet_backup(now_ns + 2 * DOWN_NS); /* reported once */
	assert_string_equal(vrrp.reason, "no advert for 7.22 s, but node-a answers");
	expire(now_ns + 2 * DOWN_NS, NULL, NULL);
	assert_took_over(
		"no advert from 10.0.0.1 (priority 150) for 10.8 s, Active_Down_Timer 3.61 s");
}

static void holding_ends_when_adverts_arrive(void **state)
{
	(void)state;
	start_backup();
	expire(START + DOWN_NS, NULL, "node-a answers");
	assert_true(vrrp.holding);
	receive(1, 150, START + DOWN_NS + MS, START + DOWN_NS + MS);
	assert_quiet_backup(START + DOWN_NS + MS + DOWN_NS);
	assert_false(vrrp.holding);
	assert_string_equal(vrrp.reason, "follows 10.0.0.1 (priority 150)");
}

/* Each start of holding is reported. */
static void holding_restarts(void **state)
{
	uint64_t now_ns = START + DOWN_NS;

	(void)state;
	start_backup();
	expire(now_ns, NULL, "node-a answers");
	assert_true(actions.held);
	receive(1, 150, now_ns + MS, now_ns + MS);
	now_ns += MS + DOWN_NS;
	expire(now_ns, NULL, "node-a answers");
	assert_true(actions.held);
	vrrp_active_lost(&vrrp, now_ns + MS, false, "node-a down", &actions);
	assert_false(vrrp.holding);
	expire(now_ns + MS + SKEW_NS, NULL, "node-b answers");
	assert_true(actions.held);
}

static void the_best_takes_over_when_the_active_is_lost(void **state)
{
	(void)state;
	start_backup();
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, START + 40 * MS, true,
			 "node-a down: no evidence for 31 ms, detection time 30 ms", &actions);
	assert_took_over("node-a down: no evidence for 31 ms, detection time 30 ms");
	assert_int_equal(vrrp.timer_due_ns, START + 1040 * MS);
}

static void others_wait_their_skew(void **state)
{
	struct vrrp_advert newest = advert_from(1, 150, START);

	(void)state;
	start_backup();
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, START + 40 * MS, false, "node-a down: no evidence for 31 ms",
			 &actions);
	assert_quiet_backup(START + 40 * MS + SKEW_NS);
	/* The lost Active's last advert is younger than Active_Down_Interval, but is ignored. */
	expire(START + 40 * MS + SKEW_NS, &newest, NULL);
	assert_took_over(
		"node-a down: no evidence for 31 ms; no better node took over within Skew_Time 609 ms");
}

/* Adverts may have been lost before, so that the timer is about to expire. */
static void a_loss_leaves_the_better_one_its_time(void **state)
{
	uint64_t lost_ns = START + DOWN_NS - MS;

	(void)state;
	start_backup();
	vrrp.parameters.news_spread_ns = 10 * MS;
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, lost_ns, false, "node-a gave the instance up", &actions);
	assert_quiet_backup(lost_ns + 10 * MS + SKEW_NS);
	/* A second reason for the same vacancy does not restart the wait. */
	vrrp_active_lost(&vrrp, lost_ns + 5 * MS, false, "node-a down", &actions);
	assert_quiet_backup(lost_ns + 10 * MS + SKEW_NS);
}

static void a_better_candidates_advert_ends_the_skew(void **state)
{
	(void)state;
	start_backup();
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, START + 40 * MS, false, "node-a down", &actions);
	/* It arrived before the verdict on node-a, but another router sent it. */
	receive(2, 120, START + 39 * MS, START + 41 * MS);
	assert_quiet_backup(START + 39 * MS + DOWN_NS);
	assert_string_equal(vrrp.reason, "follows 10.0.0.2 (priority 120)");
}

static void a_lost_active_may_come_back(void **state)
{
	(void)state;
	start_backup();
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, START + 40 * MS, false, "node-a down", &actions);
	receive(1, 150, START + 40 * MS, START + 50 * MS);
	assert_quiet_backup(START + 40 * MS + SKEW_NS);
	receive(1, 150, START + 50 * MS, START + 50 * MS);
	assert_quiet_backup(START + 50 * MS + DOWN_NS);
}

static void the_last_advert_of_a_lost_active_is_ignored(void **state)
{
	(void)state;
	start_backup();
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, START + 40 * MS, true, "node-a down", &actions);
	receive(1, 150, START + 39 * MS, START + 41 * MS);
	assert_no_actions();
	assert_int_equal(vrrp.state, ACTIVE);
	receive(1, 150, START + 42 * MS, START + 42 * MS);
	assert_int_equal(vrrp.state, BACKUP);
	assert_true(actions.release_addresses);
}

static void a_loss_means_nothing_outside_backup(void **state)
{
	(void)state;
	start_active();
	vrrp_active_lost(&vrrp, START + DOWN_NS + MS, true, "node-a down", &actions);
	assert_no_actions();
	assert_int_equal(vrrp.transition_count, 2);
}

static void a_long_reason_is_cut(void **state)
{
	char reason[2 * VRRP_REASON_BYTES];

	(void)state;
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	start_backup();
	vrrp_active_lost(&vrrp, START + MS, true, reason, &actions);
	assert_int_equal(strlen(vrrp.reason), VRRP_REASON_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lower_rival_is_not_preempted_beside_a_live_active),
		cmocka_unit_test(the_timer_is_held_while_heartbeats_show_life),
		cmocka_unit_test(holding_ends_when_adverts_arrive),
		cmocka_unit_test(holding_restarts),
		cmocka_unit_test(the_best_takes_over_when_the_active_is_lost),
		cmocka_unit_test(others_wait_their_skew),
		cmocka_unit_test(a_loss_leaves_the_better_one_its_time),
		cmocka_unit_test(a_better_candidates_advert_ends_the_skew),
		cmocka_unit_test(a_lost_active_may_come_back),
		cmocka_unit_test(the_last_advert_of_a_lost_active_is_ignored),
		cmocka_unit_test(a_loss_means_nothing_outside_backup),
		cmocka_unit_test(a_long_reason_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
