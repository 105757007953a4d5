// SPDX-License-Identifier: GPL-2.0-or-later
/* use_vmac: the virtual MAC address of an instance (RFC 9568 section 7.3), and use_ipvlan. */
#include "user/config/blocks/instance.h"
#include "user/config/syntax/iproute_names.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include <ctype.h>
#include <linux/if_link.h>
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

static void read_group(struct config_parser *parser, const struct config_token *token,
		       struct config_vmac *vmac)
{
	uint64_t number = 0;

	if ((config_parse_number(token->text, &number) || number > UINT32_MAX) &&
	    config_iproute_number(parser, "group", token->text, &number))
		config_error(
			parser, token->location,
			"'%s' is not a group of interfaces; write its number, or a name of /etc/iproute2/group",
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

/* Returns whether it is an address. As in keepalived, a prefix length is allowed and ignored. */
static bool read_address(struct config_parser *parser, const struct config_token *token,
			 struct config_vmac *vmac)
{
	uint8_t prefix_length;

	if (config_parse_prefix(token->text, &vmac->address, &prefix_length))
		return false;
	vmac->has_address = true;
	if (!config_address_is_unicast(&vmac->address))
		config_error(parser, token->location,
			     "'%s' cannot be the address of an interface; write a unicast address",
			     token->text);
	return true;
}

/* Returns whether it is a mode of ipvlan. */
static bool read_mode(const struct config_token *token, struct config_vmac *vmac)
{
	static const struct {
		const char *name;
		uint16_t flags;
	} modes[] = {{"bridge", 0}, {"private", IPVLAN_F_PRIVATE}, {"vepa", IPVLAN_F_VEPA}};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(token->text, modes[i].name)) {
			vmac->ipvlan_flags = modes[i].flags;
			return true;
		}
	return false;
}

/* The options of use_ipvlan, in any order; what is none is a name. */
void config_read_ipvlan(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	struct config_vmac *vmac = &instance->vmac;

	(void)keyword;
	instance->use_vmac = vmac->ipvlan = true;
	for (size_t i = 1; i < statement->count; i++) {
		const struct config_token *token = &statement->tokens[i];
		const char *text = token->text;

		if (read_mode(token, vmac) || read_address(parser, token, vmac))
			continue;
		if (!strcmp(text, "name") && i + 1 < statement->count)
			read_name(parser, &statement->tokens[++i], vmac);
		else if (!strcmp(text, "group") && i + 1 < statement->count)
			read_group(parser, &statement->tokens[++i], vmac);
		else
			read_name(parser, token, vmac);
	}
}

static void finalize_ipvlan(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	struct config_vmac *vmac = &instance->vmac;

	config_report_contradiction(parser, block, "use_vmac", "use_ipvlan");
	if (vmac->has_address && address_family(&vmac->address) != instance->family)
		config_error(
			parser, *config_block_seen(block, "use_ipvlan"),
			"the address of use_ipvlan must be an IPv%u address, as vrrp_instance %s is",
			instance->family, block->name);
	if (!vmac->has_address && instance->family == 4)
		config_error(
			parser, *config_block_seen(block, "use_ipvlan"),
			"use_ipvlan needs an address to advertise from; write \"use_ipvlan ADDRESS\"");
	if (!vmac->has_address) /* the interface itself has the link-local address */
		instance->vmac_xmit_base = true;
	if (vmac->has_address && !instance->has_source) {
		instance->has_source = true;
		instance->source = vmac->address;
	}
}

void config_finalize_vmac(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	const char *keyword = instance->vmac.ipvlan ? "use_ipvlan" : "use_vmac";

	if (instance->vmac.ipvlan)
		finalize_ipvlan(parser, block);
	if (!instance->use_vmac && instance->vmac_xmit_base) {
		instance->vmac_xmit_base = false;
		config_warning(parser, *config_block_seen(block, "vmac_xmit_base"),
			       "vmac_xmit_base has no effect without use_vmac; remove it");
	}
	if (instance->use_vmac && instance->unicast_peer_count && !instance->vmac_xmit_base) {
		instance->vmac_xmit_base = true;
		config_warning(
			parser, *config_block_seen(block, keyword),
			"%s with unicast_peer sends adverts from the interface itself; add \"vmac_xmit_base\"",
			keyword);
	}
	if (instance->use_vmac && !*instance->interface && !config_block_seen(block, "interface"))
		config_error(
			parser, *config_block_seen(block, keyword),
			"%s needs an interface for the virtual MAC address; add \"interface NAME\"",
			keyword);
}
