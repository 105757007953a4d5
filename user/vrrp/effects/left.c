/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What xbeatd did not add it does not remove, but for what a keepalived may have left. An address
 * that it adds bears its mark in the kernel (user/net/netlink/address.h), by which the next daemon
 * knows it, whatever the configuration has become meanwhile. Linux before 5.18 keeps no mark, nor
 * did earlier versions set one: then the bits in the instance's slot (effects/router.h) count, for
 * the address with the configured prefix length.
 */
#include "user/vrrp/effects/left.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/log.h"
#include "user/net/netlink/address.h"
#include "user/net/netlink/netlink.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/routes.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/effects/vmac.h"

static const struct config_vip *config_of(const struct instance *instance, size_t vip)
{
	return &instance->config->vips[vip];
}

static bool was_added(const struct instance *instance, size_t vip)
{
	return !instance->started && !instance_added_are_marked(instance) &&
	       (instance_added_bits(instance) & instance_added_bit(vip));
}

/* A keepalived that was killed leaves its addresses without a mark, and a Backup that kept them
 * would answer for them, too. So what is there at the start exactly as configured counts as left,
 * as in keepalived, unless this node is the owner. */
static bool may_be_keepaliveds(const struct instance *instance)
{
	return !instance->started && instance->config->priority != VRRP_PRIORITY_OWNER;
}

static bool is_vip(const struct instance *instance, size_t vip, const struct local_address *local)
{
	return local_address_is_vip(local, instance->vips->list[vip].interface_index,
				    config_of(instance, vip));
}

static void log_removed(const struct instance *instance, const struct local_address *local)
{
	char text[ADDRESS_TEXT_BYTES];

	log_instance(LOG_NOTICE, instance->config->name,
		     "removed %s/%u from %s, left by an earlier daemon",
		     address_format(&local->address, text), local->prefix_length, local->interface);
}

static void remove_address(const struct instance *instance, const struct local_address *local)
{
	const struct config_vip left = {
		.address = local->address,
		.prefix_length = local->prefix_length,
		.has_peer = !address_equal(&local->network, &local->address),
		.peer = local->network,
		.peer_prefix_length = local->prefix_length,
	};

	if (!netlink_remove_vip(instance->vips->netlink, local->interface_index, &left))
		log_removed(instance, local);
}

/* One with another prefix length than configured is of no use. */
static void judge(const struct instance *instance, size_t vip, const struct local_address *local)
{
	const struct config_vip *config = config_of(instance, vip);
	struct instance_vip *place = &instance->vips->list[vip];
	uint8_t prefix_length =
		config->has_peer ? config->peer_prefix_length : config->prefix_length;

	if (local->interface_index != place->interface_index ||
	    !address_equal(&local->address, &config->address))
		return;
	if (is_vip(instance, vip, local) && local->prefix_length == prefix_length) {
		place->left =
			local->ours || was_added(instance, vip) || may_be_keepaliveds(instance);
		place->unmarked = !local->ours;
		place->unknown = !local->ours && !was_added(instance, vip);
	} else if (local->ours) {
		remove_address(instance, local);
	}
}

static bool any(const bool *moved, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (moved[i])
			return true;
	return false;
}

static void remove_address_left(struct instance *instance, size_t i)
{
	struct instance_vip *vip = &instance->vips->list[i];
	char text[ADDRESS_TEXT_BYTES];

	if (vip->left && !netlink_remove_vip(instance->vips->netlink, vip->interface_index,
					     config_of(instance, i)))
		log_instance(
			LOG_NOTICE, instance->config->name, "removed %s/%u, %s",
			address_format(&config_of(instance, i)->address, text),
			config_of(instance, i)->prefix_length,
			vip->unknown
				? "which was there at the start without xbeatd's mark: a keepalived that was killed left it, or something else added it; an address of this node itself needs priority 255"
				: "left by an earlier daemon");
	vip->left = false;
}

void instance_find_left(struct instance *instance, const bool *moved)
{
	_cleanup_free_ struct local_address *list = NULL;
	size_t vip_count = instance->config->vip_count;
	size_t count = 0;

	if (!any(moved, vip_count) || local_addresses(&list, &count))
		return;
	for (size_t i = 0; i < vip_count; i++) {
		if (!moved[i] || instance->vips->list[i].held)
			continue;
		instance->vips->list[i].left = false;
		for (size_t k = 0; k < count; k++)
			judge(instance, i, &list[k]);
		if (instance->started && instance->vrrp.state != XB_INSTANCE_ACTIVE)
			remove_address_left(instance, i);
	}
}

void instance_remove_left(struct instance *instance)
{
	instance_set_vmacs(instance, false);
	instance_change_routes(instance, false);
	for (size_t i = 0; i < instance->config->vip_count; i++)
		remove_address_left(instance, i);
	instance_set_added_bits(instance, 0);
}

bool instance_address_was_replaced(const struct instance *instance, size_t vip)
{
	_cleanup_free_ struct local_address *list = NULL;
	size_t count = 0;

	if (!netlink_marks_addresses() || instance->vips->list[vip].unmarked ||
	    local_addresses(&list, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!list[i].ours && is_vip(instance, vip, &list[i]))
			return true;
	return false;
}

bool instance_address_is_own(const struct instance *instance, size_t vip,
			     const struct local_address *list, size_t count)
{
	const struct instance_vip *place = &instance->vips->list[vip];

	for (size_t i = 0; i < count; i++)
		if (!list[i].ours &&
		    address_equal(&list[i].address, &config_of(instance, vip)->address) &&
		    !((place->held || place->left) && is_vip(instance, vip, &list[i])))
			return true;
	return false;
}
