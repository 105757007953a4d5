/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See reason.h. */
#include "user/vrrp/owners/reason.h"
#include "user/config/model/config.h"
#include "user/core/names.h"
#include "user/heartbeat/peers.h"
#include "user/vrrp/owners/names.h"
#include "user/vrrp/owners/owner.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/handover.h"
#include <stdio.h>
#include <string.h>

static const struct peer *find_peer(const struct instance *instance, const char *name)
{
	return instance->peers ? peers_find(instance->peers, name) : NULL;
}

/* What a peer that is heard reports of the instance. */
static void describe_report(const struct instance *instance, const struct peer *peer,
			    char text[static OWNER_LEFT_BYTES])
{
	const struct xb_instance *entry = instance_entry_of(instance, peer);
	enum xb_node_state state = (enum xb_node_state)peer_said(peer)->node_state;
	char node[32] = "";

	if (state != XB_NODE_RUNNING)
		snprintf(node, sizeof(node), "is %s and ", node_state_name(state));
	if (!entry)
		snprintf(text, OWNER_LEFT_BYTES, "%s %sno longer has this instance",
			 peer->node->name, node);
	else if (instance_peer_offers(instance, peer))
		snprintf(text, OWNER_LEFT_BYTES, "an operator of %s handed it over",
			 peer->node->name);
	else if (instance_is_fenced_at(instance, peer) && state == XB_NODE_DEAD)
		snprintf(text, OWNER_LEFT_BYTES,
			 "the kernel of %s has fenced the addresses: its daemon died",
			 peer->node->name);
	else if (instance_is_fenced_at(instance, peer))
		snprintf(text, OWNER_LEFT_BYTES, "%s %shanded it over", peer->node->name, node);
	else
		snprintf(text, OWNER_LEFT_BYTES, "%s %sreports %s (priority %u)", peer->node->name,
			 node, instance_state_name((enum xb_instance_state)entry->state),
			 entry->priority);
}

void owner_reason_left(const struct instance *instance, const char *before,
		       char text[static OWNER_LEFT_BYTES])
{
	const struct peer *peer = find_peer(instance, before);

	text[0] = '\0';
	if (!strcmp(before, owner_own_name(instance))) {
		if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
			snprintf(text, OWNER_LEFT_BYTES, "%.183s", instance->vrrp.reason);
	} else if (!peer || owner_is_peer(instance, peer) || !peer_said(peer)) {
		return;
	} else if (peer->liveness.verdict == VERDICT_UP) {
		describe_report(instance, peer, text);
	} else {
		snprintf(text, OWNER_LEFT_BYTES, "%s is %s: %.150s", peer->node->name,
			 verdict_name(peer->liveness.verdict), peer->liveness.reason);
	}
}

#define COMPARED_BYTES 80

/* Between two nodes that are heard, the priority decides; if not, only the one before knows
 * what. */
static const char *compare(const struct instance *instance, unsigned priority,
			   char text[static COMPARED_BYTES])
{
	const struct peer *before = find_peer(instance, instance->owner->reported);
	const struct xb_instance *entry = before ? instance_entry_of(instance, before) : NULL;

	text[0] = '\0';
	if (!entry || before->liveness.verdict != VERDICT_UP)
		return text;
	if (priority > entry->priority)
		snprintf(text, COMPARED_BYTES, ", higher than %u of %s", entry->priority,
			 before->node->name);
	else
		snprintf(text, COMPARED_BYTES,
			 ", not higher than %u of %s: its events have the reason", entry->priority,
			 before->node->name);
	return text;
}

/* What shows that another node has them. */
static void describe_owner(const struct instance *instance, char text[static OWNER_REASON_BYTES])
{
	const struct instance_owner *owner = instance->owner;
	const struct peer *peer = find_peer(instance, owner->names);
	const struct xb_instance *entry = peer ? instance_entry_of(instance, peer) : NULL;
	const char *separator = *owner->left ? "; " : "";
	char higher[COMPARED_BYTES];

	if (entry)
		snprintf(text, OWNER_REASON_BYTES, "%s%s%s reports active (priority %u%s)",
			 owner->left, separator, peer->node->name, entry->priority,
			 compare(instance, entry->priority, higher));
	else
		snprintf(text, OWNER_REASON_BYTES, "%.150s%s%s sends adverts of priority %u",
			 owner->left, separator, owner->names, instance->vrrp.active_priority);
}

void owner_reason_taken(const struct instance *instance, char text[static OWNER_REASON_BYTES])
{
	if (instance->vrrp.state == XB_INSTANCE_ACTIVE)
		snprintf(text, OWNER_REASON_BYTES, "%s", instance->vrrp.reason);
	else
		describe_owner(instance, text);
}

void owner_reason_no_single(const struct instance *instance, char text[static OWNER_REASON_BYTES])
{
	const struct instance_owner *owner = instance->owner;

	if (*owner->names)
		snprintf(text, OWNER_REASON_BYTES, "each of them reports active");
	else if (*owner->left)
		snprintf(text, OWNER_REASON_BYTES, "%s", owner->left);
	else
		snprintf(text, OWNER_REASON_BYTES, "no node is known to be Active");
}
