/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps an instance in Initialize. */
#ifndef XBEAT_VRRP_STATE_OBSTACLES_H
#define XBEAT_VRRP_STATE_OBSTACLES_H

#include "user/core/vrrp.h"
#include <stdbool.h>

#define INSTANCE_OBSTACLE_BYTES VRRP_REASON_BYTES

/* Id, name for programs; in the order in which they are reported. */
#define INSTANCE_OBSTACLES(X)                                                                      \
	X(INTERFACE, "interface")                                                                  \
	X(ADDRESS, "address")                                                                      \
	X(TRACKED, "tracked")                                                                      \
	X(AWAITED, "awaited") /* the first result of a script that could be a fault */             \
	X(OPERATOR, "operator")                                                                    \
	X(DRAINED, "drained")                                                                      \
	X(STARTUP_DELAY, "startup_delay")                                                          \
	X(ISOLATED, "isolated")                                                                    \
	X(GROUP, "group") /* only this one comes from other instances: it is the last */

enum instance_obstacle {
#define X(id, name) INSTANCE_OBSTACLE_##id,
	INSTANCE_OBSTACLES(X)
#undef X
		INSTANCE_OBSTACLE_COUNT
};

struct instance;

/* Sets (a format) or, with NULL, clears an obstacle; instance_settle() acts on it. */
void instance_set_obstacle(struct instance *instance, enum instance_obstacle obstacle,
			   const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Sets or clears the obstacle of a drained node, and that of an isolated one (releases: on_isolated release). */
void instance_set_drained(struct instance *instance, bool drained);
void instance_set_isolated(struct instance *instance, bool releases);

/* Returns the first obstacle, or -1. own: those of other members of the group do not count. */
int instance_first_obstacle(const struct instance *instance, bool own);

#endif
