/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xbeatd put together: owns every part, in the order in which they start. */
#ifndef XBEAT_DAEMON_DAEMON_H
#define XBEAT_DAEMON_DAEMON_H

#include "user/control/control.h"
#include "user/daemon/scheduling.h"
#include "user/heartbeat/prober.h"
#include "user/kernel/drop_watch.h"
#include "user/net/interfaces.h"
#include "user/net/link_monitor.h"
#include "user/tracking/apps.h"
#include "user/vrrp/door.h"

struct reload;

struct daemon {
	const char *config_path;
	const char *daemon_name; /* -i */
	struct config *config;
	size_t own_node; /* index into config->heartbeat->nodes; 0 without heartbeats */
	struct xb_key keys[XB_KEYS_MAX];
	int lock;
	struct event_base *base;
	struct event *signals[3];
	struct event *kernel_events;
	struct kernel kernel;
	struct event_log event_log;
	struct peers peers;
	struct prober prober;
	struct interfaces interfaces;
	struct link_monitor links;
	struct runner *runner;
	struct vrrp_door *vrrp;
	struct apps apps;
	struct reload *reload; /* the one under way; NULL: none */
	struct control control;
	struct drop_watch drop_watch;
	struct scheduling scheduling;
	uint64_t started_ns;
	bool open; /* it answers; peers are to be told when it stops */
};

/* What is read from files, and looked up, before anything is done with it. */
struct daemon_inputs {
	const char *config_path;
	const char *daemon_name; /* -i */
	struct config *config;
	struct xb_key keys[XB_KEYS_MAX];
	size_t own_node;
	char message[CONTROL_MESSAGE_BYTES]; /* what is wrong, if something is */
};

/*
 * Reads the configuration and the key file, and looks the users of its commands up. It may block, so after the start
 * it runs in a thread of its own. Diagnostics are added to diagnostics; inputs->message says what is wrong.
 * Returns 0 or a negative errno; inputs->config is to be freed with config_free() in either case.
 */
int daemon_read_inputs(struct daemon_inputs *inputs, struct diagnostics *diagnostics);

/* Finds out which of the configured nodes this machine is. Returns likewise. */
int daemon_identify(struct daemon_inputs *inputs);

/* Begins a reload; promise (NULL: nobody asked) is answered when it is done or refused. */
void daemon_reload(struct daemon *daemon, struct control_promise *promise);

/* Drops what the thread of a reload that is under way has read; one that hangs is not waited for. */
void daemon_reload_stop(struct daemon *daemon);

/* daemon_links.c: follows interfaces and addresses. Returns 0 or a negative errno. */
int daemon_watch_links(struct daemon *daemon);

/* Starts all parts. Returns 0 or a negative errno, having said what to do; call daemon_stop() in
 * either case. */
int daemon_start(struct daemon *daemon);

/* Runs until SIGTERM or SIGINT. */
void daemon_run(struct daemon *daemon);

/* Stops cleanly: priority 0, VIPs removed, "stopping" said to the peers, detached, unpinned. */
void daemon_stop(struct daemon *daemon);

/* What this node is like, in sentences, as new JSON; with a heartbeat block only. */
json_t *daemon_explain(const struct daemon *daemon);

/* The methods of the control socket. */
extern const struct control_method daemon_methods[];

#endif
