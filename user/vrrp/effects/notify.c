/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From states to the events that keepalived's users know: MASTER, BACKUP, FAULT, STOP. */
#include "user/vrrp/effects/notify.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/notify/notify.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include <event2/event.h>

static bool is_delayed(const struct instance *instance)
{
	return instance->inhibitors[INSTANCE_INHIBITOR_STARTUP_DELAY][0] &&
	       instance_first_fault(instance) < 0;
}

static enum notify_event event_of(const struct instance *instance)
{
	if (instance->stopping)
		return instance->removed ? NOTIFY_DELETED : NOTIFY_STOP;
	switch (instance->vrrp.state) {
	case XB_INSTANCE_ACTIVE:
		return NOTIFY_MASTER;
	case XB_INSTANCE_BACKUP:
		return NOTIFY_BACKUP;
	default:
		return is_delayed(instance) ? NOTIFY_BACKUP : NOTIFY_FAULT;
	}
}

void instance_notify(struct instance *instance)
{
	enum notify_event event = event_of(instance);

	instance->report->notified = (int)event;
	notify_instance(instance->notify, instance->config, event,
			instance->vrrp.effective_priority);
}

bool instance_notify_inhibited(struct instance *instance)
{
	bool owner = instance->config->priority == VRRP_PRIORITY_OWNER;

	if (instance->vrrp.state != XB_INSTANCE_INITIALIZE ||
	    instance->report->notified == (int)event_of(instance) ||
	    instance_first_fault(instance) == INSTANCE_INHIBITOR_AWAITED ||
	    (owner && is_delayed(instance)))
		return false;
	instance_notify(instance);
	return true;
}

void instance_notify_priority(struct instance *instance)
{
	if (!instance->config->notify.priority_changes)
		return;
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE)
		notify_instance(instance->notify, instance->config, NOTIFY_MASTER_PRIORITY,
				instance->vrrp.effective_priority);
	else if (instance->vrrp.state == XB_INSTANCE_BACKUP)
		notify_instance(instance->notify, instance->config, NOTIFY_BACKUP_PRIORITY,
				instance->vrrp.effective_priority);
}

void instance_notify_lower_rival(struct instance *instance)
{
	notify_instance(instance->notify, instance->config, NOTIFY_MASTER_RX_LOWER_PRI,
			instance->vrrp.effective_priority);
}
