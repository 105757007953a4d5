/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtual address on a node that is not Active answers beside the Active's: nothing fences it,
 * and xbeatd leaves it alone, because it did not add it. Therefore it is reported: as an event, in
 * the log, in "status", "vrrp" and "explain".
 *
 * A notification of an address is not proof: one of this daemon's own additions may be read after
 * the removal. What counts is the kernel's list, read a moment later.
 */
#include "user/vrrp/rules/foreign.h"
#include "user/config/model/config.h"
#include "user/core/names.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/event/event_log.h"
#include "user/lib/text/json_text.h"
#include "user/net/netlink/local_address.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/state/handover.h"
#include <stdio.h>
#include <string.h>

/* Repeated additions of an address are reported this often. */
#define REPORT_SPACING_NS (10 * NS_PER_SECOND)

static const struct config_vip *config_of(const struct instance *instance, size_t vip)
{
	return &instance->config->vips[vip];
}

/* Where the address would answer: also on the base of a virtual MAC. */
static bool is_at(const struct instance *instance, size_t vip, unsigned interface_index,
		  const struct xb_address *address)
{
	return address_equal(&config_of(instance, vip)->address, address) &&
	       (interface_index == instance->vips->list[vip].interface_index ||
		interface_index == instance_arrival_index(instance, vip));
}

static bool is_active(const struct instance *instance)
{
	return instance->vrrp.state == XB_INSTANCE_ACTIVE;
}

static bool is_static(const struct config *config, const struct xb_address *address)
{
	for (size_t i = 0; config && i < config->static_address_count; i++)
		if (address_equal(&config->static_addresses[i].address, address))
			return true;
	return false;
}

static bool another_holds(const struct instances *instances, const struct xb_address *address)
{
	for (size_t i = 0; i < instances->count; i++)
		for (size_t k = 0; k < instances->list[i]->config->vip_count; k++)
			if (is_active(instances->list[i]) &&
			    address_equal(&config_of(instances->list[i], k)->address, address))
				return true;
	return false;
}

/* Whether the address may be here although the instance is not Active. */
static bool is_expected(const struct instances *instances, const struct vrrp_node *node,
			const struct instance *instance, size_t vip)
{
	const struct xb_address *address = &config_of(instance, vip)->address;

	return instance->handover->placed || instance->config->priority == VRRP_PRIORITY_OWNER ||
	       peers_come_to(instance->peers, address) || is_static(node->config, address) ||
	       another_holds(instances, address);
}

bool foreign_concerns(const struct instances *instances, const struct address_event *event)
{
	for (size_t i = 0; i < instances->count; i++) {
		const struct instance *instance = instances->list[i];

		for (size_t k = 0; !is_active(instance) && k < instance->config->vip_count; k++)
			if ((event->present || instance->vips->list[k].foreign.interface[0]) &&
			    is_at(instance, k, event->interface_index, &event->address))
				return true;
	}
	return false;
}

static void report_foreign(const struct instance *instance, const struct local_address *found)
{
	char text[ADDRESS_TEXT_BYTES];

	address_format(&found->address, text);
	event_log_add(
		instance->event_log, "address", instance->config->name, "absent", "foreign",
		"%s/%u is on %s though this node is %s: something else added it, and it may answer beside the Active; remove it, and find out what else on this machine manages its addresses",
		text, found->prefix_length, found->interface,
		instance_state_name(instance->vrrp.state));
}

static void report_gone(const struct instance *instance, size_t vip)
{
	char text[ADDRESS_TEXT_BYTES];

	event_log_add(instance->event_log, "address", instance->config->name, "foreign", "absent",
		      "%s, which something else had added, is no longer on this node",
		      address_format(&config_of(instance, vip)->address, text));
}

/* found: NULL if it is not there. Returns whether the report has to wait. */
static bool note(const struct instance *instance, size_t vip, const struct local_address *found)
{
	struct foreign_vip *foreign = &instance->vips->list[vip].foreign;
	uint64_t now_ns = clock_now_ns();

	snprintf(foreign->interface, sizeof(foreign->interface), "%s",
		 found ? found->interface : "");
	if (foreign->reported == (found != NULL))
		return false;
	if (found && foreign->reported_ns &&
	    time_since_ns(now_ns, foreign->reported_ns) < REPORT_SPACING_NS)
		return true;
	foreign->reported = found;
	if (found)
		foreign->reported_ns = now_ns;
	if (found)
		report_foreign(instance, found);
	else
		report_gone(instance, vip);
	return false;
}

static const struct local_address *find(const struct instance *instance, size_t vip,
					const struct local_address *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_at(instance, vip, list[i].interface_index, &list[i].address))
			return &list[i];
	return NULL;
}

bool foreign_check(const struct instances *instances, const struct vrrp_node *node)
{
	_cleanup_free_ struct local_address *list = NULL;
	size_t count = 0;
	bool waits = false;

	if (local_addresses(&list, &count))
		return true;
	for (size_t i = 0; i < instances->count; i++) {
		const struct instance *instance = instances->list[i];

		for (size_t k = 0; !is_active(instance) && k < instance->config->vip_count; k++)
			waits |= note(instance, k,
				      is_expected(instances, node, instance, k)
					      ? NULL
					      : find(instance, k, list, count));
	}
	return waits;
}

void foreign_explain(const struct instance *instance, json_t *lines)
{
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < instance->config->vip_count; i++) {
		const struct foreign_vip *foreign = &instance->vips->list[i].foreign;

		if (foreign->interface[0])
			json_say(
				lines,
				"%s is on %s though this node is %s: something else added it, and it may answer beside the Active. Remove it, and find out what else on this machine manages its addresses.",
				address_format(&config_of(instance, i)->address, text),
				foreign->interface, instance_state_name(instance->vrrp.state));
	}
}

void foreign_json(const struct instance *instance, json_t *array)
{
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < instance->config->vip_count; i++) {
		const struct foreign_vip *foreign = &instance->vips->list[i].foreign;

		if (foreign->interface[0])
			json_array_append_new(
				array,
				json_pack("{s:o, s:s, s:o}", "instance",
					  json_text(instance->config->name), "address",
					  address_format(&config_of(instance, i)->address, text),
					  "interface", json_text(foreign->interface)));
	}
}
