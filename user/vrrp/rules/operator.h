/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator asks for. */
#ifndef XBEAT_VRRP_RULES_OPERATOR_H
#define XBEAT_VRRP_RULES_OPERATOR_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/node.h"

/* The instance has left this node after a failover. successor: the node that was to take over, or
 * NULL. */
typedef void operator_done(void *context, const struct instance *instance,
			   const struct peer *successor);

struct instance_operator {
	uint8_t pinned_priority; /* 0: none */
	uint64_t until_unix_ns; /* the end of a failover; 0: the operator's resume */
	/* Who waits for a failover; NULL: no client. */
	operator_done *done;
	void *context;
	const struct peer *successor; /* of that failover */
	bool was_active; /* before it */
};

/* Returns 0 or -ENOMEM. */
int instance_operator_new(struct instance *instance);
void instance_operator_free(struct instance *instance);

/* Peers are elsewhere in memory (heartbeat/change.h). */
struct peers_change;
void instance_operator_peers_changed(struct instance *instance, const struct peers_change *change);

/* Operator state outlives an instance that a reload replaces. */
struct operator_state {
	char stays_away[INSTANCE_INHIBITOR_BYTES]; /* "": it does not */
	uint64_t until_unix_ns;
	uint8_t pinned_priority;
};

struct operator_state instance_operator_state(const struct instance *instance);
void instance_restore_operator_state(struct instance *instance, const struct operator_state *state);

/* Each returns 0, or a negative errno with a message for the operator: -EHOSTUNREACH, no node is
 * known that would take over; -EALREADY, the instance is not Active here. */
int instances_check_successors(struct instance *const *list, size_t count, char *message,
			       size_t bytes);
int instance_failover(struct instance *instance, uint64_t duration_ns, bool force, char *message,
		      size_t bytes);

/* After instance_failover(): calls done when the instance has left this node, which may be at
 * once. */
void instance_await_failover(struct instance *instance, operator_done *done, void *context);

/* INSTANCE_TIMER_OFFER: no node has claimed it. */
void instance_end_offer(struct instance *instance);

/* Its state has changed: tells who waits for a failover. */
void instance_operator_moved(struct instance *instance);
int instance_set_priority(struct instance *instance, uint8_t priority, char *message, size_t bytes);

/* Returns 0, or -EBUSY with a message for the operator: instance_resume() alone would not let it
 * take part, because the node is drained or a member of its group was handed over. */
int instance_check_resume(const struct instance *instance, char *message, size_t bytes);

/* Ends a failover. Returns whether there was one. */
bool instance_resume(struct instance *instance);

void instances_set_drained(const struct instances *instances, struct vrrp_node *node, bool drained);

#endif
