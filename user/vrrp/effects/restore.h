/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What something else removes from an Active is restored. */
#ifndef XBEAT_VRRP_EFFECTS_RESTORE_H
#define XBEAT_VRRP_EFFECTS_RESTORE_H

#include "user/net/netlink/interface_monitor.h"
#include "user/net/netlink/route_monitor.h"
#include "user/vrrp/state/instance.h"

struct instance_restore {
	uint64_t due_ns; /* of the timer; 0: it is not armed */
	uint64_t delay_ns; /* of the next time, if it is soon after restored_ns */
	uint64_t restored_ns; /* when something was last restored; 0: never */
	bool routes_removed; /* a route or rule may be missing: the timer restores it */
	unsigned route_count; /* how many routes and rules were restored */
	char *route; /* one of those of the last time; NULL: none yet */
	uint64_t routes_reported_ns; /* when that was last reported; 0: never */
};

/* Returns 0 or -ENOMEM. */
int instance_restore_new(struct instance *instance);
void instance_restore_free(struct instance *instance);

/* An address has been removed, or added: it, and the routes that this removed or that it makes
 * possible, are restored a moment later. */
void instance_address_changed(struct instance *instance, const struct address_event *event);

/* A route or rule has been removed; NULL: any of them may have been. */
void instance_route_removed(struct instance *instance, const struct route_event *event);

/* That moment has come. */
void instance_restore_due(struct instance *instance);

/* An interface is up again: restores what its failure removed, and announces it. */
void instance_interface_up(struct instance *instance, const struct interface_event *interface);

/* Whether a repeated removal, last reported at *reported_ns (0: never), is to be reported now; if
 * so, sets *reported_ns. */
bool restore_may_report(uint64_t *reported_ns, uint64_t now_ns);

#endif
