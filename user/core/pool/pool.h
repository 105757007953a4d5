/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool of servers: which of them get connections, and with what weight. Pure: events in, actions
 * out. The order of the actions is keepalived's: the sorry server leaves, servers come, then the
 * quorum is reported; and the other way round.
 */
#ifndef XBEAT_CORE_POOL_POOL_H
#define XBEAT_CORE_POOL_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POOL_WEIGHT_MAX INT32_MAX

/* What an operator, or the server's own agent, asks for. */
enum pool_mode {
	POOL_READY,
	POOL_DRAIN, /* present with weight 0: connections go on, new ones go elsewhere */
	POOL_MAINTENANCE, /* removed */
};

struct pool_server_rules {
	int64_t weight;
	bool inhibit; /* inhibit_on_failure: weight 0 instead of removal */
	bool backup;
	uint32_t check_count;
};

struct pool_rules {
	uint32_t quorum, hysteresis;
	bool has_sorry, sorry_inhibit;
	uint64_t slow_start_ns; /* 0: none */
};

struct pool_server {
	struct pool_server_rules rules;
	uint32_t failed_count; /* of its checks */
	bool alive;
	int64_t weight_added; /* by checks with a weight */
	uint8_t agent_percent; /* 100 */
	enum pool_mode mode; /* of the operator */
	enum pool_mode agent_mode;
	bool agent_down;
	uint64_t slow_since_ns; /* its slow start; 0: none */
	bool present; /* in the data plane, as the last action left it */
	uint32_t present_weight;
};

struct pool {
	struct pool_rules rules;
	struct pool_server *servers; /* of the caller */
	size_t count;
	bool quorum_up;
	bool sorry_active;
	bool started;
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
	size_t server; /* index; of the first four also "sorry" is none */
	uint32_t weight;
};

typedef void pool_act(void *context, const struct pool_action *action);

/* Who takes the actions. */
struct pool_out {
	pool_act *act;
	void *context;
};

/* Begins with what each server has: set alive, failed_count and modes before. Puts in what is alive,
 * and looks at the quorum. */
void pool_start(struct pool *pool, uint64_t now_ns, const struct pool_out *out);

/* A check of the server is now up or down. */
void pool_check_changed(struct pool *pool, size_t server, bool up, uint64_t now_ns,
			const struct pool_out *out);

/* The sum of what its checks add to its weight, or the agent's percentage, is another. */
void pool_weight_added(struct pool *pool, size_t server, int64_t weight_added, uint64_t now_ns,
		       const struct pool_out *out);
void pool_agent(struct pool *pool, size_t server, enum pool_mode mode, bool down, uint8_t percent,
		uint64_t now_ns, const struct pool_out *out);

/* An operator's word. */
void pool_set_mode(struct pool *pool, size_t server, enum pool_mode mode, uint64_t now_ns,
		   const struct pool_out *out);
void pool_set_weight(struct pool *pool, size_t server, int64_t weight, uint64_t now_ns,
		     const struct pool_out *out);

/* Continues slow starts. Returns when it is to be called again; 0: no need. */
uint64_t pool_due(struct pool *pool, uint64_t now_ns, const struct pool_out *out);

/* The sum of the clamped weights of alive servers. */
uint64_t pool_alive_weight(const struct pool *pool);

#endif
