// SPDX-License-Identifier: GPL-2.0-or-later
/* What global_defs has of server pools: lvs_*, nftables_ipvs*; see lvs_globals.h. */
#include "user/config/blocks/lvs_globals.h"
#include "user/lib/address.h"
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MAX_S 2678400 /* of the kernel */
#define NFTABLES_TABLE "keepalived_ipvs"
#define NFTABLES_PRIORITY (-1)
#define NFTABLES_FIRST_MARK 1000

void config_lvs_defaults(struct config_pools *pools)
{
	strcpy(pools->nftables_table, NFTABLES_TABLE);
	pools->nftables_priority = NFTABLES_PRIORITY;
	pools->nftables_first_mark = NFTABLES_FIRST_MARK;
}

static struct config_block pools_of(const struct config_parser *parser,
				    const struct config_block *block)
{
	return (struct config_block){.type = block->type, .target = &parser->config->pools};
}

void config_read_pools_bool(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	struct config_block pools = pools_of(parser, block);

	config_read_bool(parser, &pools, keyword, statement);
}

void config_read_pools_number(struct config_parser *parser, struct config_block *block,
			      const struct config_keyword *keyword,
			      const struct config_statement *statement)
{
	struct config_block pools = pools_of(parser, block);

	config_read_int(parser, &pools, keyword, statement);
}

void config_read_pools_text(struct config_parser *parser, struct config_block *block,
			    const struct config_keyword *keyword,
			    const struct config_statement *statement)
{
	struct config_block pools = pools_of(parser, block);

	config_read_text(parser, &pools, keyword, statement);
}

void config_read_checker_user(struct config_parser *parser, struct config_block *block,
			      const struct config_keyword *keyword,
			      const struct config_statement *statement)
{
	parser->config->pools.checker_user_location = statement->tokens[1].location;
	config_read_pools_text(parser, block, keyword, statement);
}

void config_read_nftables_ipvs(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	parser->config->pools.nftables = true;
	if (statement->count > 1)
		config_read_pools_text(parser, block, keyword, statement);
}

static bool read_number(struct config_parser *parser, const struct config_keyword *keyword,
			const struct config_token *token, uint64_t lowest, uint64_t highest,
			uint64_t *number)
{
	if (!config_parse_number(token->text, number) && *number >= lowest && *number <= highest)
		return true;
	config_error(parser, token->location,
		     "'%s' is out of range; %llu to %llu is allowed; write \"%s\"", token->text,
		     (unsigned long long)lowest, (unsigned long long)highest, keyword->usage);
	return false;
}

void config_read_lvs_timeouts(struct config_parser *parser, struct config_block *block,
			      const struct config_keyword *keyword,
			      const struct config_statement *statement)
{
	struct config_pools *pools = &parser->config->pools;
	const struct {
		const char *name;
		uint32_t *seconds;
	} timeouts[] = {{"tcp", &pools->timeout_tcp_s},
			{"tcpfin", &pools->timeout_tcpfin_s},
			{"udp", &pools->timeout_udp_s}};

	(void)block;
	for (size_t next = 1; next + 1 < statement->count; next += 2) {
		const struct config_token *tokens = &statement->tokens[next];
		uint64_t number;
		size_t i = 0;

		while (i < ARRAY_SIZE(timeouts) && strcmp(timeouts[i].name, tokens[0].text) != 0)
			i++;
		if (i == ARRAY_SIZE(timeouts)) {
			config_error(parser, tokens[0].location, "unexpected '%s'; write \"%s\"",
				     tokens[0].text, keyword->usage);
			return;
		}
		if (!read_number(parser, keyword, &tokens[1], 0, TIMEOUT_MAX_S, &number))
			return;
		*timeouts[i].seconds = (uint32_t)number;
		pools->has_timeouts = true;
	}
	if (statement->count % 2 == 0)
		config_error(parser, statement->tokens[statement->count - 1].location,
			     "'%s' has no value; write \"%s\"",
			     statement->tokens[statement->count - 1].text, keyword->usage);
}

void config_read_lvs_flush_on_stop(struct config_parser *parser, struct config_block *block,
				   const struct config_keyword *keyword,
				   const struct config_statement *statement)
{
	struct config_pools *pools = &parser->config->pools;

	(void)block;
	pools->flush_on_stop = true;
	if (statement->count < 2)
		return;
	if (!strcmp(statement->tokens[1].text, "VS"))
		pools->flush_on_stop_services = true;
	else
		config_error(parser, statement->tokens[1].location, "unexpected '%s'; write \"%s\"",
			     statement->tokens[1].text, keyword->usage);
}

/* Options with a number; of the group an address. */
enum sync_option {
	SYNC_INSTANCE,
	SYNC_ID,
	SYNC_LENGTH,
	SYNC_PORT,
	SYNC_TTL,
	SYNC_GROUP,
};

static const struct {
	const char *name;
	enum sync_option option;
	uint64_t lowest, highest;
} sync_options[] = {
	{"inst", SYNC_INSTANCE, 0, 0}, {"id", SYNC_ID, 0, 255},	  {"maxlen", SYNC_LENGTH, 1, 65507},
	{"port", SYNC_PORT, 1, 65535}, {"ttl", SYNC_TTL, 1, 255}, {"group", SYNC_GROUP, 0, 0},
};

static void set_instance(struct config_lvs_sync *sync, const char *name)
{
	free(sync->instance);
	sync->instance = text_copy(name);
}

static void set_number(struct config_lvs_sync *sync, enum sync_option option, uint64_t number)
{
	switch (option) {
	case SYNC_ID:
		sync->id = (uint8_t)number;
		sync->has_id = true;
		break;
	case SYNC_LENGTH:
		sync->length_max = (uint16_t)number;
		break;
	case SYNC_PORT:
		sync->port = (uint16_t)number;
		break;
	default:
		sync->ttl = (uint8_t)number;
	}
}

/* Returns success. */
static bool read_sync_option(struct config_parser *parser, const struct config_keyword *keyword,
			     size_t index, const struct config_token *value)
{
	struct config_lvs_sync *sync = &parser->config->pools.sync;
	enum sync_option option = sync_options[index].option;
	uint64_t number;

	if (option == SYNC_INSTANCE) {
		set_instance(sync, value->text);
		return true;
	}
	if (option == SYNC_GROUP)
		return config_store_group(parser, value, keyword, &sync->group);
	if (!read_number(parser, keyword, value, sync_options[index].lowest,
			 sync_options[index].highest, &number))
		return false;
	set_number(sync, option, number);
	return true;
}

void config_read_lvs_sync(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	struct config_lvs_sync *sync = &parser->config->pools.sync;
	const struct config_token *tokens = statement->tokens;

	(void)block;
	sync->location = tokens[0].location;
	if (!config_store_interface_name(parser, &tokens[1], sync->interface))
		return;
	for (size_t next = 2; next < statement->count;) {
		size_t i = 0;

		while (i < ARRAY_SIZE(sync_options) &&
		       strcmp(sync_options[i].name, tokens[next].text) != 0)
			i++;
		if (i == ARRAY_SIZE(sync_options)) {
			/* The instance may stand without a keyword. */
			if (sync->instance) {
				config_error(parser, tokens[next].location,
					     "unexpected '%s'; write \"%s\"", tokens[next].text,
					     keyword->usage);
				return;
			}
			set_instance(sync, tokens[next++].text);
			continue;
		}
		if (next + 1 == statement->count) {
			config_error(parser, tokens[next].location,
				     "'%s' has no value; write \"%s\"", tokens[next].text,
				     keyword->usage);
			return;
		}
		if (!read_sync_option(parser, keyword, i, &tokens[next + 1]))
			return;
		next += 2;
	}
}

void config_read_lvs_sync_interface(struct config_parser *parser, struct config_block *block,
				    const struct config_keyword *keyword,
				    const struct config_statement *statement)
{
	struct config_lvs_sync *sync = &parser->config->pools.sync;

	if (*sync->interface) {
		config_warning(
			parser, statement->tokens[0].location,
			"%s has no effect, because there is one sync daemon, which is already set; remove it",
			keyword->name);
		return;
	}
	if (config_store_interface_name(parser, &statement->tokens[1], sync->interface))
		set_instance(sync, block->name);
}

void config_finalize_lvs(struct config_parser *parser)
{
	const struct config_lvs_sync *sync = &parser->config->pools.sync;

	if (sync->instance && !config_find_instance(parser->config, sync->instance))
		config_error(
			parser, sync->location,
			"vrrp_instance %s is not defined; add it, or name another one in lvs_sync_daemon",
			sync->instance);
}
