// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The virtual MAC address (RFC 9568 section 7.3): use_vmac, and the names of the interfaces that
 * carry it.
 */
#include "user/config/blocks/globals.h"
#include "user/config/blocks/instance.h"
#include "user/config/syntax/value.h"
#include <stdio.h>
#include <string.h>

void config_read_vmac(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_instance *instance = block->target;

	instance->use_vmac = true;
	for (size_t i = 1; i < statement->count; i++) {
		const struct config_token *token = &statement->tokens[i];

		if (strchr(token->text, ':'))
			config_error(
				parser, token->location,
				"a MAC address of your own ('%s') is not supported; remove it: the virtual router uses the MAC address of its virtual_router_id",
				token->text);
		else if (*instance->vmac_interface)
			config_error(parser, token->location,
				     "unexpected '%s' after use_vmac; write \"%s\"", token->text,
				     keyword->usage);
		else
			config_store_interface(parser, token, instance->vmac_interface);
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
		    (instance != but && !strcmp(instance->vmac_interface, name)))
			return instance;
	}
	return NULL;
}

/* Names follow keepalived: vrrp.51, vrrp6.51; a number after the prefix keeps further ones
 * apart. Returns false if the name is too long for an interface. */
static bool make_name(const char *prefix, const struct config_instance *instance, unsigned attempt,
		      char name[static CONFIG_INTERFACE_BYTES])
{
	char number[12] = "";
	int length;

	if (instance->family == 6 && attempt == 0)
		strcpy(number, "6");
	else if (attempt)
		snprintf(number, sizeof(number), "%u", attempt);
	length = snprintf(name, CONFIG_INTERFACE_BYTES, "%s%s.%u", prefix, number, instance->vrid);
	return length < CONFIG_INTERFACE_BYTES;
}

static void choose_name(struct config_parser *parser, struct config_instance *instance)
{
	const char *prefix = *parser->globals->vmac_prefix ? parser->globals->vmac_prefix : "vrrp";
	char name[CONFIG_INTERFACE_BYTES];

	for (unsigned attempt = 0; make_name(prefix, instance, attempt, name); attempt++) {
		if (!find_user(parser->config, instance, name)) {
			strcpy(instance->vmac_interface, name);
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

		if (!*instance->vmac_interface)
			continue;
		user = find_user(config, instance, instance->vmac_interface);
		/* Of two with the same name, the later one is reported. */
		if (user &&
		    (user <= instance || !strcmp(user->interface, instance->vmac_interface)))
			config_error(
				parser, instance->location,
				"the virtual MAC interface name %s is already used by vrrp_instance %s on %s; choose another name",
				instance->vmac_interface, user->name,
				config_location_text(parser, user->location));
	}
	for (size_t i = 0; i < config->instance_count; i++) {
		if (config->instances[i].use_vmac && !*config->instances[i].vmac_interface)
			choose_name(parser, &config->instances[i]);
	}
}
