// SPDX-License-Identifier: GPL-2.0-or-later
/* vrrp_app: applications that prove their own progress, and that instances may track. */
#include "user/config/blocks/track.h"
#include <string.h>

#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

#define APP struct config_app

static const struct config_keyword app_keywords[] = {
	{
		.name = "timeout",
		.usage = "timeout 1s",
		.read = config_read_duration,
		CONFIG_ONE_VALUE,
		CONFIG_FIELD(APP, timeout_ns),
		.minimum = NS_PER_MS,
		.maximum = 3600 * NS_PER_SECOND,
	},
	{
		.name = "user",
		.usage = "user USER",
		.read = config_read_text,
		CONFIG_ONE_VALUE,
		CONFIG_FIELD(APP, user),
		.bytes = CONFIG_USER_BYTES,
	},
	CONFIG_WEIGHT_ROW(APP, 253),
};

static const struct config_block_type app_type = {
	.name = "vrrp_app",
	.keywords = app_keywords,
	.keyword_count = CONFIG_ARRAY_SIZE(app_keywords),
	.unserved = &config_unserved_none,
};

/* A name stands in maps, in messages and on command lines. */
static void check_name(struct config_parser *parser, const struct config_token *word)
{
	if (!*word->text || strlen(word->text) >= XB_NAME_BYTES ||
	    word->text[strspn(word->text, NAME_LETTERS)])
		config_error(
			parser, word->position,
			"'%s' cannot be an application's name; write 1 to %d letters, digits, '_', '.' or '-'",
			word->text, XB_NAME_BYTES - 1);
}

void config_read_app(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	const struct config_token *word = &statement->words[1];
	struct config *config = parser->config;
	struct config_app *app;
	struct config_block inner = {
		.type = &app_type,
		.name = word->text,
		.position = statement->words[0].position,
	};

	(void)block;
	(void)keyword;
	check_name(parser, word);
	config->apps = config_grow(config->apps, &config->app_count, sizeof(*app));
	app = &config->apps[config->app_count - 1];
	*app = (struct config_app){
		.name = config_copy(word->text),
		.timeout_ns = NS_PER_SECOND,
		.uid = UINT32_MAX,
		.position = inner.position,
	};
	if (config->app_count == XB_APPS_MAX + 1)
		config_error(
			parser, inner.position,
			"vrrp_app %s is one too many; %d are allowed, because heartbeats carry a bit for each",
			app->name, XB_APPS_MAX);
	inner.target = app;
	config_parser_block(parser, &inner);
}
