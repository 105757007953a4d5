/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A simulated network in virtual time: nodes that each run a VRRP state machine for every router,
 * separately or as one sync group.
 *
 * Adverts reach a state machine as in xbeatd: the kernel side judges each at its arrival
 * (xbeat/heard.h), and only some wake the node. For a stopped node (SIGSTOP) they are read late.
 */
#ifndef XBEAT_TESTS_VRRP_NETWORK_H
#define XBEAT_TESTS_VRRP_NETWORK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "user/core/vrrp/sync_group.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include <cmocka.h>
#include <xbeat/heard.h>

#define MS NS_PER_MS
#define NODES_MAX 4
#define ROUTERS_MAX 3
#define FLIGHTS_MAX 512

struct machine {
	struct vrrp vrrp;
	struct xb_vrrp slot;
	bool event_pending;
};

struct node {
	struct machine machines[ROUTERS_MAX];
	bool running; /* false: stopped, adverts are only stored */
	bool cut; /* its link is down */
};

struct flight {
	struct vrrp_advert advert; /* arrival_ns: when it will arrive */
	unsigned receiver, router;
};

static struct {
	struct node nodes[NODES_MAX];
	unsigned node_count, router_count;
	bool grouped; /* all routers are one sync group */
	struct flight flights[FLIGHTS_MAX];
	size_t flight_count;
	uint64_t now_ns, step_ns;
	unsigned loss_percent;
	unsigned unheard_routers; /* one bit each: all their adverts are lost */
	/* How long more than one connected node was Active for a router, and how long none. */
	uint64_t contested_ns[ROUTERS_MAX], vacant_ns[ROUTERS_MAX];
	uint64_t contest_ns[ROUTERS_MAX]; /* of the current contest */
	uint64_t contest_max_ns; /* of the longest */
} net;

static inline void net_reset(unsigned routers, unsigned seed)
{
	memset(&net, 0, sizeof(net));
	net.router_count = routers;
	net.now_ns = 1000 * NS_PER_SECOND;
	net.step_ns = MS / 10;
	srandom(seed);
}

/* Returns a number below the limit, 0 below 0. */
static inline unsigned chance(unsigned limit)
{
	return limit ? (unsigned)random() % limit : 0;
}

/* Each router's parameters, except the node's address. */
static inline struct node *add_node(const struct vrrp_parameters *parameters)
{
	struct node *node = &net.nodes[net.node_count++];

	for (unsigned router = 0; router < net.router_count; router++) {
		struct vrrp_parameters own = parameters[router];

		own.vrid = (uint8_t)(51 + router);
		own.primary_address = (struct xb_address){
			.bytes = {[10] = 0xff, 0xff, 10, 0, 0, (uint8_t)net.node_count}};
		vrrp_init(&node->machines[router].vrrp, &own);
	}
	node->running = true;
	return node;
}

static inline void send_to(unsigned receiver, unsigned router, const struct node *sender,
			   uint8_t priority)
{
	struct flight *flight = &net.flights[net.flight_count];
	const struct vrrp_parameters *parameters = &sender->machines[router].vrrp.parameters;

	if (sender->cut || net.unheard_routers >> router & 1 || chance(100) < net.loss_percent)
		return;
	assert_true(net.flight_count++ < FLIGHTS_MAX);
	*flight = (struct flight){
		.receiver = receiver,
		.router = router,
		.advert = {.source = parameters->primary_address,
			   .priority = priority,
			   .interval_ns = parameters->advert_interval_ns,
			   .arrival_ns = net.now_ns + (chance(20) + 1) * MS / 10},
	};
}

/* What the daemon does after every change. */
static inline void publish(struct machine *machine)
{
	if (machine->slot.rule.period == machine->vrrp.period)
		return;
	machine->slot.own_source = machine->vrrp.parameters.primary_address;
	machine->slot.base = vrrp_base(&machine->vrrp);
	machine->slot.rule = vrrp_rule(&machine->vrrp);
}

static inline void perform(struct node *node, unsigned router, const struct vrrp_actions *actions);

static inline void lead_group(struct node *node, enum xb_instance_state state)
{
	struct vrrp_actions actions;

	for (unsigned router = 0; router < net.router_count; router++) {
		vrrp_follow_group(&node->machines[router].vrrp, net.now_ns, state,
				  "another of its sync group did", &actions);
		perform(node, router, &actions);
	}
}

static inline void perform(struct node *node, unsigned router, const struct vrrp_actions *actions)
{
	publish(&node->machines[router]);
	if (actions->send_advert)
		for (unsigned i = 0; i < net.node_count; i++)
			if (&net.nodes[i] != node)
				send_to(i, router, node, actions->advert_priority);
	if (net.grouped && actions->state_changed)
		lead_group(node, node->machines[router].vrrp.state);
}

static inline void hear(struct node *node, unsigned router)
{
	struct machine *machine = &node->machines[router];
	struct vrrp_actions actions;

	vrrp_hear(&machine->vrrp, &machine->slot.heard, net.now_ns, &actions);
	perform(node, router, &actions);
}

static inline void start(struct node *node)
{
	struct vrrp_actions actions;

	for (unsigned router = 0; router < net.router_count; router++) {
		vrrp_startup(&node->machines[router].vrrp, net.now_ns, &actions);
		perform(node, router, &actions);
	}
}

static inline void shut_down(struct node *node)
{
	struct vrrp_actions actions;

	for (unsigned router = 0; router < net.router_count; router++) {
		vrrp_shutdown(&node->machines[router].vrrp, net.now_ns, "xbeatd stops", &actions);
		perform(node, router, &actions);
	}
}

static inline void set_priority(struct node *node, unsigned router, uint8_t priority)
{
	struct vrrp_actions actions;

	hear(node, router);
	vrrp_set_priority(&node->machines[router].vrrp, net.now_ns, priority, &actions);
	perform(node, router, &actions);
}

/* What the XDP program does with an advert. */
static inline void store_advert(struct node *node, unsigned router,
				const struct vrrp_advert *advert)
{
	struct machine *machine = &node->machines[router];
	struct xb_vrrp_advert heard = {
		.source = advert->source,
		.priority = advert->priority,
		.interval_cs = (uint16_t)(advert->interval_ns / NS_PER_CENTISECOND),
		.arrival_ns = advert->arrival_ns,
	};

	if (!node->cut && xb_vrrp_hear(&machine->slot, &heard))
		machine->event_pending = true;
}

static inline void deliver_flights(void)
{
	for (size_t i = 0; i < net.flight_count;) {
		struct flight flight = net.flights[i];

		if (!time_reached(net.now_ns, flight.advert.arrival_ns)) {
			i++;
			continue;
		}
		net.flights[i] = net.flights[--net.flight_count];
		store_advert(&net.nodes[flight.receiver], flight.router, &flight.advert);
	}
}

static inline void read_event(struct node *node, unsigned router)
{
	struct machine *machine = &node->machines[router];

	if (!machine->event_pending)
		return;
	machine->event_pending = false;
	hear(node, router);
}

/* Returns the reason, or NULL. */
static inline const char *group_reason(struct node *node, unsigned router, char *reason,
				       size_t bytes)
{
	struct sync_group_member members[ROUTERS_MAX];

	for (unsigned i = 0; i < net.router_count; i++) {
		struct machine *machine = &node->machines[i];

		hear(node, i);
		members[i] = (struct sync_group_member){.name = "a member", .vrrp = &machine->vrrp};
	}
	return sync_group_may_become_active(members, net.router_count, router, reason, bytes)
		       ? NULL
		       : reason;
}

static inline void run_timer(struct node *node, unsigned router)
{
	struct machine *machine = &node->machines[router];
	struct vrrp_timer_view view = {};
	char reason[VRRP_REASON_BYTES];
	struct vrrp_actions actions;
	struct vrrp_advert lower;

	if (!machine->vrrp.timer_armed || !time_reached(net.now_ns, machine->vrrp.timer_due_ns))
		return;
	hear(node, router);
	lower = vrrp_advert_heard(&machine->slot.heard.lower);
	if (lower.arrival_ns)
		view.lower = &lower;
	if (net.grouped && machine->vrrp.state == XB_INSTANCE_BACKUP)
		view.group_reason = group_reason(node, router, reason, sizeof(reason));
	vrrp_timer_expired(&machine->vrrp, net.now_ns, &view, &actions);
	perform(node, router, &actions);
}

static inline void run_node(struct node *node)
{
	for (unsigned router = 0; router < net.router_count; router++)
		read_event(node, router);
	for (unsigned router = 0; router < net.router_count; router++)
		run_timer(node, router);
}

static inline bool is_active(const struct node *node, unsigned router)
{
	return node->machines[router].vrrp.state == XB_INSTANCE_ACTIVE;
}

/* Of connected nodes only. */
static inline unsigned active_count(unsigned router)
{
	unsigned count = 0;

	for (unsigned i = 0; i < net.node_count; i++)
		count += is_active(&net.nodes[i], router) && !net.nodes[i].cut;
	return count;
}

static inline void forget_contests(void)
{
	memset(net.contest_ns, 0, sizeof(net.contest_ns));
}

static inline void forget_times(void)
{
	forget_contests();
	memset(net.contested_ns, 0, sizeof(net.contested_ns));
	memset(net.vacant_ns, 0, sizeof(net.vacant_ns));
	net.contest_max_ns = 0;
}

static inline void measure(unsigned router)
{
	unsigned count = active_count(router);

	net.vacant_ns[router] += count == 0 ? net.step_ns : 0;
	net.contested_ns[router] += count > 1 ? net.step_ns : 0;
	net.contest_ns[router] = count > 1 ? net.contest_ns[router] + net.step_ns : 0;
	if (net.contest_ns[router] > net.contest_max_ns)
		net.contest_max_ns = net.contest_ns[router];
}

static inline void run_for(uint64_t duration_ns)
{
	uint64_t end_ns = net.now_ns + duration_ns;

	for (; net.now_ns < end_ns; net.now_ns += net.step_ns) {
		deliver_flights();
		for (unsigned i = 0; i < net.node_count; i++)
			if (net.nodes[i].running)
				run_node(&net.nodes[i]);
		for (unsigned router = 0; router < net.router_count; router++)
			measure(router);
	}
}

#endif
