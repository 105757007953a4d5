/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses, routes and rules of an instance: taken when it becomes Active, and released when
 * it no longer is.
 */
#include "user/vrrp/effects/vips.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/packet.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/routers.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/interfaces.h"
#include "user/net/netlink/interface_monitor.h"
#include "user/net/netlink/netlink.h"
#include "user/net/routes.h"
#include "user/vrrp/effects/announce.h"
#include "user/vrrp/effects/closing.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/left.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/routes.h"
#include "user/vrrp/effects/signing.h"
#include "user/vrrp/effects/vmac.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int make_lists(struct instance *instance, const struct config_instance *config)
{
	struct instance_vips *vips = instance->vips;

	routes_watch(instance->interfaces, &config->routes);
	vips->list = calloc(config->vip_count + 1, sizeof(*vips->list));
	vips->advertised = calloc(config->listed_count + 1, sizeof(*vips->advertised));
	if (!vips->list || !vips->advertised)
		return -ENOMEM;
	for (size_t i = 0; i < config->listed_count; i++)
		vips->advertised[i] = config->vips[config->listed[i]].address;
	vips->advertised_count = config->listed_count;
	return 0;
}

void instance_fit_advertised(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	const struct interface_event *base = instance_find_base(instance);
	struct instance_vips *vips = instance->vips;
	size_t room, excess;

	if (!base || !base->mtu)
		return;
	room = vrrp_addresses_room(
		base->mtu - (instance_signing_signs(instance) ? XB_SIGNED_TRAILER_BYTES : 0),
		config->family, config->version);
	excess = config->listed_count > room ? config->listed_count - room : 0;
	vips->advertised_count = config->listed_count - excess;
	if (excess && excess != vips->reported_excess)
		log_instance(
			LOG_WARNING, config->name,
			"an advert on %s (MTU %u) lists %zu addresses: the last %zu are held, but not advertised; raise the MTU, or move them to virtual_ipaddress_excluded on all nodes",
			base->name, base->mtu, room, excess);
	vips->reported_excess = excess;
}

int instance_vips_new(struct instance *instance, struct vrrp_services *services)
{
	struct instance_vips *vips = calloc(1, sizeof(*vips));

	if (!vips)
		return -ENOMEM;
	vips->kernel = services->kernel;
	vips->netlink = &services->netlink;
	vips->held_routes = &services->held_routes;
	instance->vips = vips;
	return make_lists(instance, instance->config);
}

void instance_vips_free(struct instance *instance)
{
	if (!instance->vips)
		return;
	free(instance->vips->list);
	free(instance->vips->advertised);
	free(instance->vips);
}

/* An Active without its addresses is of no use: the reason, which people read first, reports it. */
static void report_missing(struct instance *instance, const struct config_vip *vip, int error)
{
	char text[ADDRESS_TEXT_BYTES], earlier[VRRP_REASON_BYTES];
	const char *interface = instance_vip_interface_name(instance, vip);

	address_format(&vip->address, text);
	log_instance(LOG_ERR, instance->config->name, "cannot add %s/%u to %s: %s", text,
		     vip->prefix_length, interface, limits_strerror(-error));
	memcpy(earlier, instance->vrrp.reason, sizeof(earlier));
	snprintf(instance->vrrp.reason, sizeof(instance->vrrp.reason),
		 "WITHOUT %s, which could not be added to %s (%s); %.100s", text, interface,
		 limits_strerror(-error), earlier);
}

static const struct config_vip *config_of(const struct instance *instance, size_t i)
{
	return &instance->config->vips[i];
}

/* Where they were refused, whatever the interface is now. */
static void accept_packets(const struct instance *instance, size_t i)
{
	struct instance_vip *vip = &instance->vips->list[i];

	if (vip->refused_index)
		kernel_refuse_packets(instance->vips->kernel, vip->refused_index,
				      &config_of(instance, i)->address, false);
	vip->refused_index = 0;
}

/* Packets to an address on another interface than the instance's arrive there. Returns whether the
 * program is attached to it. */
static bool attach_to(const struct instance *instance, size_t i)
{
	const struct config_vip *config = config_of(instance, i);
	const char *interface = config->interface;

	if (!config->has_interface || !instance->vips->list[i].device_index ||
	    !strcmp(interface, "lo") || kernel_attachment(instance->vips->kernel, interface) ||
	    !kernel_attach(instance->vips->kernel, interface))
		return true;
	log_instance(
		LOG_WARNING, instance->config->name,
		"the XDP program is not attached to %s: its addresses there are guarded on other interfaces only",
		interface);
	return false;
}

/* Accept_Mode (RFC 9568 section 6.1). */
static void refuse_packets(const struct instance *instance, size_t i)
{
	const struct config_vip *config = config_of(instance, i);
	struct instance_vip *vip = &instance->vips->list[i];
	unsigned index = instance_arrival_index(instance, i);
	int error;

	if (vip->refused_index != index)
		accept_packets(instance, i);
	if (instance->config->accept || instance->config->priority == VRRP_PRIORITY_OWNER || !index)
		return;
	error = kernel_refuse_packets(instance->vips->kernel, index, &config->address, true);
	if (error)
		log_instance(LOG_ERR, instance->config->name, "no_accept has no effect: %s",
			     limits_strerror(-error));
	else
		vip->refused_index = index;
}

int instance_add_address(const struct instance *instance, size_t i)
{
	unsigned index = instance->vips->list[i].interface_index;
	int error = index ? netlink_add_vip(instance->vips->netlink, index, config_of(instance, i))
			  : -ENODEV;

	if (!error) {
		instance->vips->list[i].unmarked = false;
		instance_set_added_bits(instance,
					instance_added_bits(instance) | instance_added_bit(i));
	}
	return error;
}

static void take_address(struct instance *instance, size_t i)
{
	struct instance_vip *vip = &instance->vips->list[i];
	int error;

	vip->foreign = (struct foreign_vip){.reported_ns = vip->foreign.reported_ns};
	refuse_packets(instance, i);
	error = instance_add_address(instance, i);
	vip->held = !error || (error == -EEXIST && (vip->held || vip->left));
	vip->left = false;
	if (error == -EEXIST && !vip->held)
		instance_guard_spare(instance, i);
	if (error && error != -EEXIST)
		report_missing(instance, config_of(instance, i), error);
}

static unsigned find_device(const struct instance *instance, const struct config_vip *vip)
{
	if (!vip->has_interface)
		return instance->interface->base_index;
	return interfaces_get(instance->interfaces, vip->interface)->interface_index;
}

/* Returns whether it is on another interface than before. */
static bool locate(struct instance *instance, size_t i)
{
	struct instance_vip *vip = &instance->vips->list[i];
	const struct config_vip *config = config_of(instance, i);
	unsigned device_index = find_device(instance, config);
	unsigned index = config->vmac ? instance_vmac_index(instance, config->vmac) : device_index;
	bool moved = index && index != vip->interface_index;

	/* A renamed interface counts as missing and still has the address: it is to be removed
	 * there. */
	if (moved || !vip->held) {
		vip->interface_index = index;
		vip->device_index = device_index;
	}
	if (moved)
		vip->unattached = !attach_to(instance, i);
	return moved;
}

void instance_locate_addresses(struct instance *instance)
{
	_cleanup_free_ bool *moved = calloc(instance->config->vip_count + 1, sizeof(*moved));

	if (!moved)
		limits_out_of_memory();
	for (size_t i = 0; i < instance->config->vip_count; i++)
		moved[i] = locate(instance, i);
	instance_find_left(instance, moved);
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		if (!moved[i] || !instance->vips->list[i].held)
			continue;
		instance->vips->list[i].held = false; /* at its new place it is not yet */
		take_address(instance, i);
		instance_announce_vip(instance, i, instance->config->garp_repeat);
	}
	instance_guard_claim(instance);
}

static void release_address(struct instance *instance, size_t i)
{
	struct instance_vip *vip = &instance->vips->list[i];
	char text[ADDRESS_TEXT_BYTES];
	int error;

	accept_packets(instance, i);
	instance_cancel_announcement(instance, i);
	if (!vip->held)
		return;
	vip->held = false;
	error = netlink_remove_vip(instance->vips->netlink, vip->interface_index,
				   config_of(instance, i));
	if (error && error != -EADDRNOTAVAIL && error != -ENODEV)
		log_instance(LOG_ERR, instance->config->name, "cannot remove %s: %s",
			     address_format(&config_of(instance, i)->address, text),
			     limits_strerror(-error));
}

static void add_all(struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		take_address(instance, i);
}

void instance_place_addresses(struct instance *instance)
{
	instance->handover->placed = true;
	add_all(instance);
}

void instance_take_addresses(struct instance *instance)
{
	if (!instance->handover->placed)
		add_all(instance);
	instance->handover->placed = false;
	instance_end_closing(instance);
	instance_announce(instance, instance->config->garp_repeat);
	instance_change_routes(instance, true);
	instance_announce_takeover(instance);
}

static void remove_all(struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		release_address(instance, i);
	instance_set_added_bits(instance, 0);
}

void instance_withdraw_addresses(struct instance *instance)
{
	instance->handover->placed = false;
	remove_all(instance);
}

void instance_release_addresses(struct instance *instance)
{
	instance_stop_announcing(instance);
	instance_change_routes(instance, false);
	remove_all(instance);
}

static bool same_vip(const struct config_vip *a, const struct config_vip *b)
{
	return address_equal(&a->address, &b->address) && a->prefix_length == b->prefix_length &&
	       a->has_interface == b->has_interface && !strcmp(a->interface, b->interface) &&
	       a->vmac == b->vmac && !strcmp(a->label, b->label) &&
	       a->has_broadcast == b->has_broadcast &&
	       address_equal(&a->broadcast, &b->broadcast) && a->has_peer == b->has_peer &&
	       address_equal(&a->peer, &b->peer) &&
	       a->peer_prefix_length == b->peer_prefix_length && a->scope == b->scope &&
	       a->flags == b->flags && a->preferred_lifetime_s == b->preferred_lifetime_s;
}

/* Returns its index in the other configuration, or to->vip_count. */
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
		if (find_vip(to, config_of(instance, i)) < to->vip_count)
			continue;
		release_address(instance, i);
		instance_guard_give_back(instance, i);
	}
}

/* Fills in the new lists what is known of addresses that are in both. What is only in the old one
 * has been released. */
static void move_to(struct instance *instance, const struct instance_vip *old,
		    const struct config_instance *from)
{
	uint64_t before = instance_added_bits(instance), added = 0;

	for (size_t i = 0; i < from->vip_count; i++) {
		size_t k = find_vip(instance->config, &from->vips[i]);

		if (k == instance->config->vip_count)
			continue;
		instance->vips->list[k] = old[i];
		if (before & instance_added_bit(i))
			added |= instance_added_bit(k);
	}
	instance_set_added_bits(instance, added);
}

/* Adds what is new or missing. Only new addresses are announced, and then all: as keepalived
 * does. */
static void take_changed(struct instance *instance)
{
	bool added = false;

	for (size_t i = 0; i < instance->config->vip_count; i++) {
		added |= !instance->vips->list[i].held;
		take_address(instance, i);
	}
	instance_end_closing(instance);
	if (added)
		instance_announce(instance, instance->config->garp_repeat);
	instance_change_routes(instance, true);
	if (added)
		instance_announce_takeover(instance);
	else
		instance_announce_refresh(instance);
}

/* The lists become those of the new configuration. */
static void change_lists(struct instance *instance, const struct config_instance *to)
{
	const struct config_instance *from = instance->config;
	struct xb_address *advertised = instance->vips->advertised;
	struct instance_vip *list = instance->vips->list;

	instance->config = to;
	if (make_lists(instance, to))
		limits_out_of_memory();
	move_to(instance, list, from);
	free(advertised);
	free(list);
}

void instance_change_addresses(struct instance *instance, const struct config_instance *to)
{
	const struct config_instance *from = instance->config;
	bool active = instance->vrrp.state == XB_INSTANCE_ACTIVE;

	if (active &&
	    (!routes_equal(&from->routes, &to->routes) || !rules_equal(&from->rules, &to->rules)))
		instance_change_routes(instance, false);
	for (size_t i = 0; i < from->vip_count; i++)
		accept_packets(instance, i); /* refused again, if it still is to be */
	change_lists(instance, to);
	instance_guard_keep(instance, from);
	instance_locate_addresses(instance);
	if (!active)
		return;
	instance_guard_open(instance);
	take_changed(instance);
}
