/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random networks under random faults: versions, intervals, priorities and options, routers alone
 * or as a sync group; losses, pauses, cuts, stops, changes of priority.
 *
 * - While all nodes hear each other, no contest lasts longer than the longest advert interval.
 * - After the faults each router has one Active, which stays; with preemption it has
 *   the highest priority; a sync group is Active on one node.
 */
#include "tests/unit/core/vrrp/network.h"

#define SEEDS 60
#define FAULTS 60
#define INTERVAL_MAX_NS NS_PER_SECOND
/* Time on the network, and one step to read the advert. */
#define TRAVEL_NS (4 * MS)
/* Some node takes over (5 s at most: Active_Down_Interval of version 2 with priority 1), and a
 * better one preempts it (7 s: preempt_delay more), in a group one more round for the other
 * members. */
#define SETTLE_NS (24 * NS_PER_SECOND)

static unsigned seed;

/* Parameters that are the same on all nodes. */
static struct vrrp_parameters random_router(bool preempt, uint64_t preempt_delay_ns)
{
	struct vrrp_parameters parameters = {
		.version = chance(2) ? 2 : 3,
		.preempt = preempt,
		.preempt_delay_ns = preempt ? preempt_delay_ns : 0,
		.down_timer_adverts = 2 + chance(3),
		.timer_expired_priority = chance(2) ? 254 : 0,
		.lower_priority_no_advert = chance(3) == 0,
		.higher_priority_send_advert = chance(3) == 0,
	};

	return parameters;
}

/* In version 3 intervals may differ; all members of a group have the same priority. */
static void add_random_node(const struct vrrp_parameters *routers)
{
	struct vrrp_parameters parameters[ROUTERS_MAX];
	uint8_t priority = (uint8_t)(1 + chance(254));

	for (unsigned router = 0; router < net.router_count; router++) {
		parameters[router] = routers[router];
		parameters[router].priority = net.grouped ? priority : (uint8_t)(1 + chance(254));
		parameters[router].advert_interval_ns =
			routers[router].version == 2 ? NS_PER_SECOND : (1 + chance(3)) * 100 * MS;
	}
	add_node(parameters);
}

/* Returns whether preemption is enabled. */
static bool build_network(bool grouped)
{
	struct vrrp_parameters routers[ROUTERS_MAX];
	bool preempt = chance(2);
	uint64_t preempt_delay_ns = chance(2) * 2 * NS_PER_SECOND;
	unsigned nodes = 2 + chance(NODES_MAX - 1);

	net_reset(grouped ? 2 + chance(ROUTERS_MAX - 1) : 1 + chance(ROUTERS_MAX), seed);
	net.step_ns = MS;
	net.grouped = grouped;
	for (unsigned router = 0; router < net.router_count; router++)
		routers[router] = random_router(preempt, preempt_delay_ns);
	for (unsigned i = 0; i < nodes; i++)
		add_random_node(routers);
	for (unsigned i = 0; i < nodes; i++)
		start(&net.nodes[i]);
	return preempt;
}

static void change_priority(struct node *node)
{
	uint8_t priority = (uint8_t)(1 + chance(254));

	if (net.grouped)
		for (unsigned router = 0; router < net.router_count; router++)
			set_priority(node, router, priority);
	else
		set_priority(node, chance(net.router_count), priority);
}

static void random_fault(void)
{
	struct node *node = &net.nodes[chance(net.node_count)];

	switch (chance(7)) {
	case 0:
		node->running = !node->running;
		break;
	case 1:
		node->cut = !node->cut;
		break;
	case 2:
		net.loss_percent = net.loss_percent ? 0 : 10 + chance(60);
		break;
	case 3:
		shut_down(node);
		break;
	case 4:
		change_priority(node);
		break;
	default: /* repair */
		net.loss_percent = 0;
		node->running = true;
		node->cut = false;
		start(node);
	}
}

static bool all_hear_each_other(void)
{
	for (unsigned i = 0; i < net.node_count; i++)
		if (!net.nodes[i].running || net.nodes[i].cut)
			return false;
	return net.loss_percent == 0;
}

static void check_contests(void)
{
	if (all_hear_each_other() && net.contest_max_ns > INTERVAL_MAX_NS + TRAVEL_NS)
		fail_msg("seed %u: a contest of %.0f ms", seed, (double)net.contest_max_ns / 1e6);
	net.contest_max_ns = 0;
	forget_contests();
}

static void repair_all(void)
{
	net.loss_percent = 0;
	for (unsigned i = 0; i < net.node_count; i++) {
		net.nodes[i].running = true;
		net.nodes[i].cut = false;
		start(&net.nodes[i]);
	}
}

static const struct node *find_active(unsigned router)
{
	for (unsigned i = 0; i < net.node_count; i++)
		if (is_active(&net.nodes[i], router))
			return &net.nodes[i];
	return NULL;
}

static void check_highest(const struct node *active, unsigned router)
{
	for (unsigned i = 0; i < net.node_count; i++)
		if (net.nodes[i].machines[router].vrrp.effective_priority >
		    active->machines[router].vrrp.effective_priority)
			fail_msg("seed %u: node %u does not preempt: %s", seed, i,
				 net.nodes[i].machines[router].vrrp.reason);
}

static void check_settled(bool preempt)
{
	for (unsigned router = 0; router < net.router_count; router++) {
		const struct node *active = find_active(router);

		if (active_count(router) != 1)
			fail_msg("seed %u: router %u has %u Actives", seed, router,
				 active_count(router));
		if (net.contested_ns[router] || net.vacant_ns[router])
			fail_msg("seed %u: router %u does not settle", seed, router);
		if (net.grouped && active != find_active(0))
			fail_msg("seed %u: the group is torn apart", seed);
		if (preempt)
			check_highest(active, router);
	}
}

static void run_chaos(bool grouped)
{
	for (seed = 1; seed <= SEEDS; seed++) {
		bool preempt;

		srandom(seed);
		preempt = build_network(grouped);
		for (unsigned i = 0; i < FAULTS; i++) {
			random_fault();
			run_for((50 + chance(1500)) * MS);
			check_contests();
		}
		repair_all();
		run_for(SETTLE_NS);
		forget_times();
		run_for(5 * NS_PER_SECOND);
		check_settled(preempt);
	}
}

static void routers_alone_settle(void **state)
{
	(void)state;
	run_chaos(false);
}

static void a_sync_group_settles_on_one_node(void **state)
{
	(void)state;
	run_chaos(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routers_alone_settle),
		cmocka_unit_test(a_sync_group_settles_on_one_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
