/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool of servers: which of them get connections, and with what weight. Pure: events in, actions
 * out. After each event the data plane holds what pool_target() returns, which depends on nothing but
 * the servers' states and on whether the quorum, and that of the servers that are no backups, is up.
 *
 * The order of the actions is keepalived's: the server, its report; then, at a gain, the sorry server
 * leaves, the servers come, the quorum is reported; at a loss the servers leave, the sorry server
 * comes, the loss is reported.
 *
 * An event costs O(1), or O(servers) when the quorum changes.
 */
#ifndef XBEAT_CORE_POOL_POOL_H
#define XBEAT_CORE_POOL_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POOL_WEIGHT_MAX INT32_MAX
#define POOL_WEIGHT_CONFIGURED (-1) /* no weight of an operator */
#define POOL_NO_SERVER SIZE_MAX /* the server of an action that is about none */

/* What an operator, or the server's own agent, asks for; of both, the later in this list holds. */
enum pool_mode {
	POOL_READY,
	POOL_DRAIN, /* present with weight 0: connections go on, new ones go elsewhere */
	POOL_MAINTENANCE, /* removed */
};

struct pool_server_rules {
	int64_t weight;
	bool inhibit; /* inhibit_on_failure: weight 0 instead of removal */
	bool backup; /* serves while the others do not make the quorum; else weight 0 */
	uint32_t check_count;
};

struct pool_rules {
	uint32_t quorum, hysteresis; /* sums of weights */
	bool has_sorry, sorry_inhibit;
	/* The sorry server is also one of the real servers: then it gets no actions of its own, and
	 * POOL_SET_SERVER of that server instead. */
	bool sorry_is_server;
	size_t sorry_server;
	uint64_t slow_start_ns; /* 0: none */
	uint64_t drain_timeout_ns; /* a server that drains is removed after it; 0: never */
	bool report_at_start; /* rs_init_notifies: POOL_SERVER_UP at the start, too */
};

/* What was last reported of a server. */
enum pool_report {
	POOL_REPORT_NONE,
	POOL_REPORT_UP,
	POOL_REPORT_DOWN,
};

/* What is in the data plane, as the last action left it. */
struct pool_presence {
	bool present;
	uint32_t weight;
};

struct pool_server {
	struct pool_server_rules rules;
	uint32_t failed_count; /* of its checks */
	bool alive; /* no check failed, and the agent does not report it down */
	int64_t weight_added; /* by checks with a weight */
	int64_t weight_asked; /* by an operator, instead of all others; POOL_WEIGHT_CONFIGURED */
	uint8_t agent_percent; /* 100 */
	enum pool_mode mode; /* of the operator */
	enum pool_mode agent_mode;
	bool agent_down;
	uint64_t slow_since_ns; /* its slow start; 0: none */
	uint64_t drain_until_ns; /* then it is removed; 0: never */
	enum pool_report reported;
	bool first_start; /* there when the program started, and not yet down: no slow start */
	uint32_t counted; /* of its weight in the sums of the pool */
	struct pool_presence in_plane;
};

struct pool {
	struct pool_rules rules;
	struct pool_server *servers; /* of the caller */
	size_t count;
	bool quorum_up;
	bool active_up; /* the servers that are no backups make the quorum */
	bool started;
	uint64_t active_weight, backup_weight; /* sums of what is counted */
	struct pool_presence sorry;
	uint64_t due_ns; /* see pool_due() */
};

enum pool_action_kind {
	POOL_SET_SERVER, /* add it to the data plane, or change its weight */
	POOL_REMOVE_SERVER,
	POOL_SET_SORRY,
	POOL_REMOVE_SORRY,
	POOL_SERVER_UP, /* report */
	POOL_SERVER_DOWN,
	POOL_QUORUM_GAINED,
	POOL_QUORUM_LOST,
};

struct pool_action {
	enum pool_action_kind kind;
	size_t server; /* index; POOL_NO_SERVER */
	uint32_t weight; /* of POOL_SET_SERVER, POOL_SET_SORRY */
	bool first; /* of a report: the first one; a server that is down was so from the start */
};

typedef void pool_act(void *context, const struct pool_action *action);

/* Who takes the actions. */
struct pool_out {
	pool_act *act;
	void *context;
};

/* In all of these, i is the index of a server. */

/* A server of which nothing is known yet. Set failed_count, modes and so on after it. */
struct pool_server pool_server_new(const struct pool_server_rules *rules);

/* Begins with what each server has: set failed_count, modes and weights before. Puts in what is
 * alive, and examines the quorum. A slow start begins only later. */
void pool_start(struct pool *pool, uint64_t now_ns, const struct pool_out *out);

/*
 * Reload, or a daemon after another one. Instead of pool_start(): the caller makes the new pool, copies
 * each server that stays into it, gives it its new rules, failed_count and the rest, and calls
 * pool_inherit(), or sets started, quorum_up, active_up, sorry and in_plane as they were. The old
 * pool's sorry server leaves with pool_sorry_leave() if it is another. Then pool_continue(): what is
 * new comes, what changed is changed. Last, the old pool's servers that go leave with
 * pool_server_leave().
 */
void pool_inherit(struct pool *pool, const struct pool *old, bool same_sorry);
void pool_continue(struct pool *pool, uint64_t now_ns, const struct pool_out *out);
void pool_server_leave(struct pool *pool, size_t i, bool reports, const struct pool_out *out);
void pool_sorry_leave(struct pool *pool, const struct pool_out *out);

/* All leave: the pool is gone from the configuration (reports), or the daemon stops (reports: omega). */
void pool_stop(struct pool *pool, bool reports, const struct pool_out *out);

/* A check of the server is now up or down. One with a weight: at down before its weight is taken back,
 * at up after it is given, so that the pool never sees the weight without that part. */
void pool_check_changed(struct pool *pool, size_t i, bool up, uint64_t now_ns,
			const struct pool_out *out);

/* The first result of a check confirms that it is down (check_verdict.first without changed): the
 * server is reported down, once. */
void pool_check_confirmed(struct pool *pool, size_t i, const struct pool_out *out);

/* The sum of what its checks add to its weight, or the agent's percentage, is another. */
void pool_weight_added(struct pool *pool, size_t i, int64_t weight_added, uint64_t now_ns,
		       const struct pool_out *out);

/* What the server's own agent asks for; it replaces what the agent asked for before, and nothing of
 * checks or operators. */
struct pool_agent {
	enum pool_mode mode;
	bool down;
	uint8_t percent;
};

void pool_agent(struct pool *pool, size_t i, const struct pool_agent *agent, uint64_t now_ns,
		const struct pool_out *out);

/* What an operator asks for. The timeout of POOL_DRAIN is drain_timeout_ns; 0: never. */
void pool_set_mode(struct pool *pool, size_t i, enum pool_mode mode, uint64_t now_ns,
		   const struct pool_out *out);
void pool_set_drain_timeout(struct pool *pool, size_t i, uint64_t timeout_ns, uint64_t now_ns,
			    const struct pool_out *out);

/* weight: POOL_WEIGHT_CONFIGURED takes it back. */
void pool_set_weight(struct pool *pool, size_t i, int64_t weight, uint64_t now_ns,
		     const struct pool_out *out);

/* Continues slow starts, ends drains. Returns when it is to be called again; 0: no need. Call it
 * after each event; it is cheap while nothing is due. */
uint64_t pool_due(struct pool *pool, uint64_t now_ns, const struct pool_out *out);

/* The sum of the clamped weights of alive servers in the pool: what quorum is compared with. */
uint64_t pool_alive_weight(const struct pool *pool);

/* The sorry server is to have the connections. */
bool pool_sorry_active(const struct pool *pool);

/* What the data plane is to hold of a server. */
struct pool_presence pool_target(const struct pool *pool, const struct pool_server *server,
				 uint64_t now_ns);

/* Of operator and agent. */
enum pool_mode pool_server_mode(const struct pool_server *server);

/* Its weight without slow start: what it counts for the quorum while alive and ready. */
uint32_t pool_server_weight(const struct pool_server *server);

#endif
