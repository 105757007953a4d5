/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses, routes and rules of an instance: taken when it becomes Active, released when it is not
 * any more, put back when something else removes them meanwhile, and announced to the neighbours.
 */
#include "user/vrrp/effects/vips.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/journal.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/announce.h"
#include "user/net/interfaces.h"
#include "user/net/link_monitor.h"
#include "user/net/netlink.h"
#include "user/net/routes.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/link.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/state/instance.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A neighbour that has just taken the rival's announcement ignores ours for a second (locktime). */
#define ANNOUNCE_AGAIN_DELAY_NS (1100 * NS_PER_MS)
/* Somebody who removes an address again and again is told of this often. */
#define RESTORED_SPACING_NS (10 * NS_PER_SECOND)

int instance_list_addresses(struct instance *instance, const struct config_instance *config)
{
	routes_watch(instance->owner->interfaces, &config->routes);
	instance->addresses = calloc(config->vip_count + 1, sizeof(*instance->addresses));
	instance->advertised = calloc(config->advertised_count + 1, sizeof(*instance->advertised));
	if (!instance->addresses || !instance->advertised)
		return -ENOMEM;
	for (size_t i = 0; i < config->vip_count; i++)
		instance->addresses[i].vip = &config->vips[i];
	for (size_t i = 0; i < config->advertised_count; i++)
		instance->advertised[i] = config->vips[i].address;
	return 0;
}

static void announce_address(struct instance *instance, const struct instance_address *address,
			     unsigned repeat)
{
	int error = announce(instance->owner->announcer, address->interface_index,
			     &address->vip->address, repeat);
	char text[ADDRESS_TEXT_BYTES];

	if (error)
		log_error("%s: %s was not announced: %s", instance->config->name,
			  address_format(&address->vip->address, text), strerror(-error));
}

void instance_announce(struct instance *instance, unsigned repeat)
{
	if (instance_guard_passed(instance, clock_now_ns()))
		return;
	for (size_t i = 0; i < instance->config->vip_count; i++)
		announce_address(instance, &instance->addresses[i], repeat);
	instance->announced_ns = clock_now_ns();
}

void instance_announce_again(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	uint64_t now_ns = clock_now_ns();

	/* Not now, then soon: the rival's announcement came after the last of ours. */
	if (time_since_ns(now_ns, instance->announced_ns) <= ANNOUNCE_AGAIN_SPACING_NS) {
		instance->contested = true;
		clock_arm(instance->announce_later,
			  instance->announced_ns + ANNOUNCE_AGAIN_SPACING_NS);
		return;
	}
	instance->contested = false;
	instance_announce(instance, config->garp_lower_prio_repeat);
	instance->later_repeat = config->garp_lower_prio_repeat;
	if (config->garp_lower_prio_delay_ns)
		clock_arm(instance->announce_later, now_ns + ANNOUNCE_AGAIN_DELAY_NS);
}

/* Without its addresses an Active is none: it is said where people look for the reason. */
static void report_missing(struct instance *instance, const struct config_vip *vip, int error)
{
	char text[ADDRESS_TEXT_BYTES], earlier[VRRP_REASON_BYTES];
	const char *interface = vip->has_interface ? vip->interface : instance_interface(instance);

	address_format(&vip->address, text);
	log_error("%s: cannot add %s/%u to %s: %s", instance->config->name, text,
		  vip->prefix_length, interface, strerror(-error));
	memcpy(earlier, instance->vrrp.reason, sizeof(earlier));
	snprintf(instance->vrrp.reason, sizeof(instance->vrrp.reason),
		 "WITHOUT %s, which could not be added to %s (%s); %.100s", text, interface,
		 strerror(-error), earlier);
}

/* Where they were refused, whatever the interface is now. */
static void accept_packets(const struct instance *instance, struct instance_address *address)
{
	if (address->refused_index)
		kernel_refuse_packets(instance->owner->kernel, address->refused_index,
				      &address->vip->address, false);
	address->refused_index = 0;
}

/* Packets to an address on another interface than the instance's come in there. Returns whether the program is. */
static bool attach_to(const struct instance *instance, const struct instance_address *address)
{
	const char *interface = address->vip->interface;

	if (!address->vip->has_interface || !address->interface_index || !strcmp(interface, "lo") ||
	    kernel_attachment(instance->owner->kernel, interface) ||
	    !kernel_attach(instance->owner->kernel, interface))
		return true;
	log_warning(
		"%s: the XDP program is not on %s: its addresses there are guarded on other interfaces only",
		instance->config->name, interface);
	return false;
}

/* Accept_Mode (RFC 9568 section 6.1). Packets come in on the interface itself, also those to a virtual
 * MAC. */
static void refuse_packets(const struct instance *instance, struct instance_address *address)
{
	unsigned index =
		address->vip->has_interface ? address->interface_index : instance->base_index;
	int error;

	if (address->refused_index != index)
		accept_packets(instance, address);
	if (instance->config->accept || instance->config->priority == VRRP_PRIORITY_OWNER || !index)
		return;
	error = kernel_refuse_packets(instance->owner->kernel, index, &address->vip->address, true);
	if (error)
		log_error("%s: no_accept has no effect: %s", instance->config->name,
			  strerror(-error));
	else
		address->refused_index = index;
}

static void take_address(struct instance *instance, size_t i)
{
	struct instance_address *address = &instance->addresses[i];
	int error;

	refuse_packets(instance, address);
	error = address->interface_index ? netlink_add_vip(&instance->owner->netlink,
							   address->interface_index, address->vip)
					 : -ENODEV;
	if (!error)
		instance_router(instance)->addresses_added |= instance_added_bit(i);
	address->held = !error || (error == -EEXIST && instance_may_remove(instance, i));
	if (error == -EEXIST && !address->held)
		instance_guard_spare(instance, address);
	if (error && error != -EEXIST)
		report_missing(instance, address->vip, error);
}

static unsigned find_index(const struct instance *instance, const struct config_vip *vip)
{
	if (!vip->has_interface)
		return instance_address_index(instance);
	return interfaces_get(instance->owner->interfaces, vip->interface)->interface_index;
}

void instance_place_addresses(struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		struct instance_address *address = &instance->addresses[i];
		unsigned index = find_index(instance, address->vip);
		bool moved = index && index != address->interface_index;

		/* One that was renamed is gone, too, and has the address still: it is to be removed there. */
		if (moved || !address->held)
			address->interface_index = index;
		if (moved)
			address->unattached = !attach_to(instance, address);
		if (!moved || !address->held)
			continue;
		take_address(instance, i);
		announce_address(instance, address, instance->config->garp_repeat);
	}
	instance_guard_claim(instance);
}

static void release_address(struct instance *instance, size_t i)
{
	struct instance_address *address = &instance->addresses[i];
	char text[ADDRESS_TEXT_BYTES];
	int error;

	accept_packets(instance, address);
	announce_cancel(instance->owner->announcer, address->interface_index,
			&address->vip->address);
	if (!address->held)
		return;
	address->held = false;
	error = netlink_remove_vip(&instance->owner->netlink, address->interface_index,
				   address->vip);
	if (error && error != -EADDRNOTAVAIL && error != -ENODEV)
		log_error("%s: cannot remove %s: %s", instance->config->name,
			  address_format(&address->vip->address, text), strerror(-error));
}

static void change_routes(struct instance *instance, bool add)
{
	struct netlink *netlink = &instance->owner->netlink;
	unsigned index = instance_address_index(instance);

	instance->routes_held = add;
	if (add) {
		routes_add(netlink, instance->config->name, &instance->config->routes,
			   &instance->config->rules, index);
	} else {
		routes_remove(netlink, instance->config->name, &instance->config->routes,
			      &instance->config->rules, index);
	}
}

void instance_take_addresses(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	uint64_t now_ns;

	instance_guard_open(instance);
	for (size_t i = 0; i < config->vip_count; i++)
		take_address(instance, i);
	instance_announce(instance, config->garp_repeat);
	change_routes(instance, true);
	now_ns = clock_now_ns();
	instance->later_repeat = config->garp_repeat;
	if (config->garp_delay_ns)
		clock_arm(instance->announce_later, now_ns + config->garp_delay_ns);
	if (config->garp_refresh_ns)
		clock_arm(instance->announce_refresh, now_ns + config->garp_refresh_ns);
}

void instance_release_addresses(struct instance *instance)
{
	event_del(instance->announce_later);
	event_del(instance->announce_refresh);
	instance->contested = false;
	instance_set_vmac(instance, false);
	change_routes(instance, false);
	for (size_t i = 0; i < instance->config->vip_count; i++)
		release_address(instance, i);
	instance_router(instance)->addresses_added = 0;
}

void instance_remove_stale(struct instance *instance)
{
	instance_set_vmac(instance, false);
	change_routes(instance, false);
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		struct instance_address *address = &instance->addresses[i];
		char text[ADDRESS_TEXT_BYTES];

		if (!instance_may_remove(instance, i) || !address->interface_index ||
		    netlink_remove_vip(&instance->owner->netlink, address->interface_index,
				       address->vip))
			continue;
		log_notice("%s: removed %s, left by an earlier daemon", instance->config->name,
			   address_format(&address->vip->address, text));
	}
	instance_router(instance)->addresses_added = 0;
}

static void restore(struct instance *instance, size_t i)
{
	struct instance_address *address = &instance->addresses[i];
	uint64_t now_ns = clock_now_ns();
	char text[ADDRESS_TEXT_BYTES];
	int error =
		netlink_add_vip(&instance->owner->netlink, address->interface_index, address->vip);

	if (error) /* -EEXIST: the notice was of an older change */
		return;
	instance_router(instance)->addresses_added |= instance_added_bit(i);
	announce_address(instance, address, 1);
	if (instance->routes_held) /* those through the address went with it */
		change_routes(instance, true);
	address->restored_count++;
	if (address->restored_ns &&
	    time_since_ns(now_ns, address->restored_ns) < RESTORED_SPACING_NS)
		return;
	address->restored_ns = now_ns;
	journal_add(instance->owner->journal, "address", instance->config->name, "removed",
		    "restored", "%s was removed by something else (%u so far); it was put back",
		    address_format(&address->vip->address, text), address->restored_count);
}

void instance_address_removed(struct instance *instance, const struct address_event *event)
{
	if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		const struct instance_address *address = &instance->addresses[i];

		if (address->held && !address->vip->no_track &&
		    address->interface_index == event->interface_index &&
		    address_equal(&address->vip->address, &event->address))
			restore(instance, i);
	}
}

void instance_interface_works(struct instance *instance, const struct link_event *link)
{
	if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		const struct instance_address *address = &instance->addresses[i];

		if (!address->held || address->interface_index != link->interface_index)
			continue;
		if (!address->vip->no_track)
			netlink_add_vip(&instance->owner->netlink, address->interface_index,
					address->vip);
		announce_address(instance, address, instance->config->garp_repeat);
	}
	if (instance->routes_held)
		change_routes(instance, true);
}

static bool same_vip(const struct config_vip *a, const struct config_vip *b)
{
	return address_equal(&a->address, &b->address) && a->prefix_length == b->prefix_length &&
	       a->has_interface == b->has_interface && !strcmp(a->interface, b->interface) &&
	       !strcmp(a->label, b->label) && a->has_broadcast == b->has_broadcast &&
	       address_equal(&a->broadcast, &b->broadcast) && a->has_peer == b->has_peer &&
	       address_equal(&a->peer, &b->peer) &&
	       a->peer_prefix_length == b->peer_prefix_length && a->scope == b->scope &&
	       a->flags == b->flags && a->preferred_lifetime_s == b->preferred_lifetime_s;
}

/* Returns its index there, or to->vip_count. */
static size_t find_vip(const struct config_instance *to, const struct config_vip *vip)
{
	size_t k = 0;

	while (k < to->vip_count && !same_vip(vip, &to->vips[k]))
		k++;
	return k;
}

void instance_leave_addresses(struct instance *instance, const struct config_instance *to)
{
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		if (find_vip(to, instance->addresses[i].vip) < to->vip_count)
			continue;
		release_address(instance, i);
		instance_guard_give_back(instance, &instance->addresses[i]);
	}
}

/* Moves what is held from an old list to the new one; what is in the old one alone has been released. */
static void keep(struct instance *instance, struct instance_address *old, size_t old_count,
		 const struct config_instance *to, uint64_t *added)
{
	for (size_t i = 0; i < old_count; i++) {
		size_t k = find_vip(to, old[i].vip);

		if (k == to->vip_count)
			continue;
		accept_packets(instance, &old[i]); /* refused anew, if it still is to be */
		if (instance_router(instance)->addresses_added & instance_added_bit(i))
			*added |= instance_added_bit(k);
	}
}

void instance_change_addresses(struct instance *instance, const struct config_instance *to)
{
	struct instance_address *old = instance->addresses;
	struct xb_address *old_advertised = instance->advertised;
	size_t old_count = instance->config->vip_count;
	bool active = instance->vrrp.state == XB_INSTANCE_ACTIVE;
	uint64_t added = 0;

	if (active) {
		if (!routes_equal(&instance->config->routes, &to->routes) ||
		    !rules_equal(&instance->config->rules, &to->rules))
			change_routes(instance, false);
		keep(instance, old, old_count, to, &added);
		instance_router(instance)->addresses_added = added;
	}
	instance->config = to;
	if (instance_list_addresses(instance, to))
		abort();
	instance_guard_keep(instance, old, old_count);
	free(old);
	free(old_advertised);
	instance_place_addresses(instance);
	if (active)
		instance_take_addresses(instance); /* those that are there already are kept */
}

void instance_point(struct instance *instance, const struct config_instance *config)
{
	instance->config = config;
	for (size_t i = 0; i < config->vip_count; i++)
		instance->addresses[i].vip = &config->vips[i];
}
