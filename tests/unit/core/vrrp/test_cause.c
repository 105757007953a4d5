/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cause of a change, and since when it holds: the labels of counters. */
#include "tests/unit/core/vrrp/fixture.h"

static void expect(enum vrrp_cause cause, uint64_t since_ns)
{
	assert_string_equal(vrrp_cause_name(vrrp.cause), vrrp_cause_name(cause));
	assert_int_equal(vrrp.cause_since_ns, since_ns);
}

static void hear(uint8_t priority, uint64_t now_ns)
{
	receive(9, priority, now_ns, now_ns);
}

static void test_silence_begins_with_the_last_advert(void **state)
{
	(void)state;
	start_backup();
	hear(150, START + 7 * MS);
	expire(vrrp.timer_due_ns, NULL, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
	expect(VRRP_CAUSE_SILENCE, START + 7 * MS);
}

static void test_silence_since_the_start(void **state)
{
	(void)state;
	start_backup();
	expire(vrrp.timer_due_ns, NULL, NULL);
	expect(VRRP_CAUSE_SILENCE, START);
}

static void test_release_keeps_its_time_until_the_timer_expires(void **state)
{
	(void)state;
	start_backup();
	hear(150, START + 7 * MS);
	hear(0, START + 9 * MS);
	assert_int_equal(vrrp.releases_heard_count, 1);
	expire(vrrp.timer_due_ns, NULL, NULL);
	expect(VRRP_CAUSE_RELEASE, START + 9 * MS);
}

static void test_preemption(void **state)
{
	struct vrrp_advert lower = advert_from(9, 50, START + DOWN_NS - MS);

	(void)state;
	start_backup();
	expire(vrrp.timer_due_ns, &lower, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
	expect(VRRP_CAUSE_PREEMPTION, START + DOWN_NS);
}

static void test_a_loss_keeps_the_cause_of_the_caller(void **state)
{
	(void)state;
	start_backup();
	vrrp_set_cause(&vrrp, VRRP_CAUSE_PEER_DOWN, START + MS);
	vrrp_active_lost(&vrrp, START + 30 * MS, false, "node-a is down", &actions);
	expire(vrrp.timer_due_ns, NULL, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
	expect(VRRP_CAUSE_PEER_DOWN, START + MS);
}

static void test_higher_priority(void **state)
{
	(void)state;
	start_backup();
	expire(vrrp.timer_due_ns, NULL, NULL);
	hear(150, START + 2 * DOWN_NS);
	assert_int_equal(vrrp.state, BACKUP);
	expect(VRRP_CAUSE_HIGHER_PRIORITY, START + 2 * DOWN_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silence_begins_with_the_last_advert),
		cmocka_unit_test(test_silence_since_the_start),
		cmocka_unit_test(test_release_keeps_its_time_until_the_timer_expires),
		cmocka_unit_test(test_preemption),
		cmocka_unit_test(test_a_loss_keeps_the_cause_of_the_caller),
		cmocka_unit_test(test_higher_priority),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
