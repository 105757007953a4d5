/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * user/core/vrrp.c where it goes beyond RFC 9568: judging adverts by arrival,
 * quiet Backups, preempt_delay, holding, heartbeats that end an Active early,
 * and timers that neither drift nor burst.
 *
 * The machine is 10.0.0.5 with priority 100; intervals are 1 s. START is its start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <user/core/address.h>
#include <user/core/time.h>
#include <user/core/vrrp.h>

#define MS NS_PER_MS
#define START (1000 * NS_PER_SECOND)
#define SKEW_NS (NS_PER_SECOND * 156 / 256)
#define DOWN_NS (3 * NS_PER_SECOND + SKEW_NS)

static struct vrrp vrrp;
static struct vrrp_actions actions;

static struct xb_address host_address(uint8_t host)
{
	struct xb_address address = {.bytes = {[10] = 0xff, 0xff, 10, 0, 0, host}};

	return address;
}

static struct vrrp_advert advert_from(uint8_t host, uint8_t priority, uint64_t arrival_ns)
{
	struct vrrp_advert advert = {
		.source = host_address(host),
		.priority = priority,
		.interval_ns = NS_PER_SECOND,
		.arrival_ns = arrival_ns,
	};

	return advert;
}

static void start_backup(uint64_t preempt_delay_ns)
{
	struct vrrp_parameters parameters = {
		.vrid = 51,
		.version = 3,
		.priority = 100,
		.preempt = true,
		.preempt_delay_ns = preempt_delay_ns,
		.advert_interval_ns = NS_PER_SECOND,
		.primary_address = host_address(5),
	};

	vrrp_init(&vrrp, &parameters);
	assert_string_equal(vrrp.reason, "not started");
	vrrp_startup(&vrrp, START, &actions);
	assert_int_equal(vrrp.state, XB_INSTANCE_BACKUP);
}

static void start_active(void)
{
	start_backup(0);
	vrrp_timer_expired(&vrrp, START + DOWN_NS, NULL, NULL, &actions);
	assert_int_equal(vrrp.state, XB_INSTANCE_ACTIVE);
}

static void receive(uint8_t host, uint8_t priority, uint64_t arrival_ns, uint64_t now_ns)
{
	struct vrrp_advert advert = advert_from(host, priority, arrival_ns);

	memset(&actions, 0xff, sizeof(actions));
	vrrp_advert_received(&vrrp, &advert, now_ns, &actions);
}

static void expire(uint64_t now_ns, const struct vrrp_advert *newest, const char *alive_reason)
{
	memset(&actions, 0xff, sizeof(actions));
	vrrp_timer_expired(&vrrp, now_ns, newest, alive_reason, &actions);
}

static void assert_no_actions(void)
{
	assert_false(actions.send_advert || actions.take_addresses || actions.announce_again ||
		     actions.release_addresses || actions.state_changed || actions.held);
}

static void assert_quiet_backup(uint64_t due_ns)
{
	assert_no_actions();
	assert_int_equal(vrrp.state, XB_INSTANCE_BACKUP);
	assert_true(vrrp.timer_armed);
	assert_int_equal(vrrp.timer_due_ns, due_ns);
}

static void assert_took_over(const char *reason)
{
	assert_int_equal(vrrp.state, XB_INSTANCE_ACTIVE);
	assert_true(actions.send_advert && actions.take_addresses && actions.state_changed);
	assert_int_equal(actions.advert_priority, 100);
	assert_int_equal(actions.old_state, XB_INSTANCE_BACKUP);
	assert_string_equal(vrrp.reason, reason);
}

static void an_advert_counts_from_its_arrival(void **state)
{
	struct xb_address source = host_address(1);

	(void)state;
	start_backup(0);
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
	start_backup(0);
	receive(1, 150, START, START);
	expire(START + DOWN_NS, &newest, NULL);
	assert_quiet_backup(newest.arrival_ns + DOWN_NS);
	assert_int_equal(vrrp.transition_count, 1);
}

static void a_stale_newest_advert_does_not(void **state)
{
	struct vrrp_advert newest = advert_from(1, 150, START + 10 * MS);

	(void)state;
	start_backup(0);
	receive(1, 150, START, START);
	expire(START + 10 * MS + DOWN_NS, &newest, NULL);
	assert_took_over("no advert from 10.0.0.1 (priority 150) for 3.61 s, "
			 "Active_Down_Timer 3.61 s");
}

/* Stopped for 20 s: the Active was heard 4 ms before we look. */
static void a_stopped_backup_does_not_accuse(void **state)
{
	struct vrrp_advert newest = advert_from(1, 150, START + 20 * NS_PER_SECOND - 4 * MS);

	(void)state;
	start_backup(0);
	expire(START + 20 * NS_PER_SECOND, &newest, NULL);
	assert_quiet_backup(newest.arrival_ns + DOWN_NS);
}

static void a_newest_release_means_skew_time(void **state)
{
	struct vrrp_advert newest = advert_from(1, 0, START + 3500 * MS);

	(void)state;
	start_backup(0);
	receive(1, 150, START, START);
	expire(START + DOWN_NS, &newest, NULL);
	assert_quiet_backup(newest.arrival_ns + SKEW_NS);
	expire(newest.arrival_ns + SKEW_NS, &newest, "10.0.0.1 still claims it");
	assert_took_over("10.0.0.1 released the addresses (priority 0), Skew_Time 609 ms");
}

static void a_timer_that_is_not_due_does_nothing(void **state)
{
	(void)state;
	start_backup(0);
	expire(START + DOWN_NS - 1, NULL, NULL);
	assert_quiet_backup(START + DOWN_NS);
	vrrp_shutdown(&vrrp, START + MS, "xbeatd stops", &actions);
	expire(START + DOWN_NS, NULL, NULL);
	assert_no_actions();
	assert_int_equal(vrrp.state, XB_INSTANCE_INITIALIZE);
}

static void a_lower_active_is_preempted(void **state)
{
	struct vrrp_advert newest = advert_from(1, 50, START + 3500 * MS);

	(void)state;
	start_backup(0);
	expire(START + DOWN_NS, &newest, NULL);
	assert_took_over("preempts 10.0.0.1: lower priority 50, ours 100");
}

/* Its adverts come so often that those of the true Active are never the newest. */
static void a_lower_rival_is_not_preempted_beside_a_live_active(void **state)
{
	struct vrrp_advert newest = advert_from(9, 50, START + 3500 * MS);

	(void)state;
	start_backup(0);
	receive(1, 150, START, START);
	expire(START + DOWN_NS, &newest, "node-a answers");
	assert_true(actions.held);
	assert_int_equal(vrrp.state, XB_INSTANCE_BACKUP);
	assert_false(actions.send_advert || actions.take_addresses);
}

static void the_timer_holds_while_heartbeats_say_alive(void **state)
{
	uint64_t now_ns = START + DOWN_NS;

	(void)state;
	start_backup(0);
	receive(1, 150, START, START);
	expire(now_ns, NULL, "node-a answered 2 ms ago and claims the instance");
	assert_true(actions.held);
	assert_false(actions.state_changed || actions.send_advert || actions.take_addresses);
	assert_string_equal(vrrp.reason, "no advert for 3.61 s, "
					 "but node-a answered 2 ms ago and claims the instance");
	assert_int_equal(vrrp.timer_due_ns, now_ns + DOWN_NS);
	expire(now_ns + DOWN_NS, NULL, "node-a answers");
	assert_quiet_backup(now_ns + 2 * DOWN_NS); /* said once */
	assert_string_equal(vrrp.reason, "no advert for 7.22 s, but node-a answers");
	expire(now_ns + 2 * DOWN_NS, NULL, NULL);
	assert_took_over("no advert from 10.0.0.1 (priority 150) for 10.8 s, "
			 "Active_Down_Timer 3.61 s");
}

static void holding_ends_when_adverts_arrive(void **state)
{
	(void)state;
	start_backup(0);
	expire(START + DOWN_NS, NULL, "node-a answers");
	assert_true(vrrp.holding);
	receive(1, 150, START + DOWN_NS + MS, START + DOWN_NS + MS);
	assert_quiet_backup(START + DOWN_NS + MS + DOWN_NS);
	assert_false(vrrp.holding);
	assert_string_equal(vrrp.reason, "follows 10.0.0.1 (priority 150)");
}

/* Each time that it begins is said. */
static void holding_begins_anew(void **state)
{
	uint64_t now_ns = START + DOWN_NS;

	(void)state;
	start_backup(0);
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

static void preempt_delay_endures_a_lower_active(void **state)
{
	struct vrrp_advert newest = advert_from(1, 50, START + 3100 * MS);

	(void)state;
	start_backup(5 * NS_PER_SECOND);
	receive(1, 50, START + 100 * MS, START + 100 * MS);
	assert_quiet_backup(START + 100 * MS + DOWN_NS);
	expire(START + 100 * MS + DOWN_NS, &newest, NULL);
	assert_quiet_backup(START + 5100 * MS);
	newest.arrival_ns = START + 5000 * MS;
	expire(START + 5100 * MS, &newest, NULL);
	assert_took_over("preempts 10.0.0.1: lower priority 50, ours 100, for 5.00 s "
			 "(preempt_delay 5.00 s)");
	assert_int_equal(vrrp.preempt_since_ns, 0);
}

static void preempt_delay_ends_when_adverts_stop(void **state)
{
	struct vrrp_advert newest = advert_from(1, 50, START);

	(void)state;
	start_backup(60 * NS_PER_SECOND);
	receive(1, 50, START, START);
	expire(START + DOWN_NS, &newest, NULL);
	assert_took_over("no advert from 10.0.0.1 (priority 50) for 3.61 s, "
			 "Active_Down_Timer 3.61 s");
}

static void preempt_delay_starts_anew_after_a_higher_active(void **state)
{
	(void)state;
	start_backup(5 * NS_PER_SECOND);
	receive(1, 50, START, START);
	receive(9, 200, START + 3000 * MS, START + 3000 * MS);
	assert_int_equal(vrrp.preempt_since_ns, 0);
	receive(1, 50, START + 4000 * MS, START + 4000 * MS);
	assert_int_equal(vrrp.preempt_since_ns, START + 4000 * MS);
	receive(1, 50, START + 6000 * MS, START + 6000 * MS);
	assert_quiet_backup(START + 9000 * MS);
}

static void preempt_delay_ends_with_a_release(void **state)
{
	(void)state;
	start_backup(60 * NS_PER_SECOND);
	receive(1, 50, START, START);
	receive(1, 0, START + MS, START + MS);
	assert_quiet_backup(START + MS + SKEW_NS);
	assert_int_equal(vrrp.preempt_since_ns, 0);
}

static void the_best_takes_over_when_the_active_is_lost(void **state)
{
	(void)state;
	start_backup(0);
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
	start_backup(0);
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, START + 40 * MS, false, "node-a down: no evidence for 31 ms",
			 &actions);
	assert_quiet_backup(START + 40 * MS + SKEW_NS);
	/* The lost Active's last advert is younger than Active_Down_Interval, and yet means nothing. */
	expire(START + 40 * MS + SKEW_NS, &newest, NULL);
	assert_took_over("node-a down: no evidence for 31 ms; nobody better within Skew_Time "
			 "609 ms");
}

static void a_loss_never_delays_the_timer(void **state)
{
	uint64_t due_ns = START + DOWN_NS;

	(void)state;
	start_backup(0);
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, due_ns - 5 * MS, false, "node-a down", &actions);
	assert_quiet_backup(due_ns);
}

static void a_better_candidate_s_advert_ends_the_skew(void **state)
{
	(void)state;
	start_backup(0);
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, START + 40 * MS, false, "node-a down", &actions);
	/* It arrived before we judged node-a, but it is another's. */
	receive(2, 120, START + 39 * MS, START + 41 * MS);
	assert_quiet_backup(START + 39 * MS + DOWN_NS);
	assert_string_equal(vrrp.reason, "follows 10.0.0.2 (priority 120)");
}

static void a_lost_active_may_come_back(void **state)
{
	(void)state;
	start_backup(0);
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, START + 40 * MS, false, "node-a down", &actions);
	receive(1, 150, START + 40 * MS, START + 50 * MS);
	assert_quiet_backup(START + 40 * MS + SKEW_NS);
	receive(1, 150, START + 50 * MS, START + 50 * MS);
	assert_quiet_backup(START + 50 * MS + DOWN_NS);
}

static void the_last_word_of_a_lost_active_deposes_nobody(void **state)
{
	(void)state;
	start_backup(0);
	receive(1, 150, START, START);
	vrrp_active_lost(&vrrp, START + 40 * MS, true, "node-a down", &actions);
	receive(1, 150, START + 39 * MS, START + 41 * MS);
	assert_no_actions();
	assert_int_equal(vrrp.state, XB_INSTANCE_ACTIVE);
	receive(1, 150, START + 42 * MS, START + 42 * MS);
	assert_int_equal(vrrp.state, XB_INSTANCE_BACKUP);
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

/* Read after a stall: whoever sent it has been silent for longer than it may. */
static void an_active_does_not_yield_to_stale_adverts(void **state)
{
	uint64_t arrival_ns = START + DOWN_NS + MS;

	(void)state;
	start_active();
	receive(9, 200, arrival_ns, arrival_ns + DOWN_NS);
	assert_int_equal(vrrp.state, XB_INSTANCE_ACTIVE);
	assert_true(actions.send_advert && actions.announce_again);
	receive(9, 200, arrival_ns, arrival_ns + DOWN_NS - 1);
	assert_int_equal(vrrp.state, XB_INSTANCE_BACKUP);
}

/* Rivals' adverts at a given rate; ours in answer, beside the regular timer. */
static void an_active_answers_a_flood_at_a_limited_rate(void **state)
{
	uint64_t start_ns = START + DOWN_NS + MS;
	uint64_t due_ns;
	unsigned answers = 0;

	(void)state;
	start_active();
	due_ns = vrrp.timer_due_ns;
	for (uint64_t passed_ns = 0; passed_ns < 100 * MS; passed_ns += MS / 20) {
		receive((uint8_t)(6 + answers % 9), 50, start_ns + passed_ns, start_ns + passed_ns);
		assert_true(actions.announce_again);
		assert_int_equal(actions.send_advert, passed_ns % VRRP_ASSERT_SPACING_NS == 0);
		answers += actions.send_advert;
	}
	assert_int_equal(answers, 10);
	assert_int_equal(vrrp.state, XB_INSTANCE_ACTIVE);
	assert_int_equal(vrrp.timer_due_ns, due_ns);
}

/* One that is not answered does not put the regular advert off, either. */
static void a_flood_of_releases_does_not_silence_an_active(void **state)
{
	uint64_t now_ns = START + DOWN_NS + 100 * MS;

	(void)state;
	start_active();
	receive(1, 0, now_ns, now_ns);
	assert_true(actions.send_advert);
	assert_int_equal(vrrp.timer_due_ns, now_ns + NS_PER_SECOND);
	receive(1, 0, now_ns + VRRP_ASSERT_SPACING_NS - 1, now_ns + VRRP_ASSERT_SPACING_NS - 1);
	assert_false(actions.send_advert);
	assert_int_equal(vrrp.timer_due_ns, now_ns + NS_PER_SECOND);
	receive(1, 0, now_ns + VRRP_ASSERT_SPACING_NS, now_ns + VRRP_ASSERT_SPACING_NS);
	assert_true(actions.send_advert);
	assert_int_equal(vrrp.timer_due_ns, now_ns + VRRP_ASSERT_SPACING_NS + NS_PER_SECOND);
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

/* On becoming Active its own interval counts again. */
static void the_own_interval_returns(void **state)
{
	struct vrrp_advert advert = advert_from(1, 150, START);

	(void)state;
	start_backup(0);
	advert.interval_ns = 10 * MS;
	vrrp_advert_received(&vrrp, &advert, START, &actions);
	assert_int_equal(vrrp_active_down_interval_ns(&vrrp), DOWN_NS / 100);
	expire(START + DOWN_NS / 100, &advert, NULL);
	assert_took_over("no advert from 10.0.0.1 (priority 150) for 36.1 ms, "
			 "Active_Down_Timer 36.1 ms");
	assert_int_equal(vrrp.active_interval_ns, NS_PER_SECOND);
	assert_int_equal(vrrp.timer_due_ns, START + DOWN_NS / 100 + NS_PER_SECOND);
}

static void a_long_reason_is_cut(void **state)
{
	char reason[2 * VRRP_REASON_BYTES];

	(void)state;
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	start_backup(0);
	vrrp_active_lost(&vrrp, START + MS, true, reason, &actions);
	assert_int_equal(strlen(vrrp.reason), VRRP_REASON_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_advert_counts_from_its_arrival),
		cmocka_unit_test(the_newest_advert_re_arms_in_silence),
		cmocka_unit_test(a_stale_newest_advert_does_not),
		cmocka_unit_test(a_stopped_backup_does_not_accuse),
		cmocka_unit_test(a_newest_release_means_skew_time),
		cmocka_unit_test(a_timer_that_is_not_due_does_nothing),
		cmocka_unit_test(a_lower_active_is_preempted),
		cmocka_unit_test(a_lower_rival_is_not_preempted_beside_a_live_active),
		cmocka_unit_test(the_timer_holds_while_heartbeats_say_alive),
		cmocka_unit_test(holding_ends_when_adverts_arrive),
		cmocka_unit_test(holding_begins_anew),
		cmocka_unit_test(preempt_delay_endures_a_lower_active),
		cmocka_unit_test(preempt_delay_ends_when_adverts_stop),
		cmocka_unit_test(preempt_delay_starts_anew_after_a_higher_active),
		cmocka_unit_test(preempt_delay_ends_with_a_release),
		cmocka_unit_test(the_best_takes_over_when_the_active_is_lost),
		cmocka_unit_test(others_wait_their_skew),
		cmocka_unit_test(a_loss_never_delays_the_timer),
		cmocka_unit_test(a_better_candidate_s_advert_ends_the_skew),
		cmocka_unit_test(a_lost_active_may_come_back),
		cmocka_unit_test(the_last_word_of_a_lost_active_deposes_nobody),
		cmocka_unit_test(a_loss_means_nothing_outside_backup),
		cmocka_unit_test(an_active_does_not_yield_to_stale_adverts),
		cmocka_unit_test(an_active_answers_a_flood_at_a_limited_rate),
		cmocka_unit_test(a_flood_of_releases_does_not_silence_an_active),
		cmocka_unit_test(adverts_do_not_drift),
		cmocka_unit_test(adverts_do_not_burst),
		cmocka_unit_test(the_own_interval_returns),
		cmocka_unit_test(a_long_reason_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
