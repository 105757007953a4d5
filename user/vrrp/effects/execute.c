/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an instance does in the world, in the order in which the state machine asks: adverts, addresses,
 * announcements, its entry in xb_self, the report. */
#include "user/vrrp/effects/execute.h"
#include "user/config/model/config.h"
#include "user/core/names.h"
#include "user/core/vrrp.h"
#include "user/lib/clock.h"
#include "user/lib/journal.h"
#include "user/vrrp/effects/advertise.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/link.h"
#include "user/vrrp/effects/notify.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/obstacles.h"
#include <errno.h>
#include <event2/event.h>

static void report(struct instance *instance, const struct vrrp_actions *actions)
{
	struct journal *journal = instance->owner->journal;
	const char *state = instance_state_name(instance->vrrp.state);

	if (actions->state_changed) {
		instance->since_unix_ns = clock_unix_ns();
		instance->since_ns = clock_now_ns();
		journal_add(journal, "vrrp", instance->config->name,
			    instance_state_name(actions->old_state), state, "%s",
			    instance->vrrp.reason);
	} else if (actions->held) {
		journal_add(journal, "vrrp", instance->config->name, state, state, "%s",
			    instance->vrrp.reason);
	}
}

void instance_act(struct instance *instance, const struct vrrp_actions *actions)
{
	if (actions->take_addresses)
		instance_set_vmac(instance, true);
	if (actions->send_advert &&
	    instance_advertise(instance, actions->advert_priority) != -ESTALE)
		instance_guard_advertised(instance);
	if (actions->release_addresses)
		instance_release_addresses(instance);
	if (actions->take_addresses)
		instance_take_addresses(instance);
	else if (actions->announce_again)
		instance_announce_again(instance);
	instance_describe(instance);
	if (actions->release_addresses)
		instance_guard_end(instance);
	if (instance->vrrp.timer_armed)
		clock_arm(instance->timer, instance->vrrp.timer_due_ns);
	else
		event_del(instance->timer);
	report(instance, actions);
	if (!actions->state_changed)
		return;
	instance->fault_told = instance->vrrp.state == XB_INSTANCE_INITIALIZE;
	instance_notify(instance);
	instance->owner->on_transition(instance, actions->old_state);
}

void instance_tell_fault(struct instance *instance)
{
	int obstacle = instance_first_obstacle(instance, false);

	if (instance->vrrp.state != XB_INSTANCE_INITIALIZE || instance->fault_told ||
	    instance->obstacles[INSTANCE_OBSTACLE_STARTUP_DELAY][0] ||
	    obstacle == INSTANCE_OBSTACLE_AWAITED)
		return;
	instance->fault_told = true;
	instance_notify(instance);
	instance->owner->on_transition(instance, XB_INSTANCE_INITIALIZE);
}
