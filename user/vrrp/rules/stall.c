/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which node is Active after this node stalled? What arrived meanwhile has its arrival time, but
 * silence proves nothing, because no probe was sent. Therefore an Active that lost its addresses,
 * and a Backup whose timer expired, wait until peers have been probed for one detection time. Then,
 * if no node reports or advertises that it is Active, the best candidate takes over at once: all
 * nodes may have stalled together.
 */
#include "user/vrrp/rules/stall.h"
#include "user/core/liveness.h"
#include "user/core/vrrp/timing.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/event/event_log.h"
#include "user/lib/text/duration.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/rules/takeover.h"
#include "user/vrrp/state/hold.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/node.h"
#include "user/vrrp/state/timers.h"
#include <event2/event.h>

/* When silence is evidence again, including the tick that judges it; now_ns: it already is. */
static uint64_t find_trusted(const struct peers *peers, uint64_t now_ns)
{
	const struct liveness_timing *timing = &peers->timing;

	if (peers->tick_due_ns && time_since_ns(now_ns, peers->tick_due_ns) > timing->interval_ns)
		return now_ns + timing->detection_time_ns + timing->interval_ns;
	if (!stall_watch_may_accuse(&peers->stall, now_ns))
		return peers->stall.judge_after_ns + timing->interval_ns;
	return now_ns;
}

static bool has_peers(const struct instance *instance)
{
	return instance->peers && instance->self_slot >= 0;
}

static void postpone(struct instance *instance, uint64_t due_ns)
{
	vrrp_postpone(&instance->vrrp, due_ns);
	instance_router_update(instance);
	instance_arm(instance, INSTANCE_TIMER_PROTOCOL, due_ns);
}

void instance_learn(struct instance *instance, uint64_t now_ns)
{
	struct vrrp_actions actions;
	struct vrrp_advert newest;
	bool any;

	newest = instance_newest_advert(instance, &any);
	if (any && newest.priority != VRRP_PRIORITY_RELEASE &&
	    vrrp_timing_stands(&instance->vrrp, &newest, now_ns)) {
		vrrp_advert_received(&instance->vrrp, &newest, now_ns, &actions);
		instance_act(instance, &actions);
	} else if (!has_peers(instance)) {
		vrrp_set_cause(&instance->vrrp, VRRP_CAUSE_NO_ACTIVE, now_ns);
		vrrp_active_lost(&instance->vrrp, now_ns, false,
				 "no node was heard after this node stalled", &actions);
		instance_act(instance, &actions);
	}
	if (has_peers(instance))
		instance_arm(instance, INSTANCE_TIMER_LEARN,
			     now_ns + instance->peers->timing.detection_time_ns +
				     instance->peers->timing.interval_ns);
}

void instance_finish_learning(struct instance *instance)
{
	char text[VRRP_REASON_BYTES];

	if (instance->vrrp.state != XB_INSTANCE_BACKUP || !has_peers(instance))
		return;
	peers_refresh(instance->peers);
	if (!instance_hold_reason(instance, NULL, text, sizeof(text)))
		instance_fill_vacancy(instance);
}

bool instance_postpone_after_stall(struct instance *instance, uint64_t now_ns)
{
	struct vrrp *vrrp = &instance->vrrp;
	uint64_t skew_ns = vrrp_skew_time_ns(vrrp);
	uint64_t trusted_ns;

	if (vrrp->state != XB_INSTANCE_BACKUP || !vrrp->timer_armed ||
	    !time_reached(now_ns, vrrp->timer_due_ns))
		return false;
	if (!has_peers(instance)) {
		if (time_since_ns(now_ns, vrrp->timer_due_ns) < vrrp->parameters.advert_interval_ns)
			return false;
		postpone(instance, now_ns + skew_ns);
		return true;
	}
	trusted_ns = find_trusted(instance->peers, now_ns);
	if (trusted_ns == now_ns)
		return false;
	postpone(instance, trusted_ns + skew_ns);
	instance_arm(instance, INSTANCE_TIMER_LEARN, trusted_ns);
	return true;
}

/* An Active that was late by an advert or more: another node may have taken over. With heartbeats
 * user/heartbeat reports the stall. */
void instance_report_stall(const struct instance *instance, struct vrrp_node *node, uint64_t now_ns)
{
	const struct vrrp *vrrp = &instance->vrrp;
	uint64_t late_ns = time_since_ns(now_ns, vrrp->timer_due_ns);

	if (instance->peers || vrrp->state != XB_INSTANCE_ACTIVE ||
	    late_ns < vrrp->parameters.advert_interval_ns)
		return;
	/* All instances were late by the same time. */
	if (!node->stalled_ns || time_since_ns(now_ns, node->stalled_ns) >= late_ns)
		event_log_add(
			instance->event_log, "stall", "self", "late", "running",
			"this node stalled for %.1f ms: it sent no adverts, and another node may have taken over",
			duration_ms(late_ns));
	node->stalled_ns = now_ns;
}
