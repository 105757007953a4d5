/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Announces an Active's addresses to the neighbours: when it takes them over, some time later
 * (garp_master_delay), regularly (garp_master_refresh), and when a rival may have misled the
 * neighbours.
 */
#include "user/vrrp/effects/announce.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/announce.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"
#include "user/vrrp/state/timers.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A rival's adverts come at any rate; the gratuitous ARP that answers them does not. */
#define ANNOUNCE_AGAIN_SPACING_NS (100 * NS_PER_MS)
/* A neighbour that has just taken the rival's announcement ignores ours for a second (locktime). */
#define ANNOUNCE_AGAIN_DELAY_NS (1100 * NS_PER_MS)
/* For so long after a takeover a rival that is not heard may still announce. */
#define ANNOUNCE_UNHEARD_NS (3 * NS_PER_SECOND)

int instance_announcements_new(struct instance *instance, const struct vrrp_services *services)
{
	struct instance_announcements *announcements = calloc(1, sizeof(*announcements));

	if (!announcements)
		return -ENOMEM;
	announcements->announcer = services->announcer;
	instance->announcements = announcements;
	return 0;
}

void instance_announcements_free(struct instance *instance)
{
	free(instance->announcements);
}

static struct announce_target target_of(const struct instance *instance, size_t vip)
{
	const struct config_vip *config = &instance->config->vips[vip];

	return (struct announce_target){
		.address = config->address,
		.interface_index = instance->vips->list[vip].interface_index,
		.group = config->garp_group,
	};
}

void instance_announce_vip(struct instance *instance, size_t vip, unsigned repeat)
{
	struct announce_target target = target_of(instance, vip);
	int error = announce(instance->announcements->announcer, &target, repeat);
	char text[ADDRESS_TEXT_BYTES];

	if (error)
		log_instance(LOG_ERR, instance->config->name, "%s was not announced: %s",
			     address_format(&target.address, text), limits_strerror(-error));
}

void instance_cancel_announcement(struct instance *instance, size_t vip)
{
	struct announce_target target = target_of(instance, vip);

	announce_cancel(instance->announcements->announcer, &target);
}

void instance_announce(struct instance *instance, unsigned repeat)
{
	if (instance_guard_expired(instance, clock_now_ns()))
		return;
	for (size_t i = 0; i < instance->config->vip_count; i++)
		instance_announce_vip(instance, i, repeat);
	instance->announcements->last_ns = clock_now_ns();
}

void instance_announce_takeover(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	uint64_t now_ns = clock_now_ns();

	instance->announcements->later_repeat = config->garp_repeat;
	instance->announcements->last_set_ns = 0;
	if (config->garp_delay_ns)
		instance_arm(instance, INSTANCE_TIMER_ANNOUNCE_LATER,
			     now_ns + config->garp_delay_ns);
	instance_announce_refresh(instance);
}

static void arm_repetition(struct instance *instance, enum instance_timer timer,
			   uint64_t interval_ns, uint64_t *armed_ns)
{
	if (interval_ns && interval_ns != *armed_ns)
		instance_arm(instance, timer, clock_now_ns() + interval_ns);
	*armed_ns = interval_ns;
}

void instance_announce_refresh(struct instance *instance)
{
	struct instance_announcements *announcements = instance->announcements;

	arm_repetition(instance, INSTANCE_TIMER_ANNOUNCE_REFRESH, instance->config->garp_refresh_ns,
		       &announcements->refresh_ns);
	arm_repetition(instance, INSTANCE_TIMER_ANNOUNCE_EXTRA,
		       instance->config->garp_extra.interval_ns, &announcements->extra_ns);
}

void instance_stop_announcing(struct instance *instance)
{
	instance_disarm(instance, INSTANCE_TIMER_ANNOUNCE_LATER);
	instance_disarm(instance, INSTANCE_TIMER_ANNOUNCE_REFRESH);
	instance_disarm(instance, INSTANCE_TIMER_ANNOUNCE_EXTRA);
	instance->announcements->refresh_ns = instance->announcements->extra_ns = 0;
	instance->announcements->contested = false;
}

/* When neighbours take announcements again, and after garp_lower_prio_delay. */
static void announce_twice(struct instance *instance, uint64_t now_ns)
{
	uint64_t delay_ns = instance->config->garp_lower_prio_delay_ns;
	bool later = delay_ns > ANNOUNCE_AGAIN_DELAY_NS;

	instance->announcements->last_set_ns = later ? now_ns + delay_ns : 0;
	instance_arm(instance, INSTANCE_TIMER_ANNOUNCE_LATER,
		     now_ns + (later ? ANNOUNCE_AGAIN_DELAY_NS : delay_ns));
}

static void announce_again(struct instance *instance, uint64_t now_ns)
{
	const struct config_instance *config = instance->config;

	instance->announcements->contested = false;
	instance_announce(instance, config->garp_lower_prio_repeat);
	instance->announcements->later_repeat = config->garp_lower_prio_repeat;
	if (config->garp_lower_prio_delay_ns)
		announce_twice(instance, now_ns);
}

void instance_announce_again(struct instance *instance)
{
	struct instance_announcements *announcements = instance->announcements;
	uint64_t now_ns = clock_now_ns();

	/* The second set after a takeover must not be lost for nothing. */
	if (!instance->config->garp_lower_prio_repeat)
		return;
	if (time_since_ns(now_ns, announcements->last_ns) > ANNOUNCE_AGAIN_SPACING_NS) {
		announce_again(instance, now_ns);
		return;
	}
	/* Not now, but soon: the rival's announcement came after the last of ours. */
	announcements->contested = true;
	instance_arm(instance, INSTANCE_TIMER_ANNOUNCE_LATER,
		     announcements->last_ns + ANNOUNCE_AGAIN_SPACING_NS);
}

/* The rival yields to our advert, but we cannot know that it had answered our first one with its
 * own announcement. */
void instance_announce_unheard(struct instance *instance)
{
	uint64_t now_ns = clock_now_ns();

	if (instance->vrrp.state == XB_INSTANCE_ACTIVE &&
	    time_since_ns(now_ns, instance->vrrp.state_since_ns) < ANNOUNCE_UNHEARD_NS &&
	    time_since_ns(now_ns, instance->announcements->last_ns) >
		    ANNOUNCE_AGAIN_SPACING_NS / 2 &&
	    instance_has_silent_rival(instance))
		instance_announce(instance, 1);
}

void instance_announce_later_due(struct instance *instance)
{
	if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	if (instance->announcements->contested) {
		announce_again(instance, clock_now_ns());
		return;
	}
	instance_announce(instance, instance->announcements->later_repeat);
	if (instance->announcements->last_set_ns)
		instance_arm(instance, INSTANCE_TIMER_ANNOUNCE_LATER,
			     instance->announcements->last_set_ns);
	instance->announcements->last_set_ns = 0;
}

void instance_announce_refresh_due(struct instance *instance)
{
	/* A reload may have removed it. */
	if (!instance->config->garp_refresh_ns || instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	instance_announce(instance, instance->config->garp_refresh_repeat);
	instance_arm(instance, INSTANCE_TIMER_ANNOUNCE_REFRESH,
		     clock_now_ns() + instance->config->garp_refresh_ns);
}

/* Adverts that leave the interface of an address keep its MAC address in the tables of switches. */
static bool adverts_leave_it(const struct instance *instance, size_t vip)
{
	const struct config_instance *config = instance->config;

	if (config->use_vmac)
		return config->vips[vip].vmac == 1 && !config->vmac_xmit_base;
	return instance->vips->list[vip].interface_index == instance->interface->base_index;
}

static bool is_first_there(const struct instance *instance, size_t vip)
{
	const struct instance_vip *list = instance->vips->list;

	for (size_t i = 0; i < vip; i++)
		if (list[i].interface_index == list[vip].interface_index)
			return false;
	return true;
}

void instance_announce_extra_due(struct instance *instance)
{
	const struct config_garp_extra *extra = &instance->config->garp_extra;

	if (!extra->interval_ns || instance->vrrp.state != XB_INSTANCE_ACTIVE ||
	    instance_guard_expired(instance, clock_now_ns()))
		return;
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if ((extra->all || instance->config->vips[i].vmac) &&
		    !adverts_leave_it(instance, i) && is_first_there(instance, i))
			instance_announce_vip(instance, i, 1);
	instance_arm(instance, INSTANCE_TIMER_ANNOUNCE_EXTRA, clock_now_ns() + extra->interval_ns);
}
