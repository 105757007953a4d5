/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adverts that fitted no node's report when they came. The sender may be ahead of its own
 * heartbeat, so they are not refused at once: the nodes are asked, and each advert is delivered as
 * soon as a report fits it. If none does within a detection time, though each node has reported
 * since, it is refuted: no node has sent it. If some node has not, the nodes are asked again, until
 * it has, or until its verdict says that it is not up: then adverts count as in VRRP.
 */
#ifndef XBEAT_VRRP_STATE_ASIDE_H
#define XBEAT_VRRP_STATE_ASIDE_H

#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/acks.h"
#include <xbeat/map.h>

struct instance;

enum aside_kind { ASIDE_ADVERT, ASIDE_RELEASE, ASIDE_KINDS };

struct aside {
	uint64_t taken_ns[ASIDE_KINDS]; /* arrival of the newest that was decided */
	/* A round: what is being decided; arrival_ns 0: nothing. */
	struct vrrp_advert pending[ASIDE_KINDS];
	struct peers_moment asked; /* when it began */
	uint64_t asked_ns;
	uint64_t due_ns;
	uint64_t pending_count; /* of the slot's aside_count when it began */
	uint64_t decided_count; /* of the slot's aside_count */
	uint64_t overtaken_count; /* a node's next report came before they were decided */
	struct vrrp_advert refuted; /* the last; arrival_ns 0: none */
};

enum aside_step {
	ASIDE_NOTHING, /* is to be done now */
	ASIDE_ASK, /* a round begins: send PROBEs */
	ASIDE_DELIVER, /* the advert counts */
	ASIDE_REFUTED, /* so many adverts, of which this is the last */
};

struct aside_result {
	enum aside_step step;
	struct vrrp_advert advert;
	uint64_t count;
};

/* What an earlier daemon has left in the slot is not decided. */
void aside_begin(struct instance *instance, const struct xb_vrrp_heard *heard);
void aside_end(struct instance *instance);

/* Whether anything awaits a decision. */
bool aside_waits(const struct instance *instance, const struct xb_vrrp_heard *heard);

/* When aside_next() is to be called next without an event; 0: not. */
uint64_t aside_due_ns(const struct instance *instance);

/* Returns the next step, after routers_judge(); to be called until there is nothing to do. */
struct aside_result aside_next(struct instance *instance, const struct xb_vrrp_heard *heard,
			       uint64_t now_ns);

#endif
