// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interfaces that carry virtual MAC addresses, each on another interface: an instance's own,
 * and those for its addresses on other interfaces (use_vmac_addr, use_vmac of an address). Which
 * there are, and their names, follow keepalived.
 */
#include "user/config/blocks/globals.h"
#include "user/config/blocks/instance.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include <stdio.h>
#include <string.h>

/* Whether the instance uses the name, for its interface or for one of its virtual MACs'. */
static bool is_used_by(const struct config_instance *instance, const char *name, bool own_vmac)
{
	if (!strcmp(instance->interface, name) || (own_vmac && !strcmp(instance->vmac.name, name)))
		return true;
	for (size_t i = 0; i < instance->address_vmac_count; i++)
		if (!strcmp(instance->address_vmacs[i].name, name))
			return true;
	return false;
}

/* Returns the instance that uses the name, otherwise than for the virtual MAC of "but". */
static const struct config_instance *find_user(const struct config *config,
					       const struct config_instance *but, const char *name)
{
	for (size_t i = 0; config->instances && i < config->instance_count; i++)
		if (is_used_by(&config->instances[i], name, &config->instances[i] != but))
			return &config->instances[i];
	return NULL;
}

/* Of two instances that give the same name, the later one is reported. */
static void check_given_name(struct config_parser *parser, const struct config_instance *instance)
{
	const char *name = instance->vmac.name;
	const struct config_instance *user = find_user(parser->config, instance, name);

	if (user && (user <= instance || !strcmp(user->interface, name)))
		config_error(
			parser, instance->location,
			"the virtual MAC interface name %s is already used by vrrp_instance %s on %s; choose another name",
			name, user->name, config_location_text(parser, user->location));
}

/* vrrp.51; for IPv6 then vrrp6.51; a number after the prefix keeps further ones apart. Returns
 * false if the name is too long for an interface. */
static bool make_name(const char *prefix, uint8_t vrid, uint8_t family, unsigned attempt,
		      char name[static CONFIG_INTERFACE_BYTES])
{
	char number[12] = "";
	int length;

	if (family == 6 && attempt == 1)
		strcpy(number, "6");
	else if (attempt)
		snprintf(number, sizeof(number), "%u", attempt - (family == 6));
	length = snprintf(name, CONFIG_INTERFACE_BYTES, "%s%s.%u", prefix, number, vrid);
	return length < CONFIG_INTERFACE_BYTES;
}

static void choose_name(struct config_parser *parser, const struct config_instance *instance,
			const char *prefix, uint8_t family,
			char chosen[static CONFIG_INTERFACE_BYTES])
{
	char name[CONFIG_INTERFACE_BYTES];

	for (unsigned attempt = 0; make_name(prefix, instance->vrid, family, attempt, name);
	     attempt++) {
		if (!find_user(parser->config, NULL, name)) {
			strcpy(chosen, name);
			return;
		}
	}
	config_error(
		parser, instance->location,
		"no interface name of at most %d characters with prefix \"%s\" is free for the virtual MAC of vrrp_instance %s; write \"use_vmac NAME\"",
		CONFIG_INTERFACE_BYTES - 1, prefix, instance->name);
}

static void complete_own(struct config_parser *parser, struct config_instance *instance)
{
	const char *prefix = parser->globals->vmac_prefix;
	struct config_vmac *vmac = &instance->vmac;

	if (!vmac->ipvlan)
		config_vmac_complete(vmac, instance->family, instance->vrid);
	strcpy(vmac->base, instance->interface);
	if (!*vmac->name)
		choose_name(parser, instance, *prefix ? prefix : "vrrp", instance->family,
			    vmac->name);
}

/* Whether an address belongs on an interface with a virtual MAC. */
static bool wants_vmac(const struct config_instance *instance, const struct config_vip *vip)
{
	bool own_place = !strcmp(vip->interface, instance->interface) &&
			 address_family(&vip->address) == instance->family;

	if (!strcmp(vip->interface, "lo")) /* has no MAC address */
		return false;
	if (vip->use_vmac)
		return true;
	return own_place ? instance->use_vmac && !instance->vmac.ipvlan : instance->use_vmac_addr;
}

static unsigned find_vmac(const struct config_instance *instance, const struct config_vmac *wanted)
{
	unsigned number = instance->use_vmac ? 1 : 2;

	while (number < instance->address_vmac_count + 2 &&
	       !config_vmac_same_place(config_vmac_of(instance, number), wanted))
		number++;
	return number;
}

static const char *address_prefix(const struct config_globals *globals)
{
	if (*globals->vmac_addr_prefix)
		return globals->vmac_addr_prefix;
	return *globals->vmac_prefix ? globals->vmac_prefix : "vrrp";
}

static void place_address(struct config_parser *parser, struct config_instance *instance,
			  struct config_vip *vip)
{
	uint8_t family = address_family(&vip->address);
	struct config_vmac vmac = instance->vmac;

	if (!wants_vmac(instance, vip))
		return;
	vmac.ipvlan = false;
	if (!*vip->interface) { /* that the instance has none is reported elsewhere */
		if (vip->use_vmac)
			config_error(
				parser, vip->location,
				"use_vmac of an address needs its interface; add \"dev NAME\"");
		return;
	}
	config_vmac_complete(&vmac, family, instance->vrid);
	vmac.name[0] = '\0';
	strcpy(vmac.base, vip->interface);
	vip->vmac = find_vmac(instance, &vmac);
	if (vip->vmac < instance->address_vmac_count + 2)
		return;
	choose_name(parser, instance, address_prefix(parser->globals), family, vmac.name);
	instance->address_vmacs =
		array_grow(instance->address_vmacs, &instance->address_vmac_count, sizeof(vmac));
	instance->address_vmacs[instance->address_vmac_count - 1] = vmac;
}

/* On one interface the kernel receives for a MAC address once. */
static void check_places(struct config_parser *parser, const struct config_instance *earlier,
			 const struct config_instance *later)
{
	for (unsigned i = earlier->use_vmac ? 1 : 2; i < earlier->address_vmac_count + 2; i++) {
		const struct config_vmac *vmac = config_vmac_of(earlier, i);

		if (find_vmac(later, vmac) < later->address_vmac_count + 2)
			config_error(
				parser, later->location,
				"vrrp_instance %s has the same virtual MAC address on %s as vrrp_instance %s on %s; choose another virtual_router_id",
				later->name, vmac->base, earlier->name,
				config_location_text(parser, earlier->location));
	}
}

void config_finalize_vmac_interfaces(struct config_parser *parser)
{
	struct config *config = parser->config;

	for (size_t i = 0; i < config->instance_count; i++)
		if (*config->instances[i].vmac.name)
			check_given_name(parser, &config->instances[i]);
	for (size_t i = 0; i < config->instance_count; i++) {
		struct config_instance *instance = &config->instances[i];

		if (instance->use_vmac)
			complete_own(parser, instance);
		for (size_t k = 0; k < instance->vip_count; k++)
			place_address(parser, instance, &instance->vips[k]);
		for (size_t k = 0; k < i; k++)
			check_places(parser, &config->instances[k], instance);
	}
}
