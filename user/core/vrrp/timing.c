/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The intervals of RFC 9568 section 6.1, and of RFC 3768 section 6.1 for version 2. */
#include "user/core/vrrp/timing.h"
#include "user/lib/time.h"

/* Version 2 has no Max Advertise Interval to learn: all nodes are configured alike. */
uint64_t vrrp_timing_interval_ns(const struct vrrp *vrrp, const struct vrrp_advert *advert)
{
	if (vrrp->parameters.version == 2 || !advert->interval_ns)
		return vrrp->parameters.advert_interval_ns;
	if (vrrp->interval_max_ns && advert->interval_ns > vrrp->interval_max_ns)
		return vrrp->interval_max_ns;
	return advert->interval_ns;
}

/* Version 2 counts Skew_Time in seconds, version 3 in Active_Adver_Intervals. */
static uint64_t skew_time_ns(const struct vrrp *vrrp, uint8_t priority, uint64_t interval_ns)
{
	uint64_t unit_ns = vrrp->parameters.version == 2 ? NS_PER_SECOND : interval_ns;

	return (256U - priority) * unit_ns / 256;
}

/* What was learnt counts as the own interval at least, if it is limited at all: whoever sends a
 * short one could else make the timer expire while the Active restarts. */
static uint64_t counted_interval_ns(const struct vrrp *vrrp, uint64_t learnt_ns)
{
	uint64_t own_ns = vrrp->parameters.advert_interval_ns;

	return vrrp->interval_max_ns && learnt_ns < own_ns ? own_ns : learnt_ns;
}

static uint64_t active_down_interval_ns(const struct vrrp *vrrp, uint8_t priority,
					uint64_t interval_ns)
{
	return vrrp->parameters.down_timer_adverts * interval_ns +
	       skew_time_ns(vrrp, priority, interval_ns);
}

uint64_t vrrp_skew_time_ns(const struct vrrp *vrrp)
{
	return skew_time_ns(vrrp, vrrp->effective_priority,
			    counted_interval_ns(vrrp, vrrp->active_interval_ns));
}

uint64_t vrrp_active_down_interval_ns(const struct vrrp *vrrp)
{
	return active_down_interval_ns(vrrp, vrrp->effective_priority,
				       counted_interval_ns(vrrp, vrrp->active_interval_ns));
}

bool vrrp_timing_stands(const struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns)
{
	uint64_t interval_ns = counted_interval_ns(vrrp, vrrp_timing_interval_ns(vrrp, advert));
	uint64_t wait_ns = active_down_interval_ns(vrrp, vrrp->effective_priority, interval_ns);

	return !time_reached(now_ns, advert->arrival_ns + wait_ns);
}

uint64_t vrrp_timing_succession_ns(const struct vrrp *vrrp)
{
	return active_down_interval_ns(vrrp, vrrp->parameters.timer_expired_priority,
				       vrrp->parameters.advert_interval_ns);
}

uint64_t vrrp_timing_backup_wait_ns(const struct vrrp *vrrp)
{
	return vrrp->vacancy == VRRP_NOT_VACANT ? vrrp_active_down_interval_ns(vrrp)
						: vrrp_skew_time_ns(vrrp);
}
