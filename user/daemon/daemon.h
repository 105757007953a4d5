/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xbeatd as a whole: owns every part, in the order of their start. */
#ifndef XBEAT_DAEMON_DAEMON_H
#define XBEAT_DAEMON_DAEMON_H

#include "user/cluster/cluster.h"
#include "user/control/control.h"
#include "user/daemon/capture/capture.h"
#include "user/daemon/clock_watch.h"
#include "user/daemon/rights/scheduling.h"
#include "user/daemon/service_report.h"
#include "user/daemon/start/signals.h"
#include "user/heartbeat/prober.h"
#include "user/kernel/upkeep/drop_watch.h"
#include "user/lib/event/event_log_file.h"
#include "user/net/interface_delays.h"
#include "user/net/interfaces.h"
#include "user/net/netlink/interface_monitor.h"
#include "user/net/netlink/route_monitor.h"
#include "user/pools/pools.h"
#include "user/starter/starter.h"
#include "user/tracking/apps.h"
#include "user/vrrp/door.h"

struct reload;
struct successor;

#define DAEMON_NODE_UNKNOWN SIZE_MAX

/* Where the configuration is, and how it is read. */
struct daemon_files {
	const char *config_path;
	const char *config_id; /* what @ID compares with; NULL: the host name */
	bool required; /* an included file that is missing is an error */
};

struct reload_counts {
	unsigned ok, refused;
};

struct daemon {
	struct daemon_files files;
	const char *daemon_name;
	mode_t script_umask;
	struct config *config;
	/* Index of config->heartbeat->nodes; 0 without heartbeats; DAEMON_NODE_UNKNOWN: run/await.c */
	size_t own_node;
	struct xb_key keys[XB_KEYS_MAX];
	int lock;
	struct event_base *base;
	struct signals signals;
	struct event *kernel_events;
	struct kernel kernel;
	struct event_log event_log;
	struct event_log_file *events_file; /* of its entries; NULL: they are not kept */
	struct peers peers;
	struct prober prober;
	struct cluster *cluster; /* NULL without heartbeats */
	struct interfaces interfaces;
	struct interface_monitor interface_monitor;
	struct route_monitor route_monitor;
	struct interface_delays interface_delays;
	struct starter *starter;
	struct runner *runner;
	struct vrrp_door *vrrp;
	struct apps apps;
	struct pools *pools;
	struct pools_prepared *prepared_pools; /* until they start */
	bool follows_addresses; /* a pool depends on them (ha_suspend) */
	struct event *pools_follow; /* addresses and instances may have changed */
	struct cluster_pools cluster_pools;
	json_t *known_orders; /* of operators, by server, as the cluster knows them (orders.c) */
	json_t *obeyed_orders; /* by server: the counter of the order that the pools had last */
	struct reload *reload; /* in progress; NULL: none */
	unsigned reloads_count;
	struct reload_counts reload_counts;
	struct capture capture;
	bool reload_waits; /* until the programs of a capture are loaded */
	struct control_promise *waiting_promise; /* of that reload; NULL: no client waits */
	char *start_text; /* of the configuration files, until it is saved */
	struct control control;
	struct drop_watch drop_watch;
	struct clock_watch clock_watch;
	struct event *block_cleanup; /* frees what block.c has replaced; NULL: never yet */
	struct event *networks; /* networks.c: they are read again when it is due */
	struct scheduling scheduling;
	unsigned restored_pins_count, unreported_pins_count;
	uint64_t pins_reported_ns; /* 0: never */
	struct event *log_report; /* of lines that were suppressed */
	uint64_t started_ns;
	json_t *saved; /* by the daemon before, until the instances have started; or NULL */
	bool continues; /* that daemon ended for this one to go on */
	bool keeps; /* this one ends for another to go on */
	uint64_t progress_ns; /* the last that was stamped for peers; 0: none yet */
	struct service_report service_report;
	char **arguments; /* those of main(), and the directory there; NULL: unknown */
	const char *directory;
	struct successor *successor; /* is being started (successor.c); NULL: none */
	bool takes_over; /* from a daemon that runs (successor.c) */
	bool open; /* it answers heartbeats, so peers are notified when it stops */
};

/* The content of the files, read and resolved before any of it is applied. */
struct daemon_inputs {
	struct daemon_files files;
	struct config *config;
	struct xb_key keys[XB_KEYS_MAX];
	size_t own_node;
	char *text; /* of the configuration files, with their names; to be freed */
	char message[CONTROL_MESSAGE_BYTES]; /* the error, if any */
};

/*
 * Reads the configuration and the key file, and resolves the users of its commands. It may block,
 * so after the start it runs in a thread of its own. Adds diagnostics, and sets inputs->message on
 * error. Returns 0 or a negative errno; free inputs->config with config_free(), and inputs->text,
 * in either case.
 */
int daemon_read_inputs(struct daemon_inputs *inputs, struct diagnostics *diagnostics);

/* Finds which of the configured nodes this machine is. Returns likewise; -EADDRNOTAVAIL: it has no
 * address of one, which may come. */
int daemon_identify(struct daemon_inputs *inputs);

/* This machine is the node inputs->own_node. */
void daemon_use_node(struct daemon_inputs *inputs);

/* Where a daemon runs, and the names of its files, cannot change. Returns 0, or a negative errno
 * with inputs->message. */
int daemon_check_place(struct daemon_inputs *inputs, const struct config *running);

/*
 * Waits until this machine has an address of a node (run/await.c). begin reports, with an event and
 * to the service manager, what is waited for. Returns 0, -EINTR for a stop, or a negative errno,
 * which is logged.
 */
void daemon_await_begin(struct daemon *daemon);
int daemon_await_node(struct daemon *daemon);

/* Starts a reload; promise (NULL for SIGHUP) is answered when it is done or refused. */
void daemon_reload(struct daemon *daemon, struct control_promise *promise);

/* It may replace the programs, and so waits while those of a capture are loaded. Returns whether it
 * does; then the promise is kept later. */
bool daemon_reload_waits(struct daemon *daemon, struct control_promise *promise);

/* Cancels a reload in progress; does not wait for a thread that hangs. */
void daemon_reload_stop(struct daemon *daemon);

/* Reads the networks of the interfaces for the kernel side, and again soon after a change. Returns
 * 0 or -ENOMEM. */
int daemon_networks_start(struct daemon *daemon);
void daemon_networks_changed(struct daemon *daemon);
void daemon_networks_stop(struct daemon *daemon);

/* Follows changes of interfaces and addresses. Returns 0 or a negative errno. */
int daemon_watch_interfaces(struct daemon *daemon);

bool daemon_uses_for_heartbeats(const struct daemon *daemon, const char *interface);

/* Attaches to an interface or detaches from it, and reports to all that use it, if it has
 * changed. */
void daemon_follow_interface(struct daemon *daemon, const char *name);

/* Reports interfaces that cannot be attached to yet, and links whose address is not there, once. */
void daemon_report_waits(struct daemon *daemon);

/* Follows removals of the configuration's routes and rules. */
void daemon_watch_routes(struct daemon *daemon);

/* Follows interface_up_down_delays of the configuration. */
void daemon_delay_interfaces(struct daemon *daemon);

/* Compares configurations with other nodes, if there are heartbeats. Returns 0 or -ENOMEM. */
int daemon_start_cluster(struct daemon *daemon);

/* Receives the events of the kernel side, at the start and when its descriptor is another. Returns
 * 0 or -ENOMEM. */
int daemon_watch_kernel(struct daemon *daemon);

/* Keeps pins and XDP programs. Returns 0 or a negative errno. */
int daemon_start_upkeep(struct daemon *daemon);

/* Methods: the next programs. */
json_t *daemon_chain(void *context, struct control_call *call);
json_t *daemon_chain_add(void *context, struct control_call *call);
json_t *daemon_chain_remove(void *context, struct control_call *call);

/* Keeps events for the next daemon; continues with those of the ones before. While no other
 * daemon of this name adds any. Where that is impossible, a line of the log gives the reason. */
void daemon_keep_events(struct daemon *daemon);

/* Limits lines of the log that repeat, from now on until the stop. Returns 0 or -ENOMEM. */
int daemon_limit_log(struct daemon *daemon);
void daemon_stop_log(struct daemon *daemon);

/* The configuration as the kernel side needs it. *slots: borrowed by it, to be freed. */
struct kernel_setup daemon_kernel_setup(const struct daemon *daemon, struct xb_peer **slots);

/* Does what changes nothing that a running daemon of the same name uses, and may take long. Returns
 * likewise. */
int daemon_prepare(struct daemon *daemon);

/*
 * Starts all parts, after daemon_prepare(). Returns 0 or a negative errno, which is logged; call
 * daemon_stop() in either case.
 */
int daemon_start(struct daemon *daemon);

/* Signs with the first of these keys from now on, and accepts all; reports what has changed. */
void daemon_use_keys(struct daemon *daemon, const struct xb_key keys[static XB_KEYS_MAX]);

/* Keeps keys and passwords out of core dumps; again after a configuration was read or printed. */
void daemon_hide_secrets(struct daemon *daemon);

/* Runs until SIGTERM or SIGINT, or until a client stops it. */
void daemon_run(struct daemon *daemon);

/* Stops cleanly: sends priority 0, removes VIPs, notifies the peers, detaches and unpins. */
void daemon_stop(struct daemon *daemon);

/* At a stop: what an operator asked of servers stays for the next daemon, because it is about them,
 * not about this daemon. */
void daemon_save_orders(struct daemon *daemon);

/* Saves what an operator has asked for, for a daemon that starts after a crash. */
void daemon_save_operator(struct daemon *daemon);

/* Reads what the daemon before has saved: daemon->saved and daemon->continues. */
void daemon_read_saved(struct daemon *daemon);

/* Why this daemon cannot end for another to go on, with a remedy; NULL: it can. */
const char *daemon_keep_refusal(const struct daemon *daemon);

/*
 * Ends for another daemon to go on, instead of daemon_stop(): saves the state, sends a last advert
 * for each Active instance and reports the restart to the peers. Addresses, guards, pins and
 * programs stay; from the end of the process on the kernel side gives the next daemon
 * restart_grace.
 */
void daemon_end_keeping(struct daemon *daemon);

/* Starts a process that is to go on for this one; promise is answered when it is ready, or with the
 * reason why this one goes on. */
void daemon_restart(struct daemon *daemon, struct control_promise *promise);

/* Why there can be no restart now, with a remedy; NULL: there can. */
const char *daemon_restart_refusal(const struct daemon *daemon);

/* Ends a restart in progress, unless the successor is ready. why: goes on "the new xbeatd …". */
void daemon_cancel_restart(struct daemon *daemon, const char *why);

/* The successor is ready: the loop has ended for it. */
bool daemon_is_handing_over(const struct daemon *daemon);

/* Gives everything to the successor, instead of daemon_stop(), and ends this process. */
void daemon_hand_over(struct daemon *daemon) __attribute__((noreturn));

struct channel;

/* The successor, after daemon_prepare(): waits until the running daemon has stopped, and takes its
 * lock and its state. Returns 0 or a negative errno, which is logged: then that daemon goes on. */
int daemon_take_over(struct daemon *daemon, const struct channel *channel);

/* Returns what a daemon that goes on needs, as new JSON (restart.c). */
json_t *daemon_saved_json(struct daemon *daemon);

/* The last that this daemon does before another goes on: an advert for each Active instance. */
void daemon_last_words(struct daemon *daemon);

/* Explains this node in sentences, as new JSON; only with a heartbeat block. */
json_t *daemon_explain(const struct daemon *daemon);

/* Begins a higher epoch, for an event of a peer's; or because all numbers are used (epochs.c). */
void daemon_raise_epoch(struct daemon *daemon, const struct xb_event *event);
void daemon_on_numbers_used_up(void *context);

/* Method: what this daemon is (methods/status.c). */
json_t *daemon_status(void *context, struct control_call *call);

/* Prepares the pools of the configuration; starts them; what an operator asks of them (pools.c).
 * Both return 0 or a negative errno. */
int daemon_prepare_pools(struct daemon *daemon);
void daemon_stop_pools(struct daemon *daemon);
/* Addresses of this machine, or an instance's state, have changed: pools may depend on them. */
void daemon_pools_follow_soon(void *context);
int daemon_start_pools(struct daemon *daemon);

/* What operators ask of pools (orders.c): what an earlier daemon knew, after the cluster has started;
 * what has changed here; what holds on all nodes, for the pools, and for the next daemon as new
 * JSON. */
void daemon_restore_orders(struct daemon *daemon);
void daemon_share_orders(struct daemon *daemon);
void daemon_obey_orders(struct daemon *daemon);
json_t *daemon_orders_json(const struct daemon *daemon);

json_t *daemon_call_pools(void *context, struct control_call *call);
json_t *daemon_call_pool_explain(void *context, struct control_call *call);
json_t *daemon_call_pool_mode(void *context, struct control_call *call);
json_t *daemon_call_pool_weight(void *context, struct control_call *call);

/* Method: which nodes have which key (cluster.c). */
json_t *daemon_call_keys(void *context, struct control_call *call);

/* Methods: the level of the log, and a change of it until the end of this process (log.c). */
json_t *daemon_call_log(void *context, struct control_call *call);
json_t *daemon_call_log_level(void *context, struct control_call *call);

/* Before the control socket is there (methods/captures.c). */
void daemon_prepare_captures(struct daemon *daemon);

/* Methods: a capture, and its end (methods/captures.c). */
json_t *daemon_call_capture(void *context, struct control_call *call);
json_t *daemon_call_capture_end(void *context, struct control_call *call);

/* The methods of the control socket. */
extern const struct control_method daemon_methods[];

#endif
