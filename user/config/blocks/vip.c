// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of addresses, ADDRESS[/LENGTH] and options a line: virtual_ipaddress and
 * virtual_ipaddress_excluded of an instance, static_ipaddress outside of all.
 */
#include "user/config/blocks/vip.h"
#include "user/config/blocks/instance.h"
#include "user/config/syntax/value.h"
#include "user/core/vrrp_packet.h"
#include "user/lib/address.h"
#include <stdlib.h>
#include <string.h>

/* Reads a line's address and options. Returns whether there is an address to keep. */
static bool read_vip(struct config_parser *parser, const struct config_statement *statement,
		     struct config_vip *out)
{
	const struct config_token *words = statement->words;
	struct config_vip vip = {.position = words[0].position};

	if (config_parse_prefix(words[0].text, &vip.address, &vip.prefix_length)) {
		config_error(parser, words[0].position,
			     "'%s' is no address; write \"" CONFIG_VIP_USAGE "\"", words[0].text);
		return false;
	}
	if (!config_address_is_unicast(&vip.address)) {
		config_error(parser, words[0].position,
			     "%s cannot be a virtual address; write a unicast address",
			     words[0].text);
		return false;
	}
	config_read_vip_options(parser, words, statement->count, &vip);
	*out = vip;
	return true;
}

/* keepalived takes an address once, however often it is given; so does this. */
static bool is_repeated(struct config_parser *parser, const struct config_vip *list, size_t count,
			const struct config_token *word, const struct config_vip *vip)
{
	for (size_t i = 0; i < count; i++) {
		if (address_equal(&list[i].address, &vip->address) &&
		    !strcmp(list[i].interface, vip->interface)) {
			config_warning(parser, word->position,
				       "%s was given on %s already; this one is ignored",
				       word->text, config_place(parser, list[i].position));
			return true;
		}
	}
	return false;
}

/* Reports the first address that an advert has no room for, and passes over the rest. */
static bool has_room(struct config_parser *parser, const struct config_block *block,
		     const struct config_token *word)
{
	const struct config_instance *instance = block->target;

	if (instance->advertised_count == VRRP_ADDRESSES_MAX)
		config_error(
			parser, word->position,
			"%s is one address too many for vrrp_instance %s; an advert carries %d: move it to virtual_ipaddress_excluded, or split the instance",
			word->text, block->name, VRRP_ADDRESSES_MAX);
	return instance->advertised_count <= VRRP_ADDRESSES_MAX;
}

/* Those advertised stand before those excluded, in whatever order the blocks come. */
static void insert_vip(struct config_instance *instance, const struct config_vip *vip)
{
	size_t at = vip->excluded ? instance->vip_count : instance->advertised_count;
	size_t behind = instance->vip_count - at;

	instance->vips = config_grow(instance->vips, &instance->vip_count, sizeof(*vip));
	memmove(&instance->vips[at + 1], &instance->vips[at], behind * sizeof(*vip));
	instance->vips[at] = *vip;
	instance->advertised_count += !vip->excluded;
}

static void add_vip(struct config_parser *parser, struct config_block *block,
		    const struct config_statement *statement, bool excluded)
{
	struct config_instance *instance = block->target;
	struct config_vip vip;

	if (!read_vip(parser, statement, &vip) ||
	    is_repeated(parser, instance->vips, instance->vip_count, &statement->words[0], &vip) ||
	    (!excluded && !has_room(parser, block, &statement->words[0])))
		return;
	vip.excluded = excluded;
	insert_vip(instance, &vip);
}

static void read_advertised(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	(void)keyword;
	add_vip(parser, block, statement, false);
}

static void read_excluded(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	(void)keyword;
	add_vip(parser, block, statement, true);
}

static void read_static(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	struct config *config = parser->config;
	struct config_vip vip;

	(void)block;
	(void)keyword;
	if (!read_vip(parser, statement, &vip) ||
	    is_repeated(parser, config->static_addresses, config->static_address_count,
			&statement->words[0], &vip))
		return;
	config->static_addresses =
		config_grow(config->static_addresses, &config->static_address_count, sizeof(vip));
	config->static_addresses[config->static_address_count - 1] = vip;
}

void config_read_vips(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->words[0].position,
			   read_advertised);
}

void config_read_excluded_vips(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->words[0].position,
			   read_excluded);
}

void config_read_static_addresses(struct config_parser *parser, struct config_block *block,
				  const struct config_keyword *keyword,
				  const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->words[0].position, read_static);
}

/* Nobody takes an address of the other family over: keepalived drops it with a word in its log. */
static void check_families(struct config_parser *parser, const struct config_instance *instance)
{
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < instance->advertised_count; i++) {
		const struct config_vip *vip = &instance->vips[i];

		if (address_family(&vip->address) != instance->family)
			config_error(
				parser, vip->position,
				"%s cannot be advertised: vrrp_instance %s is of IPv%u; move it to virtual_ipaddress_excluded",
				address_format(&vip->address, text), instance->name,
				instance->family);
	}
}

void config_settle_addresses(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	check_families(parser, instance);
	for (size_t i = 0; i < instance->vip_count; i++) {
		if (!instance->vips[i].has_interface)
			strcpy(instance->vips[i].interface, instance->interface);
	}
}
