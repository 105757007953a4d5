/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where an instance lives: the source of its adverts, the interfaces of its VIPs. */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <user/core/address.h>
#include <user/daemon/instances.h>
#include <user/daemon/local_address.h>
#include <user/lib/cleanup.h>
#include <user/lib/log.h>

static bool is_vip(const struct config_instance *config, const struct xb_address *address)
{
	for (size_t i = 0; i < config->vip_count; i++)
		if (address_equal(address, &config->vips[i].address))
			return true;
	return false;
}

int instance_find_primary(const struct config_instance *config, struct xb_address *primary)
{
	/* The owner's virtual addresses are its real ones (RFC 9568 section 1.3). */
	bool is_owner = config->priority == VRRP_PRIORITY_OWNER;
	_cleanup_free_ struct local_address *list = NULL;
	bool has_vip = false;
	size_t count = 0;

	if (config->has_source) {
		*primary = config->source;
		return 0;
	}
	if (local_addresses(&list, &count))
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct xb_address *address = &list[i].address;

		if (strcmp(list[i].interface, config->interface) != 0 || !address_is_ipv4(address))
			continue;
		if (is_owner || !is_vip(config, address)) {
			*primary = *address;
			return 0;
		}
		has_vip = true;
	}
	if (has_vip) {
		log_error("%s: its virtual address is the only one of interface %s: if it is the "
			  "interface's own, set priority 255 (the owner's), else add an address to "
			  "advertise from",
			  config->name, config->interface);
		return -EADDRINUSE;
	}
	log_error("%s: interface %s has no IPv4 address of its own to advertise from: add one, or "
		  "set mcast_src_ip",
		  config->name, config->interface);
	return -EADDRNOTAVAIL;
}

int instance_place_addresses(struct instance *instance)
{
	const struct config_instance *config = instance->config;

	instance->addresses = calloc(config->vip_count + 1, sizeof(*instance->addresses));
	instance->advertised = calloc(config->vip_count + 1, sizeof(*instance->advertised));
	if (!instance->addresses || !instance->advertised)
		return -ENOMEM;
	for (size_t i = 0; i < config->vip_count; i++) {
		struct instance_address *address = &instance->addresses[i];

		address->vip = &config->vips[i];
		address->interface_index = if_nametoindex(config->vips[i].interface);
		instance->advertised[i] = config->vips[i].address;
		if (!address->interface_index) {
			log_error(
				"%s: no interface %s for its virtual address: correct \"dev\", or "
				"create the interface before xbeatd starts",
				config->name, config->vips[i].interface);
			return -ENODEV;
		}
	}
	return 0;
}
