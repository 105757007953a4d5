// SPDX-License-Identifier: GPL-2.0-or-later
/* All pools in four numbers. */
#include "user/pools/entries/entries.h"
#include "user/pools/report/report.h"
#include <string.h>

json_t *pools_counts_json(const struct pools *pools)
{
	const struct pools_prepared *table = pools->table;
	json_int_t quorum = 0, servers = 0, up = 0;

	for (size_t i = 0; i < table->pool_count; i++) {
		const struct pool_entry *pool = &table->pools[i];

		quorum += pool->core.quorum_up;
		servers += (json_int_t)pool->core.count;
		for (size_t k = 0; k < pool->core.count; k++)
			up += strcmp(server_entry_state(&pool->servers[k]), "up") == 0;
	}
	return json_pack("{s:I, s:I, s:I, s:I}", "pools", (json_int_t)table->pool_count, "quorum",
			 quorum, "servers", servers, "up", up);
}
