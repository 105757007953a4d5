// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines of virtual_ipaddress: ADDRESS[/LENGTH] and options by table. */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <user/core/address.h>
#include <user/core/config_parser.h>
#include <user/core/config_value.h>
#include <user/core/vrrp_packet.h>

#define VIP_USAGE "ADDRESS[/LENGTH] [brd ADDRESS|+|-] [dev NAME] [scope SCOPE] [label NAME]"

static const struct {
	const char *name;
	uint8_t scope;
} scopes[] = {
	{"global", RT_SCOPE_UNIVERSE}, {"universe", RT_SCOPE_UNIVERSE},
	{"site", RT_SCOPE_SITE},       {"link", RT_SCOPE_LINK},
	{"host", RT_SCOPE_HOST},       {"nowhere", RT_SCOPE_NOWHERE},
};

typedef void vip_option(struct config_parser *parser, const struct config_token *value,
			struct config_vip *vip);

/* "+" and "-": the address with all host bits one, or zero. */
static bool derive_broadcast(const char *sign, const struct config_vip *vip,
			     struct xb_address *broadcast)
{
	uint32_t host_bits, address;

	if ((strcmp(sign, "+") && strcmp(sign, "-")) || vip->prefix_length > 30)
		return false;
	host_bits = UINT32_MAX >> vip->prefix_length;
	address = ntohl(address_to_ipv4(&vip->address));
	address = *sign == '+' ? address | host_bits : address & ~host_bits;
	*broadcast = address_from_ipv4(htonl(address));
	return true;
}

static void read_broadcast(struct config_parser *parser, const struct config_token *value,
			   struct config_vip *vip)
{
	struct xb_address broadcast;

	if (derive_broadcast(value->text, vip, &broadcast) ||
	    (!address_parse(value->text, &broadcast) && address_is_ipv4(&broadcast))) {
		vip->broadcast = broadcast;
		vip->has_broadcast = true;
		return;
	}
	config_error(parser, value->position,
		     "'%s' is no broadcast address; write an IPv4 address, or + or - with a length "
		     "of 1 to 30",
		     value->text);
}

static void read_device(struct config_parser *parser, const struct config_token *value,
			struct config_vip *vip)
{
	config_store_interface(parser, value, vip->interface);
}

static void read_scope(struct config_parser *parser, const struct config_token *value,
		       struct config_vip *vip)
{
	uint64_t number;

	for (size_t i = 0; i < CONFIG_ARRAY_SIZE(scopes); i++) {
		if (!strcmp(value->text, scopes[i].name)) {
			vip->scope = scopes[i].scope;
			return;
		}
	}
	if (config_parse_number(value->text, &number) || number > UINT8_MAX)
		config_error(parser, value->position,
			     "unknown scope '%s'; write global, site, link, host, nowhere or 0 to "
			     "255",
			     value->text);
	else
		vip->scope = (uint8_t)number;
}

static void read_label(struct config_parser *parser, const struct config_token *value,
		       struct config_vip *vip)
{
	config_store_text(parser, value, "label", vip->label, sizeof(vip->label));
}

/* read NULL: keepalived's, not served yet. */
static const struct {
	const char *name;
	bool has_value;
	vip_option *read;
} options[] = {
	{"brd", true, read_broadcast},	{"broadcast", true, read_broadcast},
	{"dev", true, read_device},	{"scope", true, read_scope},
	{"label", true, read_label},	{"peer", true, NULL},
	{"track_group", true, NULL},	{"preferred_lft", true, NULL},
	{"-nodad", false, NULL},	{"nodad", false, NULL},
	{"home", false, NULL},		{"mngtmpaddr", false, NULL},
	{"noprefixroute", false, NULL}, {"autojoin", false, NULL},
	{"no_track", false, NULL},	{"use_vmac", false, NULL},
};

static void report_unknown_option(struct config_parser *parser, const struct config_token *word)
{
	size_t nearest = 0;

	for (size_t i = 1; i < CONFIG_ARRAY_SIZE(options); i++) {
		if (config_edit_distance(word->text, options[i].name) <
		    config_edit_distance(word->text, options[nearest].name))
			nearest = i;
	}
	if (config_is_near(word->text, config_edit_distance(word->text, options[nearest].name)))
		config_error(parser, word->position,
			     "unknown word '%s' in virtual_ipaddress; did you mean '%s'?",
			     word->text, options[nearest].name);
	else
		config_error(parser, word->position,
			     "unknown word '%s' in virtual_ipaddress; write \"" VIP_USAGE "\"",
			     word->text);
}

/* Reads one option at words[0]; returns how many words it took. */
static size_t read_option(struct config_parser *parser, const struct config_token *words,
			  size_t count, struct config_vip *vip)
{
	size_t i = 0;

	while (i < CONFIG_ARRAY_SIZE(options) && strcmp(words[0].text, options[i].name))
		i++;
	if (i == CONFIG_ARRAY_SIZE(options)) {
		report_unknown_option(parser, &words[0]);
		return count;
	}
	if (options[i].has_value && count < 2) {
		config_error(parser, words[0].position, "%s lacks a value; write \"" VIP_USAGE "\"",
			     options[i].name);
		return count;
	}
	if (options[i].read)
		options[i].read(parser, &words[1], vip);
	else
		config_warning(parser, words[0].position,
			       "keepalived's '%s' of an address is not served yet; it is ignored",
			       options[i].name);
	return options[i].has_value ? 2 : 1;
}

/* Reports an address that cannot be a VIP. Returns whether it can. */
static bool address_is_served(struct config_parser *parser, const struct config_token *word,
			      const struct config_vip *vip)
{
	if (!address_is_ipv4(&vip->address))
		config_error(parser, word->position,
			     "%s is IPv6, which is not served yet for virtual addresses; remove it",
			     word->text);
	else if (!config_address_is_unicast(&vip->address))
		config_error(parser, word->position,
			     "%s cannot be a virtual address; write a unicast address", word->text);
	else
		return true;
	return false;
}

/* keepalived takes an address once, however often it stands in the block; so does this. */
static bool is_repeated(struct config_parser *parser, const struct config_instance *instance,
			const struct config_token *word, const struct config_vip *vip)
{
	for (size_t i = 0; i < instance->vip_count; i++) {
		if (address_equal(&instance->vips[i].address, &vip->address)) {
			config_warning(parser, word->position,
				       "%s was given on %s already; this one is ignored",
				       word->text,
				       config_place(parser, instance->vips[i].position));
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

	if (instance->vip_count == VRRP_ADDRESSES_MAX)
		config_error(parser, word->position,
			     "%s is one address too many for vrrp_instance %s; an advert carries "
			     "%d: split it",
			     word->text, block->name, VRRP_ADDRESSES_MAX);
	return instance->vip_count <= VRRP_ADDRESSES_MAX;
}

static void read_vip(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	const struct config_token *words = statement->words;
	struct config_vip vip = {
		.position = words[0].position,
		.scope = RT_SCOPE_UNIVERSE,
	};

	(void)keyword;
	if (config_parse_prefix(words[0].text, &vip.address, &vip.prefix_length)) {
		config_error(parser, words[0].position,
			     "'%s' is no address; write \"" VIP_USAGE "\"", words[0].text);
		return;
	}
	if (!address_is_served(parser, &words[0], &vip))
		return;
	for (size_t i = 1; i < statement->count;)
		i += read_option(parser, &words[i], statement->count - i, &vip);
	if (is_repeated(parser, instance, &words[0], &vip) || !has_room(parser, block, &words[0]))
		return;
	instance->vips = config_grow(instance->vips, &instance->vip_count, sizeof(vip));
	instance->vips[instance->vip_count - 1] = vip;
}

void config_read_vips(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->words[0].position, read_vip);
}
