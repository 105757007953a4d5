/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The methods of the control socket: one function each, which returns new JSON. */
#include "user/config/model/nearest.h"
#include "user/config/print/print.h"
#include "user/core/names.h"
#include "user/daemon/daemon.h"
#include "user/figures/lateness.h"
#include "user/heartbeat/own_links.h"
#include "user/kernel/maps/self.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/drop_reasons.h"
#include "user/lib/log.h"
#include "user/lib/text/json_text.h"
#include "user/pools/report/report.h"
#include "user/vrrp/commands.h"
#include "user/vrrp/report/explain.h"
#include "user/vrrp/report/json.h"
#include "user/vrrp/timers.h"
#include "user/vrrp/tracking.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RESTART_ENDS "a restart is about to end: try again"

static json_t *peers(void *context, struct control_call *call)
{
	struct daemon *daemon = context;

	(void)call;
	return peers_json(&daemon->peers);
}

static json_t *vrrp(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;

	(void)call;
	return instances_json(door_enter(daemon->vrrp));
}

static json_t *cluster(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;

	if (!daemon->cluster)
		return control_fail(
			call, "refused",
			"the configuration has no heartbeat block: this node knows no other nodes");
	return cluster_json(daemon->cluster);
}

static json_t *drops(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;
	uint64_t counts[XB_DROP_COUNT];
	json_t *json;

	(void)call;
	if (kernel_read_drops(&daemon->kernel, counts))
		return NULL;
	json = json_object();
	for (size_t i = 0; i < XB_DROP_COUNT; i++)
		json_object_set_new(json, drop_reasons[i].name,
				    json_integer((json_int_t)counts[i]));
	return json;
}

/* Also if its configuration has the instance. Returns whether that is so, with the failure set. */
static bool is_witnessed(const struct daemon *daemon, struct control_call *call, const char *name)
{
	if (!config_is_witnessed(daemon->config, name))
		return false;
	control_fail(call, "refused",
		     "this node is a witness and does not run %s; ask a node that does", name);
	return true;
}

/* nodes: it might have been the name of a node as well. */
static json_t *fail_unknown(const struct daemon *daemon, struct control_call *call, bool nodes,
			    const char *name)
{
	const char *near = config_nearest_name(daemon->config, name, nodes);
	const char *what = nodes ? "instance or node" : "instance";
	const char *others = nodes ? ", xbeatctl pool" : "";

	return near ? control_fail(call, "invalid_parameter", "unknown %s %s; did you mean %s?",
				   what, name, near)
		    : control_fail(call, "invalid_parameter",
				   "unknown %s %s; see: xbeatctl cluster, xbeatctl vrrp%s", what,
				   name, others);
}

/* The instance that the call names, or NULL with the failure set. */
static struct instance *named(const struct daemon *daemon, const struct vrrp_room *room,
			      struct control_call *call)
{
	const char *name = json_string_value(json_object_get(call->parameters, "instance"));
	struct instance *instance = name ? instances_named(room, name) : NULL;

	if (!name)
		control_fail(call, "invalid_parameter", "missing parameter: instance");
	else if (!instance && is_witnessed(daemon, call, name))
		return NULL;
	else if (!instance)
		fail_unknown(daemon, call, false, name);
	return instance;
}

static bool is_own_name(const struct daemon *daemon, const char *name)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;

	return name && heartbeat && !strcmp(heartbeat->nodes[daemon->own_node].name, name);
}

/* Adds what differs between the nodes' configurations. */
static json_t *with_differences(const struct daemon *daemon, const char *name, json_t *explanation)
{
	cluster_explain(daemon->cluster, name, json_object_get(explanation, "lines"));
	return explanation;
}

/* An instance or a node; if both have the name, the instance. */
static json_t *explain(void *context, struct control_call *call)
{
	struct daemon *daemon = context;
	struct vrrp_room *room = door_enter(daemon->vrrp);
	const char *name = json_string_value(json_object_get(call->parameters, "instance"));
	struct instance *instance = name ? instances_named(room, name) : NULL;
	struct peer *peer = name ? peers_find(&daemon->peers, name) : NULL;

	if (instance)
		return with_differences(daemon, name, instance_explain(instance));
	if (is_own_name(daemon, name))
		return with_differences(daemon, NULL, daemon_explain(daemon));
	if (peer)
		return with_differences(daemon, name, peer_explain(&daemon->peers, peer));
	if (!name)
		return control_fail(call, "invalid_parameter", "missing parameter: instance");
	if (is_witnessed(daemon, call, name))
		return NULL;
	return fail_unknown(daemon, call, true, name);
}

static json_t *tracking(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;

	(void)call;
	return instances_tracking_json(door_enter(daemon->vrrp));
}

static json_t *app(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;

	(void)call;
	return apps_json(&daemon->apps);
}

static json_t *app_open(void *context, struct control_call *call)
{
	return apps_call_open(&((struct daemon *)context)->apps, call);
}

static json_t *app_beat(void *context, struct control_call *call)
{
	return apps_call_beat(&((struct daemon *)context)->apps, call);
}

static json_t *config(void *context, struct control_call *call)
{
	struct daemon *daemon = context;
	_cleanup_free_ char *text = config_print(daemon->config);

	(void)call;
	daemon_hide_secrets(daemon);
	return json_pack("{s:o}", "text", json_text(text));
}

static json_t *reload(void *context, struct control_call *call)
{
	if (daemon_is_handing_over(context))
		return control_fail(call, "refused", "%s", RESTART_ENDS);
	daemon_reload(context, control_defer(call));
	return NULL;
}

/* Returns success, or false with the failure set. */
static bool read_force(struct control_call *call, bool *force)
{
	const json_t *value = json_object_get(call->parameters, "force");

	*force = json_is_true(value);
	if (value && !json_is_boolean(value))
		control_fail(call, "invalid_parameter", "force must be true or false");
	return !value || json_is_boolean(value);
}

static void answer_failover(void *context, json_t *json)
{
	static const struct control_failure none;

	control_answer(context, json, &none);
}

/* A node that claims the instance may take a moment to answer. */
static json_t *failover(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;
	struct instance *instance = named(daemon, door_enter(daemon->vrrp), call);
	json_int_t duration_ns =
		json_integer_value(json_object_get(call->parameters, "duration_ns"));
	char message[512];
	bool force;

	if (!instance || !read_force(call, &force))
		return NULL;
	if (duration_ns < 0)
		return control_fail(call, "invalid_parameter", "the duration is negative");
	if (instances_failover(instance, (uint64_t)duration_ns, force, message, sizeof(message)))
		return control_fail(call, "refused", "%s", message);
	instances_await_failover(instance, answer_failover, control_defer(call));
	daemon_save_operator(context);
	return NULL;
}

static json_t *resume(void *context, struct control_call *call)
{
	struct daemon *daemon = context;
	struct vrrp_room *room = door_enter(daemon->vrrp);
	bool all = !json_object_get(call->parameters, "instance");
	struct instance *instance = all ? NULL : named(daemon, room, call);
	char message[512];
	json_t *names;

	if (!all && !instance)
		return NULL;
	names = instances_resume(room, instance, message, sizeof(message));
	if (!names)
		return control_fail(call, "refused", "%s", message);
	daemon_save_operator(context);
	return json_pack("{s:o}", "instances", names);
}

static json_t *drain(void *context, struct control_call *call)
{
	struct daemon *daemon = context;
	char message[512];
	json_t *names;
	bool force;

	if (!read_force(call, &force))
		return NULL;
	names = instances_drain(door_enter(daemon->vrrp), force, message, sizeof(message));
	if (!names)
		return control_fail(call, "refused", "%s", message);
	daemon_save_operator(daemon);
	return json_pack("{s:o}", "instances", names);
}

static json_t *priority(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;
	struct instance *instance = named(daemon, door_enter(daemon->vrrp), call);
	const json_t *value = json_object_get(call->parameters, "priority");
	char message[512];
	json_t *json;

	if (!instance)
		return NULL;
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
	    json_integer_value(value) > UINT8_MAX)
		return control_fail(call, "invalid_parameter",
				    "priority must be 1 to 254, or 0 for the configured one");
	json = instances_set_priority(instance, (uint8_t)json_integer_value(value), message,
				      sizeof(message));
	if (!json)
		return control_fail(call, "refused", "%s", message);
	daemon_save_operator(context);
	return json;
}

/* The loop ends when the answer has left. */
static json_t *stop(void *context, struct control_call *call)
{
	static const struct timeval soon = {.tv_usec = 1000};
	const json_t *keep = json_object_get(call->parameters, "keep");
	struct daemon *daemon = context;
	const char *refusal = json_is_true(keep) ? daemon_keep_refusal(daemon) : NULL;

	if (keep && !json_is_boolean(keep))
		return control_fail(call, "invalid_parameter", "keep must be true or false");
	if (!refusal && daemon_is_handing_over(daemon))
		refusal = RESTART_ENDS;
	if (refusal)
		return control_fail(call, "refused", "%s", refusal);
	daemon_cancel_restart(daemon, "was ended, because xbeatd is stopped");
	daemon->keeps = json_is_true(keep);
	log_notice("xbeatctl stop: stopping%s",
		   daemon->keeps ? "; the addresses stay for the next daemon" : "");
	event_base_loopexit(daemon->base, &soon);
	return json_pack("{s:b, s:i}", "keep", daemon->keeps, "pid", (int)getpid());
}

static json_t *restart(void *context, struct control_call *call)
{
	const char *refusal = daemon_restart_refusal(context);

	if (refusal)
		return control_fail(call, "refused", "%s", refusal);
	daemon_restart(context, control_defer(call));
	return NULL;
}

/* The results of other methods as of one pass of the loop, for programs that ask each second. */
static json_t *snapshot(void *context, struct control_call *call)
{
	static const struct {
		const char *name;
		json_t *(*call)(void *context, struct control_call *call);
		bool heartbeats; /* only with a heartbeat block */
	} parts[] = {
		{"status", daemon_status, false}, {"peers", peers, false}, {"vrrp", vrrp, false},
		{"tracking", tracking, false},	  {"app", app, false},	   {"drops", drops, false},
		{"cluster", cluster, true},
	};
	struct daemon *daemon = context;
	int histograms = false;
	json_t *json;

	if (!control_unpack(call, "{s?b}", "histograms", &histograms))
		return NULL;
	door_enter(daemon->vrrp); /* what is due happens before anything is read */
	json = json_pack("{s:I}", "taken_unix_ns", (json_int_t)clock_unix_ns());
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (!parts[i].heartbeats || daemon->config->heartbeat)
			json_object_set_new(json, parts[i].name, parts[i].call(context, call));
	if (pools_count(daemon->pools))
		json_object_set_new(json, "pools", pools_json(daemon->pools));
	if (histograms)
		json_object_set_new(json, "histograms", peers_histograms_json(&daemon->peers));
	return json;
}

const struct control_method daemon_methods[] = {
	{"cluster", cluster, false}, /* all nodes */
	{"keys", daemon_call_keys, false},
	{"status", daemon_status, false},
	{"peers", peers, false},
	{"vrrp", vrrp, false},
	{"drops", drops, false},
	{"tracking", tracking, false},
	{"explain", explain, false},
	{"app", app, false},
	{"app_open", app_open, false},
	{"beat", app_beat, false},
	{"config", config, true}, /* contains passwords */
	{"pools", daemon_call_pools, false},
	{"pool_explain", daemon_call_pool_explain, false},
	{"pool_mode", daemon_call_pool_mode, true},
	{"pool_weight", daemon_call_pool_weight, true},
	{"reload", reload, true},
	{"failover", failover, true},
	{"resume", resume, true},
	{"drain", drain, true},
	{"priority", priority, true},
	{"stop", stop, true},
	{"log", daemon_call_log, false},
	{"log_level", daemon_call_log_level, true},
	{"chain", daemon_chain, false},
	{"chain_add", daemon_chain_add, true},
	{"chain_remove", daemon_chain_remove, true},
	{"restart", restart, true},
	{"snapshot", snapshot, false},
	{"capture", daemon_call_capture, true}, /* packets contain passwords of version 2 */
	{"capture_end", daemon_call_capture_end, true},
	{NULL, NULL, false},
};
