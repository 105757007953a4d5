/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of the other nodes' statements; only user/cluster uses it. */
#ifndef XBEAT_CLUSTER_MEMBERS_H
#define XBEAT_CLUSTER_MEMBERS_H

#include "user/cluster/cluster.h"
#include "user/core/compare.h"

/* A statement of which not all pages have come. */
struct transfer {
	uint8_t *bytes; /* NULL: none in progress */
	size_t length;
	uint64_t digest;
	uint16_t page_count;
	uint16_t page; /* the next */
};

#define EPOCHS_KEPT 4

/* What was refused of a node, at the last check (suspicions.c). */
struct suspicions {
	uint64_t checked_ns; /* when the counts were taken; 0: not yet */
	uint64_t unsigned_count, old_epoch_count, stranger_count; /* of all its slots */
	uint64_t evidence_ns; /* the last; 0: never */
	bool old_epoch_grew; /* since the check before */
	uint64_t twin_ns, stranger_ns; /* when that was last seen; 0: never */
	uint64_t epochs_ns[EPOCHS_KEPT]; /* when its last lives began, newest first; 0: none */
};

struct member {
	bool known; /* statement is that of digest */
	uint64_t digest; /* the last one of which all pages have come; 0: none */
	struct statement statement;
	bool compared; /* with the present statement of this node */
	struct transfer transfer;
	uint64_t due_ns; /* it is attended to */
	uint64_t ask_ns; /* the next question is due */
	uint64_t asked_ns; /* t1_ns of the question that waits for its answer; 0: none */
	unsigned unanswered_count; /* questions in a row */
	size_t link; /* of the last question */
	struct suspicions suspicions;
};

#define DISPUTE_OWN_BYTES 160
#define NODE_WORDS ((XB_NODE_ID_MAX + 32) / 32)

enum dispute_kind {
	DISPUTE_VALUE, /* found by a comparison */
	DISPUTE_SERVER, /* a server is down there and up here */
	/* Concluded from packets that were refused: */
	DISPUTE_KEY, /* a node has another key */
	DISPUTE_STRANGER, /* a node's id is used at another address */
	DISPUTE_TWIN, /* its id and address are used twice */
};

/* What differs between this node and others. */
struct dispute {
	enum dispute_kind kind;
	char subject[DISAGREEMENT_SUBJECT_BYTES];
	char what[DISAGREEMENT_WHAT_BYTES];
	char own[DISPUTE_OWN_BYTES], other[DISAGREEMENT_VALUE_BYTES];
	char instance[XB_NAME_BYTES * 4]; /* of this node; "": not about one */
	uint16_t node_id; /* which it is about; 0: none */
	char location[160]; /* "file:line" of the keyword on this node */
	const char *remedy;
	uint32_t nodes[NODE_WORDS]; /* bit n: the node with id n has the other value */
};

struct cluster {
	struct kernel *kernel;
	struct peers *peers;
	const struct prober *prober;
	const struct config *config;
	size_t own_node;
	struct event_log *event_log;
	struct event *timer;
	uint64_t asked_ns; /* the last question to any node */
	struct statement own;
	struct member *members[XB_NODE_ID_MAX + 1]; /* index: node id; NULL: not needed yet */
	struct dispute *disputes;
	size_t dispute_count;
	size_t event_count; /* of the present comparison */
	const struct cluster_pools *pools;
	struct orders orders;
	bool orders_given; /* and not published */
	uint64_t *pool_digests; /* of the configuration's pools, as making them takes time */
	uint64_t pools_due_ns; /* which servers are down is compared again */
};

/* describe.c: makes the statement of this node, and publishes it. */
void cluster_describe(struct cluster *cluster);

/* describe_pools.c: a configuration is used from now on. */
void cluster_digest_pools(struct cluster *cluster);

/* Describes pools, servers that are down, and orders. */
void cluster_describe_pools(const struct cluster *cluster, struct statement *statement);
void cluster_describe_down(const struct cluster *cluster, struct statement *statement);

/* pools.c: takes the orders of a member, and compares which servers are up. */
void cluster_take_pools(struct cluster *cluster, uint16_t node_id);

/* At times: publishes which servers are down if that has changed. */
void cluster_check_pools(struct cluster *cluster, uint64_t now_ns);

/* disagreements.c: a server is down there and up here, or no more; it is added to the comparison
 * between cluster_begin_servers() and cluster_end_servers(). */
void cluster_begin_servers(struct cluster *cluster, uint16_t node_id);
void cluster_add_server(struct cluster *cluster, uint16_t node_id, const char *pool,
			const char *server);
void cluster_end_servers(struct cluster *cluster, uint16_t node_id);

/* disagreements.c: compares a member's statement with that of this node, and reports changes. */
void cluster_compare(struct cluster *cluster, uint16_t node_id);

/* The node is none of this cluster any more: nothing differs from it. */
void cluster_forget(struct cluster *cluster, uint16_t node_id);

/* A conclusion about a node: text is a sentence without its full stop; NULL: it holds no more. */
void cluster_conclude(struct cluster *cluster, const struct peer *peer, enum dispute_kind kind,
		      const char *text);

/* Writes a disagreement as a sentence without its full stop; returns text. */
#define CLUSTER_TEXT_BYTES 600
const char *cluster_text(const struct cluster *cluster, const struct dispute *dispute,
			 char text[static CLUSTER_TEXT_BYTES]);

/* Whether the dispute is with the node of this id. */
bool dispute_is_with(const struct dispute *dispute, uint16_t node_id);

/* suspicions.c: checks what was refused of a node. */
void cluster_check_suspicions(struct cluster *cluster, struct member *member,
			      const struct peer *peer, uint64_t now_ns);

/* A life of a node has begun. */
void suspicions_note_epoch(struct suspicions *suspicions, uint64_t now_ns);

#endif
