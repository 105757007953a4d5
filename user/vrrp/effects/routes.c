/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The routes and rules of an instance. */
#include "user/vrrp/effects/routes.h"
#include "user/config/model/config.h"
#include "user/net/routes.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/vips.h"

void instance_change_routes(struct instance *instance, bool add)
{
	struct netlink *netlink = instance->vips->netlink;
	unsigned index = instance_address_index(instance);

	instance->vips->routes_held = add;
	if (add)
		instance->vips->routes_missing =
			!routes_add(netlink, instance->config->name, &instance->config->routes,
				    &instance->config->rules, index);
	else
		routes_remove(netlink, instance->config->name, &instance->config->routes,
			      &instance->config->rules, index);
}
