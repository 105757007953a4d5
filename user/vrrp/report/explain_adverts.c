/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl explain": adverts that do not leave this node, and adverts that are refused here. */
#include "user/vrrp/report/explain_adverts.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/packet.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/clock.h"
#include "user/lib/drop_reasons.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include "user/vrrp/effects/advertise.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/rules/sending.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/heard.h"
#include "user/vrrp/state/instance.h"
#include <stdio.h>
#include <xbeat/signed.h>

const char *instance_node_text(const struct instance *instance, const struct xb_address *address,
			       char text[static INSTANCE_NODE_BYTES])
{
	const struct peer *peer = instance_peer_at(instance, address);
	char numbers[ADDRESS_TEXT_BYTES];

	address_format(address, numbers);
	if (peer)
		snprintf(text, INSTANCE_NODE_BYTES, "%s (%s)", peer->node->name, numbers);
	else
		snprintf(text, INSTANCE_NODE_BYTES, "%s", numbers);
	return text;
}

/* Nothing has left for a while. */
static void explain_failing(const struct instance *instance, json_t *lines)
{
	const struct vrrp *vrrp = &instance->vrrp;
	const char *stays = instance_stays_unheard_reason(instance);
	char text[ADVERT_FAILURE_BYTES];

	json_say(
		lines,
		"This node is Active with priority %u and has the addresses, but none of its adverts has left this machine for %.1f s: %s.",
		vrrp->effective_priority,
		duration_s(time_since_ns(clock_now_ns(), instance->adverts->failing_since_ns)),
		instance_advert_failure(instance, text));
	if (stays)
		json_say(lines, "It stays Active all the same: %s.", stays);
	else
		json_say(
			lines,
			"After %.2f s (Active_Down_Interval) it gives the instance up, because a Backup that hears nothing takes over then.",
			duration_s(vrrp_active_down_interval_ns(vrrp)));
}

void instance_explain_sending(const struct instance *instance, json_t *lines)
{
	const struct vrrp *vrrp = &instance->vrrp;
	char text[ADDRESS_TEXT_BYTES];

	if (instance->adverts->failing_since_ns)
		explain_failing(instance, lines);
	else
		json_say(
			lines,
			"This node is Active with priority %u: it has the addresses and advertises every %.2f s.",
			vrrp->effective_priority, duration_s(vrrp->parameters.advert_interval_ns));
	if (instance->interface->source_missing)
		json_say(
			lines,
			"The source address of its adverts, %s, is not on this machine any more: add it, or write track_src_ip so that this is a fault.",
			address_format(&instance->config->source, text));
}

static bool is_recent(uint64_t time_ns)
{
	return time_ns && time_since_ns(clock_now_ns(), time_ns) < EXPLAIN_FAULT_AGE_NS;
}

/* Those are explained with their figures. */
static bool is_about_signature(const struct instance *instance, unsigned reason)
{
	return instance->config->signing.mode && reason >= XB_SIGNED_REASON_FIRST &&
	       reason < XB_SIGNED_REASON_FIRST + XB_SIGNED_REASON_COUNT;
}

static bool was_refused(const struct xb_vrrp *router)
{
	return is_recent(router->refused_arrival_ns) && router->refused_reason < XB_DROP_COUNT;
}

bool instance_refuses_adverts(const struct instance *instance)
{
	struct xb_vrrp router;

	instance_router_read(instance, &router);
	return was_refused(&router);
}

/* Adverts that are refused: their sender may be Active and have the addresses, too. */
static void explain_refusal(const struct instance *instance, const struct xb_vrrp *router,
			    json_t *lines)
{
	char node[INSTANCE_NODE_BYTES];

	if (was_refused(router) && !is_about_signature(instance, router->refused_reason))
		json_say(
			lines,
			"Adverts from %s are refused, most recently %.1f s ago: %s, %s. Their sender may be Active, too, and have the addresses: make the configurations agree.",
			instance_node_text(instance, &router->refused_source, node),
			duration_s(time_since_ns(clock_now_ns(), router->refused_arrival_ns)),
			drop_reasons[router->refused_reason].name,
			drop_reasons[router->refused_reason].help);
}

void instance_explain_differences(const struct instance *instance, json_t *lines)
{
	struct xb_vrrp router;
	char node[INSTANCE_NODE_BYTES];

	instance_router_read(instance, &router);
	explain_refusal(instance, &router, lines);
	if (is_recent(router.arrival_ns) && !heard_is_kept_aside(&router) &&
	    router.addresses_digest != vrrp_addresses_digest(instance->vips->advertised,
							     instance->vips->advertised_count))
		json_say(
			lines,
			"%s advertised other virtual addresses than this node, or in another order, %.1f s ago: make the configurations agree.",
			instance_node_text(instance, &router.source, node),
			duration_s(time_since_ns(clock_now_ns(), router.arrival_ns)));
}
