// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bfd_instance and BFD_CHECK. Keywords and defaults are keepalived's, except that ttl is 255 with
 * IPv6, too, as RFC 5881 section 5 demands.
 */
#include "user/config/blocks/unsupported.h"
#include "user/config/pools/check_rows.h"
#include "user/config/pools/pools.h"
#include "user/core/bfd/packet.h"
#include "user/lib/address.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define US_PER_MS (NS_PER_MS / NS_PER_US)
#define MS_MAX 4294967
#define LONG_INTERVAL_US (10000 * US_PER_MS)

#define BFD struct bfd_draft

/* Its weight stands first, as CONFIG_WEIGHT_ROW needs it; it is of track_bfd. */
struct bfd_draft {
	int weight;
	bool reverse;
	bool vrrp, checker;
	int max_hops;
	struct config_bfd bfd;
};

/* keepalived's milliseconds, or with a unit. */
static int parse_us(const char *text, uint64_t *us)
{
	char with_unit[64];
	uint64_t ns = 0;
	int error = config_parse_duration(text, false, &ns);

	if (error == -EDOM) {
		if (snprintf(with_unit, sizeof(with_unit), "%sms", text) >= (int)sizeof(with_unit))
			return -ERANGE;
		error = config_parse_duration(with_unit, false, &ns);
	}
	if (!error && ns % NS_PER_US)
		return -EINVAL;
	*us = ns / NS_PER_US;
	return error;
}

/* minimum, maximum: in us */
static void read_ms(struct config_parser *parser, struct config_block *block,
		    const struct config_keyword *keyword, const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];
	uint64_t us = 0;
	int error = parse_us(token->text, &us);

	if (error == -EINVAL)
		config_error(
			parser, token->location,
			"'%s' is not a number of milliseconds with at most 3 decimals; write \"%s\"",
			token->text, keyword->usage);
	else if (error || us < keyword->minimum || us > keyword->maximum)
		config_error(parser, token->location,
			     "%s %s is out of range; %" PRIu64 " to %" PRIu64
			     " milliseconds are allowed",
			     keyword->name, token->text, keyword->minimum / US_PER_MS,
			     keyword->maximum / US_PER_MS);
	else
		*(uint32_t *)(void *)((char *)block->target + keyword->offset) = (uint32_t)us;
}

/* Of a neighbour or of this node; an address of this machine may be the neighbour. */
static void read_address(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	struct xb_address *address = (void *)((char *)block->target + keyword->offset);
	bool of_one_host;

	pool_read_check_address(parser, block, keyword, statement);
	if (address_is_unset(address))
		return;
	if (address_is_ipv4(address))
		of_one_host = address->bytes[12] != 0 && address->bytes[12] < 224;
	else
		of_one_host = address->bytes[0] != 0xff;
	if (!of_one_host)
		config_error(parser, statement->tokens[1].location,
			     "%s '%s' is not the address of one host; write a unicast address",
			     keyword->name, statement->tokens[1].text);
}

#define ADDRESS(keyword, field) CONFIG_VALUE(keyword, "ADDRESS", read_address, BFD, bfd.field)
#define MILLISECONDS(keyword, field, low)                                                          \
	{                                                                                          \
		.name = (keyword), .usage = keyword " MILLISECONDS", .read = read_ms,              \
		CONFIG_ONE_VALUE, CONFIG_FIELD(BFD, bfd.settings.field),                           \
		.minimum = (low)*US_PER_MS, .maximum = MS_MAX * US_PER_MS                          \
	}

static const struct config_keyword bfd_rows[] = {
	ADDRESS("neighbor_ip", neighbour.address),
	ADDRESS("neighbour_ip", neighbour.address),
	ADDRESS("source_ip", source.address),
	CONFIG_VALUE("interface", "NAME", pool_read_check_interface, BFD, bfd.interface),
	MILLISECONDS("min_rx", min_rx_us, 1),
	MILLISECONDS("min_tx", min_tx_us, 1),
	MILLISECONDS("idle_tx", idle_tx_us, 1000),
	CONFIG_U8("multiplier", BFD, bfd.settings.multiplier, 1, 255),
	CONFIG_FLAG("passive", BFD, bfd.settings.passive, true),
	CONFIG_U8("ttl", BFD, bfd.settings.ttl, 1, 255),
	CONFIG_U8("hoplimit", BFD, bfd.settings.ttl, 1, 255),
	{
		.name = "max_hops",
		.usage = "max_hops NUMBER",
		.read = config_read_int,
		CONFIG_ONE_VALUE,
		CONFIG_FIELD(BFD, max_hops),
		.minimum = (uint64_t)-1,
		.maximum = CONFIG_BFD_ANY_HOPS,
	},
	CONFIG_BOOL("multihop", BFD, bfd.settings.multihop, 0, 1),
	CONFIG_WEIGHT_ROW(BFD, 253),
	CONFIG_FLAG("vrrp", BFD, vrrp, true),
	CONFIG_FLAG("checker", BFD, checker, true),
};

static const struct config_block_type bfd_type = {
	.name = "bfd_instance",
	.keywords = bfd_rows,
	.keyword_count = ARRAY_SIZE(bfd_rows),
	.unsupported = &config_unsupported_none,
};

static const BFD bfd_defaults = {
	.bfd.settings =
		{
			.min_rx_us = 10 * US_PER_MS,
			.min_tx_us = 10 * US_PER_MS,
			.idle_tx_us = 1000 * US_PER_MS,
			.multiplier = 5,
			.ttl = 255,
		},
};

static void check_addresses(struct config_parser *parser, const BFD *draft,
			    const struct config_block *block)
{
	const struct config_bfd *bfd = &draft->bfd;
	const struct config_location *source = config_block_seen(block, "source_ip");
	const struct xb_address *neighbour = &bfd->neighbour.address;

	config_report_overridden(parser, block, "neighbor_ip", "neighbour_ip");
	if (!config_block_seen(block, "neighbor_ip") && !config_block_seen(block, "neighbour_ip"))
		config_error(parser, block->location,
			     "bfd_instance %s has no neighbor_ip; add \"neighbor_ip ADDRESS\"",
			     block->name);
	if (address_is_unset(neighbour))
		return;
	if (source && !address_is_unset(&bfd->source.address) &&
	    address_family(&bfd->source.address) != address_family(neighbour))
		config_error(
			parser, *source,
			"source_ip has another address family than neighbor_ip; write one of IPv%u",
			address_family(neighbour));
	if (address_is_link_local(neighbour) && !*bfd->interface)
		config_error(parser, block->location,
			     "a link-local neighbor_ip needs an interface; add \"interface NAME\"");
}

static void finalize_hops(struct config_parser *parser, BFD *draft,
			  const struct config_block *block)
{
	struct config_check_bfd *settings = &draft->bfd.settings;
	const struct config_location *max_hops = config_block_seen(block, "max_hops");
	const struct config_location *multihop = config_block_seen(block, "multihop");
	bool any = draft->max_hops < 0 || draft->max_hops == CONFIG_BFD_ANY_HOPS;

	config_report_overridden(parser, block, "ttl", "hoplimit");
	if (!any && draft->max_hops > settings->ttl) {
		config_warning(parser, *max_hops,
			       "max_hops %d is above ttl; it is lowered to %u, as in keepalived",
			       draft->max_hops, settings->ttl);
		draft->max_hops = settings->ttl;
	}
	any |= draft->max_hops == settings->ttl;
	settings->max_hops = any ? CONFIG_BFD_ANY_HOPS : (uint8_t)draft->max_hops;
	if (settings->multihop && !max_hops)
		config_warning(
			parser, *multihop,
			"multihop without max_hops drops what has crossed a router; add \"max_hops NUMBER\"");
}

static void warn_of_slow(struct config_parser *parser, const struct config_block *block,
			 const char *keyword, uint32_t us)
{
	if (us > LONG_INTERVAL_US)
		config_warning(
			parser, *config_block_seen(block, keyword),
			"%s is above 10 seconds, which is long for BFD; its unit is the millisecond",
			keyword);
}

static void finalize(struct config_parser *parser, BFD *draft, const struct config_block *block)
{
	struct config_bfd *bfd = &draft->bfd;

	if (strlen(block->name) >= CONFIG_BFD_NAME_BYTES)
		config_error(
			parser, block->location,
			"the name of bfd_instance %s is too long; at most %d bytes are allowed",
			block->name, CONFIG_BFD_NAME_BYTES - 1);
	check_addresses(parser, draft, block);
	finalize_hops(parser, draft, block);
	warn_of_slow(parser, block, "min_rx", bfd->settings.min_rx_us);
	warn_of_slow(parser, block, "min_tx", bfd->settings.min_tx_us);
	bfd->neighbour.port = bfd->settings.multihop ? BFD_MULTIHOP_PORT : BFD_PORT;
	bfd->vrrp_only = draft->vrrp && !draft->checker;
}

void config_read_bfd(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	struct config_pools *pools = &parser->config->pools;
	BFD draft = bfd_defaults;
	struct config_block inner = {
		.type = &bfd_type,
		.target = &draft,
		.name = statement->tokens[1].text,
		.location = statement->tokens[0].location,
	};

	(void)block;
	(void)keyword;
	config_parser_block(parser, &inner);
	finalize(parser, &draft, &inner);
	draft.bfd.name = text_copy(inner.name);
	draft.bfd.location = inner.location;
	pools->bfd = array_grow(pools->bfd, &pools->bfd_count, sizeof(*pools->bfd));
	pools->bfd[pools->bfd_count - 1] = draft.bfd;
}

/* The session has timeouts and retries of its own. */
static const struct config_keyword check_rows[] = {
	CONFIG_VALUE("name", "NAME", config_read_string, DRAFT, check.text),
	RULE_TIME("delay_loop", DRAFT, interval_ns, POOL_INTERVAL_MIN_NS),
	CONFIG_U32("rise", DRAFT, rules.rise, 1, 2147483647),
	CONFIG_BOOL_READ("alpha", pool_read_alpha, DRAFT, rules.initial),
	CONFIG_VALUE("initial_state", "up|fully_up|down|fully_down", pool_read_initial, DRAFT,
		     rules.initial),
	POOL_PAIRS("flap_damping", "changes NUMBER window SECONDS hold SECONDS",
		   pool_read_flap_damping, DRAFT),
};

const struct config_block_type pool_bfd_type = {
	.name = "BFD_CHECK",
	.keywords = check_rows,
	.keyword_count = ARRAY_SIZE(check_rows),
	.unsupported = &config_unsupported_none,
};

/* The session starts at once: until its first result the server would count as up. */
void pool_finalize_bfd_rules(struct check_draft *draft, const struct rules_draft *server)
{
	struct rules_draft inherited = rules_draft_new();

	inherited.interval_ns = server->interval_ns;
	inherited.rise = server->rise;
	inherited.initial = server->initial;
	inherited.flap_changes = server->flap_changes;
	inherited.flap_window_ns = server->flap_window_ns;
	inherited.flap_hold_ns = server->flap_hold_ns;
	inherited.warmup_ns = 0;
	inherited.first_delay_ns = 0;
	rules_draft_inherit(&draft->rules, &inherited);
	rules_draft_apply(&draft->rules, CONFIG_CHECK_BFD, &draft->check.rules);
}
