// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where an instance's adverts come from and go to: its source address, its unicast peers, its
 * multicast group (RFC 9568 sections 5.1.1.2 and 5.1.2.2).
 */
#include "user/config/blocks/globals.h"
#include "user/config/blocks/instance.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include <string.h>

/* Parses the address of one host. As in keepalived, a prefix length is allowed and ignored.
 * Returns success. */
static bool parse_host(const char *text, struct xb_address *host)
{
	uint8_t prefix_length;

	return !config_parse_prefix(text, host, &prefix_length) && config_address_is_unicast(host);
}

/* mcast_src_ip and unicast_src_ip: keepalived accepts either for both. */
void config_read_source(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	const struct config_token *token = &statement->tokens[1];
	struct xb_address source;

	if (!parse_host(token->text, &source)) {
		config_error(parser, token->location, "'%s' is not a unicast address; write \"%s\"",
			     token->text, keyword->usage);
		return;
	}
	if (instance->has_source && !address_equal(&instance->source, &source)) {
		config_error(
			parser, token->location,
			"vrrp_instance %s already has another source address; keep one of mcast_src_ip and unicast_src_ip",
			block->name);
		return;
	}
	instance->source = source;
	instance->has_source = true;
}

void config_read_group(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	struct config_instance *instance = block->target;

	instance->has_group =
		config_store_group(parser, &statement->tokens[1], keyword, &instance->group);
}

#define PEER_USAGE "ADDRESS [min_ttl 0-255] [max_ttl 0-255]"

static const struct {
	const char *name;
	size_t offset;
} ttl_bounds[] = {
	{"min_ttl", offsetof(struct config_unicast_peer, ttl_minimum)},
	{"max_ttl", offsetof(struct config_unicast_peer, ttl_maximum)},
};

/* Reads the TTL limit at tokens[0] and its value after it. Returns success. */
static bool read_ttl_bound(struct config_parser *parser, const struct config_token *tokens,
			   size_t count, struct config_unicast_peer *peer)
{
	uint64_t ttl;

	for (size_t i = 0; i < ARRAY_SIZE(ttl_bounds); i++) {
		if (strcmp(tokens[0].text, ttl_bounds[i].name) || count < 2)
			continue;
		if (config_parse_number(tokens[1].text, &ttl) || ttl > UINT8_MAX)
			break;
		((uint8_t *)peer)[ttl_bounds[i].offset] = (uint8_t)ttl;
		peer->has_ttl_bounds = true;
		return true;
	}
	config_error(parser, tokens[0].location,
		     "'%s%s%s' is not a TTL limit of a peer; write \"" PEER_USAGE "\"",
		     tokens[0].text, count < 2 ? "" : " ", count < 2 ? "" : tokens[1].text);
	return false;
}

static bool read_peer_tokens(struct config_parser *parser, const struct config_statement *statement,
			     struct config_unicast_peer *peer)
{
	const struct config_token *tokens = statement->tokens;

	if (!parse_host(tokens[0].text, &peer->address)) {
		config_error(parser, tokens[0].location,
			     "'%s' is not a unicast address; write \"" PEER_USAGE "\"",
			     tokens[0].text);
		return false;
	}
	for (size_t i = 1; i < statement->count; i += 2) {
		if (!read_ttl_bound(parser, &tokens[i], statement->count - i, peer))
			return true; /* the address is a peer all the same */
	}
	if (peer->ttl_minimum > peer->ttl_maximum)
		config_error(
			parser, tokens[0].location,
			"min_ttl %u of %s is above its max_ttl %u, so that all adverts would be dropped; lower min_ttl",
			peer->ttl_minimum, tokens[0].text, peer->ttl_maximum);
	return true;
}

static void read_peer(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	struct config_unicast_peer peer = {
		.ttl_maximum = UINT8_MAX,
		.location = statement->tokens[0].location,
	};

	(void)keyword;
	if (!read_peer_tokens(parser, statement, &peer))
		return;
	for (size_t i = 0; i < instance->unicast_peer_count; i++) {
		if (address_equal(&instance->unicast_peers[i].address, &peer.address)) {
			config_warning(
				parser, peer.location,
				"%s is already listed on %s; this one is ignored",
				statement->tokens[0].text,
				config_location_text(parser, instance->unicast_peers[i].location));
			return;
		}
	}
	instance->unicast_peers =
		array_grow(instance->unicast_peers, &instance->unicast_peer_count, sizeof(peer));
	instance->unicast_peers[instance->unicast_peer_count - 1] = peer;
}

void config_read_unicast_peers(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->tokens[0].location, read_peer);
}

static void check_family(struct config_parser *parser, const struct config_instance *instance,
			 const struct xb_address *address, const struct config_location *location)
{
	char text[ADDRESS_TEXT_BYTES];

	if (location && address_family(address) != instance->family)
		config_error(
			parser, *location,
			"%s has a different address family than vrrp_instance %s (IPv%u); use one family",
			address_format(address, text), instance->name, instance->family);
}

static void check_families(struct config_parser *parser, const struct config_block *block)
{
	const struct config_instance *instance = block->target;
	const struct config_location *mcast = config_block_seen(block, "mcast_src_ip");
	const struct config_location *unicast = config_block_seen(block, "unicast_src_ip");

	if (instance->has_source)
		check_family(parser, instance, &instance->source, unicast ? unicast : mcast);
	if (instance->has_group)
		check_family(parser, instance, &instance->group,
			     config_block_seen(block, "mcast_dst_ip"));
	for (size_t i = 0; i < instance->unicast_peer_count; i++)
		check_family(parser, instance, &instance->unicast_peers[i].address,
			     &instance->unicast_peers[i].location);
}

/* A file that is shared by all nodes lists each node as a peer, including this one. */
static void drop_self(struct config_instance *instance)
{
	size_t kept = 0;

	for (size_t i = 0; i < instance->unicast_peer_count; i++) {
		if (!instance->has_source ||
		    !address_equal(&instance->unicast_peers[i].address, &instance->source))
			instance->unicast_peers[kept++] = instance->unicast_peers[i];
	}
	instance->unicast_peer_count = kept;
}

/* keepalived falls back to multicast and logs it, unless unicast_fault_no_peer is set. */
static void check_peers(struct config_parser *parser, const struct config_block *block)
{
	static const char *const keywords[] = {"unicast_peer", "unicast_src_ip",
					       "check_unicast_src"};
	const struct config_location *fault = config_block_seen(block, "unicast_fault_no_peer");

	if (fault) {
		config_error(
			parser, *fault,
			"vrrp_instance %s has no unicast peer, and unicast_fault_no_peer would keep it from starting; add \"unicast_peer { ADDRESS ... }\"",
			block->name);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		const struct config_location *seen = config_block_seen(block, keywords[i]);

		if (!seen)
			continue;
		config_warning(
			parser, *seen,
			"vrrp_instance %s has no peer in unicast_peer, so its adverts are multicast; add the other nodes, or remove %s",
			block->name, keywords[i]);
		return;
	}
}

/* Without an interface, the source address determines where the instance is. */
static void check_interface(struct config_parser *parser, const struct config_block *block)
{
	const struct config_instance *instance = block->target;

	if (*instance->interface || config_block_seen(block, "interface"))
		return;
	if (!instance->unicast_peer_count || !instance->has_source)
		config_error(parser, block->location,
			     "vrrp_instance %s has no interface; add \"interface NAME\"",
			     block->name);
	else if (config_address_is_link_local(&instance->source))
		config_error(
			parser, block->location,
			"vrrp_instance %s has no interface, and a link-local source address does not determine one; add \"interface NAME\"",
			block->name);
}

static void check_vrf(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	if (*instance->vrf && *instance->interface)
		config_warning(
			parser, *config_block_seen(block, "vrf"),
			"vrf has no effect with \"interface\", as in keepalived: the instance is in the VRF that %s is in; remove one",
			instance->interface);
	if (*instance->interface)
		*instance->vrf = '\0';
}

static void finalize_group(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	const struct config_globals *globals = parser->globals;

	if (instance->has_group && instance->unicast_peer_count) {
		instance->has_group = false;
		config_report_cleared(parser, block, "mcast_dst_ip", "unicast_peer");
	}
	if (!instance->has_group)
		instance->group = instance->family == 4 ? globals->group4 : globals->group6;
}

void config_finalize_unicast(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	check_families(parser, block);
	drop_self(instance);
	if (!instance->unicast_peer_count)
		check_peers(parser, block);
	check_interface(parser, block);
	check_vrf(parser, block);
	finalize_group(parser, block);
}
