// SPDX-License-Identifier: GPL-2.0-or-later
/* The blocks of checks: TCP_CHECK, SMTP_CHECK and the like; those of HTTP are in http.c. */
#include "user/config/blocks/command.h"
#include "user/config/blocks/unsupported.h"
#include "user/config/pools/check_rows.h"
#include "user/config/pools/pools.h"
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	uint16_t type;
} dns_types[] = {
	{"A", 1},    {"NS", 2},	   {"CNAME", 5},  {"SOA", 6},	  {"MX", 15},
	{"TXT", 16}, {"AAAA", 28}, {"RRSIG", 46}, {"DNSKEY", 48},
};

const char *config_dns_type_name(uint16_t type)
{
	size_t i = 0;

	while (i + 1 < ARRAY_SIZE(dns_types) && dns_types[i].type != type)
		i++;
	return dns_types[i].name;
}

static void read_dns_type(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	struct check_draft *draft = block->target;
	const struct config_token *token = &statement->tokens[1];

	for (size_t i = 0; i < ARRAY_SIZE(dns_types); i++)
		if (!strcasecmp(dns_types[i].name, token->text)) {
			draft->check.dns_type = dns_types[i].type;
			return;
		}
	config_error(parser, token->location, "unknown type '%s' of a DNS query; write \"%s\"",
		     token->text, keyword->usage);
}

static void read_file_name(struct config_parser *parser, struct config_block *block,
			   const struct config_keyword *keyword,
			   const struct config_statement *statement)
{
	static const struct config_weight_range range = {
		.limit = INT32_MAX, .no_reverse = true, .usage = "weight NUMBER [reverse]"};
	struct check_draft *draft = block->target;
	const struct config_token *tokens = statement->tokens;
	struct config_statement name = {.tokens = statement->tokens, .count = 2};

	config_read_string(parser, block, keyword, &name);
	if (statement->count == 2)
		return;
	if (strcmp(tokens[2].text, "weight") != 0 || statement->count < 4) {
		config_error(parser, tokens[2].location, "unexpected '%s'; write \"%s\"",
			     tokens[2].text, keyword->usage);
		return;
	}
	draft->check.has_file_weight = true;
	config_read_weight(parser, &tokens[3], statement->count - 3, &range,
			   &draft->check.file_weight, &draft->check.file_reverse);
}

static void read_file_weight(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	const struct config_weight_range range = {
		.limit = INT32_MAX, .no_reverse = true, .usage = keyword->usage};
	struct check_draft *draft = block->target;

	draft->check.has_file_weight = true;
	config_read_weight(parser, &statement->tokens[1], statement->count - 1, &range,
			   &draft->check.file_weight, &draft->check.file_reverse);
}

static const struct config_keyword plain_rows[] = {CHECK_ROWS, CONNECTION_ROWS};

static const struct config_keyword dns_rows[] = {
	CHECK_ROWS,
	CONNECTION_ROWS,
	CONFIG_VALUE("type", "A|NS|CNAME|SOA|MX|TXT|AAAA|RRSIG|DNSKEY", read_dns_type, DRAFT,
		     check.dns_type),
	CONFIG_VALUE("name", "DOMAIN", config_read_string, DRAFT, check.text),
};

#define PROGRAM(keyword)                                                                           \
	{                                                                                          \
		.name = (keyword), .usage = keyword " \"PROGRAM [ARGUMENT ...]\"",                 \
		.read = config_read_program, .values_minimum = 1,                                  \
		.values_maximum = CONFIG_VALUES_ANY, CONFIG_FIELD(DRAFT, check.command)            \
	}

static const struct config_keyword misc_rows[] = {
	CHECK_ROWS,
	PROGRAM("misc_path"),
	PROGRAM("command"),
	RULE_TIME("misc_timeout", DRAFT, timeout_ns, NS_PER_MS),
	CONFIG_FLAG("misc_dynamic", DRAFT, check.dynamic, true),
	{
		.name = "user",
		.usage = "user USER [GROUP]",
		.read = config_read_user,
		.values_minimum = 1,
		.values_maximum = 2,
		CONFIG_FIELD(DRAFT, check.command),
	},
};

static const struct config_keyword file_rows[] = {
	{
		.name = "track_file",
		.usage = "track_file NAME [weight NUMBER [reverse|noreverse]]",
		.read = read_file_name,
		.values_minimum = 1,
		.values_maximum = 4,
		CONFIG_FIELD(DRAFT, check.file),
	},
	{
		.name = "weight",
		.usage = "weight NUMBER [reverse|noreverse]",
		.read = read_file_weight,
		.values_minimum = 1,
		.values_maximum = 2,
	},
};

static const struct config_keyword agent_rows[] = {
	CHECK_ROWS,
	CONNECTION_ROWS,
	RULE_TIME("interval", DRAFT, interval_ns, POOL_INTERVAL_MIN_NS),
	CONFIG_VALUE("send", "TEXT", config_read_string, DRAFT, check.text),
};

#define SESSION_TIME(keyword, field)                                                               \
	CONFIG_SECONDS(keyword, DRAFT, check.field, NS_PER_SECOND, 32767 * NS_PER_SECOND)

static const struct config_keyword session_rows[] = {
	CHECK_ROWS,
	CONNECTION_ROWS,
	SESSION_TIME("keepalive_idle", keepalive_idle_ns),
	SESSION_TIME("keepalive_interval", keepalive_interval_ns),
	CONFIG_U32("keepalive_count", DRAFT, check.keepalive_count, 1, 127),
	CONFIG_SECONDS("user_timeout", DRAFT, check.user_timeout_ns, NS_PER_MS, CONFIG_DAY_NS),
};

#define TYPE(keyword, rows)                                                                        \
	{                                                                                          \
		.name = (keyword), .keywords = (rows), .keyword_count = ARRAY_SIZE(rows),          \
		.unsupported = &config_unsupported_none, .of_pools = true                          \
	}

static const struct config_block_type host_type = TYPE("host", plain_rows);

/* Each host of a server is a check of its own; they replace that of its address. */
static void read_host(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct check_draft *draft = block->target, *host;
	struct config_block inner = {
		.type = &host_type, .name = "", .location = statement->tokens[0].location};

	(void)keyword;
	draft->hosts = array_grow(draft->hosts, &draft->host_count, sizeof(*draft->hosts));
	host = &draft->hosts[draft->host_count - 1];
	*host = (struct check_draft){
		.rules = rules_draft_new(),
		.check = {.kind = CONFIG_CHECK_SMTP, .location = inner.location}};
	inner.target = host;
	config_parser_block(parser, &inner);
	rules_draft_check(parser, &inner);
	host->check.has_log_all_failures = config_block_seen(&inner, "log_all_failures");
}

static const struct config_keyword smtp_rows[] = {
	CHECK_ROWS,
	CONNECTION_ROWS,
	CONFIG_VALUE("helo_name", "NAME", config_read_string, DRAFT, check.text),
	CONFIG_BLOCK("host", "connect_ip ADDRESS ...", read_host, CONFIG_REPEATABLE),
};

/* What is not 0 before the block is read. */
static void set_http(struct check_draft *draft)
{
	draft->check.http.protocol = draft->is_probe ? CONFIG_HTTP_1_1 : CONFIG_HTTP_1_0;
	draft->check.http.follow_redirects = draft->is_probe;
}

static void set_tls(struct check_draft *draft)
{
	set_http(draft);
	draft->check.http.tls = true;
}

static void set_grpc(struct check_draft *draft)
{
	draft->check.http.protocol = CONFIG_HTTP_2;
}

static void set_dns(struct check_draft *draft)
{
	draft->check.dns_type = 6; /* SOA */
}

static void set_udp(struct check_draft *draft)
{
	draft->check.udp.reply_max = 255;
}

static void set_file(struct check_draft *draft)
{
	draft->check.file_weight = 1;
}

static void set_session(struct check_draft *draft)
{
	draft->check.keepalive_idle_ns = 5 * NS_PER_SECOND;
	draft->check.keepalive_interval_ns = NS_PER_SECOND;
	draft->check.keepalive_count = 3;
	draft->check.user_timeout_ns = 8 * NS_PER_SECOND;
}

static void set_nothing(struct check_draft *draft)
{
	(void)draft;
}

static const struct config_block_type ping_type = TYPE("PING_CHECK", plain_rows);
static const struct config_block_type smtp_type = TYPE("SMTP_CHECK", smtp_rows);
static const struct config_block_type dns_type = TYPE("DNS_CHECK", dns_rows);
static const struct config_block_type misc_type = TYPE("MISC_CHECK", misc_rows);
static const struct config_block_type file_type = TYPE("FILE_CHECK", file_rows);
static const struct config_block_type agent_type = TYPE("AGENT_CHECK", agent_rows);
static const struct config_block_type session_type = TYPE("TCP_SESSION", session_rows);

static const struct check_block {
	const char *keyword;
	enum config_check_kind kind;
	const struct config_block_type *type;
	void (*set)(struct check_draft *draft);
	const char *required; /* NULL: nothing */
	const char *example;
} check_blocks[] = {
	{"TCP_CHECK", CONFIG_CHECK_TCP, &pool_tcp_type, set_nothing, NULL, NULL},
	{"HTTP_GET", CONFIG_CHECK_HTTP, &pool_http_type, set_http, "url", "url { path / }"},
	{"SSL_GET", CONFIG_CHECK_HTTP, &pool_ssl_type, set_tls, "url", "url { path / }"},
	{"SMTP_CHECK", CONFIG_CHECK_SMTP, &smtp_type, set_nothing, NULL, NULL},
	{"DNS_CHECK", CONFIG_CHECK_DNS, &dns_type, set_dns, NULL, NULL},
	{"UDP_CHECK", CONFIG_CHECK_UDP, &pool_udp_type, set_udp, NULL, NULL},
	{"PING_CHECK", CONFIG_CHECK_PING, &ping_type, set_nothing, NULL, NULL},
	{"MISC_CHECK", CONFIG_CHECK_MISC, &misc_type, set_nothing, "misc_path",
	 "misc_path \"PROGRAM\""},
	{"FILE_CHECK", CONFIG_CHECK_FILE, &file_type, set_file, "track_file", "track_file NAME"},
	{"GRPC_CHECK", CONFIG_CHECK_GRPC, &pool_grpc_type, set_grpc, NULL, NULL},
	{"AGENT_CHECK", CONFIG_CHECK_AGENT, &agent_type, set_nothing, "port", "port NUMBER"},
	{"TCP_SESSION", CONFIG_CHECK_SESSION, &session_type, set_session, NULL, NULL},
	{"BFD_CHECK", CONFIG_CHECK_BFD, &pool_bfd_type, set_nothing, "name", "name NAME"},
};

static const struct check_block *find_block(const char *keyword)
{
	size_t i = 0;

	while (strcmp(check_blocks[i].keyword, keyword) != 0)
		i++;
	return &check_blocks[i];
}

/* Without what it needs a check would be dropped by keepalived, and the server count as up. */
static void check_required(struct config_parser *parser, const struct check_block *row,
			   const struct check_draft *draft, const struct config_block *block)
{
	bool given = !row->required || config_block_seen(block, row->required) ||
		     (row->kind == CONFIG_CHECK_MISC && draft->check.command.arguments) ||
		     (row->kind == CONFIG_CHECK_HTTP && draft->check.http.url_count) ||
		     (row->kind == CONFIG_CHECK_AGENT && draft->check.target.port);

	if (!given)
		config_error(parser, block->location, "%s has no %s; add \"%s\"", row->keyword,
			     row->required, row->example);
}

static void set_defaults(struct check_draft *draft)
{
	struct config_check *check = &draft->check;

	if (check->kind == CONFIG_CHECK_SMTP && !check->text)
		check->text = text_copy(CONFIG_HELO_DEFAULT);
	if (check->kind == CONFIG_CHECK_DNS && !check->text)
		check->text = text_copy(".");
	if (check->kind == CONFIG_CHECK_GRPC && !check->http.grpc_service)
		check->http.grpc_service = text_copy("");
}

static void read_block(struct config_parser *parser, const struct check_block *row,
		       struct check_draft *draft, const struct config_statement *statement)
{
	struct config_block block = {
		.type = row->type,
		.target = draft,
		.name = "",
		.location = statement->tokens[0].location,
	};

	draft->check.kind = row->kind;
	draft->check.location = block.location;
	row->set(draft);
	config_parser_block(parser, &block);
	rules_draft_check(parser, &block);
	draft->check.has_log_all_failures = config_find_keyword(block.type, "log_all_failures") &&
					    config_block_seen(&block, "log_all_failures");
	check_required(parser, row, draft, &block);
	set_defaults(draft);
}

void pool_read_check(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	struct server_draft *server = block->target;
	struct check_draft *draft;

	server->checks = array_grow(server->checks, &server->check_count, sizeof(*server->checks));
	draft = &server->checks[server->check_count - 1];
	draft->rules = rules_draft_new();
	read_block(parser, find_block(keyword->name), draft, statement);
}

void pool_read_probe_check(struct config_parser *parser, struct check_draft *draft,
			   const char *keyword, const struct config_statement *statement)
{
	read_block(parser, find_block(keyword), draft, statement);
}
