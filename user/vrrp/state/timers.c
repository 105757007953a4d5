/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arms and disarms the timers of an instance. */
#include "user/vrrp/state/timers.h"
#include "user/lib/clock.h"
#include "user/vrrp/state/instance.h"
#include <event2/event.h>

void instance_arm(const struct instance *instance, enum instance_timer timer, uint64_t due_ns)
{
	clock_arm(instance->timers[timer], due_ns);
}

void instance_disarm(const struct instance *instance, enum instance_timer timer)
{
	event_del(instance->timers[timer]);
}
