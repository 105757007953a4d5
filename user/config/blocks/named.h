/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blocks with a name, "KEYWORD NAME { ... }". Each adds an entry to a list of the configuration. */
#ifndef XBEAT_CONFIG_BLOCKS_NAMED_H
#define XBEAT_CONFIG_BLOCKS_NAMED_H

#include "user/config/syntax/table.h"

/* The first member of an entry is its name. */
struct config_named_type {
	struct config_block_type block;
	const void *defaults; /* an entry before its block is read */
	size_t entry_bytes;
	size_t location; /* offset in an entry */
	size_t list; /* offset in struct config, as count */
	size_t count;
};

#define CONFIG_NAMED(type, entry_defaults, entries, entry_count)                                   \
	.defaults = (entry_defaults), .entry_bytes = sizeof(type),                                 \
	.location = offsetof(type, location), .list = offsetof(struct config, entries),            \
	.count = offsetof(struct config, entry_count)

/* Adds an entry and reads the block of a statement into it. *block: the block after reading,
 * with the entry as its target. */
void config_read_named(struct config_parser *parser, const struct config_named_type *type,
		       const struct config_statement *statement, struct config_block *block);

#endif
