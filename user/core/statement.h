/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node's statement: its configuration, as far as the nodes of a cluster must agree. Nodes
 * exchange it in pages (struct xb_page) and compare it (compare.h). docs/protocol.md, 1.10,
 * describes its bytes: records that a reader skips if it does not know them.
 */
#ifndef XBEAT_CORE_STATEMENT_H
#define XBEAT_CORE_STATEMENT_H

#include "user/core/orders.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

#define STATEMENT_BYTES_MAX (XB_PAGES_MAX * XB_PAGE_DATA_BYTES)
#define STATEMENT_VERSION_BYTES 32

/*
 * X(id, NAME, keyword, scope, kind): id in the statement; 0: not sent as a number, but the
 * source location of its keyword is kept. Values of kind CHOICE are named in statement.c.
 */
#define STATEMENT_SETTINGS(X)                                                                      \
	X(1, INTERVAL, "interval", BLOCK, DURATION)                                                \
	X(2, MULTIPLIER, "multiplier", BLOCK, NUMBER_OR_AUTO)                                      \
	X(3, DETECTION_MIN, "detection_min", BLOCK, DURATION)                                      \
	X(4, DETECTION_MAX, "detection_max", BLOCK, DURATION)                                      \
	X(5, DAEMON_TIMEOUT, "daemon_timeout", BLOCK, DURATION)                                    \
	X(6, GUARD_TIMEOUT, "guard_timeout", BLOCK, DURATION)                                      \
	X(7, RESTART_GRACE, "restart_grace", BLOCK, DURATION)                                      \
	X(8, ON_ISOLATED, "on_isolated", BLOCK, CHOICE)                                            \
	X(0, NODE, "node", BLOCK, NUMBER)                                                          \
	X(0, KEY, "key_file", BLOCK, NUMBER)                                                       \
	X(16, VERSION, "version", INSTANCE, NUMBER)                                                \
	X(17, ADVERT_INTERVAL, "advert_int", INSTANCE, DURATION)                                   \
	X(18, INSTANCE_GUARD, "guard_timeout", INSTANCE, DURATION)                                 \
	X(19, ON_PARTITION, "on_partition", INSTANCE, CHOICE)                                      \
	X(20, ROUTERS, "routers", INSTANCE, CHOICE)                                                \
	X(21, HEARTBEAT, "heartbeat", INSTANCE, CHOICE)                                            \
	X(0, VRID, "virtual_router_id", INSTANCE, NUMBER)                                          \
	X(0, ADDRESSES, "virtual_ipaddress", INSTANCE, NUMBER)                                     \
	X(0, APP, "vrrp_app", FILE, NUMBER)                                                        \
	X(0, POOL, "virtual_server", FILE, NUMBER)

enum statement_setting {
#define X(id, name, keyword, scope, kind) STATEMENT_##name,
	STATEMENT_SETTINGS(X)
#undef X
		STATEMENT_SETTING_COUNT
};

enum statement_scope { STATEMENT_OF_BLOCK, STATEMENT_OF_INSTANCE, STATEMENT_OF_FILE };

/* Values of choices. */
enum { STATEMENT_KEEP, STATEMENT_RELEASE }; /* on_isolated */
enum { STATEMENT_TAKE, STATEMENT_HOLD }; /* on_partition */
enum { STATEMENT_LEARNT, STATEMENT_NODES, STATEMENT_ANY }; /* routers */
enum { STATEMENT_MISSING, STATEMENT_PRESENT }; /* heartbeat */

struct statement_settings {
	uint64_t values[STATEMENT_SETTING_COUNT]; /* durations in ns; multiplier 0: auto */
	uint32_t known_bits; /* bit n: values[n] is set */
};

/* A node of the heartbeat block. */
struct statement_node {
	uint16_t id;
	char name[XB_NAME_BYTES];
	bool witness;
	struct xb_address addresses[XB_LINKS_MAX];
	size_t address_count;
};

struct statement_instance {
	char *name;
	uint8_t vrid;
	uint8_t family; /* 4 or 6 */
	uint8_t priority; /* as configured */
	struct statement_settings settings;
	struct xb_address *addresses; /* sorted by statement_sort() */
	size_t address_count;
};

/* A key that a node accepts. */
struct statement_key {
	uint8_t id;
	bool signs; /* its own heartbeats are signed by it */
	uint64_t fingerprint; /* key_fingerprint() */
};

/* A pool, whose settings are only compared as a whole. */
struct statement_pool {
	char *name;
	uint64_t digest; /* of its settings */
};

/* A server that has been down for long (CLUSTER_DOWN_NS). */
struct statement_down {
	char *pool, *server;
};

#define STATEMENT_POOLS_MAX 128 /* more are not described */
#define STATEMENT_DOWN_MAX 64

struct statement {
	uint16_t node_id;
	char name[XB_NAME_BYTES];
	char version[STATEMENT_VERSION_BYTES]; /* of xbeat */
	bool witness;
	bool shortened; /* the addresses of instances were left out: they did not fit */
	struct statement_settings settings; /* of the heartbeat block */
	struct statement_node *nodes;
	size_t node_count;
	struct statement_instance *instances;
	size_t instance_count;
	char apps[XB_APPS_MAX][XB_NAME_BYTES]; /* index: their bit in packets */
	size_t app_count;
	struct statement_key keys[XB_KEYS_MAX];
	size_t key_count; /* 0: of an older version, which does not describe them */
	uint32_t pool_total; /* of this node; 0: none, or of an older version */
	uint64_t pools_digest; /* of the settings of all */
	struct statement_pool *pools; /* none if there are more than STATEMENT_POOLS_MAX */
	size_t pool_count;
	struct statement_down *down;
	size_t down_count;
	struct shared_order *orders;
	size_t order_count;
};

/* Returns the keyword, or its scope. */
const char *statement_keyword(enum statement_setting setting);
enum statement_scope statement_scope(enum statement_setting setting);

void statement_set(struct statement_settings *settings, enum statement_setting setting,
		   uint64_t value);
bool statement_has(const struct statement_settings *settings, enum statement_setting setting);

/* Writes a value as people read it ("3 s", "auto", "hold"); returns text. */
#define STATEMENT_VALUE_BYTES 32
const char *statement_value(enum statement_setting setting, uint64_t value,
			    char text[static STATEMENT_VALUE_BYTES]);

/* Sorts the addresses of all instances. */
void statement_sort(struct statement *statement);

/* Returns the bytes of a statement, at most STATEMENT_BYTES_MAX, to be freed. Addresses that do not
 * fit are left out, all of them. */
uint8_t *statement_encode(const struct statement *statement, size_t *length);

/* Reads a statement, to be freed with statement_free() in either case. Returns 0 or -EBADMSG. */
int statement_decode(const uint8_t *bytes, size_t length, struct statement *statement);

void statement_free(struct statement *statement);

/* Returns the digest of the bytes, as pages carry it: SipHash-2-4 with a key of zeros. */
uint64_t statement_digest(const uint8_t *bytes, size_t length);

#endif
