/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/vrrp/vrrp.c: preemption, preempt_delay, and rivals of an Active. */
#include "tests/unit/core/vrrp/fixture.h"

static void start_backup_with_delay(uint64_t preempt_delay_ns)
{
	struct vrrp_parameters parameters = default_parameters();

	parameters.preempt_delay_ns = preempt_delay_ns;
	start_with(&parameters);
}

static void a_lower_active_is_preempted(void **state)
{
	struct vrrp_advert newest = advert_from(1, 50, START + 3500 * MS);

	(void)state;
	start_backup();
	expire(START + DOWN_NS, &newest, NULL);
	assert_took_over("preempts 10.0.0.1: lower priority 50, ours 100");
}

/* In addition to the time without it, as in keepalived's manual. */
static void preempt_delay_tolerates_a_lower_active(void **state)
{
	struct vrrp_advert newest = advert_from(1, 50, START + 3100 * MS);

	(void)state;
	start_backup_with_delay(5 * NS_PER_SECOND);
	receive(1, 50, START + 100 * MS, START + 100 * MS);
	assert_quiet_backup(START + 100 * MS + DOWN_NS);
	expire(START + 100 * MS + DOWN_NS, &newest, NULL);
	assert_quiet_backup(newest.arrival_ns + DOWN_NS);
	newest.arrival_ns = START + 6100 * MS;
	expire(START + 3100 * MS + DOWN_NS, &newest, NULL);
	assert_quiet_backup(START + 5100 * MS + DOWN_NS);
	newest.arrival_ns = START + 8100 * MS;
	expire(START + 5100 * MS + DOWN_NS, &newest, NULL);
	assert_took_over(
		"preempts 10.0.0.1: lower priority 50, ours 100, for 8.61 s (preempt_delay 5.00 s, Active_Down_Timer 3.61 s)");
	assert_int_equal(vrrp.preempt_since_ns, 0);
}

static void preempt_delay_never_shortens_a_wait(void **state)
{
	(void)state;
	start_backup_with_delay(MS);
	receive(1, 50, START + 100 * MS, START + 100 * MS);
	receive(1, 50, START + 1100 * MS, START + 1100 * MS);
	assert_quiet_backup(START + 101 * MS + DOWN_NS);
}

static void preempt_delay_ends_when_adverts_stop(void **state)
{
	struct vrrp_advert newest = advert_from(1, 50, START);

	(void)state;
	start_backup_with_delay(60 * NS_PER_SECOND);
	receive(1, 50, START, START);
	expire(START + DOWN_NS, &newest, NULL);
	assert_took_over(
		"no advert from 10.0.0.1 (priority 50) for 3.61 s, Active_Down_Timer 3.61 s");
}

static void preempt_delay_restarts_after_a_higher_active(void **state)
{
	(void)state;
	start_backup_with_delay(5 * NS_PER_SECOND);
	receive(1, 50, START, START);
	receive(9, 200, START + 3000 * MS, START + 3000 * MS);
	assert_int_equal(vrrp.preempt_since_ns, 0);
	receive(1, 50, START + 4000 * MS, START + 4000 * MS);
	assert_int_equal(vrrp.preempt_since_ns, START + 4000 * MS);
	receive(1, 50, START + 9500 * MS, START + 9500 * MS);
	assert_quiet_backup(START + 9000 * MS + DOWN_NS);
}

static void preempt_delay_ends_with_a_release(void **state)
{
	(void)state;
	start_backup_with_delay(60 * NS_PER_SECOND);
	receive(1, 50, START, START);
	receive(1, 0, START + MS, START + MS);
	assert_quiet_backup(START + MS + SKEW_NS);
	assert_int_equal(vrrp.preempt_since_ns, 0);
}

/* Rivals' adverts at a given rate, and our answers in addition to the regular timer. */
static void an_active_answers_a_flood_at_a_limited_rate(void **state)
{
	uint64_t start_ns = START + DOWN_NS + MS;
	unsigned answers = 0;

	(void)state;
	start_active();
	for (uint64_t passed_ns = 0; passed_ns < 100 * MS; passed_ns += MS / 20) {
		receive((uint8_t)(6 + answers % 9), 50, start_ns + passed_ns, start_ns + passed_ns);
		assert_true(actions.announce_again);
		assert_int_equal(actions.send_advert, passed_ns % VRRP_ASSERT_SPACING_NS == 0);
		answers += actions.send_advert;
	}
	assert_int_equal(answers, 10);
	assert_int_equal(vrrp.state, ACTIVE);
	/* Those in between are answered together, by the timer or by one answer at that time. */
	assert_int_equal(vrrp.timer_due_ns, start_ns + 100 * MS);
	expire(start_ns + 100 * MS, NULL, NULL);
	assert_true(actions.send_advert);
	receive(1, 50, start_ns + 100 * MS, start_ns + 100 * MS);
	assert_false(actions.send_advert);
}

/* One that comes too soon is answered at the earliest allowed time, before Backups with a long
 * interval act on it. */
static void a_flood_of_releases_does_not_silence_an_active(void **state)
{
	uint64_t now_ns = START + DOWN_NS + 100 * MS;
	uint64_t next_ns = now_ns + VRRP_ASSERT_SPACING_NS;

	(void)state;
	start_active();
	receive(1, 0, now_ns, now_ns);
	assert_true(actions.send_advert);
	assert_int_equal(vrrp.timer_due_ns, now_ns + NS_PER_SECOND);
	for (uint64_t early_ns = now_ns + MS; early_ns < next_ns; early_ns += MS) {
		receive(1, 0, early_ns, early_ns);
		assert_false(actions.send_advert);
		assert_int_equal(vrrp.timer_due_ns, next_ns);
	}
	expire(next_ns, NULL, NULL);
	assert_true(actions.send_advert);
	assert_int_equal(vrrp.timer_due_ns, next_ns + NS_PER_SECOND);
}

/* The other node gives up a sync group: one member yields to our answer, the next sends a
 * release. */
static void a_release_after_an_answer_is_answered_soon(void **state)
{
	uint64_t now_ns = START + DOWN_NS + 100 * MS;

	(void)state;
	start_active();
	receive(1, 50, now_ns, now_ns);
	assert_true(actions.send_advert);
	receive(1, 0, now_ns + MS, now_ns + MS);
	assert_false(actions.send_advert);
	assert_int_equal(vrrp.timer_due_ns, now_ns + VRRP_ASSERT_SPACING_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lower_active_is_preempted),
		cmocka_unit_test(preempt_delay_tolerates_a_lower_active),
		cmocka_unit_test(preempt_delay_never_shortens_a_wait),
		cmocka_unit_test(preempt_delay_ends_when_adverts_stop),
		cmocka_unit_test(preempt_delay_restarts_after_a_higher_active),
		cmocka_unit_test(preempt_delay_ends_with_a_release),
		cmocka_unit_test(an_active_answers_a_flood_at_a_limited_rate),
		cmocka_unit_test(a_flood_of_releases_does_not_silence_an_active),
		cmocka_unit_test(a_release_after_an_answer_is_answered_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
