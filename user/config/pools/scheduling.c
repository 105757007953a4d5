// SPDX-License-Identifier: GPL-2.0-or-later
/* How connections are given to servers: lvs_sched and its flags, lvs_method, persistence. */
#include "user/config/pools/draft.h"
#include "user/lib/address.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define PERSISTENCE_MAX_S 2678400

static const char *const schedulers[] = {"rr", "wrr", "lc",  "wlc",   "lblc", "sh", "mh",
					 "dh", "fo",  "ovf", "lblcr", "sed",  "nq", "twos"};

/* keepalived ignores an unknown one, and takes wlc. */
void pool_read_scheduler(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	struct config_pool *pool = &((struct pool_draft *)block->target)->pool;
	const struct config_token *token = &statement->tokens[1];

	for (size_t i = 0; i < ARRAY_SIZE(schedulers); i++)
		if (!strcmp(schedulers[i], token->text)) {
			strcpy(pool->scheduler, schedulers[i]);
			return;
		}
	config_error(parser, token->location, "unknown scheduler '%s'; write \"%s\"", token->text,
		     keyword->usage);
}

static const char *const methods[] = {
#define X(id, name) name,
	CONFIG_LVS_METHODS(X)
#undef X
};

static const char *const tunnels[] = {
#define X(id, name) name,
	CONFIG_LVS_TUNNELS(X)
#undef X
};

static const char *const checksums[] = {
	[CONFIG_TUNNEL_NOCSUM] = "nocsum",
	[CONFIG_TUNNEL_CSUM] = "csum",
	[CONFIG_TUNNEL_REMCSUM] = "remcsum",
};

/* Returns the index of a name, or -1. */
static int find_name(const char *const names[], size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (!strcasecmp(names[i], text))
			return (int)i;
	return -1;
}

/* Reads the option at *next and moves it. Returns success. */
static bool read_tunnel_option(struct config_parser *parser,
			       const struct config_statement *statement, size_t *next,
			       struct config_forwarding *forwarding)
{
	const struct config_token *token = &statement->tokens[(*next)++];
	int checksum = find_name(checksums, ARRAY_SIZE(checksums), token->text);
	int tunnel = -1;

	if (checksum >= 0) {
		forwarding->checksum = (enum config_lvs_tunnel_checksum)checksum;
		return true;
	}
	if (*next == statement->count)
		return false;
	if (!strcmp(token->text, "port"))
		return pool_read_port_token(parser, &statement->tokens[(*next)++], 1,
					    &forwarding->tunnel_port);
	if (!strcmp(token->text, "type"))
		tunnel = find_name(tunnels, ARRAY_SIZE(tunnels), statement->tokens[(*next)++].text);
	if (tunnel >= 0)
		forwarding->tunnel = (enum config_lvs_tunnel)tunnel;
	return tunnel >= 0;
}

/* What each type of tunnel can have; otherwise the kernel refuses it. */
static const char *tunnel_error(const struct config_forwarding *forwarding)
{
	if (forwarding->tunnel == CONFIG_TUNNEL_GUE && !forwarding->tunnel_port)
		return "type gue needs \"port PORT\"";
	if (forwarding->tunnel != CONFIG_TUNNEL_GUE && forwarding->tunnel_port)
		return "only type gue has a port; remove it";
	if (forwarding->tunnel == CONFIG_TUNNEL_IPIP && forwarding->checksum)
		return "type ipip has no checksum; remove it";
	if (forwarding->tunnel == CONFIG_TUNNEL_GRE &&
	    forwarding->checksum == CONFIG_TUNNEL_REMCSUM)
		return "type gre has no remcsum; write csum, or nocsum";
	return NULL;
}

void pool_read_forwarding(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	struct config_forwarding *out = (void *)((char *)block->target + keyword->offset);
	const struct config_token *token = &statement->tokens[1];
	int method = find_name(methods, ARRAY_SIZE(methods), token->text);
	struct config_forwarding given = {.method = (enum config_lvs_method)method};
	const char *wrong;

	if (method < 0) {
		config_error(parser, token->location, "unknown method '%s'; write \"%s\"",
			     token->text, keyword->usage);
		return;
	}
	for (size_t next = 2; next < statement->count;) {
		token = &statement->tokens[next];
		if (given.method == CONFIG_LVS_TUN &&
		    read_tunnel_option(parser, statement, &next, &given))
			continue;
		config_error(parser, token->location, "unexpected '%s' after %s; write \"%s\"",
			     token->text, methods[method], keyword->usage);
		return;
	}
	wrong = tunnel_error(&given);
	if (wrong)
		config_error(parser, statement->tokens[1].location, "%s of TUN: %s", keyword->name,
			     wrong);
	else
		*out = given;
}

void pool_read_persistence(struct config_parser *parser, struct config_block *block,
			   const struct config_keyword *keyword,
			   const struct config_statement *statement)
{
	struct pool_draft *draft = block->target;

	if (statement->count > 1)
		config_read_u32(parser, block, keyword, statement);
	else
		draft->pool.persistence_timeout_s = POOL_PERSISTENCE_DEFAULT_S;
}

/* A netmask of IPv4, or a prefix length of IPv6. */
void pool_read_granularity(struct config_parser *parser, struct config_block *block,
			   const struct config_keyword *keyword,
			   const struct config_statement *statement)
{
	struct pool_draft *draft = block->target;
	const struct config_token *token = &statement->tokens[1];
	struct xb_address mask;
	uint64_t length;

	if (!config_parse_number(token->text, &length) && length >= 1 && length <= 128) {
		draft->pool.persistence_prefix = (uint8_t)length;
		draft->has_prefix = true;
	} else if (!address_parse(token->text, &mask) && address_is_ipv4(&mask)) {
		uint32_t bits = ~ntohl(address_to_ipv4(&mask));

		if (bits & (bits + 1))
			config_error(parser, token->location,
				     "'%s' is not a netmask; its set bits come first", token->text);
		draft->pool.persistence_mask = mask;
		draft->has_mask = true;
	} else {
		config_error(parser, token->location, "'%s' is not a netmask; write \"%s\"",
			     token->text, keyword->usage);
	}
}
