/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The routes and rules of an instance. */
#include "user/vrrp/effects/routes.h"
#include "user/config/model/config.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/vips.h"

static struct routes_user user_of(const struct instance *instance)
{
	return (struct routes_user){
		.netlink = instance->vips->netlink,
		.held = instance->vips->held_routes,
		.holder = instance,
		.name = instance->config->name,
		.default_interface_index = instance->config->vmac.ipvlan
						   ? instance->interface->base_index
						   : instance_address_index(instance),
	};
}

void instance_change_routes(struct instance *instance, bool add)
{
	const struct config_instance *config = instance->config;
	const struct routes_user user = user_of(instance);

	instance->vips->routes_held = add;
	if (add)
		instance->vips->routes_missing =
			!routes_add(&user, &config->routes, &config->rules);
	else
		routes_remove(&user, &config->routes, &config->rules);
}

struct routes_restored instance_restore_routes(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	struct routes_user user = user_of(instance);
	struct routes_restored restored;

	/* What cannot be added has been logged, and may be possible after another change. */
	if (instance->vips->routes_missing)
		user.name = NULL;
	restored = routes_restore(&user, &config->routes, &config->rules);
	instance->vips->routes_missing = restored.failed;
	return restored;
}
