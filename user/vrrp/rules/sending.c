/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An Active whose adverts do not leave this machine: Backups that hear nothing become Active after
 * Active_Down_Interval, so that it must not stay Active for longer. It then tries with packets that
 * no router takes for an advert until one leaves.
 *
 * With heartbeats nodes see that it is Active and wait: it gives up only if one of them is ready to
 * take over, or if another router advertises.
 */
#include "user/vrrp/rules/sending.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/advertise.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/timers.h"

#define RETRY_NS NS_PER_SECOND

static bool hears_rival(const struct instance *instance)
{
	struct vrrp_advert rival;
	bool any;

	rival = instance_lower_advert(instance, &any);
	return any && time_reached(rival.arrival_ns, instance->adverts->failing_since_ns);
}

const char *instance_stays_unheard_reason(const struct instance *instance)
{
	const struct interface_event *base = instance_find_base(instance);

	if (instance->config->dont_track_primary && base && !base->running)
		return "dont_track_primary";
	if (instance->self_slot >= 0 && !instance_successor(instance) && !hears_rival(instance))
		return "heartbeats report it, and no other live node is a Backup for it";
	return NULL;
}

static void inhibit(struct instance *instance)
{
	char text[ADVERT_FAILURE_BYTES];

	instance_set_inhibitor(instance, INSTANCE_INHIBITOR_SENDING, "no advert can be sent: %s",
			       instance_advert_failure(instance, text));
	instance_arm(instance, INSTANCE_TIMER_SENDING, clock_now_ns() + RETRY_NS);
}

/* How long it has been Active while nothing left. */
static uint64_t failing_ns(const struct instance *instance)
{
	uint64_t since_ns = instance->adverts->failing_since_ns;

	if (!since_ns || instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return 0;
	if (time_reached(instance->vrrp.state_since_ns, since_ns))
		since_ns = instance->vrrp.state_since_ns;
	return time_since_ns(clock_now_ns(), since_ns);
}

void instance_check_sending(struct instance *instance)
{
	if (failing_ns(instance) < vrrp_active_down_interval_ns(&instance->vrrp) ||
	    instance_stays_unheard_reason(instance))
		return;
	inhibit(instance);
	instance_reconcile(instance);
}

void instance_try_sending(struct instance *instance)
{
	if (!instance->inhibitors[INSTANCE_INHIBITOR_SENDING][0])
		return;
	if (instance_advertise_trial(instance)) {
		inhibit(instance);
		return;
	}
	instance_set_inhibitor(instance, INSTANCE_INHIBITOR_SENDING, NULL);
	instance_reconcile(instance);
}
