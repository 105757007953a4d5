/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tracked things: weights and faults. */
#include "user/vrrp/rules/tracked.h"
#include "user/config/model/config.h"
#include "user/core/liveness.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/own_links.h"
#include "user/heartbeat/peers.h"
#include "user/lib/clock.h"
#include "user/lib/event/event_log.h"
#include "user/net/interfaces.h"
#include "user/net/netlink/interface_monitor.h"
#include "user/tracking/effect.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/notify.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include <event2/event.h>
#include <stdio.h>

static struct track_status interface_status(const struct instance *instance, const char *name,
					    const char **reason)
{
	const struct interface_event *link = interfaces_get(instance->interfaces, name);

	*reason = !link->present  ? "is missing"
		  : link->running ? "is up"
				  : "is down or has no carrier";
	return (struct track_status){.known = true, .up = link->present && link->running};
}

struct track_status instance_track_status(const struct instance *instance,
					  const struct config_track *track, const char **reason)
{
	const struct peers *peers = instance->peers;
	const struct tracked *tracked;
	const struct peer *peer;

	*reason = "not known yet";
	switch (track->kind) {
	case CONFIG_TRACK_INTERFACE:
		return interface_status(instance, track->name, reason);
	case CONFIG_TRACK_PEER:
		peer = peers ? peers_find(peers, track->name) : NULL;
		if (!peer)
			return (struct track_status){0};
		*reason = verdict_name(peer->liveness.verdict);
		return (struct track_status){.known = true,
					     .up = peer->liveness.verdict == VERDICT_UP};
	case CONFIG_TRACK_LINK:
		return peers_link_status(peers, track->name, reason);
	default:
		tracked = tracking_find(instance->tracking, track->kind, track->name);
		if (!tracked)
			return (struct track_status){0};
		if (tracked->reason[0])
			*reason = tracked->reason;
		return tracked->status;
	}
}

static void each_of(const struct instance *instance, const struct config_track *tracks,
		    size_t count,
		    void (*report)(void *context, const struct config_track *track,
				   struct track_effect effect, const char *reason),
		    void *context)
{
	for (size_t i = 0; i < count; i++) {
		const char *reason;
		struct track_status status = instance_track_status(instance, &tracks[i], &reason);

		report(context, &tracks[i], track_effect(&tracks[i], status), reason);
	}
}

void instance_each_track(const struct instance *instance,
			 void (*report)(void *context, const struct config_track *track,
					struct track_effect effect, const char *reason),
			 void *context)
{
	const struct instance_group *group = instance->group;

	each_of(instance, instance->config->tracks, instance->config->track_count, report, context);
	if (group)
		each_of(instance, group->config->tracks, group->config->track_count, report,
			context);
}

struct sum {
	int weight;
	char fault[INSTANCE_INHIBITOR_BYTES];
	const struct config_track *awaited; /* has no result yet, which could be a fault */
};

static bool is_script_or_check(const struct config_track *track)
{
	return track->kind == CONFIG_TRACK_SCRIPT || track->kind == CONFIG_TRACK_CHECK;
}

/* A script or a check without a weight is a fault if it fails, a file if it contains -254. Processes
 * are counted at once. */
static bool is_awaited(const struct config_track *track)
{
	return track->kind == CONFIG_TRACK_FILE || track->kind == CONFIG_TRACK_PROCESS ||
	       (is_script_or_check(track) && !track->weight);
}

static void find_script(void *context, const struct config_track *track, struct track_effect effect,
			const char *reason)
{
	(void)reason;
	*(bool *)context |= effect.unknown && is_awaited(track) && is_script_or_check(track);
}

bool instance_awaits_script(const struct instance *instance)
{
	bool awaits = false;

	instance_each_track(instance, find_script, &awaits);
	return awaits;
}

static void add_up(void *context, const struct config_track *track, struct track_effect effect,
		   const char *reason)
{
	struct sum *sum = context;

	sum->weight += effect.weight;
	if (effect.unknown && is_awaited(track))
		sum->awaited = track;
	if (effect.fault && !sum->fault[0])
		snprintf(sum->fault, sizeof(sum->fault), "%s %s%s: %s",
			 track_kind_name(track->kind), track->name, track_use_text(track->use),
			 reason);
}

static void report_priority(const struct instance *instance, uint8_t before, int weight)
{
	uint8_t set = instance->operator->pinned_priority;
	char text[48] = "";

	if (set)
		snprintf(text, sizeof(text), ", set by an operator %u", set);
	event_log_add(instance->event_log, "priority", instance->config->name, "", "",
		      "effective priority %u, was %u: configured %u%s, tracked %+d",
		      instance->vrrp.effective_priority, before, instance->config->priority, text,
		      weight);
}

void instance_track(struct instance *instance)
{
	uint8_t base = instance->operator->pinned_priority
		? instance->operator->pinned_priority : instance->config->priority;
	struct sum sum = {0};
	struct vrrp_actions actions;
	uint8_t before = instance->vrrp.effective_priority;

	instance_each_track(instance, add_up, &sum);
	if (sum.fault[0])
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_TRACKED, "%s", sum.fault);
	else
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_TRACKED, NULL);
	/* As keepalived: not Active first and then a fault. */
	if (sum.awaited && instance->vrrp.state == XB_INSTANCE_INITIALIZE)
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_AWAITED,
				       "%s %s has no result yet",
				       track_kind_name(sum.awaited->kind), sum.awaited->name);
	else
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_AWAITED, NULL);
	/* As keepalived, a fault is reported with the priority before it. */
	if (sum.fault[0] && instance->vrrp.state != XB_INSTANCE_INITIALIZE)
		return;
	vrrp_set_priority(&instance->vrrp, clock_now_ns(), vrrp_weighted_priority(base, sum.weight),
			  &actions);
	if (instance->vrrp.effective_priority == before)
		return;
	instance_act(instance, &actions);
	report_priority(instance, before, sum.weight);
	instance_notify_priority(instance);
}
