// SPDX-License-Identifier: GPL-2.0-or-later
/* virtual_server: its keywords. */
#include "user/config/blocks/unsupported.h"
#include "user/config/pools/draft.h"
#include "user/config/pools/pools.h"
#include "user/lib/address.h"
#include <stdlib.h>
#include <string.h>

#define DRAFT struct pool_draft

static void read_protocol(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	static const struct {
		const char *name;
		uint8_t protocol;
	} names[] = {{"TCP", IPPROTO_TCP}, {"UDP", IPPROTO_UDP}, {"SCTP", IPPROTO_SCTP}};
	DRAFT *draft = block->target;
	const struct config_token *token = &statement->tokens[1];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcasecmp(names[i].name, token->text)) {
			draft->pool.protocol = names[i].protocol;
			return;
		}
	config_error(parser, token->location, "unknown protocol '%s'; write \"%s\"", token->text,
		     keyword->usage);
}

static void read_family(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	DRAFT *draft = block->target;
	bool inet = false;

	config_store_choice(parser, keyword, &statement->tokens[1], "inet", "inet6", &inet);
	draft->pool.family = inet ? 4 : 6;
}

static void read_plane(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	DRAFT *draft = block->target;
	bool ipvs = true;

	config_store_choice(parser, keyword, &statement->tokens[1], "ipvs", "none", &ipvs);
	draft->pool.plane = ipvs ? CONFIG_PLANE_IPVS : CONFIG_PLANE_NONE;
}

/* What concerns the sorry server needs one before it, as in keepalived. */
static bool needs_sorry(struct config_parser *parser, const DRAFT *draft,
			const struct config_statement *statement)
{
	if (!draft->pool.has_sorry)
		config_warning(parser, statement->tokens[0].location,
			       "%s has no effect before a sorry_server; write it after one",
			       statement->tokens[0].text);
	return draft->pool.has_sorry;
}

static void read_sorry_inhibit(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	DRAFT *draft = block->target;

	(void)keyword;
	if (needs_sorry(parser, draft, statement))
		draft->pool.sorry.inhibit_on_failure = true;
}

static void read_sorry_forwarding(struct config_parser *parser, struct config_block *block,
				  const struct config_keyword *keyword,
				  const struct config_statement *statement)
{
	DRAFT *draft = block->target;

	if (!needs_sorry(parser, draft, statement))
		return;
	pool_read_forwarding(parser, block, keyword, statement);
	draft->has_sorry_forwarding = true;
}

static void read_scheduler_flag(struct config_parser *parser, struct config_block *block,
				const struct config_keyword *keyword,
				const struct config_statement *statement)
{
	DRAFT *draft = block->target;

	(void)parser;
	(void)statement;
	draft->pool.scheduler_flags |= (uint32_t)keyword->minimum;
}

#define FORWARDING(keyword, reader, field)                                                         \
	{                                                                                          \
		.name = (keyword),                                                                 \
		.usage = keyword                                                                   \
			" NAT|DR|TUN [type ipip|gue|gre [port PORT] [nocsum|csum|remcsum]]",       \
		.read = (reader), .values_minimum = 1, .values_maximum = 6,                        \
		CONFIG_FIELD(DRAFT, field)                                                         \
	}
#define SCHEDULER(keyword)                                                                         \
	CONFIG_VALUE(keyword, "rr|wrr|lc|wlc|lblc|sh|mh|dh|fo|ovf|lblcr|sed|nq|twos",              \
		     pool_read_scheduler, DRAFT, pool.scheduler)
#define SCHEDULER_FLAG(keyword, bit)                                                               \
	{                                                                                          \
		.name = (keyword), .usage = keyword, .read = read_scheduler_flag, .minimum = (bit) \
	}

static const struct config_keyword pool_rows[] = {
	RULE_ROWS(DRAFT, 1),
	RULE_TIME("connect_timeout", DRAFT, timeout_ns, NS_PER_MS),
	SCHEDULER("lvs_sched"),
	SCHEDULER("lb_algo"),
	FORWARDING("lvs_method", pool_read_forwarding, pool.forwarding),
	FORWARDING("lb_kind", pool_read_forwarding, pool.forwarding),
	SCHEDULER_FLAG("flag-1", 1),
	SCHEDULER_FLAG("flag-2", 2),
	SCHEDULER_FLAG("flag-3", 4),
	SCHEDULER_FLAG("sh-fallback", 1),
	SCHEDULER_FLAG("sh-port", 2),
	SCHEDULER_FLAG("mh-fallback", 1),
	SCHEDULER_FLAG("mh-port", 2),
	CONFIG_FLAG("ops", DRAFT, pool.one_packet, true),
	CONFIG_NOTHING("hashed"),
	CONFIG_VALUE("protocol", "TCP|UDP|SCTP", read_protocol, DRAFT, pool.protocol),
	{
		.name = "persistence_timeout",
		.usage = "persistence_timeout [1-2678400]",
		.read = pool_read_persistence,
		.values_maximum = 1,
		CONFIG_FIELD(DRAFT, pool.persistence_timeout_s),
		.minimum = 1,
		.maximum = 2678400,
	},
	CONFIG_VALUE("persistence_granularity", "NETMASK|1-128", pool_read_granularity, DRAFT,
		     pool.persistence_mask),
	CONFIG_TEXT("persistence_engine", DRAFT, pool.persistence_engine),
	CONFIG_VALUE("ip_family", "inet|inet6", read_family, DRAFT, pool.family),
	CONFIG_NUMBER("weight", config_read_int, DRAFT, weight, 1, 2147483647),
	CONFIG_U32("quorum", DRAFT, pool.quorum, 1, 2147483647),
	CONFIG_U32("hysteresis", DRAFT, pool.hysteresis, 0, 2147483647),
	CONFIG_COMMAND("quorum_up", DRAFT, pool.quorum_up),
	CONFIG_COMMAND("quorum_down", DRAFT, pool.quorum_down),
	CONFIG_FLAG("omega", DRAFT, pool.omega, true),
	CONFIG_BOOL("inhibit_on_failure", DRAFT, pool.inhibit_on_failure, 0, 1),
	CONFIG_FLAG("ha_suspend", DRAFT, pool.ha_suspend, true),
	CONFIG_BOOL("smtp_alert", DRAFT, pool.mail, 0, 1),
	CONFIG_VALUE("virtualhost", "NAME", config_read_string, DRAFT, virtualhost),
	CONFIG_VALUE("snmp_name", "NAME", config_read_string, DRAFT, pool.snmp_name),
	CONFIG_SECONDS("slow_start", DRAFT, pool.slow_start_ns, 0, CONFIG_DAY_NS),
	CONFIG_SECONDS("drain_timeout", DRAFT, pool.drain_timeout_ns, 0, 30 * CONFIG_DAY_NS),
	CONFIG_VALUE("data_plane", "ipvs|none", read_plane, DRAFT, pool.plane),
	{
		.name = "sorry_server",
		.usage = "sorry_server ADDRESS [PORT]",
		.read = pool_read_sorry,
		.values_minimum = 1,
		.values_maximum = 2,
	},
	{
		.name = "sorry_server_inhibit",
		.usage = "sorry_server_inhibit",
		.read = read_sorry_inhibit,
	},
	FORWARDING("sorry_server_lvs_method", read_sorry_forwarding, pool.sorry.forwarding),
	{
		.name = "real_server",
		.usage = "real_server ADDRESS [PORT] { ... }",
		.read = pool_read_server,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
		.values_minimum = 1,
		.values_maximum = 2,
	},
};

_Static_assert(ARRAY_SIZE(pool_rows) <= CONFIG_KEYWORDS_MAX, "pool_rows");

static const struct config_block_type pool_type = {
	.name = "virtual_server",
	.keywords = pool_rows,
	.keyword_count = ARRAY_SIZE(pool_rows),
	.unsupported = &config_unsupported_none,
	.of_pools = true,
};

static void read_mark(struct config_parser *parser, const struct config_token *token, DRAFT *draft)
{
	uint64_t number;

	if (config_parse_number(token->text, &number) || !number || number > UINT32_MAX)
		config_error(parser, token->location,
			     "'%s' is not a mark; 1 to 4294967295 in decimal is allowed",
			     token->text);
	else
		draft->pool.mark = (uint32_t)number;
}

/* ADDRESS [PORT], fwmark MARK, or group NAME. */
static void read_identity(struct config_parser *parser, const struct config_statement *statement,
			  DRAFT *draft)
{
	const struct config_token *tokens = &statement->tokens[1];
	size_t count = statement->count - 1;
	bool has_port;

	bool is_mark = !strcmp(tokens[0].text, "fwmark"),
	     is_group = !strcmp(tokens[0].text, "group");

	if ((is_mark || is_group) && count != 2)
		config_error(parser, tokens[0].location,
			     "write \"virtual_server %s\", without a port",
			     is_mark ? "fwmark MARK" : "group NAME");
	else if (is_mark)
		read_mark(parser, &tokens[1], draft);
	else if (!is_group)
		pool_read_endpoint(parser, tokens, count, &draft->pool.endpoint, &has_port);
	else if (strlen(tokens[1].text) > POOL_GROUP_NAME_MAX)
		config_error(parser, tokens[1].location,
			     "the name of the group is too long; at most %d bytes are allowed",
			     POOL_GROUP_NAME_MAX);
	else
		draft->pool.group = text_copy(tokens[1].text);
}

void config_read_virtual_server(struct config_parser *parser, struct config_block *block,
				const struct config_keyword *keyword,
				const struct config_statement *statement)
{
	DRAFT draft = {
		.rules = rules_draft_new(),
		.weight = 1,
		.pool = {.quorum = 1, .location = statement->tokens[0].location},
	};
	struct config_block inner = {
		.type = &pool_type,
		.target = &draft,
		.name = statement->tokens[1].text,
		.location = statement->tokens[0].location,
	};

	(void)block;
	(void)keyword;
	read_identity(parser, statement, &draft);
	config_parser_block(parser, &inner);
	rules_draft_check(parser, &inner);
	draft.pool.has_mail = config_block_seen(&inner, "smtp_alert");
	pool_finalize(parser, &draft, &inner);
}
