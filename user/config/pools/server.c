// SPDX-License-Identifier: GPL-2.0-or-later
/* real_server and sorry_server. */
#include "user/config/blocks/unsupported.h"
#include "user/config/pools/draft.h"
#include <stdlib.h>
#include <string.h>

#define DRAFT struct server_draft
#define THRESHOLD_MAX 4294967295

static void read_forwarding(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	DRAFT *draft = block->target;

	pool_read_forwarding(parser, block, keyword, statement);
	draft->has_forwarding = true;
}

#define CHECK(keyword)                                                                             \
	{                                                                                          \
		.name = (keyword), .usage = keyword " { ... }", .read = pool_read_check,           \
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE                                    \
	}

static const struct config_keyword server_rows[] = {
	RULE_ROWS(DRAFT, 1),
	RULE_TIME("connect_timeout", DRAFT, timeout_ns, NS_PER_MS),
	CONFIG_NUMBER("weight", config_read_int, DRAFT, weight, 0, 2147483647),
	{
		.name = "lvs_method",
		.usage =
			"lvs_method NAT|DR|TUN [type ipip|gue|gre [port PORT] [nocsum|csum|remcsum]]",
		.read = read_forwarding,
		.values_minimum = 1,
		.values_maximum = 6,
		CONFIG_FIELD(DRAFT, server.forwarding),
	},
	CONFIG_U32("uthreshold", DRAFT, server.upper_threshold, 0, THRESHOLD_MAX),
	CONFIG_U32("lthreshold", DRAFT, server.lower_threshold, 0, THRESHOLD_MAX),
	CONFIG_BOOL("inhibit_on_failure", DRAFT, server.inhibit_on_failure, 0, 1),
	CONFIG_COMMAND("notify_up", DRAFT, server.notify_up),
	CONFIG_COMMAND("notify_down", DRAFT, server.notify_down),
	CONFIG_BOOL("smtp_alert", DRAFT, server.mail, 0, 1),
	CONFIG_VALUE("virtualhost", "NAME", config_read_string, DRAFT, server.virtualhost),
	CONFIG_VALUE("snmp_name", "NAME", config_read_string, DRAFT, server.snmp_name),
	CONFIG_FLAG("backup", DRAFT, server.backup, true),
	CHECK("HTTP_GET"),
	CHECK("SSL_GET"),
	CHECK("TCP_CHECK"),
	CHECK("SMTP_CHECK"),
	CHECK("DNS_CHECK"),
	CHECK("UDP_CHECK"),
	CHECK("PING_CHECK"),
	CHECK("MISC_CHECK"),
	CHECK("FILE_CHECK"),
	CHECK("GRPC_CHECK"),
	CHECK("AGENT_CHECK"),
	CHECK("TCP_SESSION"),
	CHECK("BFD_CHECK"),

};

_Static_assert(ARRAY_SIZE(server_rows) <= CONFIG_KEYWORDS_MAX, "server_rows");

/* keepalived has _GET for HTTP alone, and names HTTPS by SSL. */
static const struct config_confusion server_confusions[] = {
	{"HTTP_CHECK", "HTTP_GET"}, {"HTTP", "HTTP_GET"},	    {"HTTPS_CHECK", "SSL_GET"},
	{"HTTPS_GET", "SSL_GET"},   {"HTTPS", "SSL_GET"},	    {"SSL_CHECK", "SSL_GET"},
	{"SSL", "SSL_GET"},	    {"TCP_GET", "TCP_CHECK"},	    {"TCP", "TCP_CHECK"},
	{"SMTP", "SMTP_CHECK"},	    {"DNS", "DNS_CHECK"},	    {"UDP", "UDP_CHECK"},
	{"PING", "PING_CHECK"},	    {"ICMP_CHECK", "PING_CHECK"},   {"ICMP", "PING_CHECK"},
	{"MISC", "MISC_CHECK"},	    {"SCRIPT_CHECK", "MISC_CHECK"}, {"FILE", "FILE_CHECK"},
	{"GRPC", "GRPC_CHECK"},	    {"AGENT", "AGENT_CHECK"},	    {"SMTP_GET", "SMTP_CHECK"},
	{"BFD", "BFD_CHECK"},	    {"DNS_GET", "DNS_CHECK"},	    {"UDP_GET", "UDP_CHECK"},
};

static const struct config_block_type server_type = {
	.name = "real_server",
	.keywords = server_rows,
	.keyword_count = ARRAY_SIZE(server_rows),
	.unsupported = &config_unsupported_none,
	.of_pools = true,
	.confusions = server_confusions,
	.confusion_count = ARRAY_SIZE(server_confusions),
};

static void check_thresholds(struct config_parser *parser, const DRAFT *draft,
			     const struct config_block *block)
{
	const struct config_real_server *server = &draft->server;

	if (server->upper_threshold && server->lower_threshold > server->upper_threshold)
		config_error(parser, *config_block_seen(block, "lthreshold"),
			     "lthreshold %u is above uthreshold %u; lower it",
			     server->lower_threshold, server->upper_threshold);
}

void pool_read_server(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct pool_draft *pool = block->target;
	struct config_block inner = {
		.type = &server_type,
		.name = "",
		.location = statement->tokens[0].location,
	};
	DRAFT *draft;

	(void)keyword;
	pool->servers = array_grow(pool->servers, &pool->server_count, sizeof(*pool->servers));
	draft = &pool->servers[pool->server_count - 1];
	draft->rules = rules_draft_new();
	draft->weight = -1;
	draft->server.location = inner.location;
	inner.target = draft;
	pool_read_endpoint(parser, &statement->tokens[1], statement->count - 1,
			   &draft->server.endpoint, &draft->has_port);
	config_parser_block(parser, &inner);
	rules_draft_check(parser, &inner);
	check_thresholds(parser, draft, &inner);
	draft->server.has_mail = config_block_seen(&inner, "smtp_alert");
	draft->has_inhibit = config_block_seen(&inner, "inhibit_on_failure");
}

void pool_read_sorry(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	struct pool_draft *draft = block->target;
	struct config_pool *pool = &draft->pool;

	(void)keyword;
	if (!pool_read_endpoint(parser, &statement->tokens[1], statement->count - 1,
				&pool->sorry.endpoint, &draft->has_sorry_port))
		return;
	pool->has_sorry = true;
	pool->sorry.weight = 1;
	pool->sorry.location = statement->tokens[0].location;
}
