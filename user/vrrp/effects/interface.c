/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network interface of an instance, and the virtual MAC's interface on top of it. Interfaces
 * are known by name: one that is deleted and created again, or renamed and renamed back, is
 * followed.
 */
#include "user/vrrp/effects/interface.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/kernel/kernel.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/event_log.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/advert_socket.h"
#include "user/net/interface_monitor.h"
#include "user/net/interfaces.h"
#include "user/net/local_address.h"
#include "user/net/macvlan.h"
#include "user/net/netlink.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int instance_interface_new(struct instance *instance, struct vrrp_services *services)
{
	struct instance_interface *interface = calloc(1, sizeof(*interface));

	if (!interface)
		return -ENOMEM;
	interface->kernel = services->kernel;
	interface->netlink = &services->netlink;
	interface->membership = -1;
	instance->interface = interface;
	return 0;
}

unsigned instance_address_index(const struct instance *instance)
{
	return instance->config->use_vmac ? instance->interface->vmac_index
					  : instance->interface->base_index;
}

const char *instance_interface_name(const struct instance *instance)
{
	const struct config_instance *config = instance->config;

	if (config->use_vmac)
		return config->vmac.name;
	return config->interface[0] ? config->interface : "any interface";
}

/* The interface of an instance that names none is the one that has its unicast source. */
const struct interface_event *instance_find_base(const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	_cleanup_free_ struct local_address *list = NULL;
	size_t count = 0;

	if (config->interface[0])
		return interfaces_get(instance->interfaces, config->interface);
	if (local_addresses(&list, &count))
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (address_equal(&list[i].address, &config->source))
			return interfaces_get(instance->interfaces, list[i].interface);
	return NULL;
}

/* Called each time: what an earlier daemon left is adopted, the MTU follows the base's, and one
 * that was deleted is created again. */
void instance_make_vmac(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	unsigned index = instance->interface->vmac_index;
	/* Adds it to the table, so that its changes are reported. */
	bool was_up = interfaces_get(instance->interfaces, config->vmac.name)->running;
	bool recreated;

	if (macvlan_ensure(instance->interface->netlink, &config->vmac,
			   instance->interface->base_index, &index))
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_INTERFACE,
				       "its virtual MAC interface %s could not be created",
				       config->vmac.name);
	recreated = index != instance->interface->vmac_index;
	if (recreated && index && instance->interface->vmac_index)
		event_log_add(instance->event_log, "interface", config->vmac.name, "gone",
			      "restored", "something else deleted it; it was created again");
	instance->interface->vmac_index = index;
	if ((recreated || !was_up) && instance->vrrp.state == XB_INSTANCE_ACTIVE)
		instance_set_vmac(instance, true);
}

static bool has_ipv6(const struct config_instance *config)
{
	for (size_t i = 0; i < config->vip_count; i++)
		if (address_family(&config->vips[i].address) == 6)
			return true;
	return false;
}

void instance_set_vmac(struct instance *instance, bool active)
{
	const struct config_instance *config = instance->config;
	int error;

	if (!instance->interface->vmac_index)
		return;
	error = active ? macvlan_set_active(instance->interface->netlink, config->vmac.name,
					    config->interface, has_ipv6(config))
		       : macvlan_set_backup(instance->interface->netlink, config->vmac.name);
	if (error && error != -ENOENT && error != -ENODEV)
		log_error("%s: cannot set %s up for %s: %s", config->name, config->vmac.name,
			  active ? "an Active" : "a Backup", limits_strerror(-error));
}

bool instance_announces_vmac(const struct instance *instance)
{
	const struct config_instance *config = instance->config;

	return config->use_vmac && (has_ipv6(config) || macvlan_speaks(config->vmac.name));
}

static void join(struct instance *instance)
{
	const struct config_instance *config = instance->config;

	if (instance->interface->membership >= 0 || config->unicast_peer_count)
		return;
	instance->interface->membership =
		advert_join(instance->interface->base_index, &config->group);
	if (instance->interface->membership < 0)
		log_error("%s: cannot join the multicast group on %s: %s", config->name,
			  config->interface, limits_strerror(-instance->interface->membership));
}

static void leave(struct instance *instance)
{
	if (instance->interface->membership >= 0)
		close(instance->interface->membership);
	instance->interface->membership = -1;
	instance->interface->vmac_index = 0; /* it is deleted with its base */
}

void instance_set_base(struct instance *instance, unsigned index)
{
	leave(instance);
	instance->interface->base_index = index;
}

static int attach(struct instance *instance, const char *interface)
{
	int error = kernel_attach(instance->interface->kernel, interface);

	return error ? error : instance_router_serve(instance, instance->interface->base_index);
}

/* An instance that does not hear adverts must not take part. */
int instance_attach(struct instance *instance, const char *interface)
{
	int error = attach(instance, interface);

	if (error) {
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_INTERFACE,
				       "the XDP program is not attached to %s: %s", interface,
				       limits_strerror(-error));
		instance->interface->base_index = 0;
		return error;
	}
	if (instance->config->promote_secondaries)
		link_promote_secondaries(instance->interface->netlink, interface);
	join(instance);
	return 0;
}

void instance_interface_free(struct instance *instance)
{
	if (!instance->interface)
		return;
	if (instance->interface->vmac_index)
		macvlan_remove(instance->interface->netlink, &instance->config->vmac);
	leave(instance);
	free(instance->interface);
}
