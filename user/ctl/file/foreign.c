// SPDX-License-Identifier: GPL-2.0-or-later
/* See foreign.h. */
#include "user/ctl/file/foreign.h"
#include "user/kernel/share/way.h"
#include "user/lib/array.h"
#include "user/net/netlink/lower.h"
#include <net/if.h>
#include <string.h>

#define LOWER_MAX 16
#define DEPTH_MAX 4 /* of VLAN on bond and the like */

/* With those below it. */
static void add(json_t *array, const char *interface, const char *carries, int depth)
{
	unsigned lower[LOWER_MAX];
	size_t count = 0;
	json_t *found = way_json(interface, carries);

	json_array_extend(array, found);
	json_decref(found);
	if (depth < DEPTH_MAX)
		count = lower_interfaces(if_nametoindex(interface), lower, ARRAY_SIZE(lower));
	for (size_t i = 0; i < count; i++) {
		char name[IF_NAMESIZE];

		if (if_indextoname(lower[i], name))
			add(array, name, interface, depth + 1);
	}
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
		add(array, config->heartbeat->interfaces[i], NULL, 0);
	for (size_t i = 0; i < config->instance_count; i++)
		if (!is_before(config, i))
			add(array, config->instances[i].interface, NULL, 0);
	return array;
}
