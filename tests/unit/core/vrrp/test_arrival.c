/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/vrrp/vrrp.c: adverts judged by their arrival, quiet Backups, and timers that neither drift
 * nor burst. */
#include "tests/unit/core/vrrp/fixture.h"

static void an_advert_counts_from_its_arrival(void **state)
{
	struct xb_address source = host_address(1);

	(void)state;
	start_backup();
	receive(1, 150, START + 100 * MS, START + 700 * MS);
	assert_quiet_backup(START + 100 * MS + DOWN_NS);
	assert_true(address_equal(&vrrp.active_address, &source));
	assert_int_equal(vrrp.active_priority, 150);
	assert_int_equal(vrrp.heard_ns, START + 100 * MS);
}

static void the_newest_advert_re_arms_in_silence(void **state)
{
	struct vrrp_advert newest = advert_from(1, 150, START + 3500 * MS);

	(void)state;
	start_backup();
	receive(1, 150, START, START);
	expire(START + DOWN_NS, &newest, NULL);
	assert_quiet_backup(newest.arrival_ns + DOWN_NS);
	assert_int_equal(vrrp.transition_count, 1);
}

static void a_stale_newest_advert_does_not(void **state)
{
	struct vrrp_advert newest = advert_from(1, 150, START + 10 * MS);

	(void)state;
	start_backup();
	receive(1, 150, START, START);
	expire(START + 10 * MS + DOWN_NS, &newest, NULL);
	assert_took_over(
		"no advert from 10.0.0.1 (priority 150) for 3.61 s, Active_Down_Timer 3.61 s");
}

/* Stopped for 20 s: the Active was heard 4 ms before the timer is handled. */
static void a_stopped_backup_does_not_accuse(void **state)
{
	struct vrrp_advert newest = advert_from(1, 150, START + 20 * NS_PER_SECOND - 4 * MS);

	(void)state;
	start_backup();
	expire(START + 20 * NS_PER_SECOND, &newest, NULL);
	assert_quiet_backup(newest.arrival_ns + DOWN_NS);
}

static void a_newest_release_means_skew_time(void **state)
{
	struct vrrp_advert newest = advert_from(1, 0, START + 3500 * MS);

	(void)state;
	start_backup();
	receive(1, 150, START, START);
	expire(START + DOWN_NS, &newest, NULL);
	assert_quiet_backup(newest.arrival_ns + SKEW_NS);
	expire(newest.arrival_ns + SKEW_NS, &newest, "10.0.0.1 still claims it");
	assert_took_over("10.0.0.1 released the addresses (priority 0), Skew_Time 609 ms");
}

/* A router that yields to the followed Active may send its release after that Active's advert. */
static void a_release_of_another_than_the_active_means_nothing(void **state)
{
	(void)state;
	start_backup();
	receive(2, 150, START, START);
	receive(1, 0, START + MS, START + MS);
	assert_quiet_backup(START + DOWN_NS);
	receive(2, 0, START + 2 * MS, START + 2 * MS);
	assert_quiet_backup(START + 2 * MS + SKEW_NS);
}

static void a_timer_that_is_not_due_does_nothing(void **state)
{
	(void)state;
	start_backup();
	expire(START + DOWN_NS - 1, NULL, NULL);
	assert_quiet_backup(START + DOWN_NS);
	vrrp_shutdown(&vrrp, START + MS, "xbeatd stops", &actions);
	expire(START + DOWN_NS, NULL, NULL);
	assert_no_actions();
	assert_int_equal(vrrp.state, INITIALIZE);
}

/* Read after a stall: its sender has since been silent for longer than Active_Down_Interval. */
static void an_active_does_not_yield_to_stale_adverts(void **state)
{
	uint64_t arrival_ns = START + DOWN_NS + MS;

	(void)state;
	start_active();
	receive(9, 200, arrival_ns, arrival_ns + DOWN_NS);
	assert_int_equal(vrrp.state, ACTIVE);
	assert_true(actions.send_advert && actions.announce_again);
	receive(9, 200, arrival_ns, arrival_ns + DOWN_NS - 1);
	assert_int_equal(vrrp.state, BACKUP);
}

static void adverts_do_not_drift(void **state)
{
	uint64_t due_ns = START + DOWN_NS + NS_PER_SECOND;

	(void)state;
	start_active();
	expire(due_ns - 1, NULL, NULL);
	assert_no_actions();
	for (unsigned i = 0; i < 5; i++) {
		expire(due_ns + 7 * MS, NULL, NULL);
		assert_true(actions.send_advert);
		due_ns += NS_PER_SECOND;
		assert_int_equal(vrrp.timer_due_ns, due_ns);
	}
}

static void adverts_do_not_burst(void **state)
{
	uint64_t due_ns = START + DOWN_NS + NS_PER_SECOND;

	(void)state;
	start_active();
	expire(due_ns + 5300 * MS, NULL, NULL);
	assert_true(actions.send_advert);
	assert_int_equal(vrrp.timer_due_ns, due_ns + 6300 * MS);
}

/* An Active uses its own interval again. */
static void the_own_interval_returns(void **state)
{
	struct vrrp_advert advert = advert_from(1, 150, START);

	(void)state;
	start_backup();
	advert.interval_ns = 10 * MS;
	vrrp_advert_received(&vrrp, &advert, START, &actions);
	assert_int_equal(vrrp_active_down_interval_ns(&vrrp), DOWN_NS / 100);
	expire(START + DOWN_NS / 100, &advert, NULL);
	assert_took_over(
		"no advert from 10.0.0.1 (priority 150) for 36.1 ms, Active_Down_Timer 36.1 ms");
	assert_int_equal(vrrp.active_interval_ns, NS_PER_SECOND);
	assert_int_equal(vrrp.timer_due_ns, START + DOWN_NS / 100 + NS_PER_SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_advert_counts_from_its_arrival),
		cmocka_unit_test(the_newest_advert_re_arms_in_silence),
		cmocka_unit_test(a_stale_newest_advert_does_not),
		cmocka_unit_test(a_stopped_backup_does_not_accuse),
		cmocka_unit_test(a_newest_release_means_skew_time),
		cmocka_unit_test(a_release_of_another_than_the_active_means_nothing),
		cmocka_unit_test(a_timer_that_is_not_due_does_nothing),
		cmocka_unit_test(an_active_does_not_yield_to_stale_adverts),
		cmocka_unit_test(adverts_do_not_drift),
		cmocka_unit_test(adverts_do_not_burst),
		cmocka_unit_test(the_own_interval_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
