/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration as the daemon uses it: filled in by the parser, with defaults applied, and
 * checked. Immutable once loaded; a reload makes a new one.
 */
#ifndef XBEAT_CONFIG_MODEL_CONFIG_H
#define XBEAT_CONFIG_MODEL_CONFIG_H

#include "user/config/model/command.h"
#include "user/config/model/garp.h"
#include "user/config/model/location.h"
#include "user/config/model/pool.h"
#include "user/config/model/route.h"
#include "user/config/model/vmac.h"
#include "user/core/statement.h"
#include "user/core/vrrp/signature.h"
#include "user/lib/text/diagnostics.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <xbeat/map.h>

#define CONFIG_INTERFACE_BYTES XB_NAME_BYTES /* IFNAMSIZ */

#define CONFIG_GUARD_TIMEOUT_MIN_NS (100 * UINT64_C(1000000))
#define CONFIG_RESTART_GRACE_NS UINT64_C(1000000000)

#define CONFIG_REASON_BYTES 512
#define CONFIG_UMASK_DEFAULT 022

/* What a configuration may read from its host. Everything is borrowed. */
struct config_environment {
	const char *config_id; /* what @ID compares with, and ${_INSTANCE} */
	const char *directory; /* absolute: base of relative file names */
	bool files_required; /* as if include_check named all kinds of failures */
	uint64_t random_seed; /* for ${_RANDOM} */
	char *(*variable)(const char *name); /* for ${_ENV NAME}; NULL if it is not set */
	/* Returns the files that match a pattern, sorted, to be freed; 0 or a negative errno. */
	int (*find)(const char *pattern, char ***paths, size_t *count);
	/* Returns the text of a file, to be freed; 0 or a negative errno. */
	int (*read)(const char *path, char **text, size_t *length);
	/* Replaces an alternative name of an interface (ip link property), of XB_NAME_BYTES, by its
	 * name; any other name stays. NULL: all stay. */
	void (*resolve_interface)(char *name);
	/* Returns the text of a file with a key likewise; reason names path and remedy. */
	int (*read_secret)(const char *path, char **text, size_t *length,
			   char reason[static CONFIG_REASON_BYTES]);
	FILE *copy; /* gets each file as it is read, after a line "# FILE"; NULL: not wanted */
};

struct config_node {
	uint16_t id; /* 1..XB_NODE_ID_MAX */
	char name[XB_NAME_BYTES];
	struct xb_address addresses[XB_LINKS_MAX]; /* one per interface of the heartbeat block */
	size_t address_count;
	bool witness; /* answers, never takes over VIPs */
	struct config_location location;
};

/* How the XDP program is attached. */
#define CONFIG_XDP_MODES(X)                                                                        \
	X(AUTO, "auto") X(NATIVE, "native") X(GENERIC, "generic") X(NONE, "none")

enum config_xdp_mode {
#define X(id, name) CONFIG_XDP_##id,
	CONFIG_XDP_MODES(X)
#undef X
		CONFIG_XDP_MODE_COUNT,
};

struct config_heartbeat {
	char name[XB_NAME_BYTES];
	char interfaces[XB_LINKS_MAX][CONFIG_INTERFACE_BYTES]; /* index: link number */
	bool routed[XB_LINKS_MAX]; /* index: link; its packets may come through routers */
	size_t interface_count;
	uint16_t port; /* 694 */
	uint16_t second_port; /* heartbeats to it are accepted, too; 0: none */
	uint16_t cluster_id; /* 1..65535 (1) */
	char *key_file; /* required */
	uint64_t interval_ns; /* 10ms; 1ms..60s */
	uint32_t multiplier; /* 3; 2..50; unused with multiplier_auto */
	bool multiplier_auto; /* the detection time follows the observed gaps */
	uint64_t detection_min_ns, detection_max_ns; /* its limits: 2 x interval, 50 x interval */
	uint64_t daemon_timeout_ns; /* 3s; > interval */
	uint64_t guard_timeout_ns; /* = daemon_timeout; 100ms or more */
	uint64_t restart_grace_ns; /* 1s: how long a dead daemon may take to restart */
	/* on_isolated release: a node that receives nothing releases its VIPs */
	bool release_isolated;
	enum config_xdp_mode mode; /* of its interfaces */
	struct config_node *nodes;
	size_t node_count;
	/* of the keywords on which nodes must agree; else that of the block */
	struct config_location compared[STATEMENT_SETTING_COUNT];
	struct config_location location;
};

/* vrrp_script */
struct config_script {
	char *name;
	struct config_command command;
	uint64_t interval_ns; /* 1s */
	uint64_t timeout_ns; /* = interval */
	uint32_t rise, fall; /* 1, 1 */
	int weight; /* 0: a failure is a fault; -253..253 */
	bool reverse;
	bool init_fail; /* counts as failing until it has succeeded rise times */
	struct config_location location;
};

/* vrrp_app: an application that reports its own progress (xbeat/app.h). Its index in the file is
 * its bit in heartbeats, so all nodes need the same list. */
struct config_app {
	char *name; /* shorter than XB_NAME_BYTES */
	uint64_t timeout_ns; /* 1s: longest time between two beats */
	/* who may open it besides root; "": no other user, no group */
	char user[CONFIG_USER_BYTES], group[CONFIG_USER_BYTES];
	uint32_t uid, gid; /* set by command_users_resolve(); UINT32_MAX: none */
	char *notify_socket; /* absolute; takes messages of sd_notify(3) as beats; NULL: none */
	int weight; /* 0: being late is a fault */
	bool reverse;
	struct config_location location;
};

/* vrrp_track_process: counts the processes with a name or a command line. */
struct config_process {
	char *name;
	char **command; /* terminated by NULL: the program, and its parameters if they must match */
	bool full_command; /* compare /proc/PID/cmdline, not the short name */
	bool match_partial; /* param_match partial: further parameters may follow */
	bool match_initial; /* param_match initial: the last parameter may be a prefix */
	bool match_parameters; /* parameters are compared */
	uint32_t quorum; /* 1 */
	uint32_t quorum_max; /* UINT32_MAX */
	uint64_t fork_delay_ns; /* delay before an increase counts */
	uint64_t terminate_delay_ns; /* delay before a decrease counts */
	int weight;
	bool reverse;
	struct config_location location;
};

/* vrrp_track_file (track_file): a file with a number, which is multiplied by the weight. */
struct config_file {
	char *name;
	char *path;
	int weight; /* 1 */
	bool reverse;
	bool init; /* init_file: create it with this value if it is missing */
	bool init_overwrite; /* create it in any case */
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
	CONFIG_TRACK_LINK, /* an interface of the heartbeat block: are nodes heard over it? */
	CONFIG_TRACK_CHECK, /* a vrrp_check */
};

/* Why an interface is tracked without a line of its own. */
enum config_track_use {
	CONFIG_TRACK_LISTED, /* it has a line */
	CONFIG_TRACK_OF_ADDRESS,
	CONFIG_TRACK_OF_ROUTE,
	CONFIG_TRACK_OF_RULE,
	CONFIG_TRACK_OF_STATIC, /* its track_group */
};

/* One line of track_interface, track_script and the other track_* keywords. */
struct config_track {
	enum config_track_kind kind;
	enum config_track_use use;
	char *name;
	int weight; /* in effect: the line's, else the tracked thing's own; 0: a fault */
	bool reverse;
	bool has_weight, has_reverse; /* given on the line; used only by the parser */
	struct config_location location;
};

/* Who is notified of changes, in the order of enum config_notify_kind. */
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
	bool deleted; /* notify_deleted, with or without a command: report DELETED, not FAULT */
	bool priority_changes; /* notify_priority_changes: report these, too */
	bool mail; /* smtp_alert, else global_defs' */
	bool has_mail; /* smtp_alert was given; used only by the parser */
};

/* Mail about changes of state: to whom, and by which server. */
struct config_mail {
	char **recipients; /* notification_email, ended by NULL; NULL: none, no mail is sent */
	size_t recipient_count;
	char *server; /* an address or a host name; NULL: none, no mail is sent */
	uint16_t port; /* 25 */
	char *from; /* notification_email_from; NULL: the daemon's user at this host */
	char *helo; /* smtp_helo_name; NULL: the name of this host */
	uint32_t timeout_s; /* smtp_connect_timeout 30: of each step */
	bool no_faults; /* no_email_faults: not when something enters FAULT */
};

struct config_vip {
	struct xb_address address;
	uint8_t prefix_length; /* 32, 128 */
	char interface[CONFIG_INTERFACE_BYTES]; /* "dev", or the instance's interface */
	bool has_interface; /* "dev" was given */
	bool use_vmac; /* use_vmac was given */
	unsigned garp_group; /* of its device: 1 and more, in the order of garp_groups; 0: none */
	unsigned vmac; /* on which interface with a virtual MAC it is: config_vmac_of() */
	char label[CONFIG_INTERFACE_BYTES]; /* "" : none */
	bool has_broadcast;
	struct xb_address broadcast;
	bool has_peer;
	struct xb_address peer;
	uint8_t peer_prefix_length;
	uint8_t scope; /* RT_SCOPE_*, universe */
	uint32_t flags; /* IFA_F_*: NODAD (IPv6 unless "-nodad"), HOMEADDRESS, MANAGETEMPADDR,
			   NOPREFIXROUTE, MCAUTOJOIN */
	uint32_t preferred_lifetime_s; /* UINT32_MAX: unlimited */
	bool excluded; /* virtual_ipaddress_excluded: owned, not advertised; stored last */
	bool no_track; /* not restored if something else removes it */
	char track_group[CONFIG_TRACK_GROUP_BYTES]; /* of a static one; "": none */
	struct config_location location;
};

struct config_unicast_peer {
	struct xb_address address;
	uint8_t ttl_minimum; /* 0 */
	uint8_t ttl_maximum; /* 255 */
	bool has_ttl_bounds; /* min_ttl or max_ttl was given */
	struct config_location location;
};

/* routers: whose adverts count. */
enum config_routers {
	CONFIG_ROUTERS_LEARNT, /* NODES once each node has described the instance, ANY until then */
	CONFIG_ROUTERS_NODES, /* only those of nodes of the heartbeat block */
	CONFIG_ROUTERS_ANY,
};

enum config_authentication {
	CONFIG_AUTHENTICATION_NONE,
	CONFIG_AUTHENTICATION_PASS, /* version 2 only */
};

struct config_signing_key {
	struct vrrp_signing_key key;
	uint64_t digest; /* what may be shown of it */
	char *file; /* NULL: the key is in the configuration */
};

/* auth_hmac: signed adverts. */
struct config_signing {
	enum xb_signed_mode mode; /* enforce; NONE without the block */
	bool monotonic; /* anti_replay */
	uint8_t active_key; /* signs; 0: not given */
	uint16_t window_s; /* time_window: 3 x advert_int, 5..300; 0: not given, or monotonic */
	struct config_signing_key *keys; /* each verifies; overwritten before it is freed */
	size_t key_count;
};

struct config_instance {
	char *name;
	char interface[CONFIG_INTERFACE_BYTES]; /* "": that of the unicast source address */
	char vrf[CONFIG_INTERFACE_BYTES]; /* in which that source address is; "": none */
	uint8_t vrid;
	uint8_t family; /* 4 or 6: of the first virtual address, or native_ipv6 */
	uint8_t version; /* 2 or 3: the instance's, else vrrp_version, else 2; IPv6: 3 */
	uint8_t priority; /* 100; 255 is the owner */
	bool start_as_master; /* keepalived's "state MASTER": a hint only */
	bool preempt; /* true unless nopreempt */
	uint64_t preempt_delay_ns;
	uint64_t advert_interval_ns; /* 1s; version 3: 10ms..40.95s, version 2: whole seconds */
	uint32_t down_timer_adverts; /* 3; 1..100 */
	uint8_t timer_expired_priority; /* timer_expired_backup; 0: not set */
	bool lower_prio_no_advert, higher_prio_send_advert;
	bool owner_ignore_adverts; /* an owner stays Active whoever advertises */
	/* v3_checksum_as_v2: version 3 over IPv4 is sent without the pseudo-header */
	bool plain_checksum;
	bool old_unicast_checksum; /* with the group in the pseudo-header, also in unicast */
	char heartbeat[XB_NAME_BYTES]; /* "": none */
	/* How long its addresses are answered for without progress of the daemon: the
	 * heartbeat's guard_timeout. Without a heartbeat, as long as Backups wait:
	 * down_timer_adverts (2 if it is 1) x advert_int. At least 100ms. */
	uint64_t guard_timeout_ns;
	/* on_partition hold: no takeover from an Active that other nodes hear */
	bool hold_on_partition;
	enum config_routers routers;
	uint64_t advert_interval_max_ns; /* advert_int_max; 0: 4 x advert_int */
	bool has_source;
	struct xb_address source; /* mcast_src_ip or unicast_src_ip */
	bool track_source; /* track_src_ip: a fault while it is not on this machine */
	bool has_group; /* mcast_dst_ip was given; group is always set */
	struct xb_address group; /* mcast_dst_ip, else vrrp_mcast_group4/6, else that of the RFC */
	struct config_unicast_peer *unicast_peers;
	size_t unicast_peer_count; /* 0: multicast */
	uint8_t unicast_ttl; /* 255 */
	enum config_authentication authentication;
	uint8_t password[8]; /* auth_pass, truncated or padded with zeros */
	struct config_signing signing;
	bool use_vmac;
	struct config_vmac vmac;
	bool use_vmac_addr; /* addresses of other interfaces, or families, have virtual MACs, too */
	struct config_vmac *address_vmacs; /* the interfaces for these */
	size_t address_vmac_count;
	bool vmac_xmit_base; /* adverts leave from the base interface */
	bool accept; /* the Active accepts packets to its VIPs; true unless no_accept or strict */
	bool strict;
	bool dont_track_primary;
	bool promote_secondaries;
	uint64_t garp_delay_ns; /* garp_master_delay 5s; 0: no second set */
	uint32_t garp_repeat; /* garp_master_repeat 5 */
	uint64_t garp_refresh_ns; /* garp_master_refresh 0: no refresh */
	uint32_t garp_refresh_repeat; /* 1 */
	uint64_t garp_lower_prio_delay_ns; /* = global_defs' garp_delay_ns */
	uint32_t garp_lower_prio_repeat; /* = global_defs' garp_repeat */
	struct config_garp_extra garp_extra; /* garp_extra_if, else vrrp_garp_extra_if */
	bool no_addresses; /* no_virtual_ipaddress: none is meant */
	struct config_vip *vips; /* advertised ones first, then excluded ones */
	size_t vip_count;
	size_t advertised_count;
	/* Indexes of vips as adverts list them. One that is written twice is there twice, as in
	 * keepalived, which drops adverts with another number of addresses. */
	size_t *listed;
	size_t listed_count;
	struct config_route_list routes; /* virtual_routes */
	struct config_rule_list rules; /* virtual_rules */
	struct config_track *tracks;
	size_t track_count;
	struct config_notify notify;
	struct config_location compared[STATEMENT_SETTING_COUNT]; /* as in the heartbeat block */
	struct config_location location;
};

/* vrrp_sync_group: its instances change state together. */
struct config_group {
	char *name;
	/* indexes of instances, in the group's order; an instance is in one group at most */
	size_t *members;
	size_t member_count;
	struct config_track *tracks; /* of all members */
	size_t track_count;
	bool tracking_weight; /* sync_group_tracking_weight: weights of the members count */
	struct config_notify notify; /* priority_changes is for its members */
	bool has_priority_changes; /* given; used only by the parser */
	struct config_location location;
};

/* How long an interface must be down, or up again, before that counts. */
struct config_interface_delay {
	char interface[CONFIG_INTERFACE_BYTES];
	uint64_t down_ns, up_ns; /* 0: it counts at once */
};

/* A script that runs once, at the start or the end of the daemon. */
struct config_own_script {
	struct config_command command; /* no arguments: none */
	uint64_t timeout_ns;
};

struct config {
	char router_id[64]; /* "": not set */
	struct config_heartbeat *heartbeat; /* NULL: none */
	struct config_instance *instances;
	size_t instance_count;
	char **witnessed; /* names of instances that a witness does not run */
	size_t witnessed_count;
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
	struct config_interface_delay *interface_delays; /* interface_up_down_delays */
	size_t interface_delay_count;
	/* static_ipaddress, static_routes, static_rules: present while xbeatd runs. */
	struct config_vip *static_addresses;
	size_t static_address_count;
	struct config_route_list static_routes;
	struct config_rule_list static_rules;
	int realtime_priority; /* global vrrp_rt_priority 1..99; 0: not given, SCHED_DEADLINE */
	bool no_realtime;
	int nice; /* vrrp_priority -20..19 (0), without real-time scheduling */
	uint64_t startup_delay_ns; /* vrrp_startup_delay */
	uint64_t delay_after_boot_ns; /* vrrp_delay_after_boot */
	/* between two packets on one interface that is in no garp_group; 0: none */
	uint64_t garp_interval_ns, gna_interval_ns;
	struct config_garp_group *garp_groups;
	size_t garp_group_count;
	struct config_command script_user; /* of commands without a user: user and group only */
	bool fifo_states; /* fifo_write_vrrp_states_on_reload */
	char vmac_addr_prefix[CONFIG_VMAC_PREFIX_BYTES]; /* "": vrrp */
	bool script_security; /* enable_script_security */
	char *net_namespace, *daemon_instance; /* "instance"; NULL: not given */
	bool pid_directory; /* use_pid_dir */
	struct config_own_script startup_script, shutdown_script;
	uint16_t umask; /* of scripts */
	bool dynamic_interfaces; /* interfaces of instances may be missing at start */
	char **sources; /* the files it was read from, indexed by config_location.source */
	size_t source_count;
	char *notify_fifo, *vrrp_notify_fifo; /* NULL: none */
	/* where signals have the state, the statistics and the JSON written; NULL: in /run/xbeat */
	char *reload_file; /* there while a reload reads; "": the default; NULL: none */
	char *state_dump_file, *stats_dump_file, *json_dump_file;
	uint8_t json_version; /* 1 or 2 */
	char *config_save_dir; /* where reloads have files and state saved; NULL: nowhere */
	struct config_command notify_fifo_owner, vrrp_notify_fifo_owner; /* user and group only */
	struct config_command notify_fifo_script, vrrp_notify_fifo_script;
	struct config_mail mail;
	struct config_pools pools; /* virtual_server, vrrp_check … */
};

/*
 * Parses and checks a whole configuration text.
 * file: its name for diagnostics, borrowed. text: length bytes, without NUL.
 * environment: what definitions, conditions and includes may read.
 * *out: the new configuration, to be freed with config_free(); unchanged on error.
 * Returns 0 (there may be warnings), or -EINVAL with every error in diagnostics.
 */
int config_parse(const char *file, const char *text, size_t length,
		 const struct config_environment *environment, struct config **out,
		 struct diagnostics *diagnostics);

void config_free(struct config *config);

/* Copies the times and choices that a running daemon can change: those that the kernel side does
 * not know or reads again. The rest of a heartbeat block is fixed as long as its maps exist. */
void config_heartbeat_retime(struct config_heartbeat *heartbeat,
			     const struct config_heartbeat *from);

/* Returns the guard_timeout of an instance that sets none, without a heartbeat block. */
uint64_t config_guard_without_heartbeat_ns(const struct config_instance *instance);

/* Keeps only the names of instances with a heartbeat block: a witness never takes over VIPs. */
void config_drop_driven_instances(struct config *config);
bool config_is_witnessed(const struct config *config, const char *name);

/* Returns the instance of this name, or NULL. config: NULL: none. */
struct config_instance *config_find_instance(const struct config *config, const char *name);

/* Finds this machine among the nodes of the heartbeat block: the node that router_id names, else
 * the one whose addresses are all in local_addresses, else the one that has some there: the others
 * may come later. Returns the index into heartbeat->nodes, or -ENOENT (none), -EEXIST (several). */
int config_find_own_node(const struct config *config, const struct xb_address *local_addresses,
			 size_t local_count);

/* Returns the number of the garp_group that has the interface, from 1; 0: none has it. */
unsigned config_garp_group_of(const struct config *config, const char *interface);

/* Returns an interface with a virtual MAC of the instance; NULL for the number 0. 1: the instance's
 * own, for its adverts; 2 and more: those for addresses elsewhere. */
const struct config_vmac *config_vmac_of(const struct config_instance *instance, unsigned number);

/* Returns whether instances have the same of these interfaces. */
bool config_vmacs_equal(const struct config_instance *a, const struct config_instance *b);

/* Adds a key. The keys move in memory, and nothing of them is left where they were. */
void config_signing_add(struct config_signing *signing, const struct config_signing_key *key);

/* Returns the key with this id, or NULL. */
const struct config_signing_key *config_signing_key(const struct config_signing *signing,
						    uint8_t id);

/* Return the name of a mode; of auth_hmac, NULL beyond the last. */
const char *config_xdp_mode_name(enum config_xdp_mode mode);
const char *config_signed_mode_name(enum xb_signed_mode mode);

/* Returns the name of a kind of tracked thing, as users and JSON see it: "interface", "script" … */
const char *track_kind_name(enum config_track_kind kind);

/* Returns why an interface is tracked without a line, to follow its name; "": it has a line. */
const char *track_use_text(enum config_track_use use);

#endif
