/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/vrrp/vrrp.c: an Active whose guard has expired, and a Backup that stalled or may not
 * preempt. */
#include "tests/unit/core/vrrp/fixture.h"

#define REASON "its guard expired 1.2 s ago: this node stalled for 4.2 s"

static void an_active_steps_down_without_a_release(void **state)
{
	uint64_t now_ns = START + 100 * NS_PER_SECOND;

	(void)state;
	start_active();
	forget_actions();
	vrrp_step_down(&vrrp, now_ns, REASON, &actions);
	assert_int_equal(vrrp.state, BACKUP);
	assert_true(actions.release_addresses && actions.state_changed);
	assert_int_equal(actions.old_state, ACTIVE);
	assert_false(actions.send_advert || actions.take_addresses || actions.announce_again);
	assert_string_equal(vrrp.reason, REASON);
	assert_true(vrrp.timer_armed);
	assert_int_equal(vrrp.timer_due_ns, now_ns + DOWN_NS);
}

static void only_an_active_steps_down(void **state)
{
	uint64_t due_ns;

	(void)state;
	start_backup();
	due_ns = vrrp.timer_due_ns;
	forget_actions();
	vrrp_step_down(&vrrp, START + MS, REASON, &actions);
	assert_quiet_backup(due_ns);
	vrrp_shutdown(&vrrp, START + 2 * MS, "xbeatd stops", &actions);
	forget_actions();
	vrrp_step_down(&vrrp, START + 3 * MS, REASON, &actions);
	assert_no_actions();
	assert_int_equal(vrrp.state, INITIALIZE);
}

/* The adverts that arrived during its stall show which router is Active now. */
static void it_follows_who_took_over(void **state)
{
	uint64_t now_ns = START + 100 * NS_PER_SECOND;

	(void)state;
	start_active();
	vrrp_step_down(&vrrp, now_ns, REASON, &actions);
	receive(9, 150, now_ns - 300 * MS, now_ns);
	assert_quiet_backup(now_ns - 300 * MS + DOWN_NS);
	assert_int_equal(vrrp.active_address.bytes[15], 9);
}

static void without_a_successor_the_best_takes_over_again(void **state)
{
	uint64_t now_ns = START + 100 * NS_PER_SECOND;

	(void)state;
	start_active();
	vrrp_step_down(&vrrp, now_ns, REASON, &actions);
	forget_actions();
	vrrp_active_lost(&vrrp, now_ns + 30 * MS, true, "no node has taken it", &actions);
	assert_took_over("no node has taken it");
}

static void a_backup_that_stalled_waits(void **state)
{
	uint64_t woke_ns = START + DOWN_NS + 2 * NS_PER_SECOND;

	(void)state;
	start_backup();
	vrrp_postpone(&vrrp, woke_ns + 30 * MS);
	expire(woke_ns, NULL, NULL);
	assert_quiet_backup(woke_ns + 30 * MS);
	expire(woke_ns + 30 * MS, NULL, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
}

static void the_active_heard_meanwhile_ends_the_wait(void **state)
{
	uint64_t woke_ns = START + DOWN_NS + 2 * NS_PER_SECOND;
	struct vrrp_advert newest = advert_from(1, 150, woke_ns + 10 * MS);

	(void)state;
	start_backup();
	vrrp_postpone(&vrrp, woke_ns + 30 * MS);
	expire(woke_ns + 30 * MS, &newest, NULL);
	assert_quiet_backup(woke_ns + 10 * MS + DOWN_NS);
}

static void only_a_backup_is_postponed(void **state)
{
	uint64_t due_ns;

	(void)state;
	start_active();
	due_ns = vrrp.timer_due_ns;
	vrrp_postpone(&vrrp, due_ns + NS_PER_SECOND);
	assert_int_equal(vrrp.timer_due_ns, due_ns);
}

static void expire_to_stay(uint64_t now_ns, const struct vrrp_advert *newest)
{
	expire_with(now_ns, newest,
		    (struct vrrp_timer_view){.stay_reason = "node-b does not hear this node"});
}

static void a_lower_active_that_does_not_hear_us_is_not_preempted(void **state)
{
	uint64_t now_ns = START + DOWN_NS;
	struct vrrp_advert newest = advert_from(9, 50, now_ns - 100 * MS);

	(void)state;
	start_backup();
	expire_to_stay(now_ns, &newest);
	assert_true(actions.held);
	assert_false(actions.state_changed || actions.send_advert);
	assert_string_equal(
		vrrp.reason,
		"does not preempt 10.0.0.9 (priority 50, ours 100): node-b does not hear this node");
	assert_int_equal(vrrp.timer_due_ns, now_ns + DOWN_NS);
	/* The other node hears this one again. */
	newest.arrival_ns = now_ns + DOWN_NS - 100 * MS;
	expire(now_ns + DOWN_NS, &newest, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
}

/* When the lower Active is silent, the wait ends. */
static void silence_ends_the_wait(void **state)
{
	(void)state;
	start_backup();
	expire_to_stay(START + DOWN_NS, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
	assert_true(actions.take_addresses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_active_steps_down_without_a_release),
		cmocka_unit_test(only_an_active_steps_down),
		cmocka_unit_test(it_follows_who_took_over),
		cmocka_unit_test(without_a_successor_the_best_takes_over_again),
		cmocka_unit_test(a_backup_that_stalled_waits),
		cmocka_unit_test(the_active_heard_meanwhile_ends_the_wait),
		cmocka_unit_test(only_a_backup_is_postponed),
		cmocka_unit_test(a_lower_active_that_does_not_hear_us_is_not_preempted),
		cmocka_unit_test(silence_ends_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
