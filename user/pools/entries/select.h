/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers by what people call them. */
#ifndef XBEAT_POOLS_ENTRIES_SELECT_H
#define XBEAT_POOLS_ENTRIES_SELECT_H

#include "user/config/model/pool.h"
#include <jansson.h>

struct pools_prepared;
struct server_entry;

struct pools_selection {
	struct config_endpoint endpoint; /* port 0: any */
	const char *pool; /* its name, borrowed; NULL: all pools */
};

/* Reads "10.0.0.1", "10.0.0.1:80", "2001:db8::1" or "[2001:db8::1]:80". Returns success. */
bool select_parse(const char *text, struct pools_selection *selection);

/* Returns the next server that is selected; NULL: no further one. Begin with *step 0. */
struct server_entry *select_next(const struct pools_prepared *table,
				 const struct pools_selection *selection, size_t *step);

/* The server of an entry of pools_operator_json(); NULL: there is none. */
struct server_entry *select_saved(const struct pools_prepared *table, const json_t *entry);

#endif
