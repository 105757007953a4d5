/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which adverts an instance believes. With "routers nodes" every router of it is a node of the
 * heartbeat block: then adverts are held to what nodes report in heartbeats, which are
 * authenticated, while all of these nodes are up. Otherwise adverts count as in VRRP.
 */
#ifndef XBEAT_VRRP_STATE_ROUTERS_H
#define XBEAT_VRRP_STATE_ROUTERS_H

#include "user/vrrp/state/aside.h"
#include "user/vrrp/state/instance.h"

#define ROUTERS_ID_WORDS ((XB_NODE_ID_MAX + 64) / 64)
/* Without advert_int_max, an advert's interval counts up to so many own ones. */
#define ROUTERS_INTERVALS_MAX 4

/* What a node last reported of the instance. */
struct routers_word {
	bool active;
	uint8_t priority; /* the last with which it was Active; an offer to others (0) changes nothing */
};

struct instance_routers {
	/* By node id: the nodes that have described this instance (effects/described.c); NULL
	 * without heartbeats. */
	uint64_t *described_bits;
	bool described_changed;
	struct routers_word words[XB_NODE_ID_MAX]; /* by index of the peer */
	uint64_t changed_ns; /* when one of these last changed */
	uint64_t review_ns; /* when they must be judged again without an event; 0: not */
	bool nodes; /* in effect, else any */
	bool held;
	/* rules/cold_start.c: nodes that are not heard are not waited for any more, so adverts
	 * count */
	bool awaits_none;
	/* rules/takeover.c: until then an Active that fell silent may show by an advert that it
	 * works */
	uint64_t answer_due_ns;
	struct aside aside;
};

/* Returns 0 or -ENOMEM. described_bits: see above. */
int instance_routers_new(struct instance *instance, uint64_t *described_bits);
void instance_routers_free(struct instance *instance);

/* Peers are others (heartbeat/change.h): what those that stay have reported goes on. */
struct peers_change;
void routers_peers_changed(struct instance *instance, const struct peers_change *change);

/* Takes in what peers report, as of the last refresh; returns what adverts are held to. */
struct vrrp_nodes routers_judge(struct instance *instance, uint64_t now_ns);

/* The longest interval that is learnt; 0: as in RFC 9568. */
uint64_t routers_interval_max_ns(const struct instance *instance);

/* Whether an advert of this priority is one that a node may have sent, as nodes report. */
bool routers_fits(const struct instance *instance, uint8_t priority);

/* Writes why routers are "nodes" or "any": a clause. */
void routers_reason(const struct instance *instance, char *text, size_t bytes);

/* With "routers nodes": writes why adverts count as in VRRP nevertheless. Returns whether they
 * do. */
bool routers_distrust_reason(const struct instance *instance, char *text, size_t bytes);

#endif
