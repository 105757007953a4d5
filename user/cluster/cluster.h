/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the nodes of a cluster must agree on: each node asks the others for their statements
 * (core/statement.h) and compares them with its own.
 *
 * cluster.c asks, one question after another, and puts pages together; describe.c makes this node's
 * statement of its configuration; disagreements.c reports what differs, once; suspicions.c finds
 * nodes with another key or with the id of another one; json.c, keys.c and explain.c answer
 * xbeatctl.
 *
 * pools.c shares what operators ask of the servers of pools, and compares which servers are up.
 *
 * How often: a node sends a question every CLUSTER_QUESTION_GAP_NS at most, whatever the number of
 * nodes. Each node is asked for its first page every CLUSTER_PERIOD_NS, with pools more often, and for the others only
 * when its statement has changed. One that does not answer is of an older version: it is asked more
 * and more rarely.
 */
#ifndef XBEAT_CLUSTER_CLUSTER_H
#define XBEAT_CLUSTER_CLUSTER_H

#include "user/core/orders.h"
#include "user/heartbeat/prober.h"

#define CLUSTER_QUESTION_GAP_NS (10 * NS_PER_MS)
#define CLUSTER_PERIOD_NS (5 * NS_PER_SECOND)
#define CLUSTER_POOLS_PERIOD_NS NS_PER_SECOND /* with pools: orders of operators come so */

/* A server that is down on one node and up on another for so long is a disagreement. */
#define CLUSTER_DOWN_NS (15 * NS_PER_SECOND)

struct cluster;

typedef void cluster_found_server(void *context, const char *pool, const char *server);

/* What the cluster asks of the pools of this node, and reports to it. */
struct cluster_pools {
	/* Orders that were given on other nodes have come: cluster_orders() has all that hold. */
	void (*orders_changed)(void *context);
	/* Calls found for each server that has been down for so long. */
	void (*list_down)(void *context, uint64_t age_ns, cluster_found_server *found,
			  void *found_context);
	/* Whether the server is there, and has been up for so long. */
	bool (*is_up)(void *context, const char *pool, const char *server, uint64_t age_ns);
	void *context;
};

struct cluster_setup {
	struct event_base *base;
	struct kernel *kernel;
	struct peers *peers;
	const struct prober *prober;
	const struct config *config; /* with a heartbeat block */
	size_t own_node;
	struct event_log *event_log;
	const struct cluster_pools *pools; /* lives as long; NULL: there are none */
};

/* Publishes the statement of this node and starts asking. Returns NULL if out of memory. */
struct cluster *cluster_start(const struct cluster_setup *setup);

/* NULL: does nothing, as do all functions here. */
void cluster_stop(struct cluster *cluster);

/* Takes the configuration of a reload, and forgets nodes that it does not have; the old one may be
 * freed. */
void cluster_use_config(struct cluster *cluster, const struct config *config, size_t own_node);

/* What this node shares of orders; NULL: nothing, as there are no other nodes. */
const struct orders *cluster_orders(const struct cluster *cluster);

/* An operator of this node asks for it. The other nodes learn of it within CLUSTER_POOLS_PERIOD_NS after
 * cluster_publish_orders(). */
void cluster_give_order(struct cluster *cluster, const struct shared_order *order);
void cluster_publish_orders(struct cluster *cluster);

/* Takes an order that an earlier daemon of this node has saved. */
void cluster_restore_order(struct cluster *cluster, const struct shared_order *order);

/* A COMPARED event. */
void cluster_take_answer(struct cluster *cluster, const struct xb_event *event);

/* A PEER_EPOCH event: the node may have another configuration now. */
void cluster_note_epoch(struct cluster *cluster, const struct xb_event *event);

/* Returns a new JSON array of what differs; empty if all agree. */
json_t *cluster_disagreements_json(const struct cluster *cluster);

/* Returns a new JSON object of all that is known: nodes, instances, disagreements. */
json_t *cluster_json(const struct cluster *cluster);

/* Returns a new JSON object: keys, the keys of this node and of others, and which nodes have
 * them. */
json_t *cluster_keys_json(const struct cluster *cluster);

/* Adds a sentence for each disagreement that concerns the instance or node of this name; NULL: for
 * each one. */
void cluster_explain(const struct cluster *cluster, const char *name, json_t *lines);

#endif
