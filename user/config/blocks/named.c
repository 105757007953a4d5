// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads a block with a name; see named.h. */
#include "user/config/blocks/named.h"
#include <string.h>

/* Appends an entry with its defaults to the list and returns it. */
static void *add_entry(struct config *config, const struct config_named_type *type)
{
	char *field = (char *)config + type->list;
	size_t *count = (size_t *)(void *)((char *)config + type->count);
	char *list, *entry;

	memcpy(&list, field, sizeof(list));
	list = array_grow(list, count, type->entry_bytes);
	memcpy(field, &list, sizeof(list));
	entry = list + (*count - 1) * type->entry_bytes;
	memcpy(entry, type->defaults, type->entry_bytes);
	return entry;
}

void config_read_named(struct config_parser *parser, const struct config_named_type *type,
		       const struct config_statement *statement, struct config_block *block)
{
	char *entry = add_entry(parser->config, type);

	*block = (struct config_block){
		.type = &type->block,
		.target = entry,
		.name = statement->tokens[1].text,
		.location = statement->tokens[0].location,
	};
	*(char **)(void *)entry = text_copy(block->name);
	*(struct config_location *)(void *)(entry + type->location) = block->location;
	config_parser_block(parser, block);
}
