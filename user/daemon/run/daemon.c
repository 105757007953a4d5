/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Start, run and stop; dispatches the events of the kernel side to the parts. */
#include "user/daemon/daemon.h"
#include "user/daemon/block.h"
#include "user/daemon/files/sequence_file.h"
#include "user/daemon/methods/dump.h"
#include "user/daemon/rights/privileges.h"
#include "user/daemon/rights/system_calls.h"
#include "user/daemon/start/lock.h"
#include "user/kernel/load/daemon_exit.h"
#include "user/kernel/maps/self.h"
#include "user/kernel/upkeep/upkeep.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/vrrp/events.h"
#include "user/vrrp/start.h"
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xbeat/paths.h>

#define GRACE_WITHOUT_HEARTBEAT_NS (3600 * NS_PER_SECOND)

static void on_verdict(void *context, struct peer *peer, enum verdict from)
{
	struct daemon *daemon = context;

	instances_peer_changed(door_enter(daemon->vrrp), peer, from);
	instances_leave_bad_links(door_enter(daemon->vrrp));
}

static void on_links(void *context)
{
	struct daemon *daemon = context;

	instances_links_changed(door_enter(daemon->vrrp));
}

static void on_isolated(void *context)
{
	struct daemon *daemon = context;

	instances_isolated(door_enter(daemon->vrrp));
}

static void on_progress(void *context, uint64_t now_ns)
{
	struct daemon *daemon = context;

	daemon->progress_ns = now_ns;
	instances_progressed(door_enter(daemon->vrrp), now_ns);
}

/* A peer's report of itself has changed: it may stop, or release an instance. */
static void hear(struct daemon *daemon, const struct xb_event *event)
{
	uint64_t now_ns = clock_now_ns();
	struct peer *peer = peers_by_slot(&daemon->peers, event->slot);

	if (!peer)
		return;
	peers_refresh(&daemon->peers);
	instances_answered(door_enter(daemon->vrrp));
	instances_peer_reported(door_enter(daemon->vrrp), peer);
	peers_judge(&daemon->peers, now_ns);
	instances_leave_bad_links(door_enter(daemon->vrrp));
}

static void on_kernel_event(void *context, const struct xb_event *event)
{
	struct daemon *daemon = context;

	switch ((enum xb_event_kind)event->kind) {
	case XB_EVENT_PEER_EPOCH:
		peers_note_epoch(&daemon->peers, event);
		cluster_note_epoch(daemon->cluster, event);
		break;
	case XB_EVENT_PEER_CHANGED:
		hear(daemon, event);
		break;
	case XB_EVENT_OWN_EPOCH:
		daemon_raise_epoch(daemon, event);
		break;
	case XB_EVENT_ADVERT:
		instances_advert(door_enter(daemon->vrrp), event);
		break;
	case XB_EVENT_SIGNED:
		instances_signed(door_enter(daemon->vrrp), event);
		break;
	case XB_EVENT_ANSWER:
		peers_take_answer(&daemon->peers, event);
		break;
	case XB_EVENT_COMPARED:
		cluster_take_answer(daemon->cluster, event);
		break;
	case XB_EVENT_ACKED:
		peers_refresh(&daemon->peers);
		instances_answered(door_enter(daemon->vrrp));
		break;
	case XB_EVENT_FENCED:
	case XB_EVENT_CLAIMED:
		door_enter(daemon->vrrp); /* which is all that there is to do */
		break;
	}
}

static void on_signal(void *context, int number)
{
	struct daemon *daemon = context;

	if (daemon_is_handing_over(daemon)) {
		raise(number); /* for the successor: daemon_hand_over() finds it pending */
		return;
	}
	if (number == SIGHUP) {
		daemon_reload(daemon, NULL);
		return;
	}
	if (dump_is_signal(number)) {
		dump_on_signal(daemon, number);
		return;
	}
	log_notice("%s: stopping", strsignal(number));
	event_base_loopbreak(daemon->base);
}

/* Precise timers, and no cached time: timers are armed from clock_now_ns(). */
static int make_loop(struct daemon *daemon)
{
	struct event_config *config = event_config_new();

	if (!config)
		return -ENOMEM;
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NOLOCK |
					      EVENT_BASE_FLAG_NO_CACHE_TIME);
	daemon->base = event_base_new_with_config(config);
	event_config_free(config);
	if (!daemon->base)
		return -ENOMEM;
	return signals_start(&daemon->signals, daemon->base, on_signal, daemon);
}

/* Loads and verifies; from here on only start_kernel() changes what a daemon before uses. */
static int prepare_kernel(struct daemon *daemon)
{
	_cleanup_free_ struct xb_peer *slots = NULL;
	const struct kernel_setup setup = daemon_kernel_setup(daemon, &slots);

	return kernel_prepare(&daemon->kernel, &setup);
}

/* Attaches to the heartbeat's interfaces; instances attach to theirs when they are placed. */
static int start_kernel(struct daemon *daemon)
{
	_cleanup_free_ struct xb_peer *slots = NULL;
	const struct kernel_setup setup = daemon_kernel_setup(daemon, &slots);

	return kernel_start(&daemon->kernel, &setup, on_kernel_event, daemon);
}

static int start_apps(struct daemon *daemon)
{
	char path[sizeof(daemon->apps.path)];

	snprintf(path, sizeof(path), XB_APP_SOCKET, daemon->daemon_name);
	return apps_start(&daemon->apps, daemon->base, &daemon->kernel, daemon->config, path);
}

static int start_peers(struct daemon *daemon)
{
	const struct peers_setup setup = {
		.base = daemon->base,
		.kernel = &daemon->kernel,
		.config = daemon->config,
		.own_node = daemon->own_node,
		.event_log = &daemon->event_log,
		.callbacks = {.on_verdict = on_verdict,
			      .on_links = on_links,
			      .on_isolated = on_isolated,
			      .context = daemon},
	};

	return peers_start(&daemon->peers, &setup);
}

static int start_heartbeats(struct daemon *daemon)
{
	const struct prober_setup setup = {
		.base = daemon->base,
		.kernel = &daemon->kernel,
		.peers = &daemon->peers,
		.heartbeat = daemon->config->heartbeat,
		.own_node = daemon->own_node,
		.key = &daemon->keys[0],
		.on_progress = on_progress,
		.on_numbers_used_up = daemon_on_numbers_used_up,
		.context = daemon,
	};
	int error;

	if (!daemon->config->heartbeat)
		return 0;
	error = start_peers(daemon);
	if (error)
		return error;
	peers_restore_saved(&daemon->peers, json_object_get(daemon->saved, "peers"));
	/* Evidence that an earlier daemon left counts at once. */
	peers_judge(&daemon->peers, clock_now_ns());
	return prober_start(&daemon->prober, &setup);
}

static int start_control(struct daemon *daemon)
{
	char path[sizeof(daemon->control.path)];

	snprintf(path, sizeof(path), XB_CONTROL_SOCKET, daemon->daemon_name);
	daemon_prepare_captures(daemon);
	return control_start(&daemon->control, daemon->base, path, &daemon->event_log,
			     daemon_methods, daemon);
}

static void watch_this_daemon(struct daemon *daemon)
{
	/*
	 * Without heartbeats no node learns of the death, so a fence before guard_timeout is
	 * useless.
	 */
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;
	int error = kernel_watch_daemon(&daemon->kernel, (uint32_t)getpid(),
					heartbeat ? heartbeat->restart_grace_ns
						  : GRACE_WITHOUT_HEARTBEAT_NS);

	if (error)
		log_warning(
			"cannot watch for the death of this daemon (%s): peers will detect it after daemon_timeout, and its addresses will be fenced after guard_timeout, not after restart_grace",
			limits_strerror(-error));
}

/* From here on this node answers heartbeats. */
static void start_answering(struct daemon *daemon)
{
	kernel_self_start_answering(&daemon->kernel, clock_now_ns(), clock_unix_ns());
	watch_this_daemon(daemon);
	kernel_self_set_state(&daemon->kernel, instances_drained(door_enter(daemon->vrrp))
						       ? XB_NODE_DRAINING
						       : XB_NODE_RUNNING);
	for (size_t i = 0; i < daemon->kernel.attachment_count; i++)
		log_info("interface %s: program attached, %s mode",
			 daemon->kernel.attachments[i].interface,
			 daemon->kernel.attachments[i].native ? "native" : "generic");
	daemon->open = true;
	event_log_add(&daemon->event_log, "daemon", "self", "starting", "running", "%s",
		      daemon->continues && daemon->kernel.adopted
			      ? "goes on where the daemon before has ended"
		      : daemon->kernel.adopted ? "adopted the pinned state of an earlier daemon"
					       : "fresh start");
}

static int start_instances(struct daemon *daemon)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;
	struct instances_setup setup = {
		.base = daemon->base,
		.kernel = &daemon->kernel,
		.peers = heartbeat ? &daemon->peers : NULL,
		.event_log = &daemon->event_log,
		.interfaces = &daemon->interfaces,
		.runner = daemon->runner,
		.apps = apps_tracking(&daemon->apps),
		.config = daemon->config,
		.saved = daemon->saved,
		.moved = daemon_pools_follow_soon,
		.moved_context = daemon,
	};

	if (heartbeat)
		setup.own_address = heartbeat->nodes[daemon->own_node].addresses[0];
	return instances_start(door_enter(daemon->vrrp), &setup);
}

static int make_door(struct daemon *daemon)
{
	daemon->vrrp = door_new();
	return daemon->vrrp ? 0 : -ENOMEM;
}

static int start_runner(struct daemon *daemon)
{
	int error = starter_attach(daemon->starter, daemon->base);

	if (error)
		return error;
	daemon->runner = runner_start(daemon->base, daemon->starter, daemon->script_umask);
	if (!daemon->runner)
		return -ENOMEM;
	limits_raise_descriptors(); /* programs get the limit that the starter has noted */
	return 0;
}

static int start_drop_watch(struct daemon *daemon)
{
	return drop_watch_start(&daemon->drop_watch, daemon->base, &daemon->kernel);
}

/* A successor did it in daemon_take_over(), but SCHED_DEADLINE may have been refused while the
 * daemon before held its reservation. */
static int apply_scheduling(struct daemon *daemon)
{
	if (daemon->scheduling.policy != SCHED_DEADLINE)
		scheduling_apply(&daemon->scheduling, daemon->config);
	return 0;
}

/* Other errors are logged where they occur. */
static void report_exhaustion(int error)
{
	if (error == -EMFILE || error == -ENFILE || error == -ENOMEM)
		log_error("cannot start: %s", limits_strerror(-error));
}

static int reduce_privileges(struct daemon *daemon)
{
	int error = privileges_reduce(kernel_finds_programs(&daemon->kernel));

	daemon_hide_secrets(daemon);
	if (!error)
		system_calls_restrict();
	return error;
}

static int watch_clock(struct daemon *daemon)
{
	return clock_watch_start(&daemon->clock_watch, daemon->base, &daemon->kernel);
}

static int read_sequence(struct daemon *daemon)
{
	sequence_file_load(&daemon->kernel);
	return 0;
}

typedef int step(struct daemon *daemon);

static int take_steps(struct daemon *daemon, step *const *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int error = steps[i](daemon);

		if (error) {
			report_exhaustion(error);
			return error;
		}
	}
	return 0;
}

int daemon_prepare(struct daemon *daemon)
{
	/* The runner is forked first, before anything exists that it must not inherit. */
	static step *const steps[] = {
		make_door,
		make_loop,
		start_runner,
		prepare_kernel,
		daemon_watch_interfaces,
		daemon_prepare_pools,
	};

	daemon->started_ns = clock_now_ns();
	return take_steps(daemon, steps, ARRAY_SIZE(steps));
}

int daemon_start(struct daemon *daemon)
{
	/* No thread runs before the privileges are reduced. */
	static step *const steps[] = {
		start_kernel,	      start_apps,
		daemon_watch_kernel,  start_heartbeats,
		daemon_start_cluster, start_control,
		start_drop_watch,     watch_clock,
		read_sequence,	      apply_scheduling,
		reduce_privileges,    start_instances,
		daemon_start_upkeep,  daemon_networks_start,
		daemon_limit_log,     daemon_start_pools,
	};
	int error = take_steps(daemon, steps, ARRAY_SIZE(steps));

	if (error)
		return error;
	start_answering(daemon);
	json_decref(daemon->saved);
	daemon->saved = NULL;
	daemon_obey_orders(daemon);
	daemon_save_operator(daemon);
	return 0;
}

void daemon_run(struct daemon *daemon)
{
	event_base_dispatch(daemon->base);
}

/* Peers need not detect the stop. */
static void report_stop(struct daemon *daemon)
{
	if (!daemon->prober.links)
		return;
	kernel_self_set_state(&daemon->kernel, XB_NODE_STOPPING);
	peers_probe_now(&daemon->peers);
}

void daemon_stop(struct daemon *daemon)
{
	daemon_stop_log(daemon);
	if (daemon->vrrp)
		instances_stop(door_enter(daemon->vrrp), "xbeatd stops");
	if (daemon->open)
		daemon_save_orders(daemon);
	daemon_stop_pools(daemon);
	json_decref(daemon->known_orders);
	json_decref(daemon->obeyed_orders);
	if (daemon->open)
		report_stop(daemon);
	sequence_file_save(&daemon->kernel);
	if (daemon->open)
		kernel_watch_daemon(&daemon->kernel, 0, 0);
	daemon_reload_stop(daemon);
	interface_monitor_stop(&daemon->interface_monitor);
	route_monitor_stop(&daemon->route_monitor);
	interface_delays_free(&daemon->interface_delays);
	interfaces_free(&daemon->interfaces);
	if (daemon->runner)
		runner_stop(daemon->runner);
	starter_detach(daemon->starter);
	capture_finish(&daemon->capture);
	control_stop(&daemon->control);
	apps_stop(&daemon->apps);
	drop_watch_stop(&daemon->drop_watch);
	clock_watch_stop(&daemon->clock_watch);
	block_stop(daemon);
	kernel_upkeep_stop(&daemon->kernel);
	daemon_networks_stop(daemon);
	cluster_stop(daemon->cluster);
	prober_stop(&daemon->prober);
	peers_stop(&daemon->peers);
	if (daemon->kernel_events)
		event_free(daemon->kernel_events);
	kernel_stop(&daemon->kernel);
	signals_stop(&daemon->signals);
	if (daemon->base)
		event_base_free(daemon->base);
	door_free(daemon->vrrp);
	libevent_global_shutdown();
	config_free(daemon->config);
	free(daemon->start_text);
	lock_release(daemon->lock, daemon->daemon_name);
	explicit_bzero(daemon->keys, sizeof(daemon->keys));
}
