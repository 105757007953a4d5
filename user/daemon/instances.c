/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events into the state machines; see instances.h. Doing what they ask is in instance_act.c. */
#include <errno.h>
#include <net/if.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <user/core/address.h>
#include <user/core/vrrp_packet.h>
#include <user/daemon/advert.h>
#include <user/daemon/clock.h>
#include <user/daemon/instances.h>
#include <user/lib/log.h>

#define WARNING_SPACING_NS (60 * NS_PER_SECOND)

size_t instances_routers(const struct config *config, struct xb_vrrp **routers)
{
	*routers = calloc(config->instance_count ? config->instance_count : 1, sizeof(**routers));
	if (!*routers)
		return 0;
	for (size_t i = 0; i < config->instance_count; i++) {
		const struct config_instance *instance = &config->instances[i];
		struct xb_vrrp *router = &(*routers)[i];

		snprintf(router->interface, sizeof(router->interface), "%s", instance->interface);
		router->vrid = instance->vrid;
		router->family = instance->family;
		router->served_version = instance->version;
		address_parse(VRRP_GROUP_IPV4, &router->destination);
	}
	return config->instance_count;
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;
	struct vrrp_advert newest;
	struct vrrp_actions actions;
	char alive[VRRP_REASON_BYTES];
	bool any;

	(void)fd;
	(void)what;
	newest = instance_newest_advert(instance, &any);
	if (instance->owner->peers)
		peers_refresh(instance->owner->peers);
	vrrp_timer_expired(&instance->vrrp, clock_now_ns(), any ? &newest : NULL,
			   instance_active_lives(instance, alive, sizeof(alive)) ? alive : NULL,
			   &actions);
	instance_act(instance, &actions);
}

static void on_announce_later(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;

	(void)fd;
	(void)what;
	if (instance->contested) {
		instance->announced_ns = 0;
		instance_announce_again(instance);
	} else {
		instance_announce(instance, instance->config->garp_repeat);
	}
}

static void on_announce_refresh(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;

	(void)fd;
	(void)what;
	instance_announce(instance, instance->config->garp_refresh_repeat);
	clock_arm(instance->announce_refresh, clock_now_ns() + instance->config->garp_refresh_ns);
}

/* Both sides would move other addresses at the next change of Active. */
static void compare_addresses(struct instance *instance, const struct xb_event *event)
{
	uint64_t now_ns = clock_now_ns();
	char text[ADDRESS_TEXT_BYTES];

	if (event->advert.addresses_digest ==
		    vrrp_addresses_digest(instance->advertised, instance->config->vip_count) ||
	    (instance->warned_ns &&
	     time_since_ns(now_ns, instance->warned_ns) < WARNING_SPACING_NS))
		return;
	instance->warned_ns = now_ns;
	log_warning(
		"%s: %s advertises other virtual addresses than this node, or in another order: "
		"make the configurations agree",
		instance->config->name, address_format(&event->advert.source, text));
}

static void take_advert(struct instance *instance, const struct vrrp_advert *advert)
{
	struct vrrp_actions actions;

	vrrp_advert_received(&instance->vrrp, advert, clock_now_ns(), &actions);
	instance_act(instance, &actions);
}

/* While an event is unread, newer adverts are in the slot alone. One from before this daemon's time
 * says nothing of now; the slot does. */
void instances_advert(struct instances *instances, const struct xb_event *event)
{
	struct vrrp_advert advert = {
		.source = event->advert.source,
		.priority = event->advert.priority,
		.interval_ns = event->advert.interval_cs * NS_PER_CENTISECOND,
		.arrival_ns = event->arrival_ns,
	};
	struct vrrp_advert newest;
	struct instance *instance;
	bool any, newer;

	if (event->slot >= instances->count)
		return;
	instance = &instances->list[event->slot];
	__atomic_store_n(&instances->kernel->routers[instance->router_slot].event_pending, 0,
			 __ATOMIC_SEQ_CST);
	atomic_thread_fence(memory_order_seq_cst); /* before the slot is read */
	newest = instance_newest_advert(instance, &any);
	newer = any && newest.arrival_ns != event->arrival_ns;
	if (time_reached(event->arrival_ns, instances->started_ns))
		take_advert(instance, &advert);
	if (newer && time_reached(newest.arrival_ns, instances->started_ns))
		take_advert(instance, &newest);
	if (newer)
		advert = newest;
	if (advert.priority == VRRP_PRIORITY_RELEASE &&
	    time_reached(advert.arrival_ns, instances->started_ns))
		instance_released(instance, &advert.source, advert.arrival_ns);
	compare_addresses(instance, event);
}

static int start_instance(struct instance *instance, struct event_base *base)
{
	const struct config_instance *config = instance->config;
	struct vrrp_parameters parameters = {
		.vrid = config->vrid,
		.version = config->version,
		.priority = config->priority,
		.preempt = config->preempt,
		.preempt_delay_ns = config->preempt_delay_ns,
		.advert_interval_ns = config->advert_interval_ns,
	};
	struct xb_vrrp *router = &instance->owner->kernel->routers[instance->router_slot];
	int error;

	instance->membership = -1;
	instance->interface_index = if_nametoindex(config->interface);
	instance->timer = evtimer_new(base, on_timer, instance);
	instance->announce_later = evtimer_new(base, on_announce_later, instance);
	instance->announce_refresh = evtimer_new(base, on_announce_refresh, instance);
	if (!instance->timer || !instance->announce_later || !instance->announce_refresh)
		return -ENOMEM;
	error = instance_find_primary(config, &parameters.primary_address);
	if (!error)
		error = instance_place_addresses(instance);
	if (error)
		return error;
	router->own_source = parameters.primary_address;
	router->event_pending = 0; /* of an event that an earlier daemon never read */
	vrrp_init(&instance->vrrp, &parameters);
	instance->since_unix_ns = clock_unix_ns();
	instance->membership = advert_join(instance->interface_index, &router->destination);
	if (instance->membership < 0)
		log_error("%s: cannot join " VRRP_GROUP_IPV4 " on %s: %s", config->name,
			  config->interface, strerror(-instance->membership));
	return instance->membership < 0 ? instance->membership : 0;
}

/* Initialize ends when the interface works, and comes back when it does not (RFC 9568 section 6.4:
 * Startup and Shutdown events). */
static void on_link(void *context, unsigned interface_index, bool running)
{
	struct instances *instances = context;

	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = &instances->list[i];
		struct vrrp_actions actions;
		char reason[64];

		if (interface_index == LINK_UNKNOWN)
			running = link_is_running(instance->config->interface);
		else if (instance->interface_index != interface_index)
			continue;
		if (running == (instance->vrrp.state != XB_INSTANCE_INITIALIZE))
			continue;
		snprintf(reason, sizeof(reason), "interface %s is down or has no carrier",
			 instance->config->interface);
		if (running)
			vrrp_startup(&instance->vrrp, clock_now_ns(), &actions);
		else
			vrrp_shutdown(&instance->vrrp, clock_now_ns(), reason, &actions);
		instance_act(instance, &actions);
	}
}

static void startup(struct instance *instance)
{
	uint64_t stopped_ns = instance->owner->kernel->self->progress_ns;
	bool running = link_is_running(instance->config->interface);
	bool resume = running && instance_may_resume(instance);
	struct vrrp_actions actions;
	char reason[VRRP_REASON_BYTES];

	if (!resume)
		instance_remove_stale(instance);
	if (!running) {
		log_warning("%s: interface %s is down or has no carrier: the instance waits for it",
			    instance->config->name, instance->config->interface);
		/* An earlier daemon may have left it said that this node is Active. */
		instance_act(instance, &(struct vrrp_actions){0});
		return;
	}
	vrrp_startup(&instance->vrrp, clock_now_ns(), &actions);
	/* In one step: to say "backup" for a moment would be to give the instance up. */
	if (resume && instance->vrrp.state == XB_INSTANCE_BACKUP) {
		snprintf(
			reason, sizeof(reason),
			"this daemon follows one that was Active %.1f ms ago, and nobody took over",
			(double)time_since_ns(clock_now_ns(), stopped_ns) / 1e6);
		vrrp_active_lost(&instance->vrrp, clock_now_ns(), true, reason, &actions);
		actions.old_state = XB_INSTANCE_INITIALIZE;
	}
	instance_act(instance, &actions);
}

static int open_sockets(struct instances *instances)
{
	int error = netlink_open(&instances->netlink);

	if (!error) {
		instances->advert_socket = advert_open(4);
		if (instances->advert_socket < 0)
			error = instances->advert_socket;
	}
	if (error)
		log_error("cannot open the sockets for VRRP: %s; xbeatd needs CAP_NET_ADMIN and "
			  "CAP_NET_RAW",
			  strerror(-error));
	return error;
}

/* What an earlier daemon said of instances that are no longer there must not be said for ever. */
static void forget_others(struct instances *instances, size_t used)
{
	static const struct xb_instance none;

	for (size_t place = used; place < XB_INSTANCES_MAX; place++)
		if (kernel_described(instances->kernel, place)->vrid)
			kernel_describe(instances->kernel, place, &none);
}

int instances_start(struct instances *instances, struct event_base *base, struct kernel *kernel,
		    struct peers *peers, struct journal *journal, const struct config *config,
		    const struct xb_address *own_address)
{
	int error, next_self_slot = 0;

	*instances = (struct instances){.kernel = kernel,
					.peers = peers,
					.journal = journal,
					.advert_socket = -1,
					.own_address = *own_address,
					.started_ns = clock_now_ns()};
	instances->list = calloc(config->instance_count + 1, sizeof(*instances->list));
	if (!instances->list)
		return -ENOMEM;
	error = open_sockets(instances);
	if (error)
		return error;
	instances->announcer =
		announcer_start(base, config->garp_interval_ns, config->gna_interval_ns);
	if (!instances->announcer)
		return -ENOMEM;
	while (instances->count < config->instance_count) {
		size_t index = instances->count++;
		struct instance *instance = &instances->list[index];

		instance->config = &config->instances[index];
		instance->owner = instances;
		instance->router_slot = index;
		instance->self_slot = -1;
		if (peers && instance->config->heartbeat[0] && next_self_slot < XB_INSTANCES_MAX)
			instance->self_slot = next_self_slot++;
		error = start_instance(instance, base);
		if (error)
			return error;
	}
	error = link_monitor_start(&instances->links, base, on_link, instances);
	if (error)
		return error;
	forget_others(instances, (size_t)next_self_slot);
	for (size_t i = 0; i < instances->count; i++)
		startup(&instances->list[i]);
	for (size_t i = 0; peers && i < peers->count; i++)
		instances_peer_said(instances, &peers->list[i]);
	return 0;
}

static void stop_instance(struct instance *instance, const char *reason)
{
	struct vrrp_actions actions;

	if (instance->membership >= 0) { /* it was started */
		vrrp_shutdown(&instance->vrrp, clock_now_ns(), reason, &actions);
		instance_act(instance, &actions);
		close(instance->membership);
	}
	if (instance->timer)
		event_free(instance->timer);
	if (instance->announce_later)
		event_free(instance->announce_later);
	if (instance->announce_refresh)
		event_free(instance->announce_refresh);
	free(instance->addresses);
	free(instance->advertised);
}

void instances_stop(struct instances *instances, const char *reason)
{
	if (!instances->list)
		return;
	for (size_t i = 0; i < instances->count; i++)
		stop_instance(&instances->list[i], reason);
	free(instances->list);
	link_monitor_stop(&instances->links);
	netlink_close(&instances->netlink);
	if (instances->advert_socket >= 0)
		close(instances->advert_socket);
	announcer_stop(instances->announcer);
	*instances = (struct instances){0};
}
