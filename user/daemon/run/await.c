/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A start before the network is there: without an address of any node, xbeatd does not know which
 * one it is, so nothing is loaded yet. It waits for one, answers on the control socket what it
 * waits for, and stops or reads its files again as a running daemon does. What else may be missing
 * is waited for while the daemon runs: interfaces.c, user/kernel/attach_wait.c,
 * user/heartbeat/prober_links.c.
 */
#include "user/daemon/daemon.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/text/diagnostics_print.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include "user/service/service_manager.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xbeat/paths.h>

/* Addresses are also reported when they come; notifications may be lost. */
#define CHECK_SPACING_NS NS_PER_SECOND
/* Asked for with each check: how long it takes is unknown. */
#define EXTENSION "EXTEND_TIMEOUT_USEC=60000000"
#define METHODS_MAX 32

struct await {
	struct daemon *daemon;
	struct event_base *base;
	struct signals signals;
	struct interface_monitor monitor;
	struct control control;
	struct control_method methods[METHODS_MAX];
	struct event *check;
	struct daemon_inputs inputs; /* of the last attempt; its configuration is the daemon's */
	uint64_t since_ns;
	bool known, stopped;
};

static void notify(const char *reason)
{
	char state[512];

	snprintf(state, sizeof(state), EXTENSION "\nSTATUS=waits: %.400s", reason);
	service_manager_notify(state);
}

static void report(struct daemon *daemon, const char *reason)
{
	event_log_add(&daemon->event_log, "daemon", "self", "starting", "waiting", "waits: %s",
		      reason);
	notify(reason);
}

static int identify(const struct daemon *daemon, struct daemon_inputs *inputs)
{
	inputs->files = daemon->files;
	inputs->config = daemon->config;
	return daemon_identify(inputs);
}

void daemon_await_begin(struct daemon *daemon)
{
	_cleanup_free_ struct daemon_inputs *inputs = calloc(1, sizeof(*inputs));

	if (inputs && identify(daemon, inputs))
		report(daemon, inputs->message);
}

static void use(struct daemon *daemon, struct daemon_inputs *inputs)
{
	config_free(daemon->config);
	free(daemon->start_text);
	daemon->config = inputs->config;
	daemon->start_text = inputs->text;
	memcpy(daemon->keys, inputs->keys, sizeof(daemon->keys));
	inputs->config = NULL;
	inputs->text = NULL;
}

/* Returns 0 or a negative errno, which is logged, with the reason in await->inputs.message. */
static int read_again(struct await *await)
{
	struct daemon *daemon = await->daemon;
	struct daemon_inputs *inputs = &await->inputs;
	struct diagnostics diagnostics = {0};
	int error;

	*inputs = (struct daemon_inputs){.files = daemon->files};
	error = daemon_read_inputs(inputs, &diagnostics);
	if (!error)
		error = daemon_check_place(inputs, daemon->config);
	diagnostics_log(&diagnostics);
	diagnostics_free(&diagnostics);
	if (error)
		log_error("%s; what was read before is kept", inputs->message);
	else
		use(daemon, inputs);
	config_free(inputs->config);
	free(inputs->text);
	inputs->config = NULL;
	inputs->text = NULL;
	explicit_bzero(inputs->keys, sizeof(inputs->keys));
	daemon_hide_secrets(daemon);
	return error;
}

static bool find_node(struct await *await)
{
	char before[sizeof(await->inputs.message)];

	memcpy(before, await->inputs.message, sizeof(before));
	if (!await->daemon->config->heartbeat || !identify(await->daemon, &await->inputs))
		return true;
	if (strcmp(before, await->inputs.message) != 0)
		report(await->daemon, await->inputs.message);
	return false;
}

/* Alternative names of interfaces that came meanwhile are looked up when the files are read. */
static void check(struct await *await)
{
	struct daemon *daemon = await->daemon;

	if (!find_node(await))
		return;
	read_again(await);
	await->known = find_node(await);
	if (!await->known)
		return;
	daemon->own_node = daemon->config->heartbeat ? await->inputs.own_node : 0;
	event_log_add(&daemon->event_log, "daemon", "self", "waiting", "starting",
		      "this machine is %s; waited for %.1f s",
		      daemon->config->heartbeat
			      ? daemon->config->heartbeat->nodes[daemon->own_node].name
			      : "without heartbeats",
		      duration_s(time_since_ns(clock_now_ns(), await->since_ns)));
	event_base_loopbreak(await->base);
}

static void on_check(evutil_socket_t fd, short what, void *context)
{
	struct await *await = context;

	(void)fd;
	(void)what;
	check(await);
	notify(await->inputs.message);
	clock_arm(await->check, clock_now_ns() + CHECK_SPACING_NS);
}

/* Soon, because an event handler must not free the monitor. */
static void check_soon(void *context)
{
	const struct await *await = context;

	clock_arm(await->check, clock_now_ns());
}

static void on_interface(void *context, const struct interface_event *event)
{
	(void)context;
	(void)event;
}

static void on_address(void *context, const struct address_event *event)
{
	if (event->present)
		check_soon(context);
}

static void on_signal(void *context, int number)
{
	struct await *await = context;

	if (number == SIGHUP) {
		log_notice("SIGHUP: reads its files again");
		if (!read_again(await))
			check_soon(await);
	} else if (number == SIGTERM || number == SIGINT) {
		log_notice("%s: stopping", strsignal(number));
		await->stopped = true;
		event_base_loopbreak(await->base);
	}
}

static json_t *refuse(void *context, struct control_call *call)
{
	const struct await *await = context;

	return control_fail(call, "waiting", "xbeatd has been waiting for %.0f s: %s",
			    duration_s(time_since_ns(clock_now_ns(), await->since_ns)),
			    await->inputs.message);
}

static json_t *reload(void *context, struct control_call *call)
{
	struct await *await = context;
	json_t *warnings;

	if (read_again(await))
		return control_fail(call, "invalid_configuration", "%s", await->inputs.message);
	warnings = json_array();
	if (!find_node(await))
		json_array_append_new(warnings,
				      json_sprintf("xbeatd waits: %s", await->inputs.message));
	check_soon(await);
	return json_pack("{s:[], s:[], s:[], s:[], s:i, s:o}", "added", "changed", "removed",
			 "renamed", "unchanged_count", 0, "warnings", warnings);
}

/* There are no addresses that --keep could keep. */
static json_t *stop_waiting(void *context, struct control_call *call)
{
	static const struct timeval soon = {.tv_usec = 1000};
	struct await *await = context;

	(void)call;
	log_notice("xbeatctl stop: stopping");
	await->stopped = true;
	event_base_loopexit(await->base, &soon);
	return json_pack("{s:b, s:i}", "keep", false, "pid", (int)getpid());
}

static void choose_method(struct control_method *method)
{
	if (!strcmp(method->name, "reload"))
		method->call = reload;
	else
		method->call = strcmp(method->name, "stop") ? refuse : stop_waiting;
}

static int start_control(struct await *await)
{
	char path[sizeof(await->control.path)];

	for (size_t i = 0; i < METHODS_MAX - 1 && daemon_methods[i].name; i++) {
		await->methods[i] = daemon_methods[i];
		choose_method(&await->methods[i]);
	}
	snprintf(path, sizeof(path), XB_CONTROL_SOCKET, await->daemon->daemon_name);
	return control_start(&await->control, await->base, path, &await->daemon->event_log,
			     await->methods, await);
}

static int start(struct await *await)
{
	static const struct interface_handlers handlers = {
		.on_interface = on_interface, .on_address = on_address, .on_overrun = check_soon};
	int error;

	await->base = event_base_new();
	if (!await->base)
		return -ENOMEM;
	error = signals_start(&await->signals, await->base, on_signal, await);
	if (!error)
		error = interface_monitor_start(&await->monitor, await->base, &handlers, await);
	if (!error)
		error = start_control(await);
	if (error)
		return error;
	await->check = evtimer_new(await->base, on_check, await);
	if (!await->check)
		return -ENOMEM;
	identify(await->daemon, &await->inputs);
	check_soon(await);
	return 0;
}

static void stop(struct await *await)
{
	control_stop(&await->control);
	interface_monitor_stop(&await->monitor);
	if (await->check)
		event_free(await->check);
	signals_stop(&await->signals);
	signals_ignore(); /* until the daemon has its own */
	if (await->base)
		event_base_free(await->base);
	await->base = NULL;
}

int daemon_await_node(struct daemon *daemon)
{
	_cleanup_free_ struct await *await = calloc(1, sizeof(*await));
	int error;

	if (!await)
		return -ENOMEM;
	await->daemon = daemon;
	await->since_ns = clock_now_ns();
	error = start(await);
	if (error)
		log_error("cannot wait for an address of this node: %s", limits_strerror(-error));
	else
		event_base_dispatch(await->base);
	stop(await);
	if (!error && await->stopped)
		error = -EINTR;
	return error;
}
