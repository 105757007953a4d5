/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The network interface of an instance, and the virtual MAC's interface on top of it. Interfaces
 * are known by name: one that is deleted and created again, or renamed and renamed back, is
 * followed.
 */
#include "user/vrrp/effects/interface.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/kernel/kernel.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/event/event_log.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/advert_socket.h"
#include "user/net/interfaces.h"
#include "user/net/macvlan.h"
#include "user/net/netlink/interface_monitor.h"
#include "user/net/netlink/local_address.h"
#include "user/net/netlink/netlink.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/effects/vmac.h"
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
	instance->interface = interface;
	interface->kernel = services->kernel;
	interface->netlink = &services->netlink;
	interface->membership = -1;
	interface->vmac_indexes =
		calloc(instance->config->address_vmac_count + 1, sizeof(*interface->vmac_indexes));
	return interface->vmac_indexes ? 0 : -ENOMEM;
}

unsigned instance_address_index(const struct instance *instance)
{
	return instance->config->use_vmac ? instance_vmac_index(instance, 1)
					  : instance->interface->base_index;
}

unsigned instance_arrival_index(const struct instance *instance, size_t vip)
{
	return instance->config->vips[vip].has_interface ? instance->vips->list[vip].device_index
							 : instance->interface->base_index;
}

const char *instance_interface_name(const struct instance *instance)
{
	const struct config_instance *config = instance->config;

	if (config->use_vmac)
		return config->vmac.name;
	return config->interface[0] ? config->interface : "any interface";
}

const char *instance_vip_interface_name(const struct instance *instance,
					const struct config_vip *vip)
{
	const struct config_vmac *vmac = config_vmac_of(instance->config, vip->vmac);

	if (vmac)
		return vmac->name;
	return vip->interface[0] ? vip->interface : "any interface";
}

unsigned instance_unicast_index(const struct instance *instance)
{
	const struct config_instance *config = instance->config;

	if (*config->vrf)
		return interfaces_get(instance->interfaces, config->vrf)->interface_index;
	return config->interface[0] ? instance->interface->base_index : 0;
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
		if (address_equal(&list[i].address, &config->source) &&
		    (!*config->vrf || link_is_in_vrf(instance->interface->netlink,
						     list[i].interface_index, config->vrf)))
			return interfaces_get(instance->interfaces, list[i].interface);
	return NULL;
}

static void join(struct instance *instance)
{
	const struct config_instance *config = instance->config;

	if (instance->interface->membership >= 0 || config->unicast_peer_count)
		return;
	instance->interface->membership =
		advert_join(instance->interface->base_index, &config->group);
	if (instance->interface->membership < 0)
		log_instance(LOG_ERR, config->name, "cannot join the multicast group on %s: %s",
			     config->interface, limits_strerror(-instance->interface->membership));
}

static void leave(struct instance *instance)
{
	if (instance->interface->membership >= 0)
		close(instance->interface->membership);
	instance->interface->membership = -1;
	instance->interface->vmac_indexes[0] = 0; /* it is deleted with its base */
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
	if (instance->interface->vmac_indexes) {
		instance_remove_vmacs(instance);
		leave(instance);
	}
	free(instance->interface->vmac_indexes);
	free(instance->interface);
}
