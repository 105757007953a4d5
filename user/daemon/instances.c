/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All instances: start, reload and stop, and events to those they are for; see instances.h. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <user/core/address.h>
#include <user/core/config_print.h>
#include <user/core/vrrp_packet.h>
#include <user/daemon/advert.h>
#include <user/daemon/clock.h>
#include <user/daemon/instance.h>
#include <user/daemon/kernel_guard.h>
#include <user/daemon/local_address.h>
#include <user/daemon/static_network.h>
#include <user/lib/cleanup.h>
#include <user/lib/log.h>

#define WARNING_SPACING_NS (60 * NS_PER_SECOND)

/* Both sides would move other addresses at the next change of Active. */
static void compare_addresses(struct instance *instance, const struct xb_event *event)
{
	uint64_t now_ns = clock_now_ns();
	char text[ADDRESS_TEXT_BYTES];

	if (event->advert.addresses_digest ==
		    vrrp_addresses_digest(instance->advertised,
					  instance->config->advertised_count) ||
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
	bool lower_rival = instance->vrrp.state == XB_INSTANCE_ACTIVE &&
			   advert->priority < instance->vrrp.effective_priority;
	uint64_t now_ns = clock_now_ns();
	struct vrrp_actions actions;

	if (instance_yield_to_deaf(instance, advert))
		lower_rival = false;
	vrrp_advert_received(&instance->vrrp, advert, now_ns, &actions);
	instance_act(instance, &actions);
	if (!lower_rival || advert->priority == VRRP_PRIORITY_RELEASE ||
	    (instance->lower_rival_ns && time_since_ns(now_ns, instance->lower_rival_ns) <
						 instance->config->advert_interval_ns))
		return;
	instance->lower_rival_ns = now_ns;
	instance_notify_lower_rival(instance);
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

	if (event->slot >= XB_VRRP_SLOTS_MAX || !instances->by_slot[event->slot])
		return;
	instances_look(instances);
	instance = instances->by_slot[event->slot];
	__atomic_store_n(&instances->kernel->routers[event->slot].event_pending, 0,
			 __ATOMIC_SEQ_CST);
	atomic_thread_fence(memory_order_seq_cst); /* before the slot is read */
	newest = instance_newest_advert(instance, &any);
	newer = any && newest.arrival_ns != event->arrival_ns;
	if (time_reached(event->arrival_ns, instance->made_ns))
		take_advert(instance, &advert);
	if (newer && time_reached(newest.arrival_ns, instance->made_ns))
		take_advert(instance, &newest);
	if (newer)
		advert = newest;
	if (advert.priority == VRRP_PRIORITY_RELEASE && instance->vrrp.vacancy == VRRP_RELEASED)
		instance_released(instance, &advert.source, advert.arrival_ns);
	compare_addresses(instance, event);
}

struct instance *instances_find(const struct instances *instances, const char *name)
{
	for (size_t i = 0; i < instances->count; i++)
		if (!strcmp(instances->list[i]->config->name, name))
			return instances->list[i];
	return NULL;
}

static bool uses_interface(const struct config_instance *config, const char *name)
{
	if (!strcmp(config->interface, name) || !strcmp(config->vmac_interface, name))
		return true;
	for (size_t i = 0; i < config->vip_count; i++)
		if (!strcmp(config->vips[i].interface, name))
			return true;
	return false;
}

void instances_interface(struct instances *instances, const char *name)
{
	struct link_event link = {0};

	instances_look(instances);
	if (name)
		link = *interfaces_get(instances->interfaces, name);
	/* What was on it when it vanished went with it; what is still there stays. */
	if (link.running)
		static_network_change(&instances->netlink, NULL, instances->config);
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];

		if (!name || uses_interface(instance->config, name))
			instance_place(instance);
		instance_track(instance);
	}
	instances_settle(instances);
	for (size_t i = 0; i < instances->count && link.running; i++)
		instance_interface_works(instances->list[i], &link);
}

bool instances_use(const struct instances *instances, unsigned interface_index)
{
	for (size_t i = 0; i < instances->count; i++) {
		const struct instance *instance = instances->list[i];

		if (instance->base_index == interface_index)
			return true;
		for (size_t k = 0; k < instance->config->vip_count; k++)
			if (instance->config->vips[k].has_interface &&
			    instance->addresses[k].interface_index == interface_index)
				return true;
	}
	return false;
}

/* Whether an address that came or went may be the source of the instance's adverts. */
static bool concerns_source(const struct instance *instance, const struct address_event *event)
{
	const struct config_instance *config = instance->config;

	if (!config->interface[0])
		return address_equal(&config->source, &event->address);
	if (event->interface_index != instance->base_index)
		return false;
	if (event->present)
		return instance->obstacles[INSTANCE_OBSTACLE_ADDRESS][0];
	return address_equal(&instance->vrrp.parameters.primary_address, &event->address);
}

void instances_address(struct instances *instances, const struct address_event *event)
{
	bool concerned = false;

	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];

		if (!event->present)
			instance_address_removed(instance, event);
		if (!concerns_source(instance, event))
			continue;
		instance_find_source(instance);
		instance_place(instance);
		concerned = true;
	}
	if (concerned)
		instances_settle(instances);
}

/* To take an address that is there already changes nothing. */
void instances_addresses_unknown(struct instances *instances)
{
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++) {
		const struct instance *instance = instances->list[i];

		for (size_t k = 0; k < instance->config->vip_count; k++) {
			struct address_event removed = {
				.interface_index = instance->addresses[k].interface_index,
				.address = instance->addresses[k].vip->address,
			};

			instance_address_removed(instances->list[i], &removed);
		}
		instance_find_source(instances->list[i]);
	}
	instances_settle(instances);
}

static void on_tracked(void *context, const struct tracked *tracked)
{
	struct instances *instances = context;

	(void)tracked;
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_track(instances->list[i]);
	instances_settle(instances);
}

void instances_isolated(struct instances *instances)
{
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_set_isolated(instances->list[i]);
	instances_settle(instances);
}

static void on_startup_delay(evutil_socket_t fd, short what, void *context)
{
	struct instances *instances = context;

	(void)fd;
	(void)what;
	instances_look(instances);
	instances->starting = false;
	for (size_t i = 0; i < instances->count; i++)
		instance_set_obstacle(instances->list[i], INSTANCE_OBSTACLE_STARTUP_DELAY, NULL);
	instances_settle(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_tell_fault(instances->list[i]);
}

static int open_sockets(struct instances *instances, const struct config *config)
{
	int error = netlink_open(&instances->netlink);

	instances->announcer =
		announcer_start(instances->base, config->garp_interval_ns, config->gna_interval_ns);
	instances->advert_sockets[0] = advert_open(4);
	if (!error && instances->advert_sockets[0] < 0)
		error = instances->advert_sockets[0];
	instances->advert_sockets[1] = advert_open(6); /* a kernel may be without IPv6 */
	if (!error && !instances->announcer)
		error = -EPERM;
	if (error)
		log_error("cannot open the sockets for VRRP: %s; xbeatd needs CAP_NET_ADMIN and "
			  "CAP_NET_RAW",
			  strerror(-error));
	return error;
}

void instances_forget_others(struct instances *instances)
{
	static const struct xb_instance none;
	bool used[XB_INSTANCES_MAX] = {false};

	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i]->self_slot >= 0)
			used[instances->list[i]->self_slot] = true;
	for (size_t place = 0; place < XB_INSTANCES_MAX; place++)
		if (!used[place] && kernel_described(instances->kernel, place)->vrid)
			kernel_describe(instances->kernel, place, &none);
}

int instances_make(struct instances *instances, const struct config *config, struct instance **kept)
{
	size_t made = 0;
	int error;

	free(instances->list);
	instances->list = kept;
	instances->count = config->instance_count;
	for (size_t i = 0; i < config->instance_count; i++) {
		struct instance *instance = kept[i];

		if (!instance)
			instance = instance_new(instances, &config->instances[i]);
		kept[i] = NULL;
		if (instance)
			kept[made++] = instance;
	}
	instances->count = made;
	error = instance_groups_make(instances, config);
	return made < config->instance_count ? -ENOSPC : error;
}

static int start_helpers(struct instances *instances, const struct instances_setup *setup)
{
	instances->notify = notify_start(setup->base, setup->runner, setup->config);
	instances->tracking = tracking_start(setup->base, setup->runner, setup->config,
					     &setup->apps, setup->journal, on_tracked, instances);
	instances->startup_delay = evtimer_new(setup->base, on_startup_delay, instances);
	return instances->notify && instances->tracking && instances->startup_delay ? 0 : -ENOMEM;
}

void instance_prepare(struct instance *instance)
{
	if (instance->owner->starting)
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_STARTUP_DELAY,
				      "vrrp_startup_delay has not passed");
	instance_set_drained(instance);
	instance_set_isolated(instance);
	instance_place(instance);
	instance_track(instance);
}

/* A crash does not end a drain: what the node is drained for goes on. A clean stop leaves nothing. */
static bool was_drained(const struct kernel *kernel)
{
	return kernel->adopted && kernel->self->node_state == XB_NODE_DRAINING;
}

void instances_take_static(struct instances *instances, const struct config *from,
			   const struct config *to)
{
	static_network_watch(instances->interfaces, to);
	static_network_change(&instances->netlink, from, to);
	instances->config = to;
}

/* An earlier daemon died with this address, and no instance has it any more. */
static void remove_left(void *context, unsigned interface_index, const struct xb_address *address)
{
	struct instances *instances = context;
	_cleanup_free_ struct local_address *list = NULL;
	char text[ADDRESS_TEXT_BYTES];
	size_t count = 0;

	if (peers_come_to(instances->peers, address) || local_addresses(&list, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		const struct config_vip left = {.address = *address,
						.prefix_length = list[i].prefix_length};

		if (!address_equal(&list[i].address, address) ||
		    (interface_index && list[i].interface_index != interface_index) ||
		    netlink_remove_vip(&instances->netlink, list[i].interface_index, &left))
			continue;
		log_notice("removed %s from %s, left by an earlier daemon; no instance has it now",
			   address_format(address, text), list[i].interface);
	}
}

int instances_start(struct instances *instances, const struct instances_setup *setup)
{
	const struct config *config = setup->config;
	struct instance **list = calloc(config->instance_count + 1, sizeof(struct instance *));
	char message[512];
	int error;

	*instances = (struct instances){.base = setup->base,
					.kernel = setup->kernel,
					.peers = setup->peers,
					.journal = setup->journal,
					.interfaces = setup->interfaces,
					.advert_sockets = {-1, -1},
					.own_address = setup->own_address,
					.starting = config->startup_delay_ns > 0,
					.drained = was_drained(setup->kernel),
					.stopped_ns = setup->kernel->self->progress_ns,
					.started_ns = clock_now_ns()};
	if (!list)
		return -ENOMEM;
	instances->list = list;
	error = instances_check(config, NULL, setup->interfaces, message, sizeof(message));
	if (error) {
		log_error("%s", message);
		return error;
	}
	error = open_sockets(instances, config);
	if (!error)
		error = start_helpers(instances, setup);
	if (!error) {
		instances->list = NULL;
		error = instances_make(instances, config, list);
	}
	if (error)
		return error;
	instances_take_static(instances, NULL, config);
	instances_forget_others(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_prepare(instances->list[i]);
	kernel_guard_release_unclaimed(instances->kernel, remove_left, instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_begin(instances->list[i]);
	kernel_release_unclaimed(instances->kernel);
	kernel_release_links(instances->kernel);
	if (instances->starting)
		clock_arm(instances->startup_delay,
			  instances->started_ns + config->startup_delay_ns);
	for (size_t i = 0; setup->peers && i < setup->peers->count; i++)
		instances_peer_said(instances, &setup->peers->list[i]);
	return 0;
}

void instances_stop(struct instances *instances, const char *reason)
{
	/* A group leaves as a whole; nobody is to wait for members that are gone. */
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++)
		instances->list[i]->group = NULL;
	for (size_t i = 0; i < instances->count; i++)
		instance_end(instances->list[i], reason);
	for (size_t i = 0; i < instances->group_count; i++)
		notify_group(instances->notify, instances->groups[i].config, NOTIFY_STOP);
	static_network_change(&instances->netlink, instances->config, NULL);
	instance_groups_free(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_free(instances->list[i]);
	free(instances->list);
	if (instances->startup_delay)
		event_free(instances->startup_delay);
	if (instances->tracking)
		tracking_stop(instances->tracking);
	if (instances->notify)
		notify_stop(instances->notify);
	if (instances->announcer)
		announcer_stop(instances->announcer);
	netlink_close(&instances->netlink);
	for (size_t i = 0; instances->kernel && i < 2; i++)
		if (instances->advert_sockets[i] >= 0)
			close(instances->advert_sockets[i]);
	*instances = (struct instances){0};
}
