/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A daemon that looks late decides as one that looked at once (late.h): named cases, and random
 * sequences of adverts of two rivals, of own changes and of looks. Each case is also shown to fail
 * with a slot that keeps the newest advert only, so the checker is known to find it.
 *
 * XB_SEED=N runs the sequence N alone.
 */
#include "tests/unit/core/vrrp/late.h"

#include <stdlib.h>

#define SEQUENCES 100000
#define STEPS 40

/* Returns after how long this node takes over, 0: not within 6 s. */
static uint64_t fall(bool old, unsigned phase)
{
	uint64_t last_ns;

	reset(old);
	advertise_for(3 + phase, 150);
	last_ns = scene.now_ns;
	for (unsigned i = 0; i < 600; i++) {
		if (i % 100 == 99)
			arrive(RIVAL, 90, NS_PER_SECOND, 0);
		pass_until(scene.now_ns + 10 * MS);
		if (scene.late.state == XB_INSTANCE_ACTIVE)
			return scene.late.state_since_ns - last_ns;
	}
	return 0;
}

/* keepalived and RFC 9568 section 6.4.2: Active_Down_Interval after the last that was accepted. */
static void the_priority_of_the_active_falls(void **state)
{
	unsigned early = 0;

	(void)state;
	for (unsigned phase = 0; phase < 6; phase++) {
		assert_int_equal(fall(false, phase), DOWN_NS);
		assert_null(scene.wrong);
		early += fall(true, phase) != DOWN_NS;
	}
	print_message("    before: too early in %u phases of 6\n", early);
	assert_true(early > 0);
}

static enum xb_instance_state hear_one_low(bool old, unsigned phase)
{
	reset(old);
	advertise_for(3 + phase, 150);
	advertise_for(1, 90);
	advertise_for(5, 150);
	return scene.late.state;
}

static void one_low_advert_does_nothing(void **state)
{
	unsigned takeovers = 0;

	(void)state;
	for (unsigned phase = 0; phase < 6; phase++) {
		assert_int_equal(hear_one_low(false, phase), XB_INSTANCE_BACKUP);
		assert_null(scene.wrong);
		hear_one_low(true, phase);
		takeovers += scene.wrong != NULL;
	}
	print_message("    before: wrong in %u phases of 6\n", takeovers);
	assert_true(takeovers > 0);
}

/* Returns how long after the first advert preempt_delay began. */
static uint64_t start_of_preempt_delay(bool old)
{
	struct vrrp_parameters parameters = router_parameters();
	uint64_t first_ns;

	parameters.preempt_delay_ns = 10 * NS_PER_SECOND;
	scene_reset(old, &parameters);
	advertise_for(5, 50);
	scene_start(&parameters); /* the fault is over; the adverts are the same as before */
	scene.wrong = NULL;
	first_ns = scene.now_ns + NS_PER_SECOND;
	advertise_for(8, 50);
	return scene.late.preempt_since_ns - first_ns;
}

static void preempt_delay_begins_with_the_first_advert(void **state)
{
	(void)state;
	assert_int_equal(start_of_preempt_delay(false), 0);
	assert_null(scene.wrong);
	assert_true(start_of_preempt_delay(true) >= 2 * NS_PER_SECOND);
	assert_non_null(scene.wrong);
}

static void a_lower_rival_is_not_missed(void **state)
{
	static const uint8_t priorities[] = {0, 50, 0};

	(void)state;
	become_active(false);
	hear_three_late(priorities);
	assert_null(scene.wrong);
	become_active(true);
	hear_three_late(priorities);
	assert_string_equal(scene.wrong, "lower rival missed");
}

static void lower_adverts_do_not_hide_a_higher_one(void **state)
{
	static const uint8_t priorities[] = {50, 200, 60};

	(void)state;
	become_active(false);
	hear_three_late(priorities);
	assert_null(scene.wrong);
	assert_int_equal(scene.late.state, XB_INSTANCE_BACKUP);
	become_active(true);
	hear_three_late(priorities);
	assert_string_equal(scene.wrong, "state");
}

static uint64_t dice;

/* xorshift64*; returns a number below the limit. */
static unsigned chance(unsigned limit)
{
	dice ^= dice >> 12;
	dice ^= dice << 25;
	dice ^= dice >> 27;
	return (unsigned)((dice * UINT64_C(0x2545F4914F6CDD1D)) >> 33) % limit;
}

static struct vrrp_parameters random_parameters(void)
{
	static const uint8_t priorities[] = {100, 100, 100, 50, 200, 255};
	struct vrrp_parameters parameters = router_parameters();

	parameters.version = chance(4) ? 3 : 2;
	parameters.priority = priorities[chance(6)];
	parameters.preempt = chance(3) != 0;
	parameters.preempt_delay_ns =
		parameters.preempt && chance(2) ? (1 + chance(6)) * NS_PER_SECOND : 0;
	parameters.down_timer_adverts = 2 + chance(3);
	if (parameters.version == 3 && chance(2))
		parameters.advert_interval_ns = 100 * MS;
	return parameters;
}

static void random_advert(void)
{
	static const uint8_t hosts[] = {1, RIVAL}; /* lower and higher than the own address */
	static const uint8_t priorities[] = {0, 0, 50, 90, 100, 100, 150, 200};
	static const uint64_t intervals_cs[] = {1, 10, 50, 100, 100, 300};
	uint64_t interval_ns = intervals_cs[chance(6)] * NS_PER_CENTISECOND;

	if (scene.eager.parameters.version == 2)
		interval_ns = scene.eager.parameters.advert_interval_ns;
	arrive(hosts[chance(2)], priorities[chance(8)], interval_ns,
	       chance(4) ? 0 : chance(2000) * NS_PER_US);
}

static void reconfigure(void)
{
	struct vrrp_parameters parameters = scene.eager.parameters;
	struct vrrp_actions actions;

	parameters.preempt = chance(3) != 0;
	parameters.preempt_delay_ns =
		parameters.preempt && chance(2) ? (1 + chance(6)) * NS_PER_SECOND : 0;
	if (parameters.version == 3)
		parameters.advert_interval_ns = (1 + chance(3)) * 100 * MS;
	vrrp_reconfigure(&scene.eager, scene.now_ns, &parameters, scene.eager.effective_priority,
			 &actions);
	vrrp_reconfigure(&scene.late, scene.now_ns, &parameters, scene.late.effective_priority,
			 &actions);
}

static void lose_active(bool best)
{
	struct vrrp_actions actions;

	vrrp_active_lost(&scene.eager, scene.now_ns, best, "lost", &actions);
	vrrp_active_lost(&scene.late, scene.now_ns, best, "lost", &actions);
}

static void follow_group(enum xb_instance_state state)
{
	struct vrrp_actions actions;

	vrrp_follow_group(&scene.eager, scene.now_ns, state, "group", &actions);
	vrrp_follow_group(&scene.late, scene.now_ns, state, "group", &actions);
}

static void step_down(void)
{
	struct vrrp_actions actions;

	vrrp_step_down(&scene.eager, scene.now_ns, "stalled", &actions);
	vrrp_step_down(&scene.late, scene.now_ns, "stalled", &actions);
}

static void postpone(void)
{
	uint64_t due_ns = scene.now_ns + (1 + chance(5000)) * MS;

	vrrp_postpone(&scene.eager, due_ns);
	vrrp_postpone(&scene.late, due_ns);
}

static void restart(void)
{
	struct vrrp_parameters parameters = random_parameters();

	scene_start(&parameters);
}

static void change_priority(void)
{
	static const uint8_t priorities[] = {40, 90, 95, 100, 120, 150, 254};
	uint8_t priority = priorities[chance(7)];
	struct vrrp_actions actions;

	vrrp_set_priority(&scene.eager, scene.now_ns, priority, &actions);
	vrrp_set_priority(&scene.late, scene.now_ns, priority, &actions);
}

/* Of a node that reports to be Active with one of the rivals' priorities, or of none. */
static void report_of_nodes(void)
{
	static const uint8_t priorities[] = {0, 0, 50, 90, 100, 100, 150, 200};
	struct vrrp_nodes nodes = {.held = chance(4) != 0,
				   .active_priority = priorities[chance(8)],
				   .equal_outranks = chance(2),
				   .unheard = chance(2)};

	vrrp_hold_to_nodes(&scene.eager, &nodes);
	vrrp_hold_to_nodes(&scene.late, &nodes);
}

static void limit_interval(void)
{
	static const uint64_t limits_ns[] = {0, 400 * MS, 2 * NS_PER_SECOND};
	uint64_t limit_ns = limits_ns[chance(3)];

	vrrp_limit_interval(&scene.eager, limit_ns);
	vrrp_limit_interval(&scene.late, limit_ns);
}

static void random_change(void)
{
	hear(false);
	compare();
	switch (chance(13)) {
	case 0:
		reconfigure();
		break;
	case 1:
		lose_active(chance(4) == 0);
		break;
	case 2:
		follow_group(chance(2) ? XB_INSTANCE_ACTIVE : XB_INSTANCE_BACKUP);
		break;
	case 3:
		step_down();
		break;
	case 4:
		restart();
		break;
	case 5:
		postpone();
		break;
	case 6:
	case 7:
		report_of_nodes();
		break;
	case 8:
		limit_interval();
		break;
	default:
		change_priority();
	}
	publish();
	compare();
}

/* Whatever may keep a Backup from taking over. */
static void random_look(void)
{
	look((struct vrrp_timer_view){
		.alive_reason = chance(4) ? NULL : "alive",
		.stay_reason = chance(4) ? NULL : "stay",
		.group_reason = chance(2) ? NULL : "group",
	});
}

static void random_step(void)
{
	uint64_t next_ns = scene.now_ns + 1 +
			   (chance(3) ? chance(1500) * MS : chance(20000) * NS_PER_US) + chance(MS);

	/* Looks on time for what is due before, or at the very moment with other views. */
	if (next_look_ns() < next_ns && chance(3) == 0) {
		if (next_look_ns() > scene.now_ns)
			scene.now_ns = next_look_ns();
		random_look();
		return;
	}
	pass_until(next_ns);
	if (chance(6) == 0)
		random_change();
	else if (chance(12) == 0)
		random_look();
	else
		random_advert();
}

/* Returns what is wrong, or NULL. */
static const char *run_sequence(unsigned seed, bool old)
{
	struct vrrp_parameters parameters;

	dice = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	parameters = random_parameters();
	scene_reset(old, &parameters);
	scene.loses_events = chance(4) == 0;
	scene.lateness_ns = chance(2) ? 0 : chance(3000) * MS;
	for (unsigned step = 0; step < STEPS && !scene.wrong; step++)
		random_step();
	return scene.wrong;
}

static void random_sequences(void **state)
{
	const char *alone = getenv("XB_SEED");
	unsigned first = alone ? (unsigned)atoi(alone) : 1;
	unsigned last = alone ? first : SEQUENCES;

	(void)state;
	for (unsigned seed = first; seed <= last; seed++)
		if (run_sequence(seed, false))
			fail_msg("XB_SEED=%u: %s, %.6f s after the start", seed, scene.wrong,
				 (double)(scene.now_ns - 1000 * NS_PER_SECOND) / 1e9);
	print_message("    %u sequences from seed %u\n", last - first + 1, first);
}

/* A checker that cannot fail proves nothing. */
static void the_checker_finds_the_old_faults(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (unsigned seed = 1; seed <= 1000; seed++)
		wrong += run_sequence(seed, true) != NULL;
	print_message("    before: %u sequences of 1000 are wrong\n", wrong);
	assert_true(wrong > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_priority_of_the_active_falls),
		cmocka_unit_test(one_low_advert_does_nothing),
		cmocka_unit_test(preempt_delay_begins_with_the_first_advert),
		cmocka_unit_test(a_lower_rival_is_not_missed),
		cmocka_unit_test(lower_adverts_do_not_hide_a_higher_one),
		cmocka_unit_test(random_sequences),
		cmocka_unit_test(the_checker_finds_the_old_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
