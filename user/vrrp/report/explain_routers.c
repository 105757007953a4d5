/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl explain": whose adverts count, and the last that was refused. */
#include "user/vrrp/report/explain_routers.h"
#include "user/config/model/config.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/report/explain_adverts.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/routers.h"

/* Adverts that no node has sent. */
static void explain_stranger(const struct instance *instance, json_t *lines)
{
	uint64_t now_ns = clock_now_ns();
	const struct vrrp_advert *refuted = &instance->routers->aside.refuted;
	char text[ADDRESS_TEXT_BYTES];
	struct xb_vrrp router;

	if (!refuted->arrival_ns ||
	    time_since_ns(now_ns, refuted->arrival_ns) >= EXPLAIN_FAULT_AGE_NS)
		return;
	instance_router_read(instance, &router);
	json_say(
		lines,
		"An advert with priority %u from %s was refused %.1f s ago, because no node has sent it, as their heartbeats show (%llu so far). If it is a router with another VRRP daemon, set \"routers any\" on all nodes; else find its sender and stop it.",
		refuted->priority, address_format(&refuted->source, text),
		duration_s(time_since_ns(now_ns, refuted->arrival_ns)),
		(unsigned long long)router.refuted_count);
}

/* Whose adverts count. */
void instance_explain_routers(const struct instance *instance, json_t *lines)
{
	char reason[VRRP_REASON_BYTES];

	if (!instance->config->heartbeat[0])
		return;
	if (routers_distrust_reason(instance, reason, sizeof(reason)))
		json_say(
			lines,
			"Adverts of any router count at the moment, as in VRRP, although \"routers nodes\" is in force: %s.",
			reason);
	else if (instance->routers->nodes)
		json_say(
			lines,
			"Only adverts count that fit what nodes report in heartbeats (routers nodes).");
	else {
		routers_reason(instance, reason, sizeof(reason));
		json_say(lines, "Any router's adverts count (routers any: %s).", reason);
	}
	explain_stranger(instance, lines);
}
