// SPDX-License-Identifier: GPL-2.0-or-later
/* Mistyped names: see nearest.h. */
#include "user/config/model/nearest.h"
#include "user/lib/text/spelling.h"

const char *config_nearest_name(const struct config *config, const char *name, bool nodes)
{
	const struct config_heartbeat *heartbeat = config->heartbeat;
	struct spelling_search search = {.text = name};

	for (size_t i = 0; i < config->instance_count; i++)
		spelling_consider(&search, config->instances[i].name);
	for (size_t i = 0; nodes && heartbeat && i < heartbeat->node_count; i++)
		spelling_consider(&search, heartbeat->nodes[i].name);
	return spelling_found(&search);
}
