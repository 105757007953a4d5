/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several VRRP machines on one simulated network, in virtual time: whatever is
 * lost, cut, stopped or killed, in the end exactly one of them is Active, the
 * right one, and soon enough.
 *
 * Adverts reach a machine as the XDP program hands them on: each is stored with
 * its arrival time, and only a changed one, or any while Active, is an event.
 * A stopped machine (SIGSTOP) still has them stored, and reads its events late.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <user/core/address.h>
#include <user/core/time.h>
#include <user/core/vrrp.h>

#define MS NS_PER_MS
#define INTERVAL_NS (100 * MS)
#define STEP_NS (NS_PER_MS / 10)
#define MACHINES_MAX 3
#define QUEUE_MAX 512

struct flight {
	struct vrrp_advert advert; /* arrival_ns: when it will arrive */
	unsigned receiver;
};

struct machine {
	struct vrrp vrrp;
	bool running; /* false: stopped, adverts are only stored */
	bool cut; /* its link is dead */
	struct vrrp_advert newest;
	struct vrrp_advert events[QUEUE_MAX];
	size_t event_count;
};

static struct {
	struct machine machines[MACHINES_MAX];
	unsigned machine_count;
	struct flight flights[QUEUE_MAX];
	size_t flight_count;
	uint64_t now_ns;
	unsigned loss_percent;
	uint64_t contested_ns; /* how long more than one working machine was Active */
	uint64_t vacant_ns; /* how long none was */
} net;

static void net_reset(void)
{
	memset(&net, 0, sizeof(net));
	net.now_ns = 1000 * NS_PER_SECOND;
	srandom(1);
}

static struct machine *add_machine(uint8_t priority, bool preempt)
{
	struct machine *machine = &net.machines[net.machine_count++];
	struct vrrp_parameters parameters = {
		.vrid = 51,
		.version = 3,
		.priority = priority,
		.preempt = preempt,
		.advert_interval_ns = INTERVAL_NS,
		.primary_address.bytes = {[10] = 0xff, 0xff, 10, 0, 0, (uint8_t)net.machine_count},
	};

	vrrp_init(&machine->vrrp, &parameters);
	machine->running = true;
	return machine;
}

static void send_to(unsigned receiver, const struct machine *sender, uint8_t priority)
{
	struct flight *flight = &net.flights[net.flight_count];

	if (sender->cut || (unsigned)random() % 100 < net.loss_percent)
		return;
	assert_true(net.flight_count++ < QUEUE_MAX);
	*flight = (struct flight){
		.receiver = receiver,
		.advert = {.source = sender->vrrp.parameters.primary_address,
			   .priority = priority,
			   .interval_ns = sender->vrrp.parameters.advert_interval_ns,
			   .arrival_ns = net.now_ns + (uint64_t)(random() % 20 + 1) * STEP_NS},
	};
}

static void perform(const struct machine *machine, const struct vrrp_actions *actions)
{
	if (!actions->send_advert)
		return;
	for (unsigned i = 0; i < net.machine_count; i++)
		if (&net.machines[i] != machine)
			send_to(i, machine, actions->advert_priority);
}

static void start(struct machine *machine)
{
	struct vrrp_actions actions;

	vrrp_startup(&machine->vrrp, net.now_ns, &actions);
	perform(machine, &actions);
}

static void shut_down(struct machine *machine)
{
	struct vrrp_actions actions;

	vrrp_shutdown(&machine->vrrp, net.now_ns, "xbeatd stops", &actions);
	perform(machine, &actions);
}

/* What the XDP program does with an advert. */
static void store_advert(struct machine *machine, const struct vrrp_advert *advert)
{
	const struct vrrp_advert *newest = &machine->newest;
	bool changed = advert->priority != newest->priority ||
		       !address_equal(&advert->source, &newest->source);

	if (machine->cut)
		return;
	if (changed || machine->vrrp.state == XB_INSTANCE_ACTIVE) {
		assert_true(machine->event_count < QUEUE_MAX);
		machine->events[machine->event_count++] = *advert;
	}
	machine->newest = *advert;
}

static void deliver_flights(void)
{
	for (size_t i = 0; i < net.flight_count;) {
		struct flight flight = net.flights[i];

		if (!time_reached(net.now_ns, flight.advert.arrival_ns)) {
			i++;
			continue;
		}
		net.flights[i] = net.flights[--net.flight_count];
		store_advert(&net.machines[flight.receiver], &flight.advert);
	}
}

static void run_machine(struct machine *machine)
{
	struct vrrp *vrrp = &machine->vrrp;
	struct vrrp_actions actions;

	for (size_t i = 0; i < machine->event_count; i++) {
		vrrp_advert_received(vrrp, &machine->events[i], net.now_ns, &actions);
		perform(machine, &actions);
	}
	machine->event_count = 0;
	if (!vrrp->timer_armed || !time_reached(net.now_ns, vrrp->timer_due_ns))
		return;
	vrrp_timer_expired(vrrp, net.now_ns, machine->newest.arrival_ns ? &machine->newest : NULL,
			   NULL, &actions);
	perform(machine, &actions);
}

static unsigned active_count(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < net.machine_count; i++)
		count += net.machines[i].vrrp.state == XB_INSTANCE_ACTIVE && !net.machines[i].cut;
	return count;
}

static void run_for(uint64_t duration_ns)
{
	uint64_t end_ns = net.now_ns + duration_ns;

	for (; net.now_ns < end_ns; net.now_ns += STEP_NS) {
		deliver_flights();
		for (unsigned i = 0; i < net.machine_count; i++)
			if (net.machines[i].running)
				run_machine(&net.machines[i]);
		net.contested_ns += active_count() > 1 ? STEP_NS : 0;
		net.vacant_ns += active_count() == 0 ? STEP_NS : 0;
	}
}

static void forget_times(void)
{
	net.contested_ns = 0;
	net.vacant_ns = 0;
}

static void assert_only_active(const struct machine *machine)
{
	for (unsigned i = 0; i < net.machine_count; i++) {
		bool active = net.machines[i].vrrp.state == XB_INSTANCE_ACTIVE;

		if (active != (machine == &net.machines[i]))
			fail_msg("machine %u, %s", i, net.machines[i].vrrp.reason);
	}
}

/* Three machines with priorities 100, 150 and 200, settled; the last is Active. */
static void settle_three(bool preempt)
{
	net_reset();
	for (unsigned i = 0; i < 3; i++)
		start(add_machine((uint8_t)(100 + 50 * i), preempt));
	run_for(NS_PER_SECOND);
	assert_only_active(&net.machines[2]);
	assert_int_equal(net.contested_ns, 0);
	forget_times();
}

static void the_highest_priority_wins_the_start(void **state)
{
	(void)state;
	settle_three(true);
	run_for(10 * NS_PER_SECOND);
	assert_only_active(&net.machines[2]);
	assert_int_equal(net.vacant_ns + net.contested_ns, 0);
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(net.machines[i].vrrp.transition_count, 1);
}

static void a_dead_active_is_replaced_within_the_interval(void **state)
{
	struct machine *dead = &net.machines[2];

	(void)state;
	settle_three(true);
	dead->cut = true;
	dead->running = false;
	run_for(NS_PER_SECOND);
	assert_int_equal(net.machines[1].vrrp.state, XB_INSTANCE_ACTIVE);
	assert_int_equal(net.machines[0].vrrp.state, XB_INSTANCE_BACKUP);
	assert_in_range(net.vacant_ns, 2 * INTERVAL_NS, 3.5 * INTERVAL_NS);
	assert_int_equal(net.contested_ns, 0);
}

static void a_release_hands_over_within_the_skew(void **state)
{
	(void)state;
	settle_three(true);
	shut_down(&net.machines[2]);
	run_for(NS_PER_SECOND);
	assert_only_active(&net.machines[1]);
	assert_in_range(net.vacant_ns, 1, INTERVAL_NS * 106 / 256 + 3 * MS);
	assert_int_equal(net.contested_ns, 0);
}

static void a_higher_priority_preempts(void **state)
{
	(void)state;
	settle_three(true);
	shut_down(&net.machines[2]);
	run_for(NS_PER_SECOND);
	forget_times();
	start(&net.machines[2]);
	run_for(NS_PER_SECOND);
	assert_only_active(&net.machines[2]);
	assert_int_equal(net.vacant_ns, 0);
	/* No longer than the new Active's first advert travels. */
	assert_in_range(net.contested_ns, 0, 3 * MS);
}

static void without_preemption_it_waits(void **state)
{
	(void)state;
	settle_three(false);
	shut_down(&net.machines[2]);
	run_for(NS_PER_SECOND);
	start(&net.machines[2]);
	run_for(NS_PER_SECOND);
	assert_only_active(&net.machines[1]);
	shut_down(&net.machines[1]);
	run_for(NS_PER_SECOND);
	assert_only_active(&net.machines[2]);
}

static void equal_priorities_end_with_the_higher_address(void **state)
{
	(void)state;
	net_reset();
	for (unsigned i = 0; i < 3; i++)
		start(add_machine(100, true));
	run_for(NS_PER_SECOND);
	assert_int_equal(active_count(), 1);
	assert_in_range(net.contested_ns, 0, 5 * MS);
	assert_only_active(&net.machines[2]);
}

static void two_owners_agree(void **state)
{
	(void)state;
	net_reset();
	start(add_machine(255, true));
	start(add_machine(255, true));
	run_for(NS_PER_SECOND);
	assert_only_active(&net.machines[1]);
	assert_in_range(net.contested_ns, 1, 5 * MS);
}

static void a_healed_partition_leaves_one(void **state)
{
	(void)state;
	settle_three(true);
	net.machines[2].cut = true;
	run_for(2 * NS_PER_SECOND);
	assert_int_equal(net.machines[1].vrrp.state, XB_INSTANCE_ACTIVE);
	assert_int_equal(net.machines[2].vrrp.state, XB_INSTANCE_ACTIVE);
	net.machines[2].cut = false;
	forget_times();
	run_for(NS_PER_SECOND);
	assert_only_active(&net.machines[2]);
	/* Whichever advertises first ends it. */
	assert_in_range(net.contested_ns, 0, INTERVAL_NS + 5 * MS);
}

static void a_stopped_backup_wakes_up_quietly(void **state)
{
	(void)state;
	settle_three(true);
	net.machines[1].running = false;
	run_for(2 * NS_PER_SECOND);
	net.machines[1].running = true;
	run_for(NS_PER_SECOND);
	assert_only_active(&net.machines[2]);
	assert_int_equal(net.vacant_ns + net.contested_ns, 0);
	assert_int_equal(net.machines[1].vrrp.transition_count, 1);
}

/* It reads 20 queued adverts of its replacement, asserts itself, and that is all. */
static void a_stopped_active_returns_in_one_step(void **state)
{
	(void)state;
	settle_three(true);
	net.machines[2].running = false;
	run_for(2 * NS_PER_SECOND);
	net.machines[2].running = true;
	forget_times();
	run_for(NS_PER_SECOND);
	assert_only_active(&net.machines[2]);
	assert_in_range(net.contested_ns, 0, 5 * MS);
	assert_int_equal(net.machines[2].vrrp.transition_count, 2);
	assert_int_equal(net.machines[1].vrrp.transition_count, 3);
}

/* Its replacement outranks it: it yields on waking. */
static void a_stopped_lower_active_yields_in_one_step(void **state)
{
	(void)state;
	settle_three(false);
	shut_down(&net.machines[2]);
	run_for(NS_PER_SECOND);
	start(&net.machines[2]);
	run_for(NS_PER_SECOND);
	net.machines[1].running = false;
	run_for(2 * NS_PER_SECOND);
	net.machines[1].running = true;
	forget_times();
	run_for(NS_PER_SECOND);
	assert_only_active(&net.machines[2]);
	assert_in_range(net.contested_ns, 0, STEP_NS);
	assert_int_equal(net.vacant_ns, 0);
}

static void a_different_interval_is_learnt(void **state)
{
	(void)state;
	net_reset();
	start(add_machine(100, true));
	add_machine(200, true)->vrrp.parameters.advert_interval_ns = 5 * INTERVAL_NS;
	start(&net.machines[1]);
	run_for(3 * NS_PER_SECOND);
	assert_only_active(&net.machines[1]);
	forget_times();
	run_for(10 * NS_PER_SECOND);
	assert_int_equal(net.contested_ns + net.vacant_ns, 0);
	assert_int_equal(net.machines[0].vrrp.active_interval_ns, 5 * INTERVAL_NS);
}

static void loss_does_not_last(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 20; seed++) {
		settle_three(seed % 2);
		srandom(seed);
		net.loss_percent = 60;
		run_for(5 * NS_PER_SECOND);
		net.loss_percent = 0;
		run_for(NS_PER_SECOND);
		forget_times();
		assert_int_equal(active_count(), 1);
		run_for(NS_PER_SECOND);
		assert_int_equal(net.contested_ns + net.vacant_ns, 0);
	}
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
		cmocka_unit_test(a_healed_partition_leaves_one),
		cmocka_unit_test(a_stopped_backup_wakes_up_quietly),
		cmocka_unit_test(a_stopped_active_returns_in_one_step),
		cmocka_unit_test(a_stopped_lower_active_yields_in_one_step),
		cmocka_unit_test(a_different_interval_is_learnt),
		cmocka_unit_test(loss_does_not_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
