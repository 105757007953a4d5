/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Creates and removes the interfaces with virtual MAC addresses, and sets them up. */
#include "user/vrrp/effects/vmac.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include "user/lib/event/event_log.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/interfaces.h"
#include "user/net/macvlan.h"
#include "user/net/netlink/netlink.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include <errno.h>
#include <linux/if_addr.h>

#define FOR_EACH_VMAC(number, config)                                                              \
	for (unsigned number = (config)->use_vmac ? 1 : 2;                                         \
	     number < (config)->address_vmac_count + 2; number++)

unsigned instance_vmac_index(const struct instance *instance, unsigned number)
{
	return instance->interface->vmac_indexes[number - 1];
}

static unsigned find_base(const struct instance *instance, unsigned number)
{
	const struct interface_event *base;

	if (number == 1)
		return instance->interface->base_index;
	base = interfaces_get(instance->interfaces, config_vmac_of(instance->config, number)->base);
	return base->present ? base->interface_index : 0;
}

static bool has_ipv6(const struct config_instance *config, unsigned number)
{
	for (size_t i = 0; i < config->vip_count; i++)
		if (config->vips[i].vmac == number && address_family(&config->vips[i].address) == 6)
			return true;
	return false;
}

static void set_vmac(struct instance *instance, unsigned number, bool active)
{
	const struct config_vmac *vmac = config_vmac_of(instance->config, number);
	struct netlink *netlink = instance->interface->netlink;
	int error;

	if (!instance_vmac_index(instance, number) || vmac->ipvlan)
		return;
	error = active ? macvlan_set_active(netlink, vmac->name, vmac->base,
					    has_ipv6(instance->config, number))
		       : macvlan_set_backup(netlink, vmac->name);
	if (error && error != -ENOENT && error != -ENODEV)
		log_instance(LOG_ERR, instance->config->name, "cannot set %s up for %s: %s",
			     vmac->name, active ? "an Active" : "a Backup",
			     limits_strerror(-error));
}

/* The one from which an ipvlan's adverts come. */
static void add_own_address(const struct instance *instance, const struct config_vmac *vmac,
			    unsigned index)
{
	const struct config_vip vip = {
		.address = vmac->address,
		.prefix_length = address_is_ipv4(&vmac->address) ? 32 : 128,
		.flags = IFA_F_NODAD,
		.preferred_lifetime_s = UINT32_MAX,
	};
	char text[ADDRESS_TEXT_BYTES];
	int error =
		vmac->has_address ? netlink_add_vip(instance->interface->netlink, index, &vip) : 0;

	if (error && error != -EEXIST)
		log_instance(LOG_ERR, instance->config->name, "cannot add %s to %s: %s",
			     address_format(&vmac->address, text), vmac->name,
			     limits_strerror(-error));
}

/* Called each time: what an earlier daemon left is adopted, the MTU follows the base's, and one
 * that was deleted is created again. */
static void make_vmac(struct instance *instance, unsigned number)
{
	const struct config_vmac *vmac = config_vmac_of(instance->config, number);
	unsigned *known = &instance->interface->vmac_indexes[number - 1];
	unsigned base_index = find_base(instance, number), index = base_index ? *known : 0;
	/* Adds it to the table, so that its changes are reported. */
	bool was_up = interfaces_get(instance->interfaces, vmac->name)->running;
	bool recreated;

	if (base_index && macvlan_ensure(instance->interface->netlink, vmac, base_index, &index))
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_INTERFACE,
				       "its virtual MAC interface %s could not be created",
				       vmac->name);
	if (index)
		add_own_address(instance, vmac, index);
	recreated = index != *known;
	if (recreated && index && *known)
		event_log_add(instance->event_log, "interface", vmac->name, "gone", "restored",
			      "something else deleted it; it was created again");
	*known = index;
	if ((recreated || !was_up) && instance->vrrp.state == XB_INSTANCE_ACTIVE)
		set_vmac(instance, number, true);
}

void instance_make_vmacs(struct instance *instance)
{
	FOR_EACH_VMAC(number, instance->config)
	make_vmac(instance, number);
}

void instance_remove_vmacs(struct instance *instance)
{
	FOR_EACH_VMAC(number, instance->config)
	if (instance_vmac_index(instance, number))
		macvlan_remove(instance->interface->netlink,
			       config_vmac_of(instance->config, number));
}

void instance_set_vmacs(struct instance *instance, bool active)
{
	FOR_EACH_VMAC(number, instance->config)
	set_vmac(instance, number, active);
}

bool instance_announces_vmac(const struct instance *instance)
{
	FOR_EACH_VMAC(number, instance->config)
	if (has_ipv6(instance->config, number) ||
	    macvlan_speaks(config_vmac_of(instance->config, number)->name))
		return true;
	return false;
}
