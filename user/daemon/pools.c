/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server pools of this daemon, and the methods about them. */
#include "user/pools/pools.h"
#include "user/daemon/daemon.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/netlink/local_address.h"
#include "user/pools/operator.h"
#include "user/pools/report/report.h"
#include "user/pools/suspend.h"
#include "user/vrrp/commands.h"
#include "user/vrrp/tracking.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DRAIN_MAX_NS (30 * 86400 * (json_int_t)NS_PER_SECOND) /* as of drain_timeout */

int daemon_prepare_pools(struct daemon *daemon)
{
	daemon->prepared_pools = pools_prepare(daemon->config);
	return daemon->prepared_pools ? 0 : -ENOMEM;
}

static void use_addresses(struct daemon *daemon)
{
	struct local_address *list;
	struct xb_address *addresses;
	size_t count;
	int error = local_addresses(&list, &count);

	if (error) {
		log_warning("ha_suspend: cannot read the addresses of this machine: %s",
			    limits_strerror(-error));
		return;
	}
	addresses = calloc(count + 1, sizeof(*addresses));
	if (!addresses)
		limits_out_of_memory();
	for (size_t i = 0; i < count; i++)
		addresses[i] = list[i].address;
	pools_use_addresses(daemon->pools, addresses, count);
	free(addresses);
	free(list);
}

static void follow_instance(struct daemon *daemon)
{
	const struct config *config = daemon->config;
	const char *name = config->pools.sync.instance;
	bool active = instances_is_active(door_enter(daemon->vrrp), name);

	for (size_t i = 0; i < config->instance_count; i++)
		if (!strcmp(config->instances[i].name, name))
			pools_sync(daemon->pools, active, config->instances[i].vrid);
}

static void on_follow(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;

	(void)fd;
	(void)what;
	if (daemon->follows_addresses || pools_need_addresses(daemon->pools))
		use_addresses(daemon);
	daemon->follows_addresses = pools_need_addresses(daemon->pools);
	if (daemon->config->pools.sync.instance)
		follow_instance(daemon);
}

/* An instance brings several addresses: they are read once. */
void daemon_pools_follow_soon(void *context)
{
	static const struct timeval soon = {.tv_usec = 2000};
	const struct daemon *daemon = context;

	if (daemon->pools && !event_pending(daemon->pools_follow, EV_TIMEOUT, NULL))
		event_add(daemon->pools_follow, &soon);
}

/* Of a vrrp_check, which instances may track. */
static void on_probe(void *context, const char *name, bool up, const char *reason)
{
	const struct daemon *daemon = context;

	instances_check_changed(door_enter(daemon->vrrp), name, up, reason);
}

int daemon_start_pools(struct daemon *daemon)
{
	const struct pools_setup setup = {
		.base = daemon->base,
		.daemon_name = daemon->daemon_name,
		.continues = daemon->continues,
		.starter = daemon->starter,
		.runner = daemon->runner,
		.config = daemon->config,
		.event_log = &daemon->event_log,
		.saved = json_object_get(daemon->saved, "pools"),
		.probe_changed = on_probe,
		.context = daemon,
	};
	struct pools_prepared *prepared = daemon->prepared_pools;

	daemon->prepared_pools = NULL;
	daemon->pools = pools_start(&setup, prepared);
	daemon->pools_follow = evtimer_new(daemon->base, on_follow, daemon);
	if (!daemon->pools || !daemon->pools_follow)
		return -ENOMEM;
	on_follow(-1, 0, daemon);
	return 0;
}

void daemon_stop_pools(struct daemon *daemon)
{
	if (daemon->pools_follow)
		event_free(daemon->pools_follow);
	pools_stop(daemon->pools, false);
	daemon->pools = NULL;
	pools_prepared_free(daemon->prepared_pools);
}

json_t *daemon_call_pools(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;
	const char *pool = NULL;
	json_int_t skip = 0;

	if (!control_unpack(call, "{s?s, s?I}", "pool", &pool, "skip", &skip))
		return NULL;
	if (skip < 0)
		return control_fail(call, "invalid_parameter", "skip must not be negative");
	return pools_json_of(daemon->pools, pool, (size_t)skip);
}

/* Reads which servers are meant. Returns success, or false with the failure set. */
static bool read_selection(const struct daemon *daemon, struct control_call *call,
			   struct pools_selection *selection)
{
	const char *server = json_string_value(json_object_get(call->parameters, "server"));
	const json_t *pool = json_object_get(call->parameters, "pool");

	selection->pool = json_string_value(pool);
	if (!server)
		control_fail(call, "invalid_parameter", "missing parameter: server");
	else if (pool && !selection->pool)
		control_fail(call, "invalid_parameter", "pool must be the name of a pool");
	else if (!select_parse(server, selection))
		control_fail(call, "invalid_parameter",
			     "%.100s is not ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT", server);
	else if (pools_selects_too_many(daemon->pools, selection))
		control_fail(call, "refused",
			     "%.100s is more than %d servers: name ADDRESS:PORT, or a pool", server,
			     POOLS_SELECTED_MAX);
	else
		return true;
	return false;
}

static json_t *fail_unknown(struct control_call *call, const struct pools_selection *selection)
{
	const char *server = json_string_value(json_object_get(call->parameters, "server"));

	return control_fail(call, "refused", "%s%.100s has no server %.100s; see: xbeatctl pool",
			    selection->pool ? "pool " : "",
			    selection->pool ? selection->pool : "the configuration", server);
}

json_t *daemon_call_pool_explain(void *context, struct control_call *call)
{
	const struct daemon *daemon = context;
	struct pools_selection selection;
	json_t *json;

	if (!read_selection(daemon, call, &selection))
		return NULL;
	json = pools_explain(daemon->pools, &selection);
	return json ? json : fail_unknown(call, &selection);
}

/* It has changed, and outlives this daemon. */
static json_t *saved_or_unknown(struct daemon *daemon, struct control_call *call,
				const struct pools_selection *selection, json_t *changed)
{
	if (!changed)
		return fail_unknown(call, selection);
	daemon_save_operator(daemon);
	return changed;
}

json_t *daemon_call_pool_mode(void *context, struct control_call *call)
{
	struct daemon *daemon = context;
	const char *name = json_string_value(json_object_get(call->parameters, "mode"));
	json_int_t timeout_ns = json_integer_value(json_object_get(call->parameters, "timeout_ns"));
	struct pools_selection selection;
	enum pool_mode mode;

	if (!read_selection(daemon, call, &selection))
		return NULL;
	if (!name || !pools_mode_find(name, &mode))
		return control_fail(call, "invalid_parameter",
				    "mode must be ready, drain or maintenance");
	if (timeout_ns < 0 || timeout_ns > DRAIN_MAX_NS || (timeout_ns && mode != POOL_DRAIN))
		return control_fail(call, "invalid_parameter",
				    "timeout_ns is of mode drain, and at most 30 days");
	return saved_or_unknown(
		daemon, call, &selection,
		pools_order_mode(daemon->pools, &selection, mode, (uint64_t)timeout_ns));
}

json_t *daemon_call_pool_weight(void *context, struct control_call *call)
{
	struct daemon *daemon = context;
	const json_t *value = json_object_get(call->parameters, "weight");
	int64_t weight = value ? json_integer_value(value) : POOL_WEIGHT_CONFIGURED;
	struct pools_selection selection;

	if (!read_selection(daemon, call, &selection))
		return NULL;
	if (value && (!json_is_integer(value) || weight < 0 || weight > POOL_WEIGHT_MAX))
		return control_fail(
			call, "invalid_parameter",
			"weight must be 0 to 2147483647, or missing for the configured one");
	return saved_or_unknown(daemon, call, &selection,
				pools_order_weight(daemon->pools, &selection, weight));
}
