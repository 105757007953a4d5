/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interface_up_down_delays: lines "INTERFACE DOWN [UP]", in seconds as in keepalived. */
#include "user/config/blocks/blocks.h"
#include "user/config/syntax/value.h"
#include "user/lib/time.h"
#include <string.h>

#define DELAY_MAX_NS (255 * NS_PER_SECOND)
#define DELAY_USAGE "INTERFACE DOWN_SECONDS [UP_SECONDS]"

/* Returns success. */
static bool read_delay(struct config_parser *parser, const struct config_token *token,
		       uint64_t *delay_ns)
{
	int error = config_parse_duration(token->text, true, delay_ns);

	if (!error && *delay_ns <= DELAY_MAX_NS)
		return true;
	config_error(parser, token->location,
		     "'%s' is not a delay of 0 to 255 seconds; write \"" DELAY_USAGE "\"",
		     token->text);
	return false;
}

static void read_line(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	const struct config_token *tokens = statement->tokens;
	struct config *config = parser->config;
	struct config_interface_delay delay = {0};

	(void)block;
	(void)keyword;
	if (statement->count < 2 || statement->count > 3) {
		config_error(parser, tokens[0].location, "write \"" DELAY_USAGE "\"");
		return;
	}
	if (!config_store_interface_name(parser, &tokens[0], delay.interface) ||
	    !read_delay(parser, &tokens[1], &delay.down_ns) ||
	    (statement->count > 2 && !read_delay(parser, &tokens[2], &delay.up_ns)))
		return;
	config->interface_delays =
		array_grow(config->interface_delays, &config->interface_delay_count, sizeof(delay));
	config->interface_delays[config->interface_delay_count - 1] = delay;
}

void config_read_interface_delays(struct config_parser *parser, struct config_block *block,
				  const struct config_keyword *keyword,
				  const struct config_statement *statement)
{
	config_parser_list(parser, block, keyword->name, statement->tokens[0].location, read_line);
}
