/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a restarted daemon continues as Active. */
#include "user/vrrp/rules/resume.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/timing.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/self.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/routers.h"

/* A claim does not count if it dates from before this node's daemon stopped, when it was Active
 * itself, or if the peer is silent now. */
static bool is_claimed_since(const struct instance *instance, uint64_t stopped_ns, uint64_t now_ns)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; i < peers->count; i++) {
		bool claims = instance_is_claimed_by(instance, &peers->list[i]);
		uint64_t heard_ns = claims ? peer_said(&peers->list[i])->last_evidence_ns : 0;

		if (claims && time_since_ns(heard_ns, stopped_ns) &&
		    time_since_ns(now_ns, heard_ns) < peers->list[i].timing.detection_time_ns)
			return true;
	}
	return false;
}

/* Without heartbeats the guard follows adverts: as long as it is open, no node's Active_Down_Timer
 * has expired. */
static bool may_resume_by_guard(const struct instance *instance, uint64_t now_ns)
{
	struct vrrp_advert newest;
	bool any;

	newest = instance_newest_advert(instance, &any);
	return instance_added_bits(instance) && instance_guard_was_left_open(instance, now_ns) &&
	       !(any && newest.priority != VRRP_PRIORITY_RELEASE &&
		 vrrp_timing_stands(&instance->vrrp, &newest, now_ns));
}

/* Whether the newest advert shows that another node has taken over. One that releases the instance
 * has not, and one that fits no node's report comes from none. */
static bool is_advertised_since(const struct instance *instance, uint64_t stopped_ns)
{
	struct xb_vrrp router;

	instance_router_read(instance, &router);
	return router.arrival_ns && router.priority != VRRP_PRIORITY_RELEASE &&
	       time_since_ns(router.arrival_ns, stopped_ns) &&
	       (!instance->routers->held || routers_fits(instance, router.priority));
}

bool instance_may_resume(const struct instance *instance, const struct kernel *kernel,
			 uint64_t stopped_ns)
{
	const struct peers *peers = instance->peers;
	uint64_t now_ns = clock_now_ns();
	const struct xb_instance *described;

	/* Packets report that it is fenced, or may do so at any moment. */
	if (instance_guard_expired(instance, now_ns))
		return false;
	if (!peers || instance->self_slot < 0)
		return may_resume_by_guard(instance, now_ns);
	if (!kernel->adopted ||
	    time_since_ns(now_ns, stopped_ns) >= peers->timing.daemon_timeout_ns)
		return false;
	described = kernel_described(kernel, (size_t)instance->self_slot);
	if (!described->vrid) /* the daemon before had no heartbeats for it */
		return may_resume_by_guard(instance, now_ns);
	if (described->vrid != instance->config->vrid ||
	    (described->family_flags & XB_INSTANCE_FAMILY_MASK) != instance->config->family ||
	    described->state != XB_INSTANCE_ACTIVE)
		return false;
	return !is_advertised_since(instance, stopped_ns) &&
	       !is_claimed_since(instance, stopped_ns, now_ns);
}
