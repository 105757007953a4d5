/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the pools are made of. A table has all entries of one configuration in a few
 * blocks of memory, made in the thread of a reload (table.c); the loop uses one at a time. Pools,
 * servers and checks are found by their indices there, and by name (table_find_…()).
 */
#ifndef XBEAT_POOLS_ENTRIES_ENTRIES_H
#define XBEAT_POOLS_ENTRIES_ENTRIES_H

#include "user/checker/checker.h"
#include "user/core/pool/pool.h"
#include "user/plane/plane.h"
#include "user/pools/entries/setup.h"

#define POOLS_REASON_BYTES 224
#define POOLS_ENDPOINT_BYTES 56 /* "[v6 address]:65535" */
#define POOLS_NONE UINT32_MAX

struct pool_entry;
struct server_entry;

/* A use of a check: by a server, or by a vrrp_check. */
struct check_entry {
	const struct config_check *config;
	struct server_entry *server; /* NULL: of a probe */
	const struct config_probe *probe; /* NULL: of a server */
	uint32_t check; /* index in the checker's set; POOLS_NONE: a FILE check */
	/* index of another use of that check, or of that file; POOLS_NONE: the last */
	uint32_t next_user;
	int64_t weight_part; /* what it adds to its server's weight */
	uint64_t identity; /* the same in each daemon (states.h) */
	bool up, has_run;
};

struct server_entry {
	struct pool_entry *pool;
	const struct config_real_server *config;
	struct check_entry *checks; /* config->check_count */
	char *reason; /* of its last change; NULL: none yet */
	uint64_t changed_ns; /* 0: never */
	uint64_t judged_ns; /* when its checks changed it, not an operator; or the start */
	uint32_t up_total, down_total;
	char *refused; /* by the data plane; NULL: not */
	/* during a reload */
	const struct server_entry *before; /* the same one of the old table; NULL: none */
	bool stays; /* the new table has it, too */
	bool listed; /* while orders of operators are compared */
};

struct pool_entry {
	struct pools *pools; /* NULL until the table is used */
	const struct config_pool *config;
	struct pool core;
	struct server_entry *servers; /* core.count */
	struct plane_service *services;
	size_t service_count;
	char *reason; /* of the last change of its quorum */
	char *refused;
	uint64_t changed_ns;
	uint32_t up_total, down_total;
	struct event *due; /* slow starts and drains; NULL: there was none */
	bool stays; /* during a reload: the new table has it, too */
	bool suspended; /* ha_suspend: its address is not on this machine */
	bool sorry_serves; /* as last reported */
};

/* Of FILE checks; each file once. */
struct watched_file {
	const struct config_file *config;
	struct pools *pools;
	uint32_t first_user; /* an index of checks; POOLS_NONE: none */
	uint32_t number; /* the runner's; 0: it is not watched */
};

struct name_index;

struct pools_prepared {
	const struct config *config;
	struct checker_set *set; /* NULL: the checker has it */
	struct pool_entry *pools;
	size_t pool_count;
	struct server_entry *servers;
	size_t server_count;
	struct pool_server *core_servers;
	struct check_entry *checks; /* of the servers, then of the probes */
	size_t check_count, probe_first;
	struct plane_service *services;
	size_t service_count;
	uint32_t *first_users; /* of each check of the set: an index of checks */
	uint32_t set_count;
	struct name_index *names;
	struct watched_file *files;
	size_t file_count;
};

/* Checks whose records have changed, and that have not been looked at. */
struct pools_work {
	uint32_t *queue; /* a ring of the table's set_count */
	bool *queued;
	uint32_t first, count;
	/* The check that is being looked at, which is not in the queue any more, and its next use:
	 * an index of the table's checks. POOLS_NONE: none. */
	uint32_t check, next_use;
	uint64_t window_ns; /* when the present window began */
	uint64_t spent_ns; /* in it */
	struct event *more;
};

struct burst_counts {
	uint32_t written; /* one by one */
	uint32_t counted, up; /* the others; of these, came up */
};

/* Events of a second, of which only the first are written one by one. */
struct pools_burst {
	uint64_t window_ns; /* 0: none has begun */
	struct burst_counts servers, pools;
	struct event *over;
};

struct running_program;
struct pools_notify;

struct pools {
	struct pools_setup setup;
	const struct config *config;
	struct pools_prepared *table;
	struct checker *checker;
	struct plane *ipvs; /* NULL: no pool needs it, or it cannot be used */
	char plane_problem
		[PLANE_PROBLEM_BYTES]; /* why it cannot be used; "": it can, or is not needed */
	bool plane_is_new; /* it could not be used until this reload: nothing is in it */
	struct pools_work work;
	struct pools_burst burst;
	int states_fd; /* states.h; -1: it cannot be written */
	struct event *examine; /* all records again: after a reload, or one that was not whole */
	struct running_program *programs;
	struct pools_notify *notify;
	char cause[POOLS_REASON_BYTES]; /* of what is being done now */
	/* what kind of check it comes from; CONFIG_CHECK_KIND_COUNT: none */
	enum config_check_kind cause_kind;
	char cause_session[CONFIG_BFD_NAME_BYTES]; /* of a BFD_CHECK */
};

/* Why what follows is done: the reason of its events. */
void pools_because(struct pools *pools, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Writes "10.0.0.1:80" or "[2001:db8::1]:80"; without a port the address alone. Returns text. */
const char *pools_endpoint(const struct config_endpoint *endpoint,
			   char text[static POOLS_ENDPOINT_BYTES]);

const char *server_entry_name(const struct server_entry *server,
			      char text[static POOLS_ENDPOINT_BYTES]);

/* "up", "down", "drain" or "maintenance". */
const char *server_entry_state(const struct server_entry *server);

/* Its index in its pool. */
size_t server_entry_index(const struct server_entry *server);
struct pool_server *server_entry_core(const struct server_entry *server);

#endif
