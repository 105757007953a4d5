/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator asks for: failover, resume, drain, priority. Operator state outlives a reload
 * and, by saved.h, all but a clean stop. */
#include "user/vrrp/rules/operator.h"
#include "user/config/model/config.h"
#include "user/core/names.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/change.h"
#include "user/heartbeat/peers.h"
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include "user/lib/time.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/handover.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/node.h"
#include "user/vrrp/state/timers.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int instance_operator_new(struct instance *instance)
{
	instance->operator= calloc(1, sizeof(*instance->operator));
	return instance->operator? 0 : - ENOMEM;
}

void instance_operator_free(struct instance *instance)
{
	if (instance->operator&& instance->operator->done)
		instance->operator->done(instance->operator->context, instance,
					 instance->operator->successor);
	free(instance->operator);
}

/* until_unix_ns: 0 for an unlimited time. */
static void stay_away_until(struct instance *instance, uint64_t until_unix_ns)
{
	instance->operator->until_unix_ns = until_unix_ns;
	if (until_unix_ns)
		instance_arm(instance, INSTANCE_TIMER_STAY_AWAY,
			     clock_now_ns() + time_since_ns(until_unix_ns, clock_unix_ns()));
	else
		instance_disarm(instance, INSTANCE_TIMER_STAY_AWAY);
}

static bool is_last(const struct instance *instance)
{
	return instance->vrrp.state == XB_INSTANCE_ACTIVE && !instance_successor(instance);
}

static const char *reason_last(const struct instance *instance)
{
	return instance->peers
		       ? "no other live node is a Backup for it"
		       : "without heartbeats xbeatd does not know whether another node is ready";
}

int instances_check_successors(struct instance *const *list, size_t count, char *message,
			       size_t bytes)
{
	const struct instance *first = NULL;
	size_t last_count = 0;
	char more[48] = "";

	for (size_t i = 0; i < count; i++) {
		if (!is_last(list[i]))
			continue;
		if (!first)
			first = list[i];
		last_count++;
	}
	if (!first)
		return 0;
	if (last_count > 1)
		snprintf(more, sizeof(more), " (and %zu more)", last_count - 1);
	if (first->peers && first->self_slot < 0)
		snprintf(
			message, bytes,
			"%s%s has no \"heartbeat NAME\", so xbeatd does not know its Backups; --force gives the addresses up",
			first->config->name, more);
	else
		snprintf(message, bytes,
			 "no node can take %s over%s: %s; to give the addresses up anyway: --force",
			 first->config->name, more, reason_last(first));
	return -EHOSTUNREACH;
}

/* One that an operator handed over may be asked again, for another time. */
static bool has_nothing_to_give(const struct instance *instance, char *message, size_t bytes)
{
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE ||
	    instance->inhibitors[INSTANCE_INHIBITOR_OPERATOR][0])
		return false;
	snprintf(
		message, bytes,
		"%s is %s on this node, not Active: there is nothing to hand over; to keep this node out of its elections anyway: --force",
		instance->config->name, instance_state_name(instance->vrrp.state));
	return true;
}

/* It takes its sync group along. */
static int check_successors(struct instance *instance, char *message, size_t bytes)
{
	const struct instance_group *group = instance->group;

	if (has_nothing_to_give(instance, message, bytes))
		return -EALREADY;
	if (group)
		return instances_check_successors(group->members, group->member_count, message,
						  bytes);
	return instances_check_successors(&instance, 1, message, bytes);
}

int instance_failover(struct instance *instance, uint64_t duration_ns, bool force, char *message,
		      size_t bytes)
{
	int error = force ? 0 : check_successors(instance, message, bytes);

	if (error)
		return error;
	instance->operator->was_active = instance->vrrp.state == XB_INSTANCE_ACTIVE;
	instance->operator->successor = instance->operator->was_active
		? instance_successor(instance)
		: NULL;
	stay_away_until(instance, duration_ns ? clock_unix_ns() + duration_ns : 0);
	if (duration_ns)
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_OPERATOR,
				       "an operator handed it over (xbeatctl failover) for %.0f s",
				       duration_s(duration_ns));
	else
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_OPERATOR,
				       "an operator handed it over (xbeatctl failover)");
	if (instance_start_offer(instance))
		instance_arm(instance, INSTANCE_TIMER_OFFER,
			     clock_now_ns() + instance->peers->timing.detection_time_ns +
				     instance->peers->timing.interval_ns);
	else
		instance_reconcile(instance);
	return 0;
}

void instance_end_offer(struct instance *instance)
{
	instance_stop_offer(instance);
	instance_reconcile(instance);
}

void instance_operator_moved(struct instance *instance)
{
	struct instance_operator *operator= instance->operator;
	operator_done *done = operator->done;

	if (!done || instance->vrrp.state == XB_INSTANCE_ACTIVE)
		return;
	operator->done = NULL;
	done(operator->context, instance, operator->successor);
}

void instance_await_failover(struct instance *instance, operator_done *done, void *context)
{
	struct instance_operator *operator= instance->operator;

	if (operator->done || instance->vrrp.state != XB_INSTANCE_ACTIVE) {
		done(context, instance, operator->successor);
		return;
	}
	operator->done = done;
	operator->context = context;
}

/* The member of its sync group that an operator handed over, or NULL. */
static const struct instance *handed_over_member(const struct instance *instance)
{
	const struct instance_group *group = instance->group;

	for (size_t i = 0; group && i < group->member_count; i++)
		if (group->members[i]->inhibitors[INSTANCE_INHIBITOR_OPERATOR][0])
			return group->members[i];
	return NULL;
}

int instance_check_resume(const struct instance *instance, char *message, size_t bytes)
{
	const struct instance *member = handed_over_member(instance);

	if (instance->inhibitors[INSTANCE_INHIBITOR_DRAINED][0])
		snprintf(
			message, bytes,
			"%s stays out of elections because this node is drained; to end the drain, for all instances: xbeatctl resume",
			instance->config->name);
	else if (member && !instance->inhibitors[INSTANCE_INHIBITOR_OPERATOR][0])
		snprintf(
			message, bytes,
			"%s stays out of elections because %s of its sync group was handed over: xbeatctl resume %s",
			instance->config->name, member->config->name, member->config->name);
	else
		return 0;
	return -EBUSY;
}

bool instance_resume(struct instance *instance)
{
	bool stayed_away = instance->inhibitors[INSTANCE_INHIBITOR_OPERATOR][0];

	stay_away_until(instance, 0);
	instance_set_inhibitor(instance, INSTANCE_INHIBITOR_OPERATOR, NULL);
	instance_stop_offer(instance);
	instance_reconcile(instance);
	return stayed_away;
}

void instance_operator_peers_changed(struct instance *instance, const struct peers_change *change)
{
	instance->operator->successor = peers_change_find(change, instance->operator->successor);
}

struct operator_state instance_operator_state(const struct instance *instance)
{
	struct operator_state state = {.until_unix_ns = instance->operator->until_unix_ns,
				       .pinned_priority = instance->operator->pinned_priority };

	memcpy(state.stays_away, instance->inhibitors[INSTANCE_INHIBITOR_OPERATOR],
	       sizeof(state.stays_away));
	return state;
}

void instance_restore_operator_state(struct instance *instance, const struct operator_state *state)
{
	if (instance->config->priority != VRRP_PRIORITY_OWNER)
		instance->operator->pinned_priority = state->pinned_priority;
	if (!state->stays_away[0])
		return;
	instance_set_inhibitor(instance, INSTANCE_INHIBITOR_OPERATOR, "%s", state->stays_away);
	stay_away_until(instance, state->until_unix_ns);
}

int instance_set_priority(struct instance *instance, uint8_t priority, char *message, size_t bytes)
{
	if (instance->config->priority == VRRP_PRIORITY_OWNER || priority == VRRP_PRIORITY_OWNER) {
		snprintf(
			message, bytes,
			"%s: priority 255 belongs to the address owner: it can be set and changed in the configuration only",
			instance->config->name);
		return -EINVAL;
	}
	instance->operator->pinned_priority = priority;
	instance_track(instance);
	return 0;
}

void instances_set_drained(const struct instances *instances, struct vrrp_node *node, bool drained)
{
	node->drained = drained;
	for (size_t i = 0; i < instances->count; i++)
		instance_set_drained(instances->list[i], drained);
	instances_reconcile(instances);
}
