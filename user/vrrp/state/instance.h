/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One VRRP instance: the pure state machine of user/core/vrrp/vrrp.c, what inhibits it, and a part
 * for each file that does something for it. A part is declared in the header of the file that owns
 * it; that file alone writes it.
 */
#ifndef XBEAT_VRRP_STATE_INSTANCE_H
#define XBEAT_VRRP_STATE_INSTANCE_H

#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/timers.h"

struct instance {
	/* lifecycle.c, reload.c; effects/vips.c while it changes addresses */
	const struct config_instance *config;
	struct vrrp vrrp;
	/* "": not set, else a clause (state/inhibitors.c). */
	char inhibitors[INSTANCE_INHIBITOR_COUNT][INSTANCE_INHIBITOR_BYTES];
	struct event *timers[INSTANCE_TIMER_COUNT];
	struct instance_group *group; /* rules/group.c; NULL: none */
	/* state/claims.c: the peer that last reported that it is Active */
	const struct peer *claimant;

	/* Set when it is created, started, stopped or reloaded (lifecycle.c, reload.c). */
	int self_slot; /* in xb_self and in heartbeats; -1: none */
	struct xb_address own_address; /* of this node; decides between equal priorities */
	bool inhibited; /* by something of its own, when it was last reconciled (rules/reconcile.c) */
	bool started; /* before that, packets report what an earlier daemon reported of it */
	bool stopping; /* for good: STOP or DELETED is notified */
	bool removed; /* by a reload */

	/* What more than one file uses. */
	struct peers *peers; /* NULL without heartbeats */
	struct event_log *event_log;
	struct notify *notify;
	struct interfaces *interfaces;
	const struct tracking *tracking;

	/* Parts: each is declared in, and written by, the file that is named. */
	struct instance_router *router; /* effects/router.c */
	struct instance_interface *interface; /* effects/interface.c */
	struct instance_vips *vips; /* effects/vips.c */
	struct instance_restore *restore; /* effects/restore.c */
	struct instance_announcements *announcements; /* effects/announce.c */
	struct instance_guard *guard; /* effects/guard.c */
	struct instance_adverts *adverts; /* effects/advertise.c */
	struct instance_report *report; /* effects/execute.c */
	/* state/handover.h; rules/claim.c, rules/operator.c and effects/closing.c write it */
	struct instance_handover *handover;
	struct instance_claim *claim; /* rules/claim.c */
	struct cold_start *cold_start; /* rules/cold_start.c */
	struct instance_operator *operator; /* rules/operator.c */
	struct instance_rivals *rivals; /* rules/advert.c */
	struct instance_owner *owner; /* owners/owner.c */
	struct instance_routers *routers; /* state/routers.c, state/aside.c */
};

#endif
