/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which adverts an instance believes; see routers.h. */
#include "user/vrrp/state/routers.h"
#include "user/config/model/config.h"
#include "user/core/liveness.h"
#include "user/heartbeat/change.h"
#include "user/heartbeat/peers.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/time.h"
#include "user/vrrp/state/claims.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int instance_routers_new(struct instance *instance, uint64_t *described_bits)
{
	struct instance_routers *routers = calloc(1, sizeof(*routers));

	instance->routers = routers;
	if (!routers)
		return -ENOMEM;
	routers->described_bits = described_bits;
	return 0;
}

void instance_routers_free(struct instance *instance)
{
	free(instance->routers);
}

void routers_peers_changed(struct instance *instance, const struct peers_change *change)
{
	const struct peers *peers = instance->peers;
	struct instance_routers *routers = instance->routers;
	struct routers_word before[XB_NODE_ID_MAX];

	memcpy(before, routers->words, sizeof(before));
	memset(routers->words, 0, sizeof(routers->words));
	for (size_t i = 0; i < peers->count; i++) {
		size_t index = peers_change_index(change, &peers->list[i]);

		if (index != SIZE_MAX)
			routers->words[i] = before[index];
	}
}

static bool has_described(const struct instance_routers *routers, const struct peer *peer)
{
	uint16_t id = peer->node->id;

	return routers->described_bits && (routers->described_bits[id / 64] >> (id % 64) & 1);
}

static void note_described(struct instance_routers *routers, const struct peer *peer)
{
	uint16_t id = peer->node->id;

	if (!routers->described_bits || has_described(routers, peer))
		return;
	routers->described_bits[id / 64] |= UINT64_C(1) << (id % 64);
	routers->described_changed = true;
}

/* A node that stops reports nothing of it. */
static void note_word(struct instance *instance, size_t index, uint64_t now_ns)
{
	const struct peer *peer = &instance->peers->list[index];
	const struct xb_instance *said = instance_entry_of(instance, peer);
	struct routers_word *word = &instance->routers->words[index], before = *word;

	if (said)
		note_described(instance->routers, peer);
	word->active = said && said->state == XB_INSTANCE_ACTIVE &&
		       peer->liveness.verdict != VERDICT_RELEASED;
	if (word->active && said->priority)
		word->priority = said->priority;
	if (word->active != before.active || word->priority != before.priority)
		instance->routers->changed_ns = now_ns;
}

/* The first node that has not described this instance, or NULL; *count: how many nodes there are
 * that could. */
static const struct peer *find_undescribed(const struct instance *instance, size_t *count)
{
	const struct peers *peers = instance->peers;
	const struct peer *found = NULL;

	*count = 0;
	for (size_t i = 0; peers && i < peers->count; i++) {
		if (peers->list[i].node->witness)
			continue;
		++*count;
		if (!found && !has_described(instance->routers, &peers->list[i]))
			found = &peers->list[i];
	}
	return found;
}

static bool are_nodes(const struct instance *instance)
{
	size_t count;

	if (!instance->peers || !instance->config->heartbeat[0])
		return false;
	if (instance->config->routers != CONFIG_ROUTERS_LEARNT)
		return instance->config->routers == CONFIG_ROUTERS_NODES;
	return !find_undescribed(instance, &count) && count;
}

/* Until half of Active_Down_Interval, in which an Active sends an advert: one that no heartbeat
 * reaches is then heard before the timer is due. */
static uint64_t first_report_ns(const struct instance *instance)
{
	uint64_t half_ns = vrrp_active_down_interval_ns(&instance->vrrp) / 2;
	uint64_t detection_ns = instance->peers->timing.detection_time_ns;

	return half_ns > detection_ns ? half_ns : detection_ns;
}

/* For how much longer it is known what a node that is not up would report; 0: it is not known. One
 * that stops has reported that it is not Active, and one that is not up yet after this daemon's own
 * start will be in a moment. */
static uint64_t known_for_ns(const struct instance *instance, const struct peer *peer,
			     uint64_t now_ns)
{
	const struct peers *peers = instance->peers;
	const struct xb_peer *said = peer_said(peer);
	uint64_t since_ns, for_ns;

	if (said && peer->liveness.verdict == VERDICT_RELEASED) {
		since_ns = said->last_evidence_ns;
		for_ns = vrrp_active_down_interval_ns(&instance->vrrp);
	} else if (!instance->routers->awaits_none && (peer->liveness.verdict == VERDICT_DOWN ||
						       peer->liveness.verdict == VERDICT_ONE_WAY)) {
		since_ns = peers->started_ns;
		for_ns = first_report_ns(instance);
	} else {
		return 0;
	}
	return time_reached(now_ns, since_ns + for_ns) ? 0 : since_ns + for_ns - now_ns;
}

/* Whether the peer has described the instance, and does so no longer: its configuration may be
 * without "heartbeat" now. With "routers nodes" configured, nodes without the instance are no
 * routers of it. */
static bool may_omit(const struct instance *instance, const struct peer *peer)
{
	const struct xb_peer *said = peer_said(peer);

	return instance->config->routers == CONFIG_ROUTERS_LEARNT && said &&
	       said->node_state == XB_NODE_RUNNING && !instance_entry_of(instance, peer);
}

/* Returns the first node of which nothing is known now, or NULL. Notes when that may change. */
static const struct peer *find_unknown(const struct instance *instance, uint64_t now_ns,
				       uint64_t *review_ns)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		uint64_t known_ns;

		if (peer->node->witness ||
		    (peer->liveness.verdict == VERDICT_UP && !may_omit(instance, peer)))
			continue;
		known_ns = known_for_ns(instance, peer, now_ns);
		if (!known_ns)
			return peer;
		if (!*review_ns || time_reached(*review_ns, now_ns + known_ns))
			*review_ns = now_ns + known_ns;
	}
	return NULL;
}

/* Whether a release may come from a node: none reports to be Active, or is yet to report. */
static bool is_vacant(const struct instance *instance)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];

		if (instance->routers->words[i].active ||
		    (!peer->node->witness && !peer_said(peer)))
			return false;
	}
	return true;
}

/* The best of those that report to be Active. */
static void find_active(const struct instance *instance, struct vrrp_nodes *nodes)
{
	const struct peers *peers = instance->peers;

	for (size_t i = 0; i < peers->count; i++) {
		const struct routers_word *word = &instance->routers->words[i];

		if (!peers->list[i].node->witness && !peer_said(&peers->list[i]))
			nodes->unheard = true;
		if (!word->active)
			continue;
		if (word->priority > nodes->active_priority)
			nodes->active_priority = word->priority;
		if (word->priority == instance->vrrp.effective_priority &&
		    address_compare(&peers->list[i].node->addresses[0], &instance->own_address) > 0)
			nodes->equal_outranks = true;
	}
}

struct vrrp_nodes routers_judge(struct instance *instance, uint64_t now_ns)
{
	struct instance_routers *routers = instance->routers;
	struct vrrp_nodes nodes = {};

	for (size_t i = 0; instance->peers && i < instance->peers->count; i++)
		note_word(instance, i, now_ns);
	routers->review_ns = 0;
	routers->nodes = are_nodes(instance);
	routers->held = routers->nodes && instance->self_slot >= 0 &&
			!find_unknown(instance, now_ns, &routers->review_ns);
	nodes.held = routers->held;
	if (routers->held)
		find_active(instance, &nodes);
	return nodes;
}

uint64_t routers_interval_max_ns(const struct instance *instance)
{
	const struct config_instance *config = instance->config;

	if (!instance->routers->nodes)
		return 0;
	return config->advert_interval_max_ns ? config->advert_interval_max_ns
					      : ROUTERS_INTERVALS_MAX * config->advert_interval_ns;
}

bool routers_fits(const struct instance *instance, uint8_t priority)
{
	const struct routers_word *words = instance->routers->words;

	if (!priority)
		return is_vacant(instance);
	for (size_t i = 0; i < instance->peers->count; i++)
		if (words[i].active && words[i].priority == priority)
			return true;
	return false;
}

void routers_reason(const struct instance *instance, char *text, size_t bytes)
{
	const struct peer *undescribed;
	size_t count;

	if (instance->config->routers != CONFIG_ROUTERS_LEARNT) {
		snprintf(text, bytes, "configured");
		return;
	}
	undescribed = find_undescribed(instance, &count);
	if (!instance->peers || !instance->config->heartbeat[0])
		snprintf(text, bytes, "the instance has no heartbeat");
	else if (!count)
		snprintf(text, bytes, "all other nodes are witnesses");
	else if (undescribed)
		snprintf(text, bytes, "%s has not described this instance in a heartbeat yet",
			 undescribed->node->name);
	else
		snprintf(text, bytes, "each node has described this instance in a heartbeat");
}

bool routers_distrust_reason(const struct instance *instance, char *text, size_t bytes)
{
	const struct peer *unknown;
	uint64_t review_ns = 0;

	text[0] = '\0';
	if (!instance->routers->nodes)
		return false;
	if (instance->self_slot < 0) {
		snprintf(text, bytes, "a heartbeat describes %d instances, and not this one",
			 XB_INSTANCES_MAX);
		return true;
	}
	unknown = find_unknown(instance, clock_now_ns(), &review_ns);
	if (unknown && unknown->liveness.verdict == VERDICT_UP)
		snprintf(text, bytes, "%s no longer describes this instance in heartbeats",
			 unknown->node->name);
	else if (unknown)
		snprintf(text, bytes, "%s is %s", unknown->node->name,
			 verdict_name(unknown->liveness.verdict));
	return unknown != NULL;
}
