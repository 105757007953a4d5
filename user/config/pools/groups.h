/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The groups of virtual servers by name, while the whole file is finalized. */
#ifndef XBEAT_CONFIG_POOLS_GROUPS_H
#define XBEAT_CONFIG_POOLS_GROUPS_H

#include "user/config/syntax/parser.h"

struct group_index {
	struct group_use {
		const struct config_server_group *group;
		unsigned user_count; /* of pools */
	} * uses;
	size_t count;
};

/* Reports those of the same name. Its uses are to be freed. */
struct group_index group_index_make(struct config_parser *parser);

/* Returns NULL if there is no such group. */
struct group_use *group_index_use(const struct group_index *index, const char *name);

/* name: NULL: none. Returns NULL if there is no such group. */
const struct config_server_group *group_index_find(const struct group_index *index,
						   const char *name);

/* Warns of servers with several weights in one service; the pools have their names. */
void config_check_shared_services(struct config_parser *parser, const struct group_index *index);

#endif
