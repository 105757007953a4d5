/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pools while their blocks are read. A check's settings default to those of its real server, these
 * to those of its virtual server, whose keywords may come last: they are finalized at its "}".
 */
#ifndef XBEAT_CONFIG_POOLS_DRAFT_H
#define XBEAT_CONFIG_POOLS_DRAFT_H

#include "user/config/blocks/track.h"
#include "user/config/model/pool.h"
#include "user/config/syntax/table.h"

#define POOL_TIME_MAX_NS (365 * CONFIG_DAY_NS)
#define POOL_INTERVAL_MIN_NS (10 * NS_PER_MS)
#define POOL_PERSISTENCE_DEFAULT_S 360
#define POOL_GROUP_NAME_MAX 72 /* as a part of config_pool.name */

/* How a server is checked, as far as it is given. Each field is its type's highest value until
 * then. */
struct rules_draft {
	uint64_t interval_ns, fast_interval_ns, down_interval_ns, timeout_ns, warmup_ns;
	uint64_t startup_interval_ns, flap_window_ns, flap_hold_ns;
	uint64_t first_delay_ns; /* vrrp_check */
	uint32_t retry, rise, startup_failures, flap_changes;
	uint32_t initial; /* enum check_initial */
};

/* Every field is unset. */
struct rules_draft rules_draft_new(void);

/* Takes what is not set from the parent. */
void rules_draft_inherit(struct rules_draft *draft, const struct rules_draft *parent);

/* Gives what is still unset the default of its kind of check. */
void rules_draft_apply(const struct rules_draft *draft, enum config_check_kind kind,
		       struct check_rules *rules);

/* Warns of retry and fall, or of delay_before_retry and fast_interval, in one block. */
void rules_draft_check(struct config_parser *parser, const struct config_block *block);

config_read pool_read_retry, pool_read_fall, pool_read_alpha, pool_read_initial;
config_read pool_read_startup, pool_read_flap_damping;

/* A duration of a draft: keepalived's seconds, or with a unit. */
#define RULE_TIME(keyword, type, field, low)                                                       \
	CONFIG_SECONDS(keyword, type, rules.field, low, POOL_TIME_MAX_NS)

/* The rows that virtual_server, real_server and every check have. retry_minimum: as keepalived. */
#define RULE_ROWS(type, retry_minimum)                                                             \
	RULE_TIME("delay_loop", type, interval_ns, POOL_INTERVAL_MIN_NS),                          \
		RULE_TIME("delay_before_retry", type, fast_interval_ns, 0),                        \
		RULE_TIME("fast_interval", type, fast_interval_ns, 0),                             \
		RULE_TIME("down_interval", type, down_interval_ns, POOL_INTERVAL_MIN_NS),          \
		RULE_TIME("warmup", type, warmup_ns, 0),                                           \
		CONFIG_U32("retry", type, rules.retry, retry_minimum, 2147483646),                 \
		CONFIG_NUMBER("fall", pool_read_fall, type, rules.retry, 1, 2147483647),           \
		CONFIG_U32("rise", type, rules.rise, 1, 2147483647),                               \
		CONFIG_BOOL_READ("alpha", pool_read_alpha, type, rules.initial),                   \
		CONFIG_VALUE("initial_state", "up|fully_up|down|fully_down", pool_read_initial,    \
			     type, rules.initial),                                                 \
		POOL_PAIRS("startup", "failures NUMBER interval SECONDS", pool_read_startup,       \
			   type),                                                                  \
		POOL_PAIRS("flap_damping", "changes NUMBER window SECONDS hold SECONDS",           \
			   pool_read_flap_damping, type)

#define CONFIG_BOOL_READ(keyword, reader, type, field)                                             \
	{                                                                                          \
		.name = (keyword), .usage = keyword " [on|off]", .read = (reader),                 \
		.values_maximum = 1, CONFIG_FIELD(type, field)                                     \
	}
#define POOL_PAIRS(keyword, pairs, reader, type)                                                   \
	{                                                                                          \
		.name = (keyword), .usage = keyword " { " pairs " }", .read = (reader),            \
		.flags = CONFIG_OPENS_BLOCK, CONFIG_FIELD(type, rules)                             \
	}

struct check_draft {
	struct config_check check;
	struct rules_draft rules;
	bool tls_compliant; /* of SSL_GET: for all its urls */
	bool is_probe; /* of vrrp_check: defaults of Kubernetes */
	struct check_draft *hosts; /* of SMTP_CHECK */
	size_t host_count;
};

struct server_draft {
	struct config_real_server server;
	struct rules_draft rules;
	int weight; /* -1: the pool's */
	bool has_port, has_forwarding, has_inhibit;
	uint16_t check_port; /* where only checks can use it; 0: the server's */
	struct check_draft *checks;
	size_t check_count;
};

struct pool_draft {
	struct config_pool pool;
	struct rules_draft rules;
	int weight; /* of real servers */
	char *virtualhost;
	bool has_sorry_forwarding;
	bool has_sorry_port;
	bool has_mask, has_prefix; /* persistence_granularity */
	struct server_draft *servers;
	size_t server_count;
};

/* Reads a check's block and adds it to the server, block->target. */
config_read pool_read_check;

/* The same for the check of a vrrp_check. keyword: that of a check's block. */
void pool_read_probe_check(struct config_parser *parser, struct check_draft *draft,
			   const char *keyword, const struct config_statement *statement);

/* lvs_method into the struct config_forwarding at keyword->offset. */
config_read pool_read_forwarding;

/* lvs_sched into the pool. */
config_read pool_read_scheduler;
config_read pool_read_persistence, pool_read_granularity;

/* Adds a real server, or sets the sorry server, of the pool, block->target. */
config_read pool_read_server, pool_read_sorry;

/* Reads "ADDRESS [PORT]". Returns success. *has_port: whether one is given; NULL: unwanted. */
bool pool_read_endpoint(struct config_parser *parser, const struct config_token *tokens,
			size_t count, struct config_endpoint *endpoint, bool *has_port);

/* Reads a port. Returns success. */
bool pool_read_port_token(struct config_parser *parser, const struct config_token *token,
			  unsigned lowest, uint16_t *port);

/* Finalizes a pool at its "}", and moves it into parser->config; it frees the draft. */
void pool_finalize(struct config_parser *parser, struct pool_draft *draft,
		   const struct config_block *block);

/* Finalizes the servers of a pool whose own settings are final, in place. */
void pool_finalize_servers(struct config_parser *parser, struct pool_draft *draft);

/* Finalizes the rules of a BFD_CHECK: what makes no sense for it is not inherited. */
void pool_finalize_bfd_rules(struct check_draft *draft, const struct rules_draft *server);

/* Gives each BFD_CHECK the session that it names, when the whole file is known. */
void pool_finalize_bfd(struct config_parser *parser);

/* Finalizes a check whose target and virtualhost are final, and examines it. */
void pool_finalize_target(struct config_parser *parser, struct check_draft *draft);

/* Reports a check that is too long for the checker. */
void pool_check_size(struct config_parser *parser, const struct config_check *check);

#endif
