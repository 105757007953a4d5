// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is told of changes: notify_deleted, and the FIFOs of global_defs. The other words of notify
 * are plain commands: config_command.c. */
#include "user/config/blocks/track.h"
#include <stdlib.h>
#include <string.h>

/* keepalived tells of a deleted instance as of a fault, unless this word is there. */
void config_read_notify_deleted(struct config_parser *parser, struct config_block *block,
				const struct config_keyword *keyword,
				const struct config_statement *statement)
{
	struct config_notify *notify = (void *)((char *)block->target + keyword->offset);
	struct config_keyword command = *keyword;

	notify->deleted = true;
	command.offset += offsetof(struct config_notify, commands[CONFIG_NOTIFY_DELETED]);
	if (statement->count > 1)
		config_read_command(parser, block, &command, statement);
}

/* Two writers in one FIFO would mix their lines. */
static void check_fifos(struct config_parser *parser, const struct config_token *word)
{
	const struct config *config = parser->config;

	if (config->notify_fifo && config->vrrp_notify_fifo &&
	    !strcmp(config->notify_fifo, config->vrrp_notify_fifo))
		config_error(parser, word->position,
			     "notify_fifo and vrrp_notify_fifo are both %s; give each its own path",
			     word->text);
}

void config_read_fifo(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	const struct config_token *words = statement->words;
	struct config_command *owner = (void *)((char *)parser->config + keyword->bytes);
	struct config_block target = {.target = parser->config};
	char *names[3] = {NULL};

	(void)block;
	if (*(char **)((char *)parser->config + keyword->offset)) {
		config_error(parser, words[0].position,
			     "%s was given in an earlier global_defs already; keep one of them",
			     keyword->name);
		return;
	}
	config_read_string(parser, &target, keyword, statement);
	for (size_t i = 2; i < statement->count; i++)
		names[i - 2] = (char *)words[i].text;
	owner->position = words[0].position;
	if (names[0])
		config_store_user(parser, words[2].position, names, owner);
	check_fifos(parser, &words[1]);
}

void config_read_fifo_script(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	struct config_block target = {.target = parser->config};

	(void)block;
	config_read_command(parser, &target, keyword, statement);
}
