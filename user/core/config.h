/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration as the daemon uses it: what the parser fills in, defaults
 * applied, checked. Immutable once loaded; a reload makes a new one.
 */
#ifndef XBEAT_CORE_CONFIG_H
#define XBEAT_CORE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <user/core/diagnostics.h>
#include <xbeat/map.h>

#define CONFIG_INTERFACE_BYTES XB_NAME_BYTES /* IFNAMSIZ */

/* Where a thing stands, for checks that come after parsing. */
struct config_position {
	unsigned line;
	unsigned column;
	unsigned source; /* number of the file; 0: the configuration itself */
	unsigned expansion; /* number of the use of a definition it comes from; 0: none */
};

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
	struct config_position position;
};

struct config_heartbeat {
	char name[XB_NAME_BYTES];
	char interfaces[XB_LINKS_MAX][CONFIG_INTERFACE_BYTES]; /* index: link */
	size_t interface_count;
	uint16_t port; /* 694 */
	uint16_t cluster_id; /* 1..65535 (1) */
	char *key_file; /* required */
	uint64_t interval_ns; /* 10ms; 1ms..60s */
	uint32_t multiplier; /* 3; 2..50 */
	uint64_t daemon_timeout_ns; /* 3s; > interval */
	struct config_node *nodes;
	size_t node_count;
	struct config_position position;
};

struct config_vip {
	struct xb_address address;
	uint8_t prefix_length; /* 32 */
	char interface[CONFIG_INTERFACE_BYTES]; /* "dev", or the instance's */
	char label[CONFIG_INTERFACE_BYTES]; /* "" : none */
	bool has_broadcast;
	struct xb_address broadcast;
	uint8_t scope; /* RT_SCOPE_*, universe */
	struct config_position position;
};

struct config_instance {
	char *name;
	char interface[CONFIG_INTERFACE_BYTES];
	uint8_t vrid;
	uint8_t family; /* 4 */
	uint8_t version; /* 3; the instance's, else global vrrp_version */
	uint8_t priority; /* 100; 255 is the owner */
	bool start_as_master; /* keepalived's "state MASTER": a hint, no right */
	bool preempt; /* true unless nopreempt */
	uint64_t preempt_delay_ns;
	uint64_t advert_interval_ns; /* 1s; 10ms..40.95s for version 3 */
	char heartbeat[XB_NAME_BYTES]; /* "": none */
	bool has_source;
	struct xb_address source; /* mcast_src_ip */
	uint64_t garp_delay_ns; /* garp_master_delay 5s; 0: no second set */
	uint32_t garp_repeat; /* garp_master_repeat 5 */
	uint64_t garp_refresh_ns; /* garp_master_refresh 0: none */
	uint32_t garp_refresh_repeat; /* 1 */
	struct config_vip *vips;
	size_t vip_count;
	struct config_position position;
};

struct config {
	char router_id[64]; /* "": not given */
	struct config_heartbeat *heartbeat; /* NULL: none */
	struct config_instance *instances;
	size_t instance_count;
	int realtime_priority; /* global vrrp_rt_priority 1..99 (50); 0: "no_realtime" was asked for */
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

/* Removes the instances that refer to a heartbeat block: a witness answers and never takes VIPs. */
void config_drop_driven_instances(struct config *config);

/*
 * Which node of the heartbeat block this machine is: the one named by router_id, else the one
 * that has all its addresses among local_addresses.
 * Returns the index into heartbeat->nodes, or -ENOENT (none), -EEXIST (several).
 */
int config_find_own_node(const struct config *config, const struct xb_address *local_addresses,
			 size_t local_count);

#endif
