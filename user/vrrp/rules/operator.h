/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator asks for. */
#ifndef XBEAT_VRRP_RULES_OPERATOR_H
#define XBEAT_VRRP_RULES_OPERATOR_H

#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/obstacles.h"

/* What an operator has said; it outlives an instance that a reload makes again. */
struct operator_will {
	char stays_away[INSTANCE_OBSTACLE_BYTES]; /* "": it does not */
	uint64_t until_unix_ns; /* 0: until somebody says resume */
	uint8_t pinned_priority; /* 0: none */
};

struct operator_will instance_will(const struct instance *instance);
void instance_inherit(struct instance *instance, const struct operator_will *will);

/* Each returns 0, or a negative errno with a message for the operator: -EHOSTUNREACH, nobody could take over. */
int instance_failover(struct instance *instance, uint64_t duration_ns, char *message, size_t bytes);
int instance_set_priority(struct instance *instance, uint8_t priority, char *message, size_t bytes);

/* Ends a failover. Returns whether there was one. */
bool instance_resume(struct instance *instance);

void instances_set_drained(struct instances *instances, bool drained);

#endif
