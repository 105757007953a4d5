/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the table of a configuration, and finds what it contains. */
#ifndef XBEAT_POOLS_ENTRIES_TABLE_H
#define XBEAT_POOLS_ENTRIES_TABLE_H

#include "user/pools/entries/entries.h"

/* Returns NULL without memory, or if the checker cannot take a check; for any thread. */
struct pools_prepared *table_new(const struct config *config);
void table_free(struct pools_prepared *table);

/* Finds what has this name, or this address and port in that pool; NULL: nothing has. */
struct pool_entry *table_find_pool(const struct pools_prepared *table, const char *name,
				   uint8_t family);
struct server_entry *table_find_server(const struct pools_prepared *table,
				       const struct pool_entry *pool,
				       const struct config_endpoint *endpoint);

#endif
