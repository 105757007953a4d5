/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl vrrp". */
#include "user/vrrp/report/json.h"
#include "user/config/model/config.h"
#include "user/core/names.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/advertise.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/notify/notify.h"
#include "user/vrrp/owners/owner.h"
#include "user/vrrp/report/dump.h"
#include "user/vrrp/rules/foreign.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include "user/vrrp/state/routers.h"
#include <stdio.h>

static const char *const inhibitor_names[] = {
#define X(id, name) [INSTANCE_INHIBITOR_##id] = name,
	INSTANCE_INHIBITORS(X)
#undef X
};

static json_t *address_json(const struct xb_address *address)
{
	char text[ADDRESS_TEXT_BYTES];

	return json_string(address_format(address, text));
}

static json_t *addresses_json(const struct config_instance *config)
{
	json_t *array = json_array();

	for (size_t i = 0; i < config->vip_count; i++) {
		char address[ADDRESS_TEXT_BYTES];
		char text[ADDRESS_TEXT_BYTES + 4];

		snprintf(text, sizeof(text), "%s/%u",
			 address_format(&config->vips[i].address, address),
			 config->vips[i].prefix_length);
		json_array_append_new(array, json_string(text));
	}
	return array;
}

/* The advertised addresses as keepalived lists them: without the prefix length of a host. */
static json_t *keepalived_addresses_json(const struct config_instance *config)
{
	json_t *array = json_array();

	for (size_t i = 0; i < config->vip_count && !config->vips[i].excluded; i++) {
		const struct config_vip *vip = &config->vips[i];
		const struct config_vmac *vmac = config_vmac_of(config, vip->vmac);
		unsigned host_bits = address_family(&vip->address) == 4 ? 32 : 128;
		char address[ADDRESS_TEXT_BYTES], length[8] = "";

		if (vip->prefix_length != host_bits)
			snprintf(length, sizeof(length), "/%u", vip->prefix_length);
		json_array_append_new(
			array, json_pack("{s:s+, s:o}", "ip_address",
					 address_format(&vip->address, address), length, "intf",
					 json_text(vmac ? vmac->name : vip->interface)));
	}
	return array;
}

json_t *instance_inhibitors_json(const struct instance *instance)
{
	json_t *array = json_array();

	for (size_t i = 0; i < INSTANCE_INHIBITOR_COUNT; i++)
		if (instance->inhibitors[i][0])
			json_array_append_new(array, json_pack("{s:s, s:o}", "kind",
							       inhibitor_names[i], "text",
							       json_text(instance->inhibitors[i])));
	return array;
}

/* Where adverts go. */
static void add_destination(json_t *json, const struct config_instance *config)
{
	json_t *peers;

	if (!config->unicast_peer_count) {
		json_object_set_new(json, "destination", address_json(&config->group));
		return;
	}
	peers = json_array();
	for (size_t i = 0; i < config->unicast_peer_count; i++)
		json_array_append_new(peers, address_json(&config->unicast_peers[i].address));
	json_object_set_new(json, "unicast_peers", peers);
}

/* Of an Active whose addresses are guarded. */
static json_t *guard_json(const struct instance *instance)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t due_in_ns = time_since_ns(instance->guard->deadline_ns, now_ns);

	return json_pack("{s:I, s:I, s:b}", "timeout_ns",
			 (json_int_t)instance->config->guard_timeout_ns, "due_in_ns",
			 (json_int_t)due_in_ns, "fenced", instance_guard_expired(instance, now_ns));
}

/* "fault": what keepalived's FAULT means, with the first of the reasons. */
static void add_inhibitors(json_t *json, const struct instance *instance)
{
	json_t *inhibitors = instance_inhibitors_json(instance);

	if (json_array_size(inhibitors)) {
		json_object_set(json, "obstacles", inhibitors);
		if (instance->vrrp.state == XB_INSTANCE_INITIALIZE)
			json_object_set(json, "fault", json_array_get(inhibitors, 0));
	}
	json_decref(inhibitors);
}

/* What only some instances have. */
static void add_optional(json_t *json, const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	json_t *foreign = json_array();

	if (instance->group)
		json_object_set_new(json, "group", json_text(instance->group->config->name));
	if (config->use_vmac)
		json_object_set_new(json, "virtual_mac_interface", json_text(config->vmac.name));
	if (instance->operator->pinned_priority)
		json_object_set_new(json, "pinned_priority",
				    json_integer(instance->operator->pinned_priority));
	if (instance->operator->until_unix_ns)
		json_object_set_new(json, "until_unix_ns",
				    json_integer((json_int_t)instance->operator->until_unix_ns));
	if (instance->inhibitors[INSTANCE_INHIBITOR_OPERATOR][0])
		json_object_set_new(json, "stays_away", json_string("operator"));
	else if (instance->inhibitors[INSTANCE_INHIBITOR_DRAINED][0])
		json_object_set_new(json, "stays_away", json_string("drained"));
	add_inhibitors(json, instance);
	if (instance_is_guarded(instance))
		json_object_set_new(json, "guard", guard_json(instance));
	instance_add_signing(json, instance);
	foreign_json(instance, foreign);
	if (json_array_size(foreign))
		json_object_set(json, "foreign_addresses", foreign);
	json_decref(foreign);
}

static json_t *adverts_json(const struct instance *instance, const struct xb_vrrp *router)
{
	const struct instance_adverts *adverts = instance->adverts;
	json_t *json = json_pack("{s:I, s:I, s:I, s:I}", "sent", (json_int_t)adverts->sent_count,
				 "received", (json_int_t)router->received_count, "release_sent",
				 (json_int_t)adverts->release_sent_count, "release_received",
				 (json_int_t)instance->vrrp.releases_heard_count);
	char text[ADVERT_FAILURE_BYTES];

	if (!adverts->failing_since_ns)
		return json;
	json_object_set_new(
		json, "failing_ns",
		json_integer((json_int_t)time_since_ns(clock_now_ns(), adverts->failing_since_ns)));
	json_object_set_new(json, "failure", json_text(instance_advert_failure(instance, text)));
	return json;
}

/* Adverts that no node has sent: how many, and the last. */
static void add_refuted(json_t *json, const struct instance *instance, const struct xb_vrrp *router)
{
	const struct vrrp_advert *refuted = &instance->routers->aside.refuted;

	json_object_set_new(json, "refuted_count", json_integer((json_int_t)router->refuted_count));
	json_object_set_new(json, "overtaken_count",
			    json_integer((json_int_t)instance->routers->aside.overtaken_count));
	if (!refuted->arrival_ns)
		return;
	json_object_set_new(json, "refuted_source", address_json(&refuted->source));
	json_object_set_new(json, "refuted_priority", json_integer(refuted->priority));
	json_object_set_new(
		json, "refuted_age_ns",
		json_integer((json_int_t)time_since_ns(clock_now_ns(), refuted->arrival_ns)));
}

/* Whose adverts count. */
static void add_routers(json_t *json, const struct instance *instance)
{
	char text[VRRP_REASON_BYTES];

	routers_reason(instance, text, sizeof(text));
	json_object_set_new(json, "routers",
			    json_string(instance->routers->nodes ? "nodes" : "any"));
	json_object_set_new(json, "routers_reason", json_text(text));
	if (!instance->routers->nodes)
		return;
	json_object_set_new(json, "routers_held", json_boolean(instance->routers->held));
	if (routers_distrust_reason(instance, text, sizeof(text)))
		json_object_set_new(json, "routers_unheld_reason", json_text(text));
}

static json_t *instance_json(const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	const struct vrrp *vrrp = &instance->vrrp;
	struct vrrp_advert active;
	struct xb_vrrp router;
	json_t *json;

	instance_router_read(instance, &router);
	json = json_pack("{s:o, s:i, s:s, s:o, s:i, s:s, s:i, s:i}", "name",
			 json_text(config->name), "vrid", config->vrid, "family",
			 config->family == 4 ? "ipv4" : "ipv6", "interface",
			 json_text(config->interface), "version", config->version, "state",
			 instance_state_name(vrrp->state), "priority", config->priority,
			 "effective_priority", vrrp->effective_priority);
	if (instance_hear_active(instance, &active))
		json_object_set_new(json, "active_address", address_json(&active.source));
	json_object_set_new(json, "since_unix_ns",
			    json_integer((json_int_t)instance->report->since_unix_ns));
	json_object_set_new(json, "state_age_ns",
			    json_integer((json_int_t)time_since_ns(clock_now_ns(),
								   instance->report->since_ns)));
	json_object_set_new(json, "reason", json_text(vrrp->reason));
	instance_add_owners(json, instance);
	json_object_set_new(json, "addresses", addresses_json(config));
	json_object_set_new(json, "adverts", adverts_json(instance, &router));
	json_object_set_new(json, "transitions", json_integer((json_int_t)vrrp->transition_count));
	json_object_set_new(json, "keepalived_state", json_string(dump_state_of(instance)->name));
	json_object_set_new(json, "keepalived_addresses", keepalived_addresses_json(config));
	json_object_set_new(json, "became_active_count",
			    json_integer((json_int_t)instance->report->became_active_count));
	json_object_set_new(json, "left_active_count",
			    json_integer((json_int_t)instance->report->left_active_count));
	instance_add_transitions(json, instance);
	add_routers(json, instance);
	add_refuted(json, instance, &router);
	add_destination(json, config);
	add_optional(json, instance);
	return json;
}

json_t *instances_json(const struct vrrp_room *room)
{
	const struct instances *instances = &room->instances;
	json_t *array = json_array();

	for (size_t i = 0; i < instances->count; i++)
		json_array_append_new(array, instance_json(instances->list[i]));
	return array;
}

json_t *instances_routers_json(const struct vrrp_room *room)
{
	json_t *array = json_array();

	for (size_t i = 0; i < room->instances.count; i++) {
		const struct instance *instance = room->instances.list[i];
		json_t *json = json_object();

		json_object_set_new(json, "instance", json_text(instance->config->name));
		add_routers(json, instance);
		json_array_append_new(array, json);
	}
	return array;
}

json_t *instances_foreign_json(const struct vrrp_room *room)
{
	json_t *array = json_array();

	for (size_t i = 0; i < room->instances.count; i++)
		foreign_json(room->instances.list[i], array);
	return array;
}

unsigned instances_refused_fifos(const struct vrrp_room *room)
{
	return notify_refused_count(room->services.notify);
}
