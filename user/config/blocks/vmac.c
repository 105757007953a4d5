// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual MAC address (RFC 9568 section 7.3): use_vmac, and the names of the interfaces that
 * carry it.
 */
#include "user/config/blocks/globals.h"
#include "user/config/blocks/instance.h"
#include "user/config/syntax/value.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAC_FORM "six octets, as in 02:00:5e:10:00:01, or five, which virtual_router_id completes"

/* Parses five or six octets with colons between them; a colon after the fifth is allowed. Returns
 * their number, or 0. */
static uint8_t parse_mac(const char *text, uint8_t mac[static CONFIG_MAC_BYTES])
{
	uint8_t count = 0;

	while (*text && count < CONFIG_MAC_BYTES) {
		char *end;
		unsigned long octet = strtoul(text, &end, 16);

		if (!isxdigit(*text) || end - text > 2 || (*end && *end != ':'))
			return 0;
		mac[count++] = (uint8_t)octet;
		text = *end ? end + 1 : end;
	}
	return *text || count < CONFIG_MAC_BYTES - 1 ? 0 : count;
}

/* 00:00:5e:00:01 and 00:00:5e:00:02 are those of virtual routers. */
static bool is_routers_mac(const uint8_t mac[static CONFIG_MAC_BYTES])
{
	static const uint8_t start[] = {0, 0, 0x5e, 0};

	return !memcmp(mac, start, sizeof(start)) &&
	       (mac[sizeof(start)] == 1 || mac[sizeof(start)] == 2);
}

static void read_mac(struct config_parser *parser, const struct config_token *token,
		     struct config_vmac *vmac)
{
	uint8_t mac[CONFIG_MAC_BYTES] = {0};
	uint8_t octets = parse_mac(token->text, mac);

	if (!octets || mac[0] & 1) {
		config_error(parser, token->location,
			     "'%s' is not the MAC address of an interface; write " MAC_FORM,
			     token->text);
	} else if (is_routers_mac(mac)) {
		config_error(
			parser, token->location,
			"'%s' is the MAC address of a virtual router, which follows from its virtual_router_id; remove it",
			token->text);
	} else {
		memcpy(vmac->mac, mac, sizeof(mac));
		vmac->given_octets = octets;
	}
}

/* "default" is the only name that every system has (/etc/iproute2/group). */
static void read_group(struct config_parser *parser, const struct config_token *token,
		       struct config_vmac *vmac)
{
	uint64_t number = 0;

	if (strcmp(token->text, "default") != 0 &&
	    (config_parse_number(token->text, &number) || number > UINT32_MAX))
		config_error(parser, token->location,
			     "'%s' is not a group of interfaces; write its number, or default",
			     token->text);
	vmac->group = (uint32_t)number;
}

static void read_name(struct config_parser *parser, const struct config_token *token,
		      struct config_vmac *vmac)
{
	if (*vmac->name)
		config_error(parser, token->location,
			     "the interface of the virtual MAC has a name already, %s; remove '%s'",
			     vmac->name, token->text);
	else
		config_store_interface(parser, token, vmac->name);
}

/* The options of use_vmac, in any order; what is none is a name. */
void config_read_vmac(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	static const struct {
		const char *name;
		void (*read)(struct config_parser *parser, const struct config_token *token,
			     struct config_vmac *vmac);
	} with_value[] = {{"name", read_name}, {"group", read_group}};
	struct config_instance *instance = block->target;
	struct config_vmac *vmac = &instance->vmac;

	instance->use_vmac = true;
	for (size_t i = 1; i < statement->count; i++) {
		const struct config_token *token = &statement->tokens[i];
		size_t k = 0;

		while (k < ARRAY_SIZE(with_value) && strcmp(token->text, with_value[k].name) != 0)
			k++;
		if (k < ARRAY_SIZE(with_value) && i + 1 == statement->count)
			config_error(parser, token->location, "'%s' needs a value; write \"%s\"",
				     token->text, keyword->usage);
		else if (k < ARRAY_SIZE(with_value))
			with_value[k].read(parser, &statement->tokens[++i], vmac);
		else if (!strcmp(token->text, "netlink_notify_msg"))
			vmac->notify_base = true;
		else if (strchr(token->text, ':'))
			read_mac(parser, token, vmac);
		else
			read_name(parser, token, vmac);
	}
}

void config_finalize_vmac(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	if (!instance->use_vmac && instance->vmac_xmit_base) {
		instance->vmac_xmit_base = false;
		config_warning(parser, *config_block_seen(block, "vmac_xmit_base"),
			       "vmac_xmit_base has no effect without use_vmac; remove it");
	}
	if (instance->use_vmac && instance->unicast_peer_count && !instance->vmac_xmit_base) {
		instance->vmac_xmit_base = true;
		config_warning(
			parser, *config_block_seen(block, "use_vmac"),
			"use_vmac with unicast_peer sends adverts from the interface itself; add \"vmac_xmit_base\"");
	}
	if (instance->use_vmac && !*instance->interface && !config_block_seen(block, "interface"))
		config_error(
			parser, *config_block_seen(block, "use_vmac"),
			"use_vmac needs an interface for the virtual MAC address; add \"interface NAME\"");
}

/* Returns the instance that uses the name, for its interface or for its virtual MAC interface. */
static const struct config_instance *find_user(const struct config *config,
					       const struct config_instance *but, const char *name)
{
	for (size_t i = 0; i < config->instance_count; i++) {
		const struct config_instance *instance = &config->instances[i];

		if (!strcmp(instance->interface, name) ||
		    (instance != but && !strcmp(instance->vmac.name, name)))
			return instance;
	}
	return NULL;
}

/* Names follow keepalived: vrrp.51; what is IPv6 tries vrrp6.51 next; then a number after the prefix
 * keeps further ones apart. Returns false if the name is too long for an interface. */
static bool make_name(const char *prefix, const struct config_instance *instance, unsigned attempt,
		      char name[static CONFIG_INTERFACE_BYTES])
{
	char number[12] = "";
	int length;

	if (instance->family == 6 && attempt == 1)
		strcpy(number, "6");
	else if (attempt)
		snprintf(number, sizeof(number), "%u", attempt - (instance->family == 6));
	length = snprintf(name, CONFIG_INTERFACE_BYTES, "%s%s.%u", prefix, number, instance->vrid);
	return length < CONFIG_INTERFACE_BYTES;
}

static void choose_name(struct config_parser *parser, struct config_instance *instance)
{
	const char *prefix = *parser->globals->vmac_prefix ? parser->globals->vmac_prefix : "vrrp";
	char name[CONFIG_INTERFACE_BYTES];

	for (unsigned attempt = 0; make_name(prefix, instance, attempt, name); attempt++) {
		if (!find_user(parser->config, instance, name)) {
			strcpy(instance->vmac.name, name);
			return;
		}
	}
	config_error(
		parser, instance->location,
		"no interface name of at most %d characters with prefix \"%s\" is free for the virtual MAC of vrrp_instance %s; write \"use_vmac NAME\"",
		CONFIG_INTERFACE_BYTES - 1, prefix, instance->name);
}

void config_name_vmacs(struct config_parser *parser)
{
	struct config *config = parser->config;

	for (size_t i = 0; i < config->instance_count; i++) {
		struct config_instance *instance = &config->instances[i];
		const struct config_instance *user;

		if (!*instance->vmac.name)
			continue;
		user = find_user(config, instance, instance->vmac.name);
		/* Of two with the same name, the later one is reported. */
		if (user && (user <= instance || !strcmp(user->interface, instance->vmac.name)))
			config_error(
				parser, instance->location,
				"the virtual MAC interface name %s is already used by vrrp_instance %s on %s; choose another name",
				instance->vmac.name, user->name,
				config_location_text(parser, user->location));
	}
	for (size_t i = 0; i < config->instance_count; i++) {
		struct config_instance *instance = &config->instances[i];

		if (!instance->use_vmac)
			continue;
		config_vmac_complete(&instance->vmac, instance->family, instance->vrid);
		if (!*instance->vmac.name)
			choose_name(parser, instance);
	}
}
