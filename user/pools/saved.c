/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the next daemon needs: the words of operators, and which pools have their quorum. The next one
 * may be of another version: what it does not know it ignores. */
#include "user/pools/saved.h"
#include "user/lib/clock.h"
#include "user/lib/text/json_text.h"
#include "user/pools/entries/entries.h"
#include "user/pools/entries/table.h"
#include "user/pools/operator.h"
#include <stdio.h>
#include <string.h>

static void restore_orders(struct pools *pools, const json_t *entry)
{
	const struct server_entry *server = select_saved(pools->table, entry);
	const char *mode = json_string_value(json_object_get(entry, "mode"));
	json_int_t until_ns = json_integer_value(json_object_get(entry, "drain_until_ns"));
	const json_t *weight = json_object_get(entry, "weight");
	struct pool_server *core = server ? server_entry_core(server) : NULL;

	if (!core || !mode || !pools_mode_find(mode, &core->mode))
		return;
	if (core->mode == POOL_DRAIN && until_ns > 0)
		core->drain_until_ns = (uint64_t)until_ns;
	if (json_is_integer(weight) && json_integer_value(weight) >= 0 &&
	    json_integer_value(weight) <= POOL_WEIGHT_MAX)
		core->weight_asked = json_integer_value(weight);
}

/* A daemon continues another one's work: what that one has reported is not reported again. */
static void restore_quorum(const struct pools *pools, const json_t *entry)
{
	const char *name = json_string_value(json_object_get(entry, "pool"));
	uint8_t family = (uint8_t)json_integer_value(json_object_get(entry, "family"));
	struct pool_entry *pool = name ? table_find_pool(pools->table, name, family) : NULL;

	if (!pool)
		return;
	pool->core.started = true;
	pool->core.quorum_up = pool->core.active_up =
		json_is_true(json_object_get(entry, "quorum_up"));
	for (size_t i = 0; i < pool->core.count; i++) {
		struct pool_server *core = &pool->core.servers[i];

		core->first_start = true;
		core->reported = core->failed_count ? POOL_REPORT_DOWN : POOL_REPORT_UP;
	}
}

void saved_restore(struct pools *pools, const json_t *saved)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(saved, "operator"), i, entry)
		restore_orders(pools, entry);
	json_array_foreach(json_object_get(saved, "quorum"), i, entry) restore_quorum(pools, entry);
}

json_t *pools_saved_json(const struct pools *pools)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pools->table->pool_count; i++) {
		const struct pool_entry *pool = &pools->table->pools[i];

		json_array_append_new(list, json_pack("{s:o, s:i, s:b}", "pool",
						      json_text(pool->config->name), "family",
						      pool->config->family, "quorum_up",
						      pool->core.quorum_up));
	}
	return json_pack("{s:o, s:o}", "operator", pools_operator_json(pools), "quorum", list);
}
