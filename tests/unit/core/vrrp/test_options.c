/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/vrrp/vrrp.c: keepalived's options that the RFCs do not have, each off by default. */
#include "tests/unit/core/vrrp/fixture.h"

/* How long a Backup of priority 254 waits. */
#define SUCCESSION_NS (3 * NS_PER_SECOND + NS_PER_SECOND * 2 / 256)

static void start_active_that_may_oversleep(void)
{
	struct vrrp_parameters parameters = default_parameters();

	parameters.preempt = false;
	parameters.timer_expired_priority = 254;
	start_active_with(&parameters);
}

static void down_timer_adverts_replaces_three(void **state)
{
	struct vrrp_parameters parameters = default_parameters();

	(void)state;
	parameters.down_timer_adverts = 10;
	start_with(&parameters);
	assert_int_equal(vrrp.timer_due_ns, START + 10 * NS_PER_SECOND + SKEW_NS);
	receive(1, 150, START + MS, START + MS);
	assert_quiet_backup(START + MS + 10 * NS_PER_SECOND + SKEW_NS);
}

static void an_active_that_stalled_yields_to_its_successor(void **state)
{
	uint64_t now_ns = START + DOWN_NS + SUCCESSION_NS;

	(void)state;
	start_active_that_may_oversleep();
	expire(now_ns, NULL, NULL);
	assert_int_equal(vrrp.state, BACKUP);
	assert_true(actions.state_changed && actions.release_addresses);
	assert_false(actions.send_advert || actions.take_addresses);
	assert_int_equal(vrrp.timer_due_ns, now_ns + DOWN_NS);
	assert_string_equal(
		vrrp.reason,
		"this node sent no advert for 3.01 s: a Backup of priority 254 takes over after 3.01 s");
}

static void it_follows_the_successor_that_advertised_meanwhile(void **state)
{
	uint64_t now_ns = START + DOWN_NS + 5 * NS_PER_SECOND;
	struct vrrp_advert newest = advert_from(1, 50, now_ns - 100 * MS);

	(void)state;
	start_active_that_may_oversleep();
	expire(now_ns, &newest, NULL);
	assert_int_equal(vrrp.state, BACKUP);
	assert_int_equal(vrrp.active_priority, 50);
	assert_int_equal(vrrp.timer_due_ns, newest.arrival_ns + DOWN_NS);
}

/* From before the pause. */
static void it_does_not_follow_a_stale_advert(void **state)
{
	uint64_t now_ns = START + DOWN_NS + 5 * NS_PER_SECOND;
	struct vrrp_advert newest = advert_from(1, 50, START);

	(void)state;
	start_active_that_may_oversleep();
	expire(now_ns, &newest, NULL);
	assert_int_equal(vrrp.state, BACKUP);
	assert_int_equal(vrrp.timer_due_ns, now_ns + DOWN_NS);
}

/* Queued events are read before the timer is handled. */
static void it_neither_answers_the_successor_nor_advertises_a_priority(void **state)
{
	uint64_t now_ns = START + DOWN_NS + 5 * NS_PER_SECOND;

	(void)state;
	start_active_that_may_oversleep();
	receive(1, 50, now_ns - 100 * MS, now_ns);
	assert_int_equal(vrrp.state, BACKUP);
	assert_false(actions.send_advert || actions.announce_again);
	assert_int_equal(vrrp.timer_due_ns, now_ns - 100 * MS + DOWN_NS);
	start_active_that_may_oversleep();
	forget_actions();
	vrrp_set_priority(&vrrp, now_ns, 120, &actions);
	assert_int_equal(vrrp.state, BACKUP);
	assert_true(actions.release_addresses);
	assert_false(actions.send_advert);
	assert_int_equal(vrrp.timer_due_ns, now_ns + 3 * NS_PER_SECOND + NS_PER_SECOND * 136 / 256);
}

static void an_active_that_is_not_too_late_stays(void **state)
{
	(void)state;
	start_active_that_may_oversleep();
	expire(START + DOWN_NS + SUCCESSION_NS - 1, NULL, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
	assert_true(actions.send_advert);
}

static void with_preemption_or_as_owner_it_stays(void **state)
{
	struct vrrp_parameters parameters = default_parameters();

	(void)state;
	parameters.timer_expired_priority = 254;
	start_active_with(&parameters);
	expire(START + 60 * NS_PER_SECOND, NULL, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
	parameters.preempt = false;
	parameters.priority = VRRP_PRIORITY_OWNER;
	start_active_with(&parameters);
	expire(START + 60 * NS_PER_SECOND, NULL, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
	assert_true(actions.send_advert);
}

static void lower_priority_no_advert_leaves_rivals_unanswered(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	uint64_t now_ns = START + DOWN_NS + MS;

	(void)state;
	parameters.lower_priority_no_advert = true;
	start_active_with(&parameters);
	receive(9, 50, now_ns, now_ns);
	assert_false(actions.send_advert);
	assert_true(actions.announce_again); /* clients' caches are corrected in any case */
	receive(4, 100, now_ns, now_ns);
	assert_false(actions.send_advert);
	receive(9, 0, now_ns, now_ns);
	assert_true(actions.send_advert);
	assert_int_equal(vrrp.state, ACTIVE);
}

static void higher_priority_send_advert_sends_a_last_advert(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	uint64_t now_ns = START + DOWN_NS + MS;

	(void)state;
	parameters.higher_priority_send_advert = true;
	start_active_with(&parameters);
	receive(9, 200, now_ns, now_ns);
	assert_int_equal(vrrp.state, BACKUP);
	assert_true(actions.send_advert && actions.release_addresses);
	assert_int_equal(actions.advert_priority, 100);
	assert_int_equal(vrrp.timer_due_ns, now_ns + DOWN_NS);
}

/* Another owner with a higher address, which would be followed otherwise. */
static void an_owner_that_ignores_adverts_stays(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	uint64_t now_ns = START + DOWN_NS + 100 * MS;

	(void)state;
	parameters.priority = VRRP_PRIORITY_OWNER;
	for (int ignores = 0; ignores < 2; ignores++) {
		parameters.owner_ignores_adverts = ignores;
		start_with(&parameters);
		assert_int_equal(vrrp.state, ACTIVE);
		receive(9, VRRP_PRIORITY_OWNER, now_ns, now_ns);
		assert_int_equal(vrrp.state, ignores ? ACTIVE : BACKUP);
		assert_int_equal(actions.release_addresses, !ignores);
	}
}

/* Only an owner does. */
static void a_node_that_is_no_owner_heeds_adverts(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	uint64_t now_ns = START + DOWN_NS + 100 * MS;

	(void)state;
	parameters.owner_ignores_adverts = true;
	start_active_with(&parameters);
	receive(9, 200, now_ns, now_ns);
	assert_int_equal(vrrp.state, BACKUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(down_timer_adverts_replaces_three),
		cmocka_unit_test(an_active_that_stalled_yields_to_its_successor),
		cmocka_unit_test(it_follows_the_successor_that_advertised_meanwhile),
		cmocka_unit_test(it_does_not_follow_a_stale_advert),
		cmocka_unit_test(it_neither_answers_the_successor_nor_advertises_a_priority),
		cmocka_unit_test(an_active_that_is_not_too_late_stays),
		cmocka_unit_test(with_preemption_or_as_owner_it_stays),
		cmocka_unit_test(lower_priority_no_advert_leaves_rivals_unanswered),
		cmocka_unit_test(higher_priority_send_advert_sends_a_last_advert),
		cmocka_unit_test(an_owner_that_ignores_adverts_stays),
		cmocka_unit_test(a_node_that_is_no_owner_heeds_adverts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
