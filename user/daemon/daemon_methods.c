/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What xbeatctl can ask: one function a method, each returns new JSON. */
#include <unistd.h>
#include <user/core/names.h>
#include <user/daemon/clock.h>
#include <user/daemon/daemon.h>

static json_t *heartbeat_json(const struct config_heartbeat *heartbeat)
{
	return json_pack("{s:s, s:I, s:I, s:I, s:I}", "name", heartbeat->name, "interval_ns",
			 (json_int_t)heartbeat->interval_ns, "multiplier",
			 (json_int_t)heartbeat->multiplier, "detection_time_ns",
			 (json_int_t)(heartbeat->interval_ns * heartbeat->multiplier),
			 "daemon_timeout_ns", (json_int_t)heartbeat->daemon_timeout_ns);
}

static json_t *node_json(const struct daemon *daemon)
{
	const struct config_node *node = &daemon->config->heartbeat->nodes[daemon->own_node];
	json_t *json = json_pack("{s:i, s:s}", "id", node->id, "name", node->name);

	if (node->witness)
		json_object_set_new(json, "witness", json_true());
	return json;
}

static json_t *status(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;
	json_t *interfaces = json_array();
	json_t *json = json_pack("{s:I, s:i, s:s, s:s, s:s, s:s, s:I}", "epoch",
				 (json_int_t)daemon->kernel.self->epoch, "pid", (int)getpid(),
				 "configuration_file", daemon->config_path, "instance",
				 daemon->instance_name, "version", XBEAT_VERSION, "state",
				 node_state_name(daemon->kernel.self->node_state), "uptime_ns",
				 (json_int_t)time_since_ns(clock_now_ns(), daemon->started_ns));

	(void)call;
	for (size_t i = 0; i < daemon->kernel.attachment_count; i++)
		json_array_append_new(interfaces, attach_json(&daemon->kernel.attachments[i]));
	json_object_set_new(json, "interfaces", interfaces);
	json_object_set_new(json, "scheduling", scheduling_json(&daemon->scheduling));
	if (daemon->config->heartbeat) {
		json_object_set_new(json, "node", node_json(daemon));
		json_object_set_new(json, "heartbeat", heartbeat_json(daemon->config->heartbeat));
	}
	return json;
}

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
	return instances_json(&daemon->instances);
}

static json_t *drops(void *context, struct control_call *call)
{
	static const char *const names[] = {
#define X(id, name, normal, help) #name,
		XB_DROP_REASONS(X)
#undef X
	};
	const struct daemon *daemon = context;
	uint64_t counts[XB_DROP_COUNT];
	json_t *json;

	(void)call;
	if (kernel_read_drops(&daemon->kernel, counts))
		return NULL;
	json = json_object();
	for (size_t i = 0; i < XB_DROP_COUNT; i++)
		json_object_set_new(json, names[i], json_integer((json_int_t)counts[i]));
	return json;
}

const struct control_method daemon_methods[] = {
	{"status", status, false}, {"peers", peers, false}, {"vrrp", vrrp, false},
	{"drops", drops, false},   {NULL, NULL, false},
};
