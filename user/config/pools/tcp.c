// SPDX-License-Identifier: GPL-2.0-or-later
/* TCP_CHECK: what is sent, and what must be answered, in the order of the lines. */
#include "user/config/blocks/unsupported.h"
#include "user/config/pools/check_rows.h"
#include "user/lib/limits.h"
#include "user/lib/text/byte_text.h"
#include <stdlib.h>
#include <string.h>

/* Returns false if the text is not usable. */
static bool read_bytes(struct config_parser *parser, const struct config_keyword *keyword,
		       const struct config_token *token, struct config_tcp_step *step)
{
	const char *wrong = NULL;
	ssize_t count;

	step->bytes = calloc(1, strlen(token->text) + 1);
	if (!step->bytes)
		limits_out_of_memory();
	if (step->action == CONFIG_TCP_EXPECT_REGEX) /* it has escapes of its own */
		count = (ssize_t)strlen(strcpy((char *)step->bytes, token->text));
	else
		count = byte_text_parse(token->text, step->bytes, &wrong);
	if (count < 0)
		config_error(parser, token->location,
			     "'%.2s' is not an escape; write \\r, \\n, \\t, \\\\ or \\xHH", wrong);
	else if (!count || count > CONFIG_TCP_STEP_BYTES)
		config_error(parser, token->location, "%s has %zd bytes; write 1 to %d",
			     keyword->name, count, CONFIG_TCP_STEP_BYTES);
	else
		step->length = (size_t)count;
	return step->length;
}

static enum config_tcp_action action_named(const char *keyword)
{
	if (!strcmp(keyword, "expect_regex"))
		return CONFIG_TCP_EXPECT_REGEX;
	return strcmp(keyword, "send") != 0 ? CONFIG_TCP_EXPECT : CONFIG_TCP_SEND;
}

static void read_step(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_check_tcp *tcp = &((struct check_draft *)block->target)->check.tcp;
	struct config_tcp_step step = {.action = action_named(keyword->name)};

	if (tcp->step_count == CONFIG_TCP_STEPS_MAX) {
		config_error(parser, statement->tokens[0].location,
			     "a TCP_CHECK has at most %d lines of send and expect; remove some",
			     CONFIG_TCP_STEPS_MAX);
		return;
	}
	if (!read_bytes(parser, keyword, &statement->tokens[1], &step)) {
		free(step.bytes);
		return;
	}
	if (step.action == CONFIG_TCP_EXPECT_REGEX)
		pool_check_regex(parser, (const char *)step.bytes, 0,
				 statement->tokens[1].location);
	tcp->steps = array_grow(tcp->steps, &tcp->step_count, sizeof(*tcp->steps));
	tcp->steps[tcp->step_count - 1] = step;
}

#define STEP_ROW(keyword)                                                                          \
	{                                                                                          \
		.name = (keyword), .usage = keyword " \"TEXT\"", .read = read_step,                \
		.flags = CONFIG_REPEATABLE, CONFIG_ONE_VALUE,                                      \
	}

static const struct config_keyword tcp_rows[] = {
	CHECK_ROWS, CONNECTION_ROWS, STEP_ROW("send"), STEP_ROW("expect"), STEP_ROW("expect_regex"),
};

const struct config_block_type pool_tcp_type = {
	.name = "TCP_CHECK",
	.keywords = tcp_rows,
	.keyword_count = ARRAY_SIZE(tcp_rows),
	.unsupported = &config_unsupported_none,
	.of_pools = true,
};
