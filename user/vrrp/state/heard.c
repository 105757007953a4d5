/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/vrrp/state/heard.h"
#include "user/core/vrrp/timing.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/instance.h"

/* Refusals are stored less often than adverts may come. */
#define REFUSAL_NS (2 * XB_REFUSAL_SPACING_NS)

/* Whether the last advert of the Active that is followed is still valid: rivals may have sent newer
 * ones. */
static bool followed_stands(const struct vrrp *vrrp)
{
	return vrrp->state == XB_INSTANCE_BACKUP && vrrp->heard_ns &&
	       vrrp->active_priority != VRRP_PRIORITY_RELEASE &&
	       time_since_ns(clock_now_ns(), vrrp->heard_ns) < vrrp_active_down_interval_ns(vrrp);
}

bool heard_is_kept_aside(const struct xb_vrrp *router)
{
	return router->arrival_ns == router->heard.aside.arrival_ns ||
	       router->arrival_ns == router->heard.aside_release.arrival_ns;
}

bool heard_refused(const struct instance *instance, const struct xb_vrrp *router,
		   const struct peer *peer, unsigned *reason)
{
	uint64_t age_ns = time_since_ns(clock_now_ns(), router->refused_arrival_ns);

	*reason = router->refused_reason;
	return router->refused_arrival_ns && *reason < XB_DROP_COUNT &&
	       (age_ns < vrrp_active_down_interval_ns(&instance->vrrp) || age_ns < REFUSAL_NS) &&
	       instance_has_address(peer, &router->refused_source);
}

/* The newest of those that counted in this period. */
static struct vrrp_advert newest_counted(const struct xb_vrrp_heard *heard)
{
	const struct xb_vrrp_advert *newest = &heard->lower;

	if (time_reached(heard->last.arrival_ns, newest->arrival_ns))
		newest = &heard->last;
	if (time_reached(heard->rival.arrival_ns, newest->arrival_ns))
		newest = &heard->rival;
	return vrrp_advert_heard(newest);
}

struct vrrp_advert heard_newest_advert(const struct instance *instance,
				       const struct xb_vrrp *router, bool *any)
{
	const struct vrrp *vrrp = &instance->vrrp;

	*any = router->arrival_ns != 0;
	if (followed_stands(vrrp))
		return (struct vrrp_advert){.source = vrrp->active_address,
					    .priority = vrrp->active_priority,
					    .interval_ns = vrrp->active_interval_ns,
					    .arrival_ns = vrrp->heard_ns};
	if (*any && heard_is_kept_aside(router)) {
		struct vrrp_advert newest = newest_counted(&router->heard);

		*any = newest.arrival_ns != 0;
		return newest;
	}
	return (struct vrrp_advert){.source = router->source,
				    .priority = router->priority,
				    .interval_ns = router->interval_cs * NS_PER_CENTISECOND,
				    .arrival_ns = router->arrival_ns};
}

bool heard_active(const struct instance *instance, const struct xb_vrrp *router,
		  struct vrrp_advert *active)
{
	const struct vrrp *vrrp = &instance->vrrp;
	struct vrrp_advert newest;
	bool any;

	newest = heard_newest_advert(instance, router, &any);
	if (!address_is_unset(&vrrp->active_address)) {
		/* Its own newest advert may carry another priority, which is no longer followed. */
		if (!address_equal(&newest.source, &vrrp->active_address) ||
		    newest.priority == VRRP_PRIORITY_RELEASE)
			newest.priority = vrrp->active_priority;
		newest.source = vrrp->active_address;
	} else if (!any || newest.priority == VRRP_PRIORITY_RELEASE ||
		   !vrrp_timing_stands(vrrp, &newest, clock_now_ns())) {
		return false;
	}
	*active = newest;
	return true;
}
