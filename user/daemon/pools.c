/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server pools of this daemon, and the methods about them. */
#include "user/pools/pools.h"
#include "user/daemon/daemon.h"
#include "user/lib/log.h"
#include "user/pools/operator.h"
#include "user/pools/report/report.h"
#include <errno.h>

int daemon_prepare_pools(struct daemon *daemon)
{
	daemon->prepared_pools = pools_prepare(daemon->config);
	return daemon->prepared_pools ? 0 : -ENOMEM;
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
		.context = daemon,
	};
	struct pools_prepared *prepared = daemon->prepared_pools;

	daemon->prepared_pools = NULL;
	daemon->pools = pools_start(&setup, prepared);
	return daemon->pools ? 0 : -ENOMEM;
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
static bool read_selection(struct control_call *call, struct pools_selection *selection)
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

	if (!read_selection(call, &selection))
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

	if (!read_selection(call, &selection))
		return NULL;
	if (!name || !pools_mode_find(name, &mode))
		return control_fail(call, "invalid_parameter",
				    "mode must be ready, drain or maintenance");
	if (timeout_ns < 0 || (timeout_ns && mode != POOL_DRAIN))
		return control_fail(call, "invalid_parameter",
				    "timeout_ns is of mode drain, and not negative");
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

	if (!read_selection(call, &selection))
		return NULL;
	if (value && (!json_is_integer(value) || weight < 0 || weight > POOL_WEIGHT_MAX))
		return control_fail(
			call, "invalid_parameter",
			"weight must be 0 to 2147483647, or missing for the configured one");
	return saved_or_unknown(daemon, call, &selection,
				pools_order_weight(daemon->pools, &selection, weight));
}
