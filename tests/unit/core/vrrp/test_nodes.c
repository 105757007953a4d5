/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adverts that are held to what nodes report in heartbeats, and a limited interval: at a daemon
 * that checks late, as at one that checks at once (late.h). */
#include "tests/unit/core/vrrp/late.h"

/* How many of the adverts that came are refused for the nodes' reports. */
static uint64_t hear_while_held(enum xb_instance_state state, uint8_t active_priority,
				const uint8_t priorities[3])
{
	struct vrrp_nodes nodes = {.held = true, .active_priority = active_priority};

	if (state == XB_INSTANCE_ACTIVE) {
		become_active(false);
	} else {
		reset(false);
		advertise_for(3, 150);
		hear(false);
		scene.now_ns += MS;
	}
	vrrp_hold_to_nodes(&scene.eager, &nodes);
	vrrp_hold_to_nodes(&scene.late, &nodes);
	publish();
	hear_three_late(priorities);
	return scene.slot.heard.aside_count;
}

static void what_fits_no_node_is_kept_aside(void **state)
{
	static const uint8_t to_active[] = {254, 0, 101}, to_backup[] = {254, 0, 150};

	(void)state;
	assert_int_equal(hear_while_held(XB_INSTANCE_ACTIVE, 90, to_active), 3);
	assert_null(scene.wrong);
	assert_int_equal(scene.late.state, XB_INSTANCE_ACTIVE);
	assert_int_equal(scene.slot.heard.aside.priority, 101);
	assert_int_equal(hear_while_held(XB_INSTANCE_BACKUP, 150, to_backup), 2);
	assert_null(scene.wrong);
	assert_int_equal(scene.late.active_priority, 150);
	assert_int_equal(scene.slot.heard.aside.priority, 254);
	assert_int_equal(scene.slot.heard.aside_release.arrival_ns,
			 scene.slot.heard.aside.arrival_ns + MS);
}

static void what_fits_a_node_counts(void **state)
{
	static const uint8_t to_active[] = {101, 101, 101}, to_backup[] = {0, 254, 254};

	(void)state;
	assert_int_equal(hear_while_held(XB_INSTANCE_ACTIVE, 101, to_active), 0);
	assert_null(scene.wrong);
	assert_int_equal(scene.late.state, XB_INSTANCE_BACKUP);
	/* A release, since no node is Active. */
	assert_int_equal(hear_while_held(XB_INSTANCE_BACKUP, 0, to_backup), 2);
	assert_null(scene.wrong);
	assert_int_equal(scene.late.vacancy, VRRP_RELEASED);
}

/* Sources can be forged: two nodes with one priority, and an advert with it from a higher address.
 * Only the node that the other outranks yields. */
static void a_source_decides_nothing_between_nodes(void **state)
{
	(void)state;
	for (int outranks = 0; outranks < 2; outranks++) {
		struct vrrp_nodes nodes = {
			.held = true, .active_priority = 100, .equal_outranks = outranks};

		become_active(false);
		vrrp_hold_to_nodes(&scene.eager, &nodes);
		vrrp_hold_to_nodes(&scene.late, &nodes);
		publish();
		arrive(RIVAL, 100, NS_PER_SECOND, 0);
		pass_until(scene.now_ns + 10 * MS);
		assert_null(scene.wrong);
		assert_int_equal(scene.late.state,
				 outranks ? XB_INSTANCE_BACKUP : XB_INSTANCE_ACTIVE);
	}
}

static void a_long_interval_counts_up_to_the_limit(void **state)
{
	(void)state;
	reset(false);
	vrrp_limit_interval(&scene.eager, 4 * NS_PER_SECOND);
	vrrp_limit_interval(&scene.late, 4 * NS_PER_SECOND);
	publish();
	arrive(RIVAL, 254, 4095 * NS_PER_CENTISECOND, 0);
	pass_until(scene.now_ns + 10 * MS);
	assert_null(scene.wrong);
	assert_int_equal(scene.late.active_interval_ns, 4 * NS_PER_SECOND);
	assert_int_equal(scene.late.timer_due_ns - scene.late.heard_ns,
			 vrrp_active_down_interval_ns(&scene.late));
	/* Without it, and with it again: what was learnt before is limited, too. */
	vrrp_limit_interval(&scene.late, 0);
	vrrp_limit_interval(&scene.late, NS_PER_SECOND);
	assert_int_equal(scene.late.timer_due_ns - scene.late.heard_ns, DOWN_NS);
}

/* Else whoever sends it could shorten the timer of a Backup, until its Active restarts. */
static void a_short_interval_counts_as_the_own(void **state)
{
	(void)state;
	reset(false);
	vrrp_limit_interval(&scene.eager, 4 * NS_PER_SECOND);
	vrrp_limit_interval(&scene.late, 4 * NS_PER_SECOND);
	publish();
	arrive(RIVAL, 254, NS_PER_CENTISECOND, 0);
	pass_until(scene.now_ns + 100 * MS);
	assert_null(scene.wrong);
	assert_int_equal(scene.late.state, XB_INSTANCE_BACKUP);
	assert_int_equal(scene.late.timer_due_ns - scene.late.heard_ns, DOWN_NS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_no_node_is_kept_aside),
		cmocka_unit_test(what_fits_a_node_counts),
		cmocka_unit_test(a_source_decides_nothing_between_nodes),
		cmocka_unit_test(a_long_interval_counts_up_to_the_limit),
		cmocka_unit_test(a_short_interval_counts_as_the_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
