/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where an instance lives: its source address, and what follows when its interface changes. */
#include "user/vrrp/effects/place.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/kernel/kernel.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/net/link_monitor.h"
#include "user/net/local_address.h"
#include "user/vrrp/effects/link.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/obstacles.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool is_vip(const struct config_instance *config, const struct xb_address *address)
{
	for (size_t i = 0; i < config->vip_count; i++)
		if (address_equal(address, &config->vips[i].address))
			return true;
	return false;
}

/* Whether adverts of this instance may come from such an address: over IPv6 a group hears only link-local
 * ones (RFC 9568 section 5.1.2.1), and unicast uses those that are routed. */
static bool suits(const struct config_instance *config, const struct xb_address *address)
{
	if (address_family(address) != config->family)
		return false;
	if (config->family == 4)
		return true;
	if (!config->unicast_peer_count)
		return address_is_link_local(address);
	return address_is_link_local(address) ==
	       address_is_link_local(&config->unicast_peers[0].address);
}

static int explain_no_primary(const struct config_instance *config, bool has_vip, char *message,
			      size_t bytes)
{
	if (has_vip) {
		snprintf(
			message, bytes,
			"%s: interface %s has no address but the virtual one: add one to advertise from, or, if that is its own, set priority 255 (the owner's)",
			config->name, config->interface);
		return -EADDRINUSE;
	}
	snprintf(
		message, bytes,
		"%s: interface %s has no %s address of its own to advertise from: add one, or set %s",
		config->name, config->interface,
		config->family == 4	     ? "IPv4"
		: config->unicast_peer_count ? "IPv6"
					     : "link-local IPv6",
		config->unicast_peer_count ? "unicast_src_ip" : "mcast_src_ip");
	return -EADDRNOTAVAIL;
}

int instance_find_primary(const struct config_instance *config, const struct local_address *list,
			  size_t count, struct xb_address *primary, char *message, size_t bytes)
{
	/* The owner's virtual addresses are its real ones (RFC 9568 section 1.3). */
	bool is_owner = config->priority == 255;
	bool has_vip = false;

	if (config->has_source) {
		*primary = config->source;
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		const struct xb_address *address = &list[i].address;

		if (strcmp(list[i].interface, config->interface) != 0 || !list[i].usable ||
		    !suits(config, address))
			continue;
		if (is_owner || !is_vip(config, address)) {
			*primary = *address;
			return 0;
		}
		has_vip = true;
	}
	return explain_no_primary(config, has_vip, message, bytes);
}

static void find_obstacle(struct instance *instance, const struct link_event *base)
{
	const char *name = base ? base->name : "";

	if (!base || !base->present)
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE,
				      base ? "interface %s is not there"
					   : "no interface has its unicast_src_ip%s",
				      name);
	else if (!base->running && !instance->config->dont_track_primary)
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE,
				      "interface %s is down or has no carrier", name);
	else
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE, NULL);
}

void instance_find_source(struct instance *instance)
{
	struct xb_address *primary = &instance->vrrp.parameters.primary_address;
	_cleanup_free_ struct local_address *list = NULL;
	char message[512] = "cannot list this machine's addresses";
	size_t count = 0;
	int error = local_addresses(&list, &count);

	/* No news are no reason to give anything up. */
	if (error && instance->vrrp.state != XB_INSTANCE_INITIALIZE)
		return;
	if (!error && !instance_find_primary(instance->config, list, count, primary, message,
					     sizeof(message)))
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_ADDRESS, NULL);
	else
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_ADDRESS, "%s", message);
}

void instance_place(struct instance *instance)
{
	const struct link_event *base = instance_find_base(instance);
	unsigned index = base && base->present ? base->interface_index : 0;
	bool moved = index != instance->base_index;

	find_obstacle(instance, base);
	if (moved) {
		instance_leave(instance);
		instance->base_index = index;
		/* The kernel side must know where adverts are to go to before it looks at them. */
		if (index) {
			instance_find_source(instance);
			instance_describe(instance);
		}
		/* Not entered is not there: the next look tries again. */
		if (index && instance_enter(instance, base->name))
			instance->base_index = index = 0;
		if (!index)
			kernel_serve_router(instance->owner->kernel, instance->router_slot, 0);
	}
	if (index && instance->config->use_vmac)
		instance_make_vmac(instance);
	instance_place_addresses(instance);
	instance_describe(instance);
}
