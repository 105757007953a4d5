/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The method "status": what this daemon is, and what it does. */
#include "user/core/names.h"
#include "user/daemon/daemon.h"
#include "user/figures/lateness.h"
#include "user/heartbeat/own_links.h"
#include "user/kernel/maps/guards.h"
#include "user/kernel/maps/self.h"
#include "user/lib/clock.h"
#include "user/lib/text/json_text.h"
#include "user/pools/report/report.h"
#include "user/vrrp/report/json.h"
#include <unistd.h>

static json_t *heartbeat_json(const struct config_heartbeat *heartbeat)
{
	json_t *json = json_pack("{s:o, s:I, s:I}", "name", json_text(heartbeat->name),
				 "interval_ns", (json_int_t)heartbeat->interval_ns,
				 "daemon_timeout_ns", (json_int_t)heartbeat->daemon_timeout_ns);
	json_t *detection;

	if (heartbeat->multiplier_auto)
		detection = json_pack("{s:I, s:I}", "detection_min_ns",
				      (json_int_t)heartbeat->detection_min_ns, "detection_max_ns",
				      (json_int_t)heartbeat->detection_max_ns);
	else
		detection = json_pack("{s:I, s:I}", "multiplier", (json_int_t)heartbeat->multiplier,
				      "detection_time_ns",
				      (json_int_t)(heartbeat->interval_ns * heartbeat->multiplier));
	json_object_update_new(json, detection);
	return json;
}

static json_t *node_json(const struct daemon *daemon)
{
	const struct config_node *node = &daemon->config->heartbeat->nodes[daemon->own_node];
	json_t *json = json_pack("{s:i, s:o}", "id", node->id, "name", json_text(node->name));

	if (node->witness)
		json_object_set_new(json, "witness", json_true());
	return json;
}

/* Only while this node is isolated. */
static void add_isolation(const struct daemon *daemon, json_t *json)
{
	const struct peers *peers = &daemon->peers;

	if (!peers->isolated)
		return;
	json_object_set_new(json, "isolated", json_true());
	json_object_set_new(
		json, "isolated_age_ns",
		json_integer((json_int_t)time_since_ns(clock_now_ns(), peers->isolated_since_ns)));
	json_object_set_new(json, "isolated_reason", json_text(peers->isolated_reason));
}

static json_t *refused_json(const struct daemon *daemon)
{
	const struct control_refused *refused = &daemon->control.refused,
				     *by_apps = &daemon->apps.socket.refused;

	return json_pack("{s:I, s:I, s:I, s:i}", "connections",
			 (json_int_t)refused->connections + by_apps->connections, "requests",
			 (json_int_t)refused->requests + by_apps->requests, "gone",
			 (json_int_t)refused->gone + by_apps->gone, "fifos",
			 (int)instances_refused_fifos(door_enter(daemon->vrrp)));
}

static json_t *reloads_json(const struct daemon *daemon)
{
	return json_pack("{s:I, s:I}", "ok", (json_int_t)daemon->reload_counts.ok, "refused",
			 (json_int_t)daemon->reload_counts.refused);
}

static void add_guard(const struct daemon *daemon, json_t *json)
{
	const char *reason = kernel_unguarded_reason(&daemon->kernel);

	if (reason)
		json_object_set_new(json, "guard_refused_reason", json_text(reason));
}

/* What goes on beside the loop. */
static void add_progress(const struct daemon *daemon, json_t *json)
{
	if (daemon->reload)
		json_object_set_new(json, "reloading", json_true());
	if (daemon->successor)
		json_object_set_new(json, "restarting", json_true());
}

json_t *daemon_status(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;
	json_t *interfaces = json_array();
	json_t *json =
		json_pack("{s:I, s:i, s:o, s:s, s:s, s:s, s:I}", "epoch",
			  (json_int_t)kernel_self_epoch(&daemon->kernel), "pid", (int)getpid(),
			  "configuration_file", json_text(daemon->files.config_path), "instance",
			  daemon->daemon_name, "version", XBEAT_VERSION, "state",
			  node_state_name(kernel_self_state(&daemon->kernel)), "uptime_ns",
			  (json_int_t)time_since_ns(clock_now_ns(), daemon->started_ns));

	(void)call;
	for (size_t i = 0; i < daemon->kernel.attachment_count; i++)
		json_array_append_new(
			interfaces,
			kernel_attachment_json(&daemon->kernel, &daemon->kernel.attachments[i]));
	json_object_set_new(json, "event_sequence",
			    json_integer((json_int_t)daemon->event_log.sequence));
	json_object_set_new(json, "interfaces", interfaces);
	json_object_set_new(json, "waiting_interfaces", attach_waits_json(&daemon->kernel));
	json_object_set_new(json, "chain", chain_json(&daemon->kernel.chain, NULL));
	json_object_set_new(json, "foreign_addresses",
			    instances_foreign_json(door_enter(daemon->vrrp)));
	json_object_set_new(json, "routers", instances_routers_json(door_enter(daemon->vrrp)));
	json_object_set_new(json, "auth_hmac", instances_signing_json(door_enter(daemon->vrrp)));
	json_object_set_new(json, "restored_pins_count", json_integer(daemon->restored_pins_count));
	json_object_set_new(json, "scheduling", scheduling_json(&daemon->scheduling));
	json_object_set_new(json, "runner",
			    json_pack("{s:i, s:b}", "pid", (int)runner_pid(daemon->runner),
				      "service", runner_is_of_service(daemon->runner)));
	json_object_set_new(json, "refused", refused_json(daemon));
	json_object_set_new(json, "reloads", reloads_json(daemon));
	if (pools_count(daemon->pools))
		json_object_set_new(json, "pools", pools_counts_json(daemon->pools));
	add_guard(daemon, json);
	add_progress(daemon, json);
	if (daemon->config->heartbeat) {
		json_object_set_new(json, "node", node_json(daemon));
		json_object_set_new(json, "heartbeat", heartbeat_json(daemon->config->heartbeat));
		json_object_set_new(json, "loop", lateness_json(&daemon->peers.lateness));
		json_object_set_new(json, "links", peers_links_json(&daemon->peers));
		json_object_set_new(json, "disagreements",
				    cluster_disagreements_json(daemon->cluster));
		add_isolation(daemon, json);
	}
	return json;
}
