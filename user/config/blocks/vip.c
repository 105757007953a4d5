// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of addresses, one line "ADDRESS[/LENGTH] [OPTION ...]" each: virtual_ipaddress and
 * virtual_ipaddress_excluded of an instance, static_ipaddress outside all blocks.
 */
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/instance.h"
#include "user/config/syntax/iproute_names.h"
#include "user/config/syntax/value.h"
#include "user/core/vrrp/packet.h"
#include "user/lib/address.h"
#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

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

/* "+" and "-": the address with all host bits set, or cleared. */
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

	if (!address_is_ipv4(&vip->address)) {
		config_error(parser, value->location,
			     "IPv6 has no broadcast address; remove \"brd %s\"", value->text);
	} else if (derive_broadcast(value->text, vip, &broadcast) ||
		   (!address_parse(value->text, &broadcast) && address_is_ipv4(&broadcast))) {
		vip->broadcast = broadcast;
		vip->has_broadcast = true;
	} else {
		config_error(
			parser, value->location,
			"'%s' is not a broadcast address; write an IPv4 address, or + or - with a prefix length of 1 to 30",
			value->text);
	}
}

/* The loopback interface is allowed here: it only holds the address. */
static void read_device(struct config_parser *parser, const struct config_token *value,
			struct config_vip *vip)
{
	vip->has_interface = config_store_interface_name(parser, value, vip->interface);
}

static void read_scope(struct config_parser *parser, const struct config_token *value,
		       struct config_vip *vip)
{
	uint64_t number;

	for (size_t i = 0; i < ARRAY_SIZE(scopes); i++) {
		if (!strcmp(value->text, scopes[i].name)) {
			vip->scope = scopes[i].scope;
			return;
		}
	}
	if ((config_parse_number(value->text, &number) &&
	     config_iproute_number(parser, "rt_scopes", value->text, &number)) ||
	    number > UINT8_MAX)
		config_error(
			parser, value->location,
			"unknown scope '%s'; write global, site, link, host, nowhere or 0 to 255",
			value->text);
	else
		vip->scope = (uint8_t)number;
}

static void read_label(struct config_parser *parser, const struct config_token *value,
		       struct config_vip *vip)
{
	if (address_is_ipv4(&vip->address))
		config_store_text(parser, value, "label", vip->label, sizeof(vip->label));
	else
		config_warning(parser, value->location,
			       "IPv6 addresses have no labels; '%s' is ignored", value->text);
}

static void read_peer(struct config_parser *parser, const struct config_token *value,
		      struct config_vip *vip)
{
	struct xb_address peer;
	uint8_t length;

	if (config_parse_prefix(value->text, &peer, &length) ||
	    address_family(&peer) != address_family(&vip->address)) {
		config_error(
			parser, value->location,
			"'%s' is not a peer address; write \"peer ADDRESS[/LENGTH]\" with an IPv%u address",
			value->text, address_family(&vip->address));
		return;
	}
	vip->peer = peer;
	vip->peer_prefix_length = length;
	vip->has_peer = true;
}

static void read_preferred_lifetime(struct config_parser *parser, const struct config_token *value,
				    struct config_vip *vip)
{
	uint64_t seconds;

	if (!strcmp(value->text, "forever"))
		vip->preferred_lifetime_s = UINT32_MAX;
	else if (!config_parse_number(value->text, &seconds) && seconds <= UINT32_MAX)
		vip->preferred_lifetime_s = (uint32_t)seconds;
	else
		config_error(
			parser, value->location,
			"'%s' is not a lifetime; write \"preferred_lft forever\" or 0 to %u seconds",
			value->text, UINT32_MAX);
}

static void read_dad(struct config_parser *parser, const struct config_token *value,
		     struct config_vip *vip)
{
	(void)parser;
	(void)value;
	vip->flags &= ~(uint32_t)IFA_F_NODAD;
}

static void read_no_track(struct config_parser *parser, const struct config_token *value,
			  struct config_vip *vip)
{
	(void)parser;
	(void)value;
	vip->no_track = true;
}

static void read_track_group(struct config_parser *parser, const struct config_token *value,
			     struct config_vip *vip)
{
	config_store_text(parser, value, "track_group", vip->track_group, sizeof(vip->track_group));
}

static void read_use_vmac(struct config_parser *parser, const struct config_token *value,
			  struct config_vip *vip)
{
	(void)parser;
	(void)value;
	vip->use_vmac = true;
}

/* An option without a value has a reader or a flag; one with neither is unsupported. */
static const struct {
	const char *name;
	vip_option *read;
	uint32_t flag; /* IFA_F_* */
	bool has_value;
	bool ipv6_only;
} options[] = {
	{.name = "brd", .has_value = true, .read = read_broadcast},
	{.name = "broadcast", .has_value = true, .read = read_broadcast},
	{.name = "dev", .has_value = true, .read = read_device},
	{.name = "scope", .has_value = true, .read = read_scope},
	{.name = "label", .has_value = true, .read = read_label},
	{.name = "peer", .has_value = true, .read = read_peer},
	{.name = "preferred_lft", .has_value = true, .read = read_preferred_lifetime},
	{.name = "-nodad", .read = read_dad, .ipv6_only = true},
	{.name = "nodad", .flag = IFA_F_NODAD, .ipv6_only = true},
	{.name = "home", .flag = IFA_F_HOMEADDRESS, .ipv6_only = true},
	{.name = "mngtmpaddr", .flag = IFA_F_MANAGETEMPADDR, .ipv6_only = true},
	{.name = "noprefixroute", .flag = IFA_F_NOPREFIXROUTE},
	{.name = "autojoin", .flag = IFA_F_MCAUTOJOIN},
	{.name = "no_track", .read = read_no_track},
	{.name = "use_vmac", .read = read_use_vmac},
	{.name = "track_group", .has_value = true, .read = read_track_group},
};

static void report_unknown_option(struct config_parser *parser, const struct config_token *token)
{
	struct spelling_search search = {.text = token->text};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		spelling_consider(&search, options[i].name);
	if (spelling_found(&search))
		config_error(parser, token->location,
			     "unknown option '%s' after an address; did you mean '%s'?",
			     token->text, spelling_found(&search));
	else
		config_error(parser, token->location,
			     "unknown option '%s' after an address; write \"" CONFIG_VIP_USAGE "\"",
			     token->text);
}

static void apply_option(struct config_parser *parser, size_t option,
			 const struct config_token *tokens, struct config_vip *vip)
{
	if (options[option].ipv6_only && address_is_ipv4(&vip->address))
		config_warning(parser, tokens[0].location,
			       "%s is for IPv6 addresses only; it is ignored",
			       options[option].name);
	else if (options[option].read)
		options[option].read(parser, &tokens[1], vip);
	else if (options[option].flag)
		vip->flags |= options[option].flag;
	else
		config_warning(parser, tokens[0].location,
			       "keepalived's '%s' of an address is not supported; it is ignored",
			       options[option].name);
}

/* Reads one option at tokens[0]; returns the number of tokens that it took. */
static size_t read_option(struct config_parser *parser, const struct config_token *tokens,
			  size_t count, struct config_vip *vip)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(options) && strcmp(tokens[0].text, options[i].name))
		i++;
	if (i == ARRAY_SIZE(options)) {
		report_unknown_option(parser, &tokens[0]);
		return count;
	}
	if (options[i].has_value && count < 2) {
		config_error(parser, tokens[0].location,
			     "%s lacks a value; write \"" CONFIG_VIP_USAGE "\"", options[i].name);
		return count;
	}
	apply_option(parser, i, tokens, vip);
	return options[i].has_value ? 2 : 1;
}

/* The kernel takes one prefix length; with a peer, it is the peer's. */
static void finalize_peer(struct config_parser *parser, const struct config_token *token,
			  struct config_vip *vip)
{
	uint8_t full = address_is_ipv4(&vip->address) ? 32 : 128;

	if (!vip->has_peer || vip->prefix_length == full)
		return;
	config_warning(parser, token->location,
		       "the prefix length of %s has no effect with a peer; write it after the peer",
		       token->text);
	vip->prefix_length = full;
}

static void read_vip_options(struct config_parser *parser, const struct config_token *tokens,
			     size_t count, struct config_vip *vip)
{
	bool ipv6 = !address_is_ipv4(&vip->address);

	vip->scope = RT_SCOPE_UNIVERSE;
	vip->flags = ipv6 ? IFA_F_NODAD : 0;
	/* Deprecated, so that the host's own connections do not use it as a source address. */
	vip->preferred_lifetime_s = ipv6 && vip->prefix_length == 128 ? 0 : UINT32_MAX;
	for (size_t i = 1; i < count;)
		i += read_option(parser, &tokens[i], count - i, vip);
	finalize_peer(parser, &tokens[0], vip);
}

/* Reads a line's address and options. Returns whether there is an address to keep. */
static bool read_vip(struct config_parser *parser, const struct config_statement *statement,
		     struct config_vip *out)
{
	const struct config_token *tokens = statement->tokens;
	struct config_vip vip = {.location = tokens[0].location};

	if (config_parse_prefix(tokens[0].text, &vip.address, &vip.prefix_length)) {
		config_error(parser, tokens[0].location,
			     "'%s' is not an address; write \"" CONFIG_VIP_USAGE "\"",
			     tokens[0].text);
		return false;
	}
	if (!config_address_is_unicast(&vip.address)) {
		config_error(parser, tokens[0].location,
			     "%s cannot be a virtual address; write a unicast address",
			     tokens[0].text);
		return false;
	}
	read_vip_options(parser, tokens, statement->count, &vip);
	*out = vip;
	return true;
}

/* Returns the index of an address of the same interface, or count. */
static size_t find_vip(const struct config_vip *list, size_t count, const struct config_vip *vip)
{
	size_t i = 0;

	while (i < count && !(address_equal(&list[i].address, &vip->address) &&
			      !strcmp(list[i].interface, vip->interface)))
		i++;
	return i;
}

/* As in keepalived, an address that is given twice is held once. */
static bool is_repeated(struct config_parser *parser, const struct config_vip *list, size_t count,
			const struct config_token *token, const struct config_vip *vip)
{
	size_t earlier = find_vip(list, count, vip);

	if (earlier < count)
		config_warning(parser, token->location,
			       "%s is already listed on %s; this one is ignored", token->text,
			       config_location_text(parser, list[earlier].location));
	return earlier < count;
}

static void list_vip(struct config_instance *instance, size_t vip)
{
	instance->listed =
		array_grow(instance->listed, &instance->listed_count, sizeof(*instance->listed));
	instance->listed[instance->listed_count - 1] = vip;
}

/* keepalived advertises an address as often as it is listed. */
static bool is_listed(struct config_parser *parser, struct config_instance *instance,
		      const struct config_token *token, const struct config_vip *vip)
{
	size_t earlier = find_vip(instance->vips, instance->advertised_count, vip);

	if (earlier == instance->advertised_count)
		return false;
	config_warning(
		parser, token->location,
		"%s is already listed on %s; it is held once and advertised twice, as by keepalived; remove one of them on all nodes",
		token->text, config_location_text(parser, instance->vips[earlier].location));
	list_vip(instance, earlier);
	return true;
}

/* Reports the first address that does not fit into an advert, and ignores the rest. */
static bool has_room(struct config_parser *parser, const struct config_block *block,
		     const struct config_token *token)
{
	const struct config_instance *instance = block->target;

	if (instance->listed_count == VRRP_ADDRESSES_MAX)
		config_error(
			parser, token->location,
			"%s is one address too many for vrrp_instance %s: an advert carries at most %d; move it to virtual_ipaddress_excluded, or split the instance",
			token->text, block->name, VRRP_ADDRESSES_MAX);
	return instance->listed_count <= VRRP_ADDRESSES_MAX;
}

/* Advertised addresses come before excluded ones, whatever the order of the blocks. */
static void insert_vip(struct config_instance *instance, const struct config_vip *vip)
{
	size_t at = vip->excluded ? instance->vip_count : instance->advertised_count;
	size_t following = instance->vip_count - at;

	instance->vips = array_grow(instance->vips, &instance->vip_count, sizeof(*vip));
	memmove(&instance->vips[at + 1], &instance->vips[at], following * sizeof(*vip));
	instance->vips[at] = *vip;
	if (vip->excluded)
		return;
	instance->advertised_count++;
	list_vip(instance, at);
}

static void add_vip(struct config_parser *parser, struct config_block *block,
		    const struct config_statement *statement, bool excluded)
{
	struct config_instance *instance = block->target;
	struct config_vip vip;

	if (!read_vip(parser, statement, &vip) ||
	    (!excluded && (!has_room(parser, block, &statement->tokens[0]) ||
			   is_listed(parser, instance, &statement->tokens[0], &vip))) ||
	    is_repeated(parser, instance->vips, instance->vip_count, &statement->tokens[0], &vip))
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
			&statement->tokens[0], &vip))
		return;
	if (vip.use_vmac)
		config_warning(
			parser, statement->tokens[0].location,
			"use_vmac has no effect on %s: a static address belongs to no virtual router; remove it",
			statement->tokens[0].text);
	vip.use_vmac = false;
	config->static_addresses =
		array_grow(config->static_addresses, &config->static_address_count, sizeof(vip));
	config->static_addresses[config->static_address_count - 1] = vip;
}

void config_read_vips(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->tokens[0].location,
			   read_advertised);
}

void config_read_excluded_vips(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->tokens[0].location,
			   read_excluded);
}

void config_read_static_addresses(struct config_parser *parser, struct config_block *block,
				  const struct config_keyword *keyword,
				  const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->tokens[0].location,
			   read_static);
}

/* No node takes over an address of the other family: keepalived drops it with a log message. */
static void check_families(struct config_parser *parser, const struct config_instance *instance)
{
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < instance->advertised_count; i++) {
		const struct config_vip *vip = &instance->vips[i];

		if (address_family(&vip->address) != instance->family)
			config_error(
				parser, vip->location,
				"%s cannot be advertised: vrrp_instance %s is IPv%u; move it to virtual_ipaddress_excluded",
				address_format(&vip->address, text), instance->name,
				instance->family);
	}
}

void config_finalize_addresses(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	check_families(parser, instance);
	for (size_t i = 0; i < instance->vip_count; i++) {
		if (!instance->vips[i].has_interface)
			strcpy(instance->vips[i].interface, instance->interface);
	}
}
