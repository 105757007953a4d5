/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After this node stood still: who is Active now? What came meanwhile has its arrival time, but what did not come
 * proves nothing, because nothing was asked. So an Active that lost its addresses, and a Backup whose timer ran out,
 * wait until peers have been probed for one detection time. Then, if nobody says or advertises that he is Active,
 * the best candidate is it at once; all nodes may have stood still together.
 */
#include "user/vrrp/rules/stall.h"
#include "user/core/liveness.h"
#include "user/core/vrrp.h"
#include "user/core/vrrp_timing.h"
#include "user/heartbeat/peers.h"
#include "user/lib/event_log.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/rules/takeover.h"
#include "user/vrrp/state/hold.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/node.h"
#include "user/vrrp/state/timers.h"

/* When silence means something again, the tick that judges then included; now_ns, if it does. */
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
		vrrp_active_lost(&instance->vrrp, now_ns, false,
				 "nobody was heard after this node stood still", &actions);
		instance_act(instance, &actions);
	}
	if (has_peers(instance))
		instance_arm(instance, INSTANCE_TIMER_LEARN,
			     now_ns + instance->peers->timing.detection_time_ns +
				     instance->peers->timing.interval_ns);
}

void instance_learnt(struct instance *instance)
{
	char text[VRRP_REASON_BYTES];

	if (instance->vrrp.state != XB_INSTANCE_BACKUP || !has_peers(instance))
		return;
	peers_refresh(instance->peers);
	if (!instance_hold_reason(instance, text, sizeof(text)))
		instance_fill(instance);
}

bool instance_stood_still(struct instance *instance, const struct vrrp_advert *newest,
			  uint64_t now_ns)
{
	struct vrrp *vrrp = &instance->vrrp;
	uint64_t skew_ns = vrrp_skew_time_ns(vrrp);
	struct vrrp_actions actions;
	uint64_t trusted_ns;

	if (vrrp->state != XB_INSTANCE_BACKUP || !vrrp->timer_armed)
		return false;
	if (newest)
		vrrp_advert_received(vrrp, newest, now_ns, &actions);
	if (!time_reached(now_ns, vrrp->timer_due_ns))
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

/* An Active that was late by an advert or more: others may have taken over. With heartbeats peers.c says it. */
void instance_note_stall(const struct instance *instance, struct vrrp_node *node, uint64_t now_ns)
{
	const struct vrrp *vrrp = &instance->vrrp;
	uint64_t late_ns = time_since_ns(now_ns, vrrp->timer_due_ns);

	if (instance->peers || vrrp->state != XB_INSTANCE_ACTIVE ||
	    late_ns < vrrp->parameters.advert_interval_ns)
		return;
	/* All instances were late by the same. */
	if (!node->stalled_ns || time_since_ns(now_ns, node->stalled_ns) >= late_ns)
		event_log_add(
			instance->event_log, "stall", "self", "late", "running",
			"this node stood still for %.1f ms: no adverts were sent, others may have taken over",
			(double)late_ns / 1e6);
	node->stalled_ns = now_ns;
}
