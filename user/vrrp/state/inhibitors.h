/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What keeps an instance in Initialize. */
#ifndef XBEAT_VRRP_STATE_INHIBITORS_H
#define XBEAT_VRRP_STATE_INHIBITORS_H

#include "user/core/vrrp/vrrp.h"
#include <stdbool.h>

#define INSTANCE_INHIBITOR_BYTES VRRP_REASON_BYTES

/* Id, name for programs; in the order in which they are reported. */
#define INSTANCE_INHIBITORS(X)                                                                     \
	X(INTERFACE, "interface")                                                                  \
	X(PROGRAM, "program") /* the XDP program is not on its interface */                        \
	X(ADDRESS, "address")                                                                      \
	X(SENDING, "sending") /* its adverts do not leave this machine */                          \
	X(TRACKED, "tracked")                                                                      \
	X(AWAITED, "awaited") /* the first result of a script that could be a fault */             \
	X(OPERATOR, "operator")                                                                    \
	X(DRAINED, "drained")                                                                      \
	X(STARTUP_DELAY, "startup_delay")                                                          \
	X(ISOLATED, "isolated")                                                                    \
	X(GROUP, "group") /* only this one comes from other instances: it is the last */

enum instance_inhibitor {
#define X(id, name) INSTANCE_INHIBITOR_##id,
	INSTANCE_INHIBITORS(X)
#undef X
		INSTANCE_INHIBITOR_COUNT
};

struct instance;

/* Sets (a format) or, with NULL, clears an inhibitor; instance_reconcile() acts on it. */
void instance_set_inhibitor(struct instance *instance, enum instance_inhibitor inhibitor,
			    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Sets or clears the inhibitor of a drained node, and that of an isolated one (releases:
 * on_isolated release). */
void instance_set_drained(struct instance *instance, bool drained);
void instance_set_isolated(struct instance *instance, bool releases);

/* Returns the first inhibitor, or -1. own: those of other members of the group do not count. */
int instance_first_inhibitor(const struct instance *instance, bool own);

/* Likewise without vrrp_startup_delay, which is no fault, and for which all wait at once. */
int instance_first_fault(const struct instance *instance);
int instance_own_fault(const struct instance *instance); /* not of other members of the group */

#endif
