// SPDX-License-Identifier: GPL-2.0-or-later
/* See foreign.h. */
#include "user/ctl/file/foreign.h"
#include "user/kernel/share/way.h"
#include <string.h>

/* With those below it. called: the program that is on it, or will be, calls xbeat's. */
static void add(json_t *array, const char *interface, bool called)
{
	struct way way;
	json_t *found;

	way_find(interface, &way);
	found = way_json(&way, called, 0);
	json_array_extend(array, found);
	json_decref(found);
}

static bool is_before(const struct config *config, size_t instance)
{
	const char *interface = config->instances[instance].interface;
	const struct config_heartbeat *heartbeat = config->heartbeat;

	for (size_t i = 0; heartbeat && i < heartbeat->interface_count; i++)
		if (!strcmp(heartbeat->interfaces[i], interface))
			return true;
	for (size_t i = 0; i < instance; i++)
		if (!strcmp(config->instances[i].interface, interface))
			return true;
	return false;
}

json_t *foreign_programs(const struct config *config)
{
	json_t *array = json_array();

	for (size_t i = 0; config->heartbeat && i < config->heartbeat->interface_count; i++)
		add(array, config->heartbeat->interfaces[i],
		    config->heartbeat->mode == CONFIG_XDP_NONE);
	for (size_t i = 0; i < config->instance_count; i++)
		if (!is_before(config, i))
			add(array, config->instances[i].interface, false);
	return array;
}
