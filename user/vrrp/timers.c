/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done when a timer of an instance is due. */
#include "user/vrrp/timers.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/upkeep/upkeep.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include "user/vrrp/door.h"
#include "user/vrrp/effects/announce.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/follow_interface.h"
#include "user/vrrp/effects/restore.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/source.h"
#include "user/vrrp/events.h"
#include "user/vrrp/owners/owner.h"
#include "user/vrrp/rules/advert.h"
#include "user/vrrp/rules/claim.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/rules/sending.h"
#include "user/vrrp/rules/stall.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/hold.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include "user/vrrp/state/timers.h"
#include <errno.h>

static void hear_peers(struct vrrp_room *room, const struct instance *instance)
{
	if (!room->services.peers)
		return;
	peers_refresh(room->services.peers);
	instances_hear_claimant(room, instance);
}

static bool is_due(const struct instance *instance, uint64_t now_ns)
{
	const struct vrrp *vrrp = &instance->vrrp;

	return vrrp->state == XB_INSTANCE_BACKUP && vrrp->timer_armed &&
	       time_reached(now_ns, vrrp->timer_due_ns);
}

static void postpone(struct instance *instance, uint64_t due_ns)
{
	vrrp_postpone(&instance->vrrp, due_ns);
	instance_arm(instance, INSTANCE_TIMER_PROTOCOL, due_ns);
}

/* Whether a Backup that would take over now may believe the silence of its Active. */
static bool silence_counts(struct vrrp_room *room, struct instance *instance, uint64_t now_ns)
{
	char text[VRRP_REASON_BYTES];
	uint64_t deaf_until_ns, heard_ns;
	bool receives;

	if (!is_due(instance, now_ns) || instance_hold_reason(instance, NULL, text, sizeof(text)))
		return true;
	if (instance_awaits_program(instance, now_ns)) {
		postpone(instance, now_ns + KERNEL_PROGRAMS_RETRY_NS);
		return false;
	}
	receives = instance_receives(instance);
	deaf_until_ns = instance_deaf_until_ns(instance);
	/* Adverts were lost while no program ran: a Backup waits for as long again. */
	heard_ns = deaf_until_ns + vrrp_active_down_interval_ns(&instance->vrrp);
	if (deaf_until_ns && !time_reached(now_ns, heard_ns))
		postpone(instance, heard_ns);
	else if (receives)
		hear_peers(room, instance);
	else if (is_due(instance, now_ns))
		postpone(instance, now_ns + vrrp_skew_time_ns(&instance->vrrp));
	return receives && is_due(instance, now_ns);
}

/* Whether another node claims the addresses, and may become Active. */
static bool postpone_for_claim(struct instance *instance, uint64_t now_ns)
{
	uint64_t until_ns;

	if (!is_due(instance, now_ns) || !instance_claim_pending(instance, now_ns, &until_ns))
		return false;
	postpone(instance, until_ns);
	return true;
}

/* Shows the state machine what is known. */
static void expire(struct instance *instance, uint64_t now_ns)
{
	char alive[VRRP_REASON_BYTES], stay[VRRP_REASON_BYTES], group[VRRP_REASON_BYTES];
	char unclaimed[VRRP_REASON_BYTES];
	const struct peer *from = instance_claim_from(instance, unclaimed, sizeof(unclaimed));
	struct vrrp_timer_view view = {};
	struct xb_vrrp router;
	struct vrrp_actions actions;
	struct vrrp_advert lower;
	bool any;

	lower = instance_lower_advert(instance, &any);
	if (any)
		view.lower = &lower;
	instance_router_read(instance, &router);
	if (instance_hold_reason(instance, &router, alive, sizeof(alive)))
		view.alive_reason = alive;
	if (instance_stay_reason(instance, stay, sizeof(stay)) ||
	    (from && instance_claim_pauses(instance, now_ns, stay, sizeof(stay))))
		view.stay_reason = stay;
	view.group_reason = instance_group_reason(instance, group, sizeof(group));
	view.claim_from = from ? from->node->name : NULL;
	vrrp_timer_expired(&instance->vrrp, now_ns, &view, &actions);
	instance_act(instance, &actions);
	if (actions.claim)
		instance_start_claim(instance, from);
}

static void on_protocol(struct vrrp_room *room, struct instance *instance)
{
	uint64_t now_ns;

	instance_report_stall(instance, &room->node, clock_now_ns());
	hear_peers(room, instance);
	now_ns = clock_now_ns();
	if (instance_postpone_after_stall(instance, now_ns) ||
	    postpone_for_claim(instance, now_ns) || !silence_counts(room, instance, now_ns))
		return;
	expire(instance, now_ns);
	instance_announce_unheard(instance);
	instance_check_sending(instance);
}

static void on_announce_later(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_announce_later_due(instance);
}

static void on_announce_refresh(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_announce_refresh_due(instance);
}

static void on_announce_extra(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_announce_extra_due(instance);
}

static void on_stay_away(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_resume(instance);
}

static void on_hear(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_want_events(instance);
}

static void on_learn(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_finish_learning(instance);
}

static void on_claim(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_continue_claim(instance);
}

static void on_offer(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_end_offer(instance);
}

static void on_routers(struct vrrp_room *room, struct instance *instance)
{
	if (room->services.peers)
		peers_refresh(room->services.peers);
	instance_follow_nodes(instance);
}

static void on_source(struct vrrp_room *room, struct instance *instance)
{
	instance_find_source(instance);
	instance_follow_interface(instance);
	instances_reconcile(&room->instances);
}

static void on_sending(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_try_sending(instance);
}

static void on_restore(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_restore_due(instance);
}

static void on_owner(struct vrrp_room *room, struct instance *instance)
{
	(void)room;
	instance_report_owners(instance);
}

int instance_timers_new(struct vrrp_room *room, struct instance *instance)
{
	static door_handler *const handlers[INSTANCE_TIMER_COUNT] = {
		[INSTANCE_TIMER_PROTOCOL] = on_protocol,
		[INSTANCE_TIMER_ANNOUNCE_LATER] = on_announce_later,
		[INSTANCE_TIMER_ANNOUNCE_REFRESH] = on_announce_refresh,
		[INSTANCE_TIMER_ANNOUNCE_EXTRA] = on_announce_extra,
		[INSTANCE_TIMER_STAY_AWAY] = on_stay_away,
		[INSTANCE_TIMER_HEAR] = on_hear,
		[INSTANCE_TIMER_LEARN] = on_learn,
		[INSTANCE_TIMER_CLAIM] = on_claim,
		[INSTANCE_TIMER_OFFER] = on_offer,
		[INSTANCE_TIMER_ROUTERS] = on_routers,
		[INSTANCE_TIMER_SOURCE] = on_source,
		[INSTANCE_TIMER_SENDING] = on_sending,
		[INSTANCE_TIMER_RESTORE] = on_restore,
		[INSTANCE_TIMER_OWNER] = on_owner,
	};

	for (size_t i = 0; i < INSTANCE_TIMER_COUNT; i++) {
		instance->timers[i] = door_timer_new(room, handlers[i], instance);
		if (!instance->timers[i])
			return -ENOMEM;
	}
	return 0;
}

void instance_timers_free(struct instance *instance)
{
	for (size_t i = 0; i < INSTANCE_TIMER_COUNT; i++)
		door_timer_free(instance->timers[i]);
}
