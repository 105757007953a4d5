/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the source address of an instance's adverts. */
#include "user/vrrp/effects/source.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/time.h"
#include "user/net/netlink/local_address.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/timers.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define RETRY_NS NS_PER_SECOND

static bool is_vip(const struct config_instance *config, const struct xb_address *address)
{
	for (size_t i = 0; i < config->vip_count; i++)
		if (address_equal(address, &config->vips[i].address))
			return true;
	return false;
}

/* Whether adverts of this instance may come from such an address: over IPv6 a group hears only
 * link-local ones (RFC 9568 section 5.1.2.1), and unicast uses those that are routed. */
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
			"interface %s has no address except the virtual one: add an address to advertise from, or set priority 255 if this node owns the virtual address",
			config->interface);
		return -EADDRINUSE;
	}
	snprintf(message, bytes,
		 "interface %s has no %s address of its own to advertise from: add one, or set %s",
		 config->interface,
		 config->family == 4	      ? "IPv4"
		 : config->unicast_peer_count ? "IPv6"
					      : "link-local IPv6",
		 config->unicast_peer_count ? "unicast_src_ip" : "mcast_src_ip");
	return -EADDRNOTAVAIL;
}

static bool has_usable(const struct local_address *list, size_t count,
		       const struct xb_address *address)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].usable && address_equal(&list[i].address, address))
			return true;
	return false;
}

/* As in keepalived, unicast begins only with its source address; multicast does without. An owner
 * may advertise from its virtual address. */
static int check_source(const struct config_instance *config, const struct local_address *list,
			size_t count, char *message, size_t bytes)
{
	char text[ADDRESS_TEXT_BYTES];

	if ((!config->track_source && !config->unicast_peer_count) ||
	    is_vip(config, &config->source) || has_usable(list, count, &config->source))
		return 0;
	snprintf(message, bytes,
		 "its source address %s is not on this machine: add it, or correct %s",
		 address_format(&config->source, text),
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
		return check_source(config, list, count, message, bytes);
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

/* As in keepalived without track_src_ip, an instance that has begun goes on without it. */
static bool keeps_without_source(const struct instance *instance)
{
	return instance->interface->source_missing && !instance->config->track_source &&
	       instance->vrrp.state != XB_INSTANCE_INITIALIZE;
}

void instance_find_source(struct instance *instance)
{
	struct xb_address *primary = &instance->vrrp.parameters.primary_address;
	_cleanup_free_ struct local_address *list = NULL;
	char message[512];
	size_t count = 0;
	int error = local_addresses(&list, &count);

	if (error) {
		snprintf(message, sizeof(message), "cannot list this machine's addresses: %s",
			 limits_strerror(-error));
		instance_arm(instance, INSTANCE_TIMER_SOURCE, clock_now_ns() + RETRY_NS);
	}
	/* Unknown addresses are no reason to give anything up. */
	if (error && instance->vrrp.state != XB_INSTANCE_INITIALIZE)
		return;
	if (!error)
		error = instance_find_primary(instance->config, list, count, primary, message,
					      sizeof(message));
	instance->interface->source_missing = error && instance->config->has_source;
	if (!error || keeps_without_source(instance))
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_ADDRESS, NULL);
	else
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_ADDRESS, "%s", message);
}
