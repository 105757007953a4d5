/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does what the state machine asks for: the entry in xb_self, PROBEs that carry it, adverts,
 * addresses and their guard, announcements, the timer, the event log and notifications.
 */
#include "user/vrrp/effects/execute.h"
#include "user/config/model/config.h"
#include "user/core/names.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/clock.h"
#include "user/lib/event/event_log.h"
#include "user/lib/log.h"
#include "user/vrrp/effects/advertise.h"
#include "user/vrrp/effects/announce.h"
#include "user/vrrp/effects/closing.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/notify.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/signing.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/effects/vmac.h"
#include "user/vrrp/notify/notify.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/timers.h"
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

int instance_report_new(struct instance *instance,
			void (*on_transition)(struct instance *instance,
					      enum xb_instance_state from),
			void (*on_release)(struct instance *instance))
{
	struct instance_report *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->on_transition = on_transition;
	made->on_release = on_release;
	made->notified = -1;
	made->since_unix_ns = clock_unix_ns();
	made->since_ns = clock_now_ns();
	instance->report = made;
	return 0;
}

void instance_report_free(struct instance *instance)
{
	free(instance->report);
}

void instance_log_name(struct instance *instance, const char *from)
{
	const char *state = instance_state_name(instance->vrrp.state);

	event_log_add(instance->event_log, "vrrp", instance->config->name, state, state,
		      "a reload has renamed it; its name was %s", from);
}

/* The first change is the one to the state in which the daemon before was. */
static bool continues(const struct instance *instance, const struct vrrp_actions *actions)
{
	return actions->state_changed && instance->vrrp.state == instance->report->continued.state;
}

static void continue_state(struct instance *instance)
{
	const struct instance_continued *before = &instance->report->continued;

	instance->report->since_unix_ns = before->since_unix_ns;
	instance->report->since_ns = before->since_ns;
	instance->vrrp.state_since_ns = before->since_ns;
	memcpy(instance->vrrp.reason, before->reason, sizeof(before->reason));
	log_instance(LOG_INFO, instance->config->name, "goes on as %s",
		     instance_state_name(instance->vrrp.state));
}

static void report(struct instance *instance, const struct vrrp_actions *actions)
{
	struct event_log *event_log = instance->event_log;
	const char *state = instance_state_name(instance->vrrp.state);

	if (actions->state_changed) {
		instance->report->since_unix_ns = clock_unix_ns();
		instance->report->since_ns = clock_now_ns();
		event_log_add(event_log, "vrrp", instance->config->name,
			      instance_state_name(actions->old_state), state, "%s",
			      instance->vrrp.reason);
	} else if (actions->held) {
		event_log_add(event_log, "vrrp", instance->config->name, state, state, "%s",
			      instance->vrrp.reason);
	}
}

static void count(struct instance *instance, const struct vrrp_actions *actions)
{
	const struct vrrp *vrrp = &instance->vrrp;
	struct instance_report *made = instance->report;

	if (vrrp->state == XB_INSTANCE_ACTIVE)
		transitions_count_takeover(&made->transitions, vrrp->cause,
					   time_since_ns(made->taken_ns, vrrp->cause_since_ns));
	else if (actions->old_state == XB_INSTANCE_ACTIVE)
		transitions_count_release(&made->transitions, vrrp->cause);
}

static void report_change(struct instance *instance, const struct vrrp_actions *actions)
{
	report(instance, actions);
	if (!actions->state_changed)
		return;
	/* A Backup that waited for vrrp_startup_delay has been reported as one. */
	if (instance->vrrp.state != XB_INSTANCE_BACKUP ||
	    instance->report->notified != (int)NOTIFY_BACKUP)
		instance_notify(instance);
	instance->report->became_active_count += instance->vrrp.state == XB_INSTANCE_ACTIVE;
	instance->report->left_active_count += actions->old_state == XB_INSTANCE_ACTIVE;
	count(instance, actions);
}

/* Heartbeats report a change before an advert shows it: the advert of a node is believed if it fits
 * what the node says. */
static void tell(struct instance *instance, const struct vrrp_actions *actions)
{
	if (instance_publish(instance))
		peers_probe_now(instance->peers);
	if (actions->send_advert &&
	    instance_advertise(instance, actions->advert_priority) != -ESTALE)
		instance_guard_advertised(instance);
}

/* The lease comes before the report that there is one. */
static void become_active(struct instance *instance, const struct vrrp_actions *actions)
{
	instance_set_vmacs(instance, true);
	instance_guard_open(instance);
	tell(instance, actions);
	instance_take_addresses(instance);
	instance->report->taken_ns = clock_now_ns();
	instance_publish(instance); /* an address may turn out to be the node's own */
}

/* No packet that others take for the end of this Active leaves while it answers for an address:
 * they take over at once. */
static void give_up(struct instance *instance, const struct vrrp_actions *actions)
{
	bool first = instance->self_slot >= 0 && !instance_can_close(instance);

	instance->report->on_release(instance);
	instances_close(&instance, 1);
	if (first)
		instance_release_addresses(instance);
	tell(instance, actions);
	if (!first)
		instance_release_addresses(instance);
	instance_set_vmacs(instance, false);
	instance_guard_close(instance);
	instance_end_closing(instance);
}

void instance_act(struct instance *instance, const struct vrrp_actions *actions)
{
	if (actions->take_addresses)
		become_active(instance, actions);
	else if (actions->release_addresses)
		give_up(instance, actions);
	else
		tell(instance, actions);
	if (actions->announce_again && !actions->take_addresses)
		instance_announce_again(instance);
	if (instance->vrrp.timer_armed)
		instance_arm(instance, INSTANCE_TIMER_PROTOCOL, instance->vrrp.timer_due_ns);
	else
		instance_disarm(instance, INSTANCE_TIMER_PROTOCOL);
	if (continues(instance, actions))
		continue_state(instance);
	else
		report_change(instance, actions);
	if (!actions->state_changed)
		return;
	instance->report->continued.state = XB_INSTANCE_NONE;
	instance_signing_want_reports(instance);
	instance->report->on_transition(instance, actions->old_state);
}
