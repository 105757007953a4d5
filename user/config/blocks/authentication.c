// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The authentication block of an instance: the plain password of RFC 2338 section 5.3.6 (version
 * 2). RFC 3768 removed it, but files of keepalived users still contain it.
 */
#include "user/config/blocks/instance.h"
#include "user/config/blocks/unsupported.h"
#include "user/config/syntax/table.h"
#include <string.h>

/* AH is listed so that its error message can be specific. */
static const struct {
	const char *name;
	bool supported;
	enum config_authentication authentication;
} types[] = {
	{"PASS", true, CONFIG_AUTHENTICATION_PASS},
	{"NONE", true, CONFIG_AUTHENTICATION_NONE},
	{"AH", false, CONFIG_AUTHENTICATION_NONE},
};

static void read_type(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	const struct config_token *token = &statement->tokens[1];
	size_t i = 0;

	while (i < ARRAY_SIZE(types) && strcmp(token->text, types[i].name))
		i++;
	if (i == ARRAY_SIZE(types))
		config_error(parser, token->location, "unknown auth_type '%s'; write \"%s\"",
			     token->text, keyword->usage);
	else if (!types[i].supported)
		config_error(
			parser, token->location,
			"auth_type AH is not supported; use PASS on all nodes, or heartbeats, which are authenticated");
	else
		instance->authentication = types[i].authentication;
}

static void read_password(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	const struct config_token *token = &statement->tokens[1];
	size_t length = strlen(token->text);

	if (!length) {
		config_error(parser, token->location, "auth_pass is empty; write \"%s\"",
			     keyword->usage);
		return;
	}
	if (length > sizeof(instance->password)) {
		config_warning(
			parser, token->location,
			"auth_pass is truncated to its first %zu characters, because an advert has no room for more; shorten it",
			sizeof(instance->password));
		length = sizeof(instance->password);
	}
	memcpy(instance->password, token->text, length);
}

static const struct config_keyword keywords[] = {
	CONFIG_VALUE("auth_type", "PASS|NONE", read_type, struct config_instance, authentication),
	CONFIG_VALUE("auth_pass", "PASSWORD", read_password, struct config_instance, password),
};

static const struct config_block_type type = {
	.name = "authentication",
	.keywords = keywords,
	.keyword_count = ARRAY_SIZE(keywords),
	.unsupported = &config_unsupported_none,
};

void config_read_authentication(struct config_parser *parser, struct config_block *block,
				const struct config_keyword *keyword,
				const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	struct config_block inner = {
		.type = &type,
		.target = instance,
		.name = "",
		.location = statement->tokens[0].location,
	};

	(void)keyword;
	config_parser_block(parser, &inner);
	if (instance->authentication == CONFIG_AUTHENTICATION_PASS &&
	    !config_block_seen(&inner, "auth_pass"))
		config_error(parser, inner.location,
			     "auth_type PASS has no auth_pass; add \"auth_pass PASSWORD\"");
	if (config_block_seen(&inner, "auth_pass") && !config_block_seen(&inner, "auth_type"))
		config_warning(
			parser, inner.location,
			"auth_pass has no effect without \"auth_type PASS\"; add it, or remove the block");
}

void config_finalize_authentication(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	if (instance->authentication == CONFIG_AUTHENTICATION_NONE || instance->version == 2)
		return;
	instance->authentication = CONFIG_AUTHENTICATION_NONE;
	config_report_cleared(parser, block, "authentication", "VRRP version 3");
}
