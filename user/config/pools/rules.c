// SPDX-License-Identifier: GPL-2.0-or-later
/* How a server is checked: the keywords of virtual_server, real_server and checks alike. */
#include "user/config/pools/draft.h"
#include "user/config/pools/pools.h"
#include <inttypes.h>
#include <string.h>

#define TIMEOUT_DEFAULT_NS (5 * NS_PER_SECOND)
#define FIRST_DELAY_NS NS_PER_SECOND
#define FAST_DEFAULT_NS NS_PER_SECOND
#define FLAP_WINDOW_NS (60 * NS_PER_SECOND)

#define PART(field)                                                                                \
	{                                                                                          \
		offsetof(struct rules_draft, field), sizeof(((struct rules_draft *)0)->field)      \
	}

static const struct {
	size_t offset, bytes;
} parts[] = {
	PART(interval_ns),
	PART(fast_interval_ns),
	PART(down_interval_ns),
	PART(timeout_ns),
	PART(warmup_ns),
	PART(startup_interval_ns),
	PART(flap_window_ns),
	PART(flap_hold_ns),
	PART(first_delay_ns),
	PART(retry),
	PART(rise),
	PART(startup_failures),
	PART(flap_changes),
	PART(initial),
};

/* keepalived's, of each kind; of the others HAProxy's (agent-check: rise 1, fall 1, inter 2 s). */
static const struct {
	uint32_t retry;
	uint64_t fast_ns; /* 0: the interval */
	uint64_t interval_ns; /* 0: POOL_INTERVAL_DEFAULT_NS */
	bool from_start;
} defaults[CONFIG_CHECK_KIND_COUNT] = {
	[CONFIG_CHECK_TCP] = {1, FAST_DEFAULT_NS, 0, false},
	[CONFIG_CHECK_HTTP] = {1, 3 * NS_PER_SECOND, 0, false},
	[CONFIG_CHECK_SMTP] = {1, FAST_DEFAULT_NS, 0, false},
	[CONFIG_CHECK_DNS] = {3, 0, 0, false},
	[CONFIG_CHECK_UDP] = {1, FAST_DEFAULT_NS, 0, false},
	[CONFIG_CHECK_PING] = {1, FAST_DEFAULT_NS, 0, false},
	[CONFIG_CHECK_MISC] = {0, FAST_DEFAULT_NS, 0, true},
	[CONFIG_CHECK_FILE] = {0, FAST_DEFAULT_NS, 0, false},
	[CONFIG_CHECK_GRPC] = {1, FAST_DEFAULT_NS, 0, false},
	[CONFIG_CHECK_AGENT] = {0, FAST_DEFAULT_NS, 2 * NS_PER_SECOND, false},
	[CONFIG_CHECK_SESSION] = {0, FAST_DEFAULT_NS, 0, false},
	[CONFIG_CHECK_BFD] = {0, 0, 0, false},
};

struct rules_draft rules_draft_new(void)
{
	struct rules_draft draft;

	memset(&draft, 0xff, sizeof(draft));
	return draft;
}

void rules_draft_inherit(struct rules_draft *draft, const struct rules_draft *parent)
{
	static const uint64_t unset = UINT64_MAX;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		char *field = (char *)draft + parts[i].offset;

		if (!memcmp(field, &unset, parts[i].bytes))
			memcpy(field, (const char *)parent + parts[i].offset, parts[i].bytes);
	}
}

static uint64_t time_or(uint64_t given_ns, uint64_t default_ns)
{
	return given_ns == UINT64_MAX ? default_ns : given_ns;
}

static uint32_t number_or(uint32_t given, uint32_t default_number)
{
	return given == UINT32_MAX ? default_number : given;
}

/* keepalived's default is a second or more, which would be too much for short intervals. */
static uint64_t fast_default_ns(enum config_check_kind kind, uint64_t interval_ns)
{
	uint64_t fast_ns = defaults[kind].fast_ns;

	return !fast_ns || interval_ns < NS_PER_SECOND ? interval_ns : fast_ns;
}

/* keepalived repeats a URL that brought a server down no sooner than one that is retried. */
static uint64_t down_default_ns(enum config_check_kind kind, const struct check_rules *rules)
{
	bool later = kind == CONFIG_CHECK_HTTP && rules->fast_interval_ns > rules->interval_ns;

	return later ? rules->fast_interval_ns : rules->interval_ns;
}

void rules_draft_apply(const struct rules_draft *draft, enum config_check_kind kind,
		       struct check_rules *rules)
{
	uint64_t interval_ns = defaults[kind].interval_ns;

	interval_ns =
		time_or(draft->interval_ns, interval_ns ? interval_ns : POOL_INTERVAL_DEFAULT_NS);
	*rules = (struct check_rules){
		.rise = number_or(draft->rise, 1),
		.fall = number_or(draft->retry, defaults[kind].retry) + 1,
		.interval_ns = interval_ns,
		.fast_interval_ns =
			time_or(draft->fast_interval_ns, fast_default_ns(kind, interval_ns)),
		.timeout_ns = time_or(draft->timeout_ns, TIMEOUT_DEFAULT_NS),
		.warmup_ns = time_or(draft->warmup_ns, interval_ns),
		.first_delay_ns = time_or(draft->first_delay_ns, FIRST_DELAY_NS),
		.from_start = defaults[kind].from_start,
		.initial = (enum check_initial)number_or(draft->initial, CHECK_INITIAL_UP),
		.startup_failures = number_or(draft->startup_failures, 0),
		.flap_changes = number_or(draft->flap_changes, 0),
	};
	rules->down_interval_ns = time_or(draft->down_interval_ns, down_default_ns(kind, rules));
	if (rules->startup_failures)
		rules->startup_interval_ns = time_or(draft->startup_interval_ns, interval_ns);
	if (!rules->flap_changes)
		return;
	rules->flap_window_ns = time_or(draft->flap_window_ns, FLAP_WINDOW_NS);
	rules->flap_hold_ns = time_or(draft->flap_hold_ns, rules->flap_window_ns);
}

/* Of keywords that the block may not have. */
static void warn_of_both(struct config_parser *parser, const struct config_block *block,
			 const char *keepalived, const char *own, const char *relation)
{
	const struct config_location *one, *other;

	if (!config_find_keyword(block->type, keepalived))
		return;
	one = config_block_seen(block, keepalived);
	other = config_block_seen(block, own);
	if (one && other)
		config_warning(
			parser, *other,
			"%s and %s on %s are one setting (%s), the last one counts; keep one", own,
			keepalived, config_location_text(parser, *one), relation);
}

void rules_draft_check(struct config_parser *parser, const struct config_block *block)
{
	warn_of_both(parser, block, "retry", "fall", "fall = retry + 1");
	warn_of_both(parser, block, "delay_before_retry", "fast_interval", "two names");
	warn_of_both(parser, block, "alpha", "initial_state", "alpha = initial_state down");
}

static void *field(const struct config_block *block, const struct config_keyword *keyword)
{
	return (char *)block->target + keyword->offset;
}

void pool_read_fall(struct config_parser *parser, struct config_block *block,
		    const struct config_keyword *keyword, const struct config_statement *statement)
{
	config_read_u32(parser, block, keyword, statement);
	--*(uint32_t *)field(block, keyword);
}

void pool_read_alpha(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	bool on = true;
	struct config_keyword plain = *keyword;
	struct config_block target = {.type = block->type, .target = &on};

	plain.offset = 0;
	config_read_bool(parser, &target, &plain, statement);
	*(uint32_t *)field(block, keyword) = on ? CHECK_INITIAL_DOWN : CHECK_INITIAL_UP;
}

const char *const config_initial_names[CONFIG_INITIAL_COUNT] = {
	[CHECK_INITIAL_UP] = "up",
	[CHECK_INITIAL_FULLY_UP] = "fully_up",
	[CHECK_INITIAL_DOWN] = "down",
	[CHECK_INITIAL_FULLY_DOWN] = "fully_down",
};

void pool_read_initial(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];

	for (uint32_t i = 0; i < CONFIG_INITIAL_COUNT; i++)
		if (!strcmp(config_initial_names[i], token->text)) {
			*(uint32_t *)field(block, keyword) = i;
			return;
		}
	config_error(parser, token->location, "unknown initial_state '%s'; write \"%s\"",
		     token->text, keyword->usage);
}

#define PAIR_TIME(keyword, member, low)                                                            \
	CONFIG_SECONDS(keyword, struct rules_draft, member, low, POOL_TIME_MAX_NS)
#define PAIR_NUMBER(keyword, member, low, high)                                                    \
	CONFIG_U32(keyword, struct rules_draft, member, low, high)

static const struct config_keyword startup_pairs[] = {
	PAIR_NUMBER("failures", startup_failures, 1, 2147483647),
	PAIR_TIME("interval", startup_interval_ns, POOL_INTERVAL_MIN_NS),
};
static const struct config_keyword flap_pairs[] = {
	PAIR_NUMBER("changes", flap_changes, 2, 1000000),
	PAIR_TIME("window", flap_window_ns, NS_PER_MS),
	PAIR_TIME("hold", flap_hold_ns, NS_PER_MS),
};

static const struct config_block_type startup_type = {
	.name = "startup",
	.keywords = startup_pairs,
	.keyword_count = ARRAY_SIZE(startup_pairs),
};
static const struct config_block_type flap_type = {
	.name = "flap_damping",
	.keywords = flap_pairs,
	.keyword_count = ARRAY_SIZE(flap_pairs),
};

/* One line may have several pairs of keyword and value. */
static void read_pairs(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	(void)keyword;
	for (size_t i = 0; i < statement->count; i += 2) {
		struct config_statement pair = {.tokens = &statement->tokens[i], .count = 2};
		const struct config_keyword *found =
			config_find_keyword(block->type, pair.tokens[0].text);

		if (!found) {
			config_error(parser, pair.tokens[0].location,
				     "unknown keyword '%s' in %s; write %s", pair.tokens[0].text,
				     block->type->name, block->name);
			return;
		}
		if (i + 1 == statement->count) {
			config_error(parser, pair.tokens[0].location,
				     "%s lacks a value; write \"%s\"", found->name, found->usage);
			return;
		}
		found->read(parser, block, found, &pair);
	}
}

static void read_pair_block(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement,
			    const struct config_block_type *type)
{
	struct config_block pairs = {
		.type = type, .target = field(block, keyword), .name = keyword->usage};

	config_parser_list(parser, &pairs, type->name, statement->tokens[0].location, read_pairs);
}

void pool_read_startup(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	struct rules_draft *rules = field(block, keyword);

	read_pair_block(parser, block, keyword, statement, &startup_type);
	if (rules->startup_failures == UINT32_MAX)
		config_error(parser, statement->tokens[0].location,
			     "startup has no failures; write \"%s\"", keyword->usage);
}

void pool_read_flap_damping(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	struct rules_draft *rules = field(block, keyword);

	read_pair_block(parser, block, keyword, statement, &flap_type);
	if (rules->flap_changes == UINT32_MAX)
		config_error(parser, statement->tokens[0].location,
			     "flap_damping has no changes; write \"%s\"", keyword->usage);
}
