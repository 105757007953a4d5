/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes the heartbeat block; see block.h. */
#include "user/daemon/block.h"
#include "user/config/print/print.h"
#include "user/heartbeat/change.h"
#include "user/kernel/load/next.h"
#include "user/kernel/maps/self.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/vrrp/peers_change.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block_change {
	const struct config_heartbeat *from, *to;
	struct kernel_next *next; /* NULL: the running programs fit */
	struct peers_change peers;
	char *from_text, *to_text; /* as printed */
};

void block_setup(const struct config_heartbeat *heartbeat, size_t own_node,
		 struct kernel_setup *setup, struct xb_peer **slots)
{
	static const enum attach_mode modes[] = {[CONFIG_XDP_AUTO] = ATTACH_AUTO,
						 [CONFIG_XDP_NATIVE] = ATTACH_NATIVE,
						 [CONFIG_XDP_GENERIC] = ATTACH_GENERIC,
						 [CONFIG_XDP_NONE] = ATTACH_NONE};

	setup->interfaces = heartbeat->interfaces;
	setup->interface_count = heartbeat->interface_count;
	setup->mode = modes[heartbeat->mode];
	setup->peer_count = peers_slots(heartbeat, own_node, slots);
	setup->peers = *slots;
	setup->constants = (struct xb_constants){
		.port = heartbeat->port,
		.second_port = heartbeat->second_port,
		.cluster_id = heartbeat->cluster_id,
		.node_id = heartbeat->nodes[own_node].id,
		.slot_count = (uint16_t)setup->peer_count,
		.adaptive = heartbeat->multiplier_auto,
	};
	memcpy(setup->constants.own_addresses, heartbeat->nodes[own_node].addresses,
	       sizeof(setup->constants.own_addresses));
}

bool block_equal(const struct config_heartbeat *one, const struct config_heartbeat *other)
{
	_cleanup_free_ char *left = config_print_heartbeat(one),
			    *right = config_print_heartbeat(other);

	return !strcmp(left, right);
}

bool block_differs(const struct config_heartbeat *running, const struct config_heartbeat *wanted)
{
	struct config_heartbeat retimed;

	if (!running || !wanted)
		return running != wanted;
	retimed = *running;
	config_heartbeat_retime(&retimed, wanted);
	return !block_equal(&retimed, wanted);
}

__attribute__((format(printf, 2, 3))) static int refuse(struct daemon_inputs *inputs,
							const char *format, ...)
{
	size_t used;
	va_list arguments;

	va_start(arguments, format);
	used = (size_t)vsnprintf(inputs->message, sizeof(inputs->message), format, arguments);
	va_end(arguments);
	if (used < sizeof(inputs->message))
		snprintf(inputs->message + used, sizeof(inputs->message) - used,
			 "; restart xbeatd to apply it");
	return -EBUSY;
}

/* A restart would part this node from the others. */
void block_explain_port(char *text, size_t bytes, unsigned from, unsigned to)
{
	snprintf(
		text, bytes,
		"port has changed from %u to %u, where the other nodes do not hear this one yet; reload all nodes with \"port %u %u\", then with \"port %u %u\", then with \"port %u\"",
		from, to, from, to, to, from, to);
}

static int refuse_port(struct daemon_inputs *inputs, unsigned from, unsigned to)
{
	int used = snprintf(inputs->message, sizeof(inputs->message),
			    "heartbeat %s: ", inputs->config->heartbeat->name);

	block_explain_port(inputs->message + used, sizeof(inputs->message) - (size_t)used, from,
			   to);
	return -EBUSY;
}

/* Packets name links by their index. */
static int check_links(const struct daemon *daemon, struct daemon_inputs *inputs)
{
	const struct config_heartbeat *from = daemon->config->heartbeat,
				      *to = inputs->config->heartbeat;
	const struct config_node *before = &from->nodes[daemon->own_node],
				 *now = &to->nodes[inputs->own_node];
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < from->interface_count; i++)
		for (size_t k = 0; k < to->interface_count; k++)
			if (i != k && address_equal(&before->addresses[i], &now->addresses[k]))
				return refuse(
					inputs,
					"heartbeat %s: the link with %s has changed from number %zu to %zu, and nodes know links by their number: add links at the end, and remove the last ones first",
					to->name, address_format(&now->addresses[k], text), i + 1,
					k + 1);
	return 0;
}

static int check_identity(const struct daemon *daemon, struct daemon_inputs *inputs)
{
	const struct config_heartbeat *from = daemon->config->heartbeat,
				      *to = inputs->config->heartbeat;
	const struct config_node *before = &from->nodes[daemon->own_node],
				 *now = &to->nodes[inputs->own_node];

	if (strcmp(from->name, to->name) != 0)
		return refuse(inputs, "the name of the heartbeat block has changed from %s to %s",
			      from->name, to->name);
	if (from->cluster_id != to->cluster_id)
		return refuse(inputs, "heartbeat %s: cluster_id has changed from %u to %u",
			      to->name, from->cluster_id, to->cluster_id);
	if (before->id != now->id || strcmp(before->name, now->name) != 0)
		return refuse(inputs,
			      "heartbeat %s: this node has changed from node %u %s to node %u %s",
			      to->name, before->id, before->name, now->id, now->name);
	if (before->witness != now->witness)
		return refuse(inputs, "heartbeat %s: this node has %s a witness", to->name,
			      now->witness ? "become" : "ceased to be");
	if (from->mode != to->mode)
		return refuse(inputs, "heartbeat %s: mode has changed from %s to %s", to->name,
			      config_xdp_mode_name(from->mode), config_xdp_mode_name(to->mode));
	if (to->port != from->port && to->port != from->second_port)
		return refuse_port(inputs, from->port, to->port);
	return 0;
}

int block_check(const struct daemon *daemon, struct daemon_inputs *inputs)
{
	const struct config_heartbeat *from = daemon->config->heartbeat,
				      *to = inputs->config->heartbeat;
	int error;

	if (!block_differs(from, to))
		return 0;
	if (!from || !to)
		return refuse(inputs, "the heartbeat block %s was %s", (from ? from : to)->name,
			      to ? "added" : "removed");
	error = check_identity(daemon, inputs);
	return error ? error : check_links(daemon, inputs);
}

static int load(struct daemon *daemon, struct daemon_inputs *inputs, struct block_change *change)
{
	_cleanup_free_ struct xb_peer *slots = NULL;
	struct kernel_setup setup = {.daemon_name = daemon->daemon_name};
	int error = 0;

	block_setup(change->to, inputs->own_node, &setup, &slots);
	if (!slots)
		error = -ENOMEM;
	else if (kernel_next_is_needed(&daemon->kernel, &setup) &&
		 kernel_is_joined(&daemon->kernel))
		return refuse(
			inputs,
			"heartbeat %s: other nodes or links need other programs, and a member of libxdp's dispatcher is not replaced while xbeatd runs",
			change->to->name);
	else if (kernel_next_is_needed(&daemon->kernel, &setup))
		error = kernel_next_prepare(&daemon->kernel, &setup, &change->next);
	if (error)
		snprintf(inputs->message, sizeof(inputs->message),
			 "cannot load the BPF programs for other nodes or links: %s",
			 limits_strerror(-error));
	return error;
}

int block_load(struct daemon *daemon, struct daemon_inputs *inputs, struct block_change **change)
{
	const struct config_heartbeat *from = daemon->config->heartbeat,
				      *to = inputs->config->heartbeat;
	int error;

	*change = NULL;
	if (!from || !to || !block_differs(from, to))
		return 0;
	error = daemon_identify(inputs);
	if (!error)
		error = block_check(daemon, inputs);
	if (error)
		return error;
	*change = calloc(1, sizeof(**change));
	if (!*change) {
		snprintf(inputs->message, sizeof(inputs->message), "out of memory");
		return -ENOMEM;
	}
	**change = (struct block_change){.from = from,
					 .to = to,
					 .from_text = config_print_heartbeat(from),
					 .to_text = config_print_heartbeat(to)};
	return load(daemon, inputs, *change);
}

static int take_programs(struct daemon *daemon, struct daemon_inputs *inputs,
			 struct block_change *change)
{
	int error;

	if (!change->next)
		return 0;
	capture_stop(&daemon->capture,
		     "a reload changes the programs"); /* its programs have the slots of now */
	error = kernel_next_take(&daemon->kernel, change->next);
	change->next = NULL;
	if (error)
		snprintf(inputs->message, sizeof(inputs->message),
			 "cannot replace the BPF programs: %s", limits_strerror(-error));
	return error;
}

/* The one step: from the first to the last line no event is delivered. */
static int take(struct daemon *daemon, struct daemon_inputs *inputs, struct block_change *change,
		struct prober_change *prober)
{
	struct vrrp_room *room = door_enter(daemon->vrrp);
	int error;

	instances_before_peers_change(room);
	error = take_programs(daemon, inputs, change);
	if (error) {
		prober_change_free(prober);
		return error;
	}
	peers_change_apply(&change->peers);
	prober_change_apply(&daemon->prober, prober);
	instances_after_peers_change(room, &change->peers);
	daemon->own_node = inputs->own_node;
	return 0;
}

int block_take(struct daemon *daemon, struct daemon_inputs *inputs, struct block_change *change)
{
	_cleanup_free_ struct xb_peer *slots = NULL;
	struct kernel_setup setup = {.daemon_name = daemon->daemon_name};
	struct prober_change *prober = NULL;
	int error;

	if (!change)
		return 0;
	block_setup(change->to, inputs->own_node, &setup, &slots);
	snprintf(inputs->message, sizeof(inputs->message), "out of memory");
	error = slots ? kernel_next_attach(&daemon->kernel, &setup, inputs->message) : -ENOMEM;
	if (!error)
		error = prober_change_prepare(&daemon->prober, change->to, inputs->own_node,
					      &prober, inputs->message);
	if (!error)
		error = peers_change_prepare(&change->peers, &daemon->peers, change->to,
					     inputs->own_node);
	if (error) {
		prober_change_free(prober);
		return error;
	}
	error = take(daemon, inputs, change, prober);
	if (!error)
		kernel_configure_slots(&daemon->kernel, &setup);
	return error;
}

static bool has_line(const char *text, const char *line, size_t length)
{
	for (const char *found = text; (found = strstr(found, line)); found++)
		if ((found == text || found[-1] == '\n') && found[length] == '\n')
			return true;
	return false;
}

/* Appends the lines of text that other does not have: "node 3 node-c 10.0.0.3". */
static size_t add_lines(char *to, size_t bytes, size_t used, const char *text, const char *other,
			const char *what)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy;

	for (char *line; copy && (line = strsep(&rest, "\n"));) {
		const char *first = line + strspn(line, " \t");

		if (!*first || used >= bytes || has_line(other, line, strlen(line)))
			continue;
		used += (size_t)snprintf(to + used, bytes - used, "%s%s \"%s\"", used ? ", " : "",
					 what, first);
	}
	return used;
}

static void report(struct daemon *daemon, const struct block_change *change)
{
	char text[CONTROL_MESSAGE_BYTES];
	size_t used = add_lines(text, sizeof(text), 0, change->to_text, change->from_text, "now");

	add_lines(text, sizeof(text), used, change->from_text, change->to_text, "no longer");
	event_log_add(&daemon->event_log, "daemon", "self", "running", "running",
		      "heartbeat %s: %.200s", change->to->name, text);
}

static void on_cleanup_due(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;

	(void)fd;
	(void)what;
	peers_refresh(&daemon->peers);
	kernel_next_finish(&daemon->kernel);
	instances_hear_all(door_enter(daemon->vrrp));
}

void block_finish(struct daemon *daemon, struct block_change *change)
{
	if (!change)
		return;
	kernel_self_set_restart_grace(&daemon->kernel, change->to->restart_grace_ns);
	daemon_watch_kernel(daemon);
	kernel_next_drain(&daemon->kernel);
	instances_hear_all(door_enter(daemon->vrrp));
	peers_judge(&daemon->peers, clock_now_ns());
	report(daemon, change);
	if (!daemon->block_cleanup)
		daemon->block_cleanup = evtimer_new(daemon->base, on_cleanup_due, daemon);
	if (daemon->block_cleanup)
		clock_arm(daemon->block_cleanup, clock_now_ns() + KERNEL_NEXT_FINISH_NS);
}

void block_free(struct block_change *change)
{
	if (!change)
		return;
	kernel_next_free(change->next);
	peers_change_end(&change->peers);
	free(change->from_text);
	free(change->to_text);
	free(change);
}

void block_stop(struct daemon *daemon)
{
	if (daemon->block_cleanup)
		event_free(daemon->block_cleanup);
	daemon->block_cleanup = NULL;
}
