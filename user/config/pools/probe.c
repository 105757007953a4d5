// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vrrp_check: a probe of a service of this machine, which instances track. Times and thresholds are
 * those of Kubernetes' probes.
 */
#include "user/config/blocks/unsupported.h"
#include "user/config/pools/draft.h"
#include "user/config/pools/pools.h"
#include "user/lib/address.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define PERIOD_DEFAULT_NS (10 * NS_PER_SECOND)
#define TIMEOUT_DEFAULT_NS NS_PER_SECOND
#define FAILURES_DEFAULT 3

#define DRAFT struct probe_draft

/* Its weight stands first, as CONFIG_WEIGHT_ROW needs it. */
struct probe_draft {
	int weight;
	bool reverse;
	struct check_draft check;
	struct rules_draft rules;
	bool has_check;
	struct config_location check_location;
};

/* The methods, with the block that has their keywords. */
static const struct {
	const char *method, *block;
} methods[] = {
	{"http", "HTTP_GET"},	    {"https", "SSL_GET"},   {"tcp", "TCP_CHECK"},
	{"grpc", "GRPC_CHECK"},	    {"smtp", "SMTP_CHECK"}, {"dns", "DNS_CHECK"},
	{"udp", "UDP_CHECK"},	    {"ping", "PING_CHECK"}, {"exec", "MISC_CHECK"},
	{"session", "TCP_SESSION"},
};

static const char *block_of(const char *method)
{
	size_t i = 0;

	while (strcmp(methods[i].method, method) != 0)
		i++;
	return methods[i].block;
}

static void read_method(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	DRAFT *draft = block->target;
	struct config_location location = statement->tokens[0].location;

	if (draft->has_check) {
		config_error(parser, location,
			     "vrrp_check %s has a method on %s; give each its own vrrp_check",
			     block->name, config_location_text(parser, draft->check_location));
		config_parser_skip_block(parser, &statement->tokens[0]);
		return;
	}
	draft->has_check = true;
	draft->check_location = location;
	draft->check.rules = rules_draft_new();
	draft->check.is_probe = true;
	pool_read_probe_check(parser, &draft->check, block_of(keyword->name), statement);
}

#define METHOD(keyword)                                                                            \
	{                                                                                          \
		.name = (keyword), .usage = keyword " { ... }", .read = read_method,               \
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE                                    \
	}

static const struct config_keyword rows[] = {
	METHOD("http"),
	METHOD("https"),
	METHOD("tcp"),
	METHOD("grpc"),
	METHOD("smtp"),
	METHOD("dns"),
	METHOD("udp"),
	METHOD("ping"),
	METHOD("exec"),
	METHOD("session"),
	RULE_TIME("initial_delay", DRAFT, first_delay_ns, 0),
	RULE_TIME("period", DRAFT, interval_ns, POOL_INTERVAL_MIN_NS),
	RULE_TIME("timeout", DRAFT, timeout_ns, NS_PER_MS),
	CONFIG_U32("success_threshold", DRAFT, rules.rise, 1, 2147483647),
	CONFIG_NUMBER("failure_threshold", pool_read_fall, DRAFT, rules.retry, 1, 2147483647),
	CONFIG_VALUE("initial_state", "up|fully_up|down|fully_down", pool_read_initial, DRAFT,
		     rules.initial),
	POOL_PAIRS("startup", "failures NUMBER interval SECONDS", pool_read_startup, DRAFT),
	POOL_PAIRS("flap_damping", "changes NUMBER window SECONDS hold SECONDS",
		   pool_read_flap_damping, DRAFT),
	CONFIG_WEIGHT_ROW(DRAFT, 253),
};

static const struct config_block_type type = {
	.name = "vrrp_check",
	.keywords = rows,
	.keyword_count = ARRAY_SIZE(rows),
	.unsupported = &config_unsupported_none,
	.of_pools = true,
	.own = true,
};

/* Every period, also after a failure: thresholds count periods. */
static void finalize_rules(const DRAFT *draft, struct config_check *check)
{
	struct rules_draft rules = draft->check.rules;
	struct rules_draft defaults = rules_draft_new();
	bool own_fast;

	defaults.interval_ns = PERIOD_DEFAULT_NS;
	defaults.timeout_ns = TIMEOUT_DEFAULT_NS;
	defaults.retry = FAILURES_DEFAULT - 1;
	defaults.first_delay_ns = 0;
	defaults.warmup_ns = 0;
	rules_draft_inherit(&rules, &draft->rules);
	rules_draft_inherit(&rules, &defaults);
	own_fast = rules.fast_interval_ns != UINT64_MAX;
	rules_draft_apply(&rules, check->kind, &check->rules);
	if (!own_fast)
		check->rules.fast_interval_ns = check->rules.interval_ns;
	check->rules.from_start = true;
}

static void finalize_target(struct config_parser *parser, struct check_draft *draft)
{
	struct config_check *check = &draft->check;

	if (address_is_unset(&check->target.address))
		check->target.address = address_from_ipv4(htonl(INADDR_LOOPBACK));
	pool_finalize_target(parser, draft);
}

void config_read_probe(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	struct config_pools *pools = &parser->config->pools;
	DRAFT draft = {.rules = rules_draft_new()};
	struct config_block inner = {
		.type = &type,
		.target = &draft,
		.name = statement->tokens[1].text,
		.location = statement->tokens[0].location,
	};
	struct config_probe *probe;

	(void)block;
	(void)keyword;
	config_parser_block(parser, &inner);
	if (!draft.has_check)
		config_error(parser, inner.location,
			     "vrrp_check %s has no method; add one, as \"tcp { connect_port 80 }\"",
			     inner.name);
	else
		finalize_target(parser, &draft.check);
	finalize_rules(&draft, &draft.check.check);
	free(draft.check.hosts);
	pools->checks = array_grow(pools->checks, &pools->check_count, sizeof(*pools->checks));
	probe = &pools->checks[pools->check_count - 1];
	probe->name = text_copy(inner.name);
	probe->check = draft.check.check;
	probe->weight = draft.weight;
	probe->reverse = draft.reverse;
	probe->location = inner.location;
}
