/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration as the daemon uses it: what the parser fills in, defaults
 * applied, checked. Immutable once loaded; a reload makes a new one.
 */
#ifndef XBEAT_CONFIG_MODEL_CONFIG_H
#define XBEAT_CONFIG_MODEL_CONFIG_H

#include "user/config/model/location.h"
#include "user/config/model/route.h"
#include "user/lib/diagnostics.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

#define CONFIG_INTERFACE_BYTES XB_NAME_BYTES /* IFNAMSIZ */

#define CONFIG_USER_BYTES 33

#define CONFIG_GUARD_TIMEOUT_MIN_NS (100 * UINT64_C(1000000))
#define CONFIG_RESTART_GRACE_NS UINT64_C(1000000000)

/* What a configuration may ask of the machine it is read on. All is borrowed. */
struct config_environment {
	const char *instance; /* what @ID compares with, and ${_INSTANCE} */
	const char *directory; /* absolute: where relative file names count from */
	uint64_t random_seed; /* of ${_RANDOM} */
	char *(*variable)(const char *name); /* of ${_ENV NAME}; NULL if it is not set */
	/* The files that match a pattern, sorted, all to be freed. Returns 0 or a negative errno. */
	int (*find)(const char *pattern, char ***paths, size_t *count);
	/* The text of a file, to be freed. Returns 0 or a negative errno. */
	int (*read)(const char *path, char **text, size_t *length);
};

struct config_node {
	uint16_t id; /* 1..XB_NODE_ID_MAX */
	char name[XB_NAME_BYTES];
	struct xb_address addresses[XB_LINKS_MAX]; /* one per interface of the heartbeat block */
	size_t address_count;
	bool witness; /* answers, never takes VIPs */
	struct config_location location;
};

struct config_heartbeat {
	char name[XB_NAME_BYTES];
	char interfaces[XB_LINKS_MAX][CONFIG_INTERFACE_BYTES]; /* index: link */
	size_t interface_count;
	uint16_t port; /* 694 */
	uint16_t cluster_id; /* 1..65535 (1) */
	char *key_file; /* required */
	uint64_t interval_ns; /* 10ms; 1ms..60s */
	uint32_t multiplier; /* 3; 2..50; of no use with multiplier_auto */
	bool multiplier_auto; /* the detection time follows the gaps that are seen */
	uint64_t detection_min_ns, detection_max_ns; /* its bounds: 2 x interval, 50 x interval */
	uint64_t daemon_timeout_ns; /* 3s; > interval */
	uint64_t guard_timeout_ns; /* = daemon_timeout; 100ms or more */
	uint64_t restart_grace_ns; /* 1s: how long a daemon that died may take to be there again */
	bool release_isolated; /* on_isolated release: a node that hears nobody gives its VIPs up */
	struct config_node *nodes;
	size_t node_count;
	struct config_location location;
};

/* A program with its arguments, and who runs it: "script", "notify_master" … */
struct config_command {
	char **arguments; /* ended by NULL; NULL: no command */
	char user[CONFIG_USER_BYTES]; /* "": script_user, or its default */
	char group[CONFIG_USER_BYTES]; /* "": the user's own */
	uint32_t uid, gid; /* filled in by command_users_resolve(), not by the parser */
	struct config_location location;
};

/* vrrp_script */
struct config_script {
	char *name;
	struct config_command command;
	uint64_t interval_ns; /* 1s */
	uint64_t timeout_ns; /* = interval */
	uint32_t rise, fall; /* 1, 1 */
	int weight; /* 0: failing is a fault; -253..253 */
	bool reverse;
	bool init_fail; /* counts as failing until it has succeeded rise times */
	struct config_location location;
};

/* vrrp_app: an application that proves its progress itself (xbeat/app.h). Its place in the file is its bit in
 * heartbeats, so all nodes have the same list. */
struct config_app {
	char *name; /* shorter than XB_NAME_BYTES */
	uint64_t timeout_ns; /* 1s: how often it beats at least */
	char user
		[CONFIG_USER_BYTES]; /* who may open it beside root and the group xbeat; "": nobody */
	uint32_t uid; /* filled in by command_users_resolve(); UINT32_MAX: nobody */
	int weight; /* 0: a late one is a fault */
	bool reverse;
	struct config_location location;
};

/* vrrp_track_process: how many processes there are of a name, or of a command line. */
struct config_process {
	char *name;
	char **command; /* ended by NULL: the program, its parameters if they must match */
	bool full_command; /* compare /proc/PID/cmdline, not the short name */
	bool match_partial; /* param_match partial: the given parameters, then any */
	bool match_initial; /* param_match initial: the last one may go on */
	bool match_parameters; /* parameters count at all */
	uint32_t quorum; /* 1 */
	uint32_t quorum_max; /* UINT32_MAX */
	uint64_t fork_delay_ns; /* before more processes count */
	uint64_t terminate_delay_ns; /* before fewer do */
	int weight;
	bool reverse;
	struct config_location location;
};

/* vrrp_track_file (track_file): a file that holds a number, which is multiplied by the weight. */
struct config_file {
	char *name;
	char *path;
	int weight; /* 1 */
	bool reverse;
	bool init; /* init_file: make it with this value if it is not there … */
	bool init_overwrite; /* … or in any case */
	int32_t init_value;
	struct config_location location;
};

enum config_track_kind {
	CONFIG_TRACK_INTERFACE,
	CONFIG_TRACK_SCRIPT,
	CONFIG_TRACK_PROCESS,
	CONFIG_TRACK_FILE,
	CONFIG_TRACK_PEER, /* a node of the heartbeat block */
	CONFIG_TRACK_APP, /* a vrrp_app */
	CONFIG_TRACK_LINK, /* an interface of the heartbeat block: whether nodes are heard over it */
};

/* One line of track_interface, track_script, track_process, track_file, or a track_peer. */
struct config_track {
	enum config_track_kind kind;
	char *name;
	int weight; /* as it applies: the line's, else the tracked thing's own; 0: a fault */
	bool reverse;
	bool has_weight, has_reverse; /* the line says it: of use to the parser alone */
	struct config_location location;
};

/* Who is told of changes. The order is that of enum config_notify_kind. */
enum config_notify_kind {
	CONFIG_NOTIFY_ANY, /* notify: TYPE NAME STATE PRIORITY are appended */
	CONFIG_NOTIFY_MASTER,
	CONFIG_NOTIFY_BACKUP,
	CONFIG_NOTIFY_FAULT,
	CONFIG_NOTIFY_STOP,
	CONFIG_NOTIFY_DELETED, /* by a reload */
	CONFIG_NOTIFY_MASTER_RX_LOWER_PRI,
	CONFIG_NOTIFY_KINDS
};

struct config_notify {
	struct config_command commands[CONFIG_NOTIFY_KINDS];
	bool deleted; /* notify_deleted, perhaps without a command: say DELETED, not FAULT */
	bool priority_changes; /* notify_priority_changes: tell "notify" and the FIFO of these, too */
};

struct config_vip {
	struct xb_address address;
	uint8_t prefix_length; /* 32, 128 */
	char interface[CONFIG_INTERFACE_BYTES]; /* "dev", or the instance's */
	bool has_interface; /* "dev" was given: not moved to the virtual MAC's interface */
	char label[CONFIG_INTERFACE_BYTES]; /* "" : none */
	bool has_broadcast;
	struct xb_address broadcast;
	bool has_peer;
	struct xb_address peer;
	uint8_t peer_prefix_length;
	uint8_t scope; /* RT_SCOPE_*, universe */
	uint32_t flags; /* IFA_F_*: NODAD (IPv6 unless "-nodad"), HOMEADDRESS, MANAGETEMPADDR,
			   NOPREFIXROUTE, MCAUTOJOIN */
	uint32_t preferred_lifetime_s; /* UINT32_MAX: for ever */
	bool excluded; /* virtual_ipaddress_excluded: taken, not advertised; they stand last */
	bool no_track; /* not put back if something else removes it */
	struct config_location location;
};

struct config_unicast_peer {
	struct xb_address address;
	uint8_t ttl_minimum; /* 0 */
	uint8_t ttl_maximum; /* 255 */
	struct config_location location;
};

enum config_authentication {
	CONFIG_AUTHENTICATION_NONE,
	CONFIG_AUTHENTICATION_PASS, /* version 2 only */
};

struct config_instance {
	char *name;
	char interface[CONFIG_INTERFACE_BYTES]; /* "": of the unicast source address */
	uint8_t vrid;
	uint8_t family; /* 4 or 6: of the first virtual address, or native_ipv6 */
	uint8_t version; /* 2 or 3: the instance's, else vrrp_version, else 2; IPv6: 3 */
	uint8_t priority; /* 100; 255 is the owner */
	bool start_as_master; /* keepalived's "state MASTER": a hint, no right */
	bool preempt; /* true unless nopreempt */
	uint64_t preempt_delay_ns;
	uint64_t advert_interval_ns; /* 1s; version 3: 10ms..40.95s, version 2: whole seconds */
	uint32_t down_timer_adverts; /* 3; 1..100 */
	uint8_t timer_expired_priority; /* timer_expired_backup; 0: not given */
	bool lower_prio_no_advert, higher_prio_send_advert;
	char heartbeat[XB_NAME_BYTES]; /* "": none */
	/* Until when its addresses are answered for without progress of the daemon: the heartbeat's guard_timeout;
	 * without one, as long as Backups wait: down_timer_adverts (2 if it is 1) x advert_int; 100ms or more. */
	uint64_t guard_timeout_ns;
	bool hold_on_partition; /* on_partition hold: no takeover from an Active that other nodes hear */
	bool has_source;
	struct xb_address source; /* mcast_src_ip or unicast_src_ip */
	bool has_group; /* mcast_dst_ip was given; group is there in any case */
	struct xb_address group; /* mcast_dst_ip, else vrrp_mcast_group4/6, else the RFC's */
	struct config_unicast_peer *unicast_peers;
	size_t unicast_peer_count; /* 0: multicast */
	uint8_t unicast_ttl; /* 255 */
	enum config_authentication authentication;
	uint8_t password[8]; /* auth_pass, cut off or filled with zeros */
	bool use_vmac;
	char vmac_interface[CONFIG_INTERFACE_BYTES]; /* its name; default vrrp.VRID, vrrp6.VRID */
	bool vmac_xmit_base; /* adverts leave from the base interface */
	bool accept; /* the Active takes packets to its VIPs; true unless no_accept or strict */
	bool strict;
	bool dont_track_primary;
	bool promote_secondaries;
	uint64_t garp_delay_ns; /* garp_master_delay 5s; 0: no second set */
	uint32_t garp_repeat; /* garp_master_repeat 5 */
	uint64_t garp_refresh_ns; /* garp_master_refresh 0: none */
	uint32_t garp_refresh_repeat; /* 1 */
	uint64_t garp_lower_prio_delay_ns; /* = global_defs' garp_delay_ns */
	uint32_t garp_lower_prio_repeat; /* = global_defs' garp_repeat */
	struct config_vip *vips; /* those advertised first, then those excluded */
	size_t vip_count;
	size_t advertised_count;
	struct config_route_list routes; /* virtual_routes */
	struct config_rule_list rules; /* virtual_rules */
	struct config_track *tracks;
	size_t track_count;
	struct config_notify notify;
	struct config_location location;
};

/* vrrp_sync_group: its instances change state together. */
struct config_group {
	char *name;
	size_t *members; /* indexes of instances, in the group's order; none is in two groups */
	size_t member_count;
	struct config_track *tracks; /* of all members */
	size_t track_count;
	bool tracking_weight; /* sync_group_tracking_weight: its members' own weights count */
	struct config_notify notify;
	struct config_location location;
};

struct config {
	char router_id[64]; /* "": not given */
	struct config_heartbeat *heartbeat; /* NULL: none */
	struct config_instance *instances;
	size_t instance_count;
	struct config_group *groups;
	size_t group_count;
	struct config_script *scripts;
	size_t script_count;
	struct config_process *processes;
	size_t process_count;
	struct config_file *files;
	size_t file_count;
	struct config_app *apps; /* at most XB_APPS_MAX */
	size_t app_count;
	/* static_ipaddress, static_routes, static_rules: there while xbeatd runs. */
	struct config_vip *static_addresses;
	size_t static_address_count;
	struct config_route_list static_routes;
	struct config_rule_list static_rules;
	int realtime_priority; /* global vrrp_rt_priority 1..99 (50); 0: "no_realtime" was asked for */
	int nice; /* vrrp_priority -20..19 (0), without real-time scheduling */
	uint64_t startup_delay_ns; /* vrrp_startup_delay */
	uint64_t garp_interval_ns, gna_interval_ns; /* between two on one interface; 0: none */
	struct config_command script_user; /* of commands that name nobody: user and group alone */
	bool script_security; /* enable_script_security */
	bool dynamic_interfaces; /* those of instances may be missing at the start */
	char **sources; /* the files it came from, by config_position.source */
	size_t source_count;
	char *notify_fifo, *vrrp_notify_fifo; /* NULL: none */
	struct config_command notify_fifo_owner, vrrp_notify_fifo_owner; /* user and group alone */
	struct config_command notify_fifo_script, vrrp_notify_fifo_script;
};

/*
 * Parses and checks a whole configuration text.
 * file: its name for diagnostics, borrowed. text: length bytes, needs no NUL.
 * environment: what definitions, conditions and includes may see.
 * *out: the new configuration, to be freed with config_free(); untouched on error.
 * Returns 0 (there may be warnings), or -EINVAL with every error in diagnostics.
 */
int config_parse(const char *file, const char *text, size_t length,
		 const struct config_environment *environment, struct config **out,
		 struct diagnostics *diagnostics);

void config_free(struct config *config);

/* Takes over from another the times and choices that a running daemon can change: what the kernel side does not know,
 * or reads anew. All else in a heartbeat block stands as long as its maps. */
void config_heartbeat_retime(struct config_heartbeat *heartbeat,
			     const struct config_heartbeat *from);

/* The guard_timeout of an instance that refers to no heartbeat block and names none. */
uint64_t config_guard_without_heartbeat_ns(const struct config_instance *instance);

/* Removes the instances that refer to a heartbeat block: a witness answers and never takes VIPs. */
void config_drop_driven_instances(struct config *config);

/*
 * Which node of the heartbeat block this machine is: the one named by router_id, else the one
 * that has all its addresses among local_addresses.
 * Returns the index into heartbeat->nodes, or -ENOENT (none), -EEXIST (several).
 */
int config_find_own_node(const struct config *config, const struct xb_address *local_addresses,
			 size_t local_count);

/* Returns the name of a kind of tracked thing, as users and JSON see it: "interface", "script" … */
const char *track_kind_name(enum config_track_kind kind);

#endif
