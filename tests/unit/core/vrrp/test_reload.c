/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/vrrp/vrrp.c when tracking changes the priority, or a reload the parameters. */
#include "tests/unit/core/vrrp/fixture.h"

#define SKEW_OF(priority) (NS_PER_SECOND * (256 - (priority)) / 256)

static void set_priority(uint8_t priority, uint64_t now_ns)
{
	forget_actions();
	vrrp_set_priority(&vrrp, now_ns, priority, &actions);
}

static void reconfigure(const struct vrrp_parameters *parameters, uint64_t now_ns)
{
	forget_actions();
	vrrp_reconfigure(&vrrp, now_ns, parameters, parameters->priority, &actions);
}

static void assert_advertised(uint8_t priority, uint64_t now_ns)
{
	assert_int_equal(vrrp.state, ACTIVE);
	assert_true(actions.send_advert);
	assert_false(actions.state_changed || actions.take_addresses || actions.release_addresses);
	assert_int_equal(actions.advert_priority, priority);
	assert_int_equal(vrrp.active_priority, priority);
	assert_int_equal(vrrp.advertised_ns, now_ns);
	assert_int_equal(vrrp.timer_due_ns, now_ns + vrrp.parameters.advert_interval_ns);
}

static void an_active_advertises_its_new_priority_at_once(void **state)
{
	uint64_t now_ns = START + DOWN_NS + 300 * MS;

	(void)state;
	start_active();
	set_priority(50, now_ns);
	assert_advertised(50, now_ns);
	assert_int_equal(vrrp.parameters.priority, 100);
	set_priority(50, now_ns + MS);
	assert_no_actions();
	receive(9, 60, now_ns + 2 * MS, now_ns + 2 * MS);
	assert_int_equal(vrrp.state, BACKUP);
	assert_string_equal(vrrp.reason, "advert from 10.0.0.9 with higher priority 60, ours 50");
}

static void a_backup_s_timer_follows_its_skew(void **state)
{
	(void)state;
	start_backup();
	receive(1, 150, START, START);
	set_priority(140, START + MS);
	assert_quiet_backup(START + 3 * NS_PER_SECOND + SKEW_OF(140));
	set_priority(100, START + 2 * MS);
	assert_quiet_backup(START + DOWN_NS);
	receive(1, 0, START + 10 * MS, START + 10 * MS);
	set_priority(200, START + 11 * MS);
	assert_quiet_backup(START + 10 * MS + SKEW_OF(200));
}

static void a_backup_raised_above_the_active_preempts(void **state)
{
	struct vrrp_advert newest = advert_from(1, 150, START + 3100 * MS);

	(void)state;
	start_backup();
	receive(1, 150, START, START);
	set_priority(151, START + MS);
	expire(START + 3 * NS_PER_SECOND + SKEW_OF(151), &newest, NULL);
	assert_took_over("preempts 10.0.0.1: lower priority 150, ours 151");
	assert_int_equal(actions.advert_priority, 151);
}

static void preempt_delay_bounds_it_as_before(void **state)
{
	struct vrrp_parameters parameters = default_parameters();

	(void)state;
	parameters.preempt_delay_ns = 100 * MS;
	start_with(&parameters);
	receive(1, 50, START, START);
	receive(1, 50, START + NS_PER_SECOND, START + NS_PER_SECOND);
	assert_quiet_backup(START + 100 * MS + DOWN_NS);
	set_priority(200, START + 2 * NS_PER_SECOND);
	assert_quiet_backup(START + 3100 * MS + SKEW_OF(200));
}

static void in_initialize_the_priority_is_stored(void **state)
{
	struct vrrp_parameters parameters = default_parameters();

	(void)state;
	vrrp_init(&vrrp, &parameters);
	set_priority(120, START);
	assert_no_actions();
	assert_false(vrrp.timer_armed);
	vrrp_startup(&vrrp, START, &actions);
	assert_int_equal(vrrp.timer_due_ns, START + 3 * NS_PER_SECOND + SKEW_OF(120));
}

static void a_reload_that_changes_nothing_does_nothing(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	struct vrrp before;

	(void)state;
	start_active();
	before = vrrp;
	reconfigure(&parameters, START + DOWN_NS + 300 * MS);
	assert_no_actions();
	assert_memory_equal(&before, &vrrp, sizeof(vrrp));
	start_backup();
	receive(1, 150, START, START);
	reconfigure(&parameters, START + 300 * MS);
	assert_quiet_backup(START + DOWN_NS);
}

/* So Backups learn the interval before they miss the next advert. */
static void an_active_advertises_its_new_interval_at_once(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	uint64_t now_ns = START + DOWN_NS + 300 * MS;

	(void)state;
	start_active();
	parameters.advert_interval_ns = 100 * MS;
	reconfigure(&parameters, now_ns);
	assert_advertised(100, now_ns);
	assert_int_equal(vrrp.active_interval_ns, 100 * MS);
}

static void an_active_advertises_from_its_new_address_at_once(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	uint64_t now_ns = START + DOWN_NS + 300 * MS;

	(void)state;
	start_active();
	parameters.primary_address = host_address(77);
	reconfigure(&parameters, now_ns);
	assert_advertised(100, now_ns);
	assert_true(address_equal(&vrrp.active_address, &parameters.primary_address));
}

static void a_backup_keeps_the_interval_that_it_learnt(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	struct vrrp_advert advert = advert_from(1, 150, START);

	(void)state;
	start_backup();
	advert.interval_ns = 2 * NS_PER_SECOND;
	receive_advert(&advert, START);
	parameters.advert_interval_ns = 100 * MS;
	reconfigure(&parameters, START + MS);
	assert_quiet_backup(START + 2 * DOWN_NS);
	assert_int_equal(vrrp.active_interval_ns, 2 * NS_PER_SECOND);
}

static void a_backup_that_heard_no_active_takes_the_new_interval(void **state)
{
	struct vrrp_parameters parameters = default_parameters();

	(void)state;
	start_backup();
	parameters.advert_interval_ns = 100 * MS;
	reconfigure(&parameters, START + MS);
	assert_quiet_backup(START + DOWN_NS / 10);
}

static void version_2_takes_the_new_interval_in_any_case(void **state)
{
	struct vrrp_parameters parameters = default_parameters();

	(void)state;
	parameters.version = 2;
	start_with(&parameters);
	receive(1, 150, START, START);
	parameters.advert_interval_ns = 2 * NS_PER_SECOND;
	reconfigure(&parameters, START + MS);
	assert_quiet_backup(START + 6 * NS_PER_SECOND + SKEW_NS);
}

static void more_adverts_may_be_missed_after_a_reload(void **state)
{
	struct vrrp_parameters parameters = default_parameters();

	(void)state;
	start_backup();
	receive(1, 150, START, START);
	parameters.down_timer_adverts = 5;
	reconfigure(&parameters, START + MS);
	assert_quiet_backup(START + 2 * NS_PER_SECOND + DOWN_NS);
}

/* It waits for Skew_Time, in which adverts are not counted. */
static void missed_adverts_do_not_matter_in_a_vacancy(void **state)
{
	struct vrrp_parameters parameters = default_parameters();

	(void)state;
	start_backup();
	receive(1, 0, START, START);
	parameters.down_timer_adverts = 5;
	reconfigure(&parameters, START + MS);
	assert_quiet_backup(START + SKEW_NS);
}

static void preempt_delay_ends_when_it_is_removed(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	struct vrrp_advert newest = advert_from(1, 50, START + 3500 * MS);

	(void)state;
	parameters.preempt_delay_ns = 60 * NS_PER_SECOND;
	start_with(&parameters);
	receive(1, 50, START, START);
	parameters.preempt_delay_ns = 0;
	reconfigure(&parameters, START + MS);
	expire(START + DOWN_NS, &newest, NULL);
	assert_took_over("preempts 10.0.0.1: lower priority 50, ours 100");
}

/* An owner becomes Active at its start, but a reload changes no state: it must preempt. */
static void a_backup_that_becomes_owner_preempts(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	struct vrrp_advert newest = advert_from(1, 254, START + 2900 * MS);

	(void)state;
	start_backup();
	receive(1, 254, START, START);
	parameters.priority = VRRP_PRIORITY_OWNER;
	reconfigure(&parameters, START + MS);
	assert_quiet_backup(START + 3 * NS_PER_SECOND + SKEW_OF(255));
	expire(vrrp.timer_due_ns, &newest, NULL);
	assert_took_over("preempts 10.0.0.1: lower priority 254, ours 255");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_active_advertises_its_new_priority_at_once),
		cmocka_unit_test(a_backup_s_timer_follows_its_skew),
		cmocka_unit_test(a_backup_raised_above_the_active_preempts),
		cmocka_unit_test(preempt_delay_bounds_it_as_before),
		cmocka_unit_test(in_initialize_the_priority_is_stored),
		cmocka_unit_test(a_reload_that_changes_nothing_does_nothing),
		cmocka_unit_test(an_active_advertises_its_new_interval_at_once),
		cmocka_unit_test(an_active_advertises_from_its_new_address_at_once),
		cmocka_unit_test(a_backup_keeps_the_interval_that_it_learnt),
		cmocka_unit_test(a_backup_that_heard_no_active_takes_the_new_interval),
		cmocka_unit_test(version_2_takes_the_new_interval_in_any_case),
		cmocka_unit_test(more_adverts_may_be_missed_after_a_reload),
		cmocka_unit_test(missed_adverts_do_not_matter_in_a_vacancy),
		cmocka_unit_test(preempt_delay_ends_when_it_is_removed),
		cmocka_unit_test(a_backup_that_becomes_owner_preempts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
