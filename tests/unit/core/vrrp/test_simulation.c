/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several VRRP routers on one simulated network: whatever is cut, stopped or killed, exactly one of
 * them, the right one, is Active in time.
 */
#include "tests/unit/core/vrrp/network.h"

#define INTERVAL_NS (100 * MS)

static struct node *add_machine(uint8_t priority, bool preempt)
{
	struct vrrp_parameters parameters = {
		.version = 3,
		.priority = priority,
		.preempt = preempt,
		.advert_interval_ns = INTERVAL_NS,
		.down_timer_adverts = 3,
	};

	return add_node(&parameters);
}

static void assert_only_active(const struct node *machine)
{
	for (unsigned i = 0; i < net.node_count; i++) {
		bool active = is_active(&net.nodes[i], 0);

		if (active != (machine == &net.nodes[i]))
			fail_msg("machine %u, %s", i, net.nodes[i].machines[0].vrrp.reason);
	}
}

/* Three routers with priorities 100, 150 and 200 in a stable state; the last is Active. */
static void settle_three(bool preempt)
{
	net_reset(1, 1);
	for (unsigned i = 0; i < 3; i++)
		start(add_machine((uint8_t)(100 + 50 * i), preempt));
	run_for(NS_PER_SECOND);
	assert_only_active(&net.nodes[2]);
	assert_int_equal(net.contested_ns[0], 0);
	forget_times();
}

static void the_highest_priority_wins_the_start(void **state)
{
	(void)state;
	settle_three(true);
	run_for(10 * NS_PER_SECOND);
	assert_only_active(&net.nodes[2]);
	assert_int_equal(net.vacant_ns[0] + net.contested_ns[0], 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(net.nodes[i].machines[0].vrrp.transition_count, 1);
}

static void a_dead_active_is_replaced_within_the_interval(void **state)
{
	struct node *dead = &net.nodes[2];

	(void)state;
	settle_three(true);
	dead->cut = true;
	dead->running = false;
	run_for(NS_PER_SECOND);
	assert_int_equal(net.nodes[1].machines[0].vrrp.state, XB_INSTANCE_ACTIVE);
	assert_int_equal(net.nodes[0].machines[0].vrrp.state, XB_INSTANCE_BACKUP);
	assert_in_range(net.vacant_ns[0], 2 * INTERVAL_NS, 3.5 * INTERVAL_NS);
	assert_int_equal(net.contested_ns[0], 0);
}

static void a_release_hands_over_within_the_skew(void **state)
{
	(void)state;
	settle_three(true);
	shut_down(&net.nodes[2]);
	run_for(NS_PER_SECOND);
	assert_only_active(&net.nodes[1]);
	assert_in_range(net.vacant_ns[0], 1, INTERVAL_NS * 106 / 256 + 3 * MS);
	assert_int_equal(net.contested_ns[0], 0);
}

static void a_higher_priority_preempts(void **state)
{
	(void)state;
	settle_three(true);
	shut_down(&net.nodes[2]);
	run_for(NS_PER_SECOND);
	forget_times();
	start(&net.nodes[2]);
	run_for(NS_PER_SECOND);
	assert_only_active(&net.nodes[2]);
	assert_int_equal(net.vacant_ns[0], 0);
	/* At most the travel time of the new Active's first advert. */
	assert_in_range(net.contested_ns[0], 0, 3 * MS);
}

static void without_preemption_it_waits(void **state)
{
	(void)state;
	settle_three(false);
	shut_down(&net.nodes[2]);
	run_for(NS_PER_SECOND);
	start(&net.nodes[2]);
	run_for(NS_PER_SECOND);
	assert_only_active(&net.nodes[1]);
	shut_down(&net.nodes[1]);
	run_for(NS_PER_SECOND);
	assert_only_active(&net.nodes[2]);
}

static void equal_priorities_end_with_the_higher_address(void **state)
{
	(void)state;
	net_reset(1, 1);
	for (unsigned i = 0; i < 3; i++)
		start(add_machine(100, true));
	run_for(NS_PER_SECOND);
	assert_int_equal(active_count(0), 1);
	assert_in_range(net.contested_ns[0], 0, 5 * MS);
	assert_only_active(&net.nodes[2]);
}

static void two_owners_agree(void **state)
{
	(void)state;
	net_reset(1, 1);
	start(add_machine(255, true));
	start(add_machine(255, true));
	run_for(NS_PER_SECOND);
	assert_only_active(&net.nodes[1]);
	assert_in_range(net.contested_ns[0], 1, 5 * MS);
}

static void a_healed_partition_leaves_one_active(void **state)
{
	(void)state;
	settle_three(true);
	net.nodes[2].cut = true;
	run_for(2 * NS_PER_SECOND);
	assert_int_equal(net.nodes[1].machines[0].vrrp.state, XB_INSTANCE_ACTIVE);
	assert_int_equal(net.nodes[2].machines[0].vrrp.state, XB_INSTANCE_ACTIVE);
	net.nodes[2].cut = false;
	forget_times();
	run_for(NS_PER_SECOND);
	assert_only_active(&net.nodes[2]);
	/* The first advert ends the contest. */
	assert_in_range(net.contested_ns[0], 0, INTERVAL_NS + 5 * MS);
}

static void a_stopped_backup_resumes_quietly(void **state)
{
	(void)state;
	settle_three(true);
	net.nodes[1].running = false;
	run_for(2 * NS_PER_SECOND);
	net.nodes[1].running = true;
	run_for(NS_PER_SECOND);
	assert_only_active(&net.nodes[2]);
	assert_int_equal(net.vacant_ns[0] + net.contested_ns[0], 0);
	assert_int_equal(net.nodes[1].machines[0].vrrp.transition_count, 1);
}

/* It reads adverts of its replacement, answers, and stays Active. */
static void a_stopped_active_returns_in_one_step(void **state)
{
	(void)state;
	settle_three(true);
	net.nodes[2].running = false;
	run_for(2 * NS_PER_SECOND);
	net.nodes[2].running = true;
	forget_times();
	run_for(NS_PER_SECOND);
	assert_only_active(&net.nodes[2]);
	assert_in_range(net.contested_ns[0], 0, 5 * MS);
	assert_int_equal(net.nodes[2].machines[0].vrrp.transition_count, 2);
	assert_int_equal(net.nodes[1].machines[0].vrrp.transition_count, 3);
}

/* Its replacement has a higher priority: it yields when it resumes. */
static void a_stopped_lower_active_yields_in_one_step(void **state)
{
	(void)state;
	settle_three(false);
	shut_down(&net.nodes[2]);
	run_for(NS_PER_SECOND);
	start(&net.nodes[2]);
	run_for(NS_PER_SECOND);
	net.nodes[1].running = false;
	run_for(2 * NS_PER_SECOND);
	net.nodes[1].running = true;
	forget_times();
	run_for(NS_PER_SECOND);
	assert_only_active(&net.nodes[2]);
	assert_in_range(net.contested_ns[0], 0, net.step_ns);
	assert_int_equal(net.vacant_ns[0], 0);
}

static void a_different_interval_is_learnt(void **state)
{
	(void)state;
	net_reset(1, 1);
	start(add_machine(100, true));
	add_machine(200, true)->machines[0].vrrp.parameters.advert_interval_ns = 5 * INTERVAL_NS;
	start(&net.nodes[1]);
	run_for(3 * NS_PER_SECOND);
	assert_only_active(&net.nodes[1]);
	forget_times();
	run_for(10 * NS_PER_SECOND);
	assert_int_equal(net.contested_ns[0] + net.vacant_ns[0], 0);
	assert_int_equal(net.nodes[0].machines[0].vrrp.active_interval_ns, 5 * INTERVAL_NS);
}

/* Two nodes with two routers as one sync group; the second node is Active. */
static void settle_group(void)
{
	net_reset(2, 1);
	net.grouped = true;
	for (unsigned i = 0; i < 2; i++) {
		struct vrrp_parameters parameters = {
			.version = 3,
			.priority = (uint8_t)(100 + 50 * i),
			.preempt = true,
			.advert_interval_ns = INTERVAL_NS,
			.down_timer_adverts = 3,
		};

		start(add_node((struct vrrp_parameters[]){parameters, parameters}));
	}
	run_for(NS_PER_SECOND);
	forget_times();
}

static void assert_group_is_on(const struct node *node)
{
	for (unsigned router = 0; router < 2; router++)
		for (unsigned i = 0; i < 2; i++)
			assert_int_equal(is_active(&net.nodes[i], router), node == &net.nodes[i]);
}

static void a_group_stays_while_one_member_hears(void **state)
{
	(void)state;
	settle_group();
	assert_group_is_on(&net.nodes[1]);
	net.unheard_routers = 1;
	run_for(5 * NS_PER_SECOND);
	assert_group_is_on(&net.nodes[1]);
	assert_true(net.nodes[0].machines[0].vrrp.ready_for_group);
	net.unheard_routers = 0;
	run_for(NS_PER_SECOND);
	assert_false(net.nodes[0].machines[0].vrrp.ready_for_group);
	assert_int_equal(net.nodes[0].machines[0].vrrp.transition_count, 1);
	assert_int_equal(net.contested_ns[0] + net.contested_ns[1], 0);
}

static void a_group_moves_as_one(void **state)
{
	(void)state;
	settle_group();
	shut_down(&net.nodes[1]);
	run_for(NS_PER_SECOND);
	assert_group_is_on(&net.nodes[0]);
	for (unsigned router = 0; router < 2; router++)
		assert_in_range(net.vacant_ns[router], 1, INTERVAL_NS * 156 / 256 + 3 * MS);
	assert_int_equal(net.vacant_ns[0], net.vacant_ns[1]);
	forget_times();
	start(&net.nodes[1]);
	run_for(NS_PER_SECOND);
	assert_group_is_on(&net.nodes[1]);
	for (unsigned router = 0; router < 2; router++)
		assert_in_range(net.contested_ns[router], 0, 3 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_highest_priority_wins_the_start),
		cmocka_unit_test(a_dead_active_is_replaced_within_the_interval),
		cmocka_unit_test(a_release_hands_over_within_the_skew),
		cmocka_unit_test(a_higher_priority_preempts),
		cmocka_unit_test(without_preemption_it_waits),
		cmocka_unit_test(equal_priorities_end_with_the_higher_address),
		cmocka_unit_test(two_owners_agree),
		cmocka_unit_test(a_healed_partition_leaves_one_active),
		cmocka_unit_test(a_stopped_backup_resumes_quietly),
		cmocka_unit_test(a_stopped_active_returns_in_one_step),
		cmocka_unit_test(a_stopped_lower_active_yields_in_one_step),
		cmocka_unit_test(a_different_interval_is_learnt),
		cmocka_unit_test(a_group_stays_while_one_member_hears),
		cmocka_unit_test(a_group_moves_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
