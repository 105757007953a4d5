/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xbeatd put together: owns every part, in the order in which they start. */
#ifndef XBEAT_DAEMON_DAEMON_H
#define XBEAT_DAEMON_DAEMON_H

#include <user/daemon/control.h>
#include <user/daemon/drop_watch.h>
#include <user/daemon/instances.h>
#include <user/daemon/prober.h>
#include <user/daemon/scheduling.h>

struct daemon {
	const char *config_path;
	const char *instance_name;
	struct config *config;
	size_t own_node; /* index into config->heartbeat->nodes; 0 without heartbeats */
	struct xb_key keys[XB_KEYS_MAX];
	int lock;
	struct event_base *base;
	struct event *signals[3];
	struct event *kernel_events;
	struct kernel kernel;
	struct journal journal;
	struct peers peers;
	struct prober prober;
	struct instances instances;
	struct control control;
	struct drop_watch drop_watch;
	struct scheduling scheduling;
	uint64_t started_ns;
	bool open; /* it answers; peers are to be told when it stops */
};

/* Reads the configuration and the key file; diagnostics go to stderr.
 * Returns 0 or a negative errno, having said what is wrong. */
int daemon_configure(struct daemon *daemon);

/* Finds out which of the configured nodes this machine is. Returns likewise. */
int daemon_identify(struct daemon *daemon);

/* Starts all parts. Returns 0 or a negative errno, having said what to do; call daemon_stop() in
 * either case. */
int daemon_start(struct daemon *daemon);

/* Runs until SIGTERM or SIGINT. */
void daemon_run(struct daemon *daemon);

/* Stops cleanly: priority 0, VIPs removed, "stopping" said to the peers, detached, unpinned. */
void daemon_stop(struct daemon *daemon);

/* The methods of the control socket. */
extern const struct control_method daemon_methods[];

#endif
