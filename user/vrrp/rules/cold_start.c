/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What nodes report after the start of an instance; see cold_start.h. */
#include "user/vrrp/rules/cold_start.h"
#include "user/core/liveness.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include "user/lib/time.h"
#include "user/vrrp/rules/advert.h"
#include "user/vrrp/rules/takeover.h"
#include "user/vrrp/state/claims.h"
#include "user/vrrp/state/routers.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int instance_cold_start_new(struct instance *instance)
{
	instance->cold_start = calloc(1, sizeof(*instance->cold_start));
	return instance->cold_start ? 0 : -ENOMEM;
}

void instance_cold_start_free(struct instance *instance)
{
	free(instance->cold_start);
}

void instance_cold_start_moved(struct instance *instance, enum xb_instance_state from)
{
	bool begins = from == XB_INSTANCE_INITIALIZE && instance->vrrp.state == XB_INSTANCE_BACKUP;

	*instance->cold_start =
		(struct cold_start){.since_ns = begins ? instance->vrrp.state_since_ns : 0};
}

/* An Active that is followed, a vacancy or a reason to wait: then other rules decide. */
static bool is_over(const struct instance *instance)
{
	const struct vrrp *vrrp = &instance->vrrp;

	return vrrp->state != XB_INSTANCE_BACKUP || vrrp->heard_ns ||
	       vrrp->vacancy != VRRP_NOT_VACANT || vrrp->holding || vrrp->ready_for_group ||
	       !instance->peers || instance->self_slot < 0;
}

static bool is_absent(const struct peer *peer, uint64_t first_ns, uint64_t now_ns)
{
	const struct indirect_probe *indirect = &peer->indirect;

	return peer->liveness.verdict == VERDICT_DOWN && peer->liveness.silent && first_ns &&
	       time_since_ns(indirect->asked_ns, first_ns) && indirect->answered_count &&
	       !indirect->heard && indirect_probe_is_complete(indirect, &peer->timing, now_ns);
}

static struct cold_start_node describe(const struct instance *instance, const struct peer *peer,
				       uint64_t now_ns)
{
	const struct xb_instance *entry = instance_entry_of(instance, peer);
	const struct xb_peer *said = peer_said(peer);
	enum verdict verdict = peer->liveness.verdict;
	struct cold_start_node node = {
		.heard = said && (verdict == VERDICT_UP || verdict == VERDICT_RELEASED),
		.stopped = verdict == VERDICT_RELEASED,
		.active =
			entry && entry->state == XB_INSTANCE_ACTIVE && verdict != VERDICT_RELEASED,
		.absent = is_absent(peer, instance->cold_start->first_ns, now_ns),
		.evidence_ns = said ? said->last_evidence_ns : 0,
	};

	/* One that was configured without "heartbeat" meanwhile does not describe the instance. */
	node.doubtful = !node.heard && verdict != VERDICT_DOWN;
	node.doubtful |= verdict == VERDICT_UP && !entry &&
			 instance->config->routers == CONFIG_ROUTERS_LEARNT;
	return node;
}

static enum cold_start_outcome judge(const struct instance *instance, uint64_t now_ns)
{
	struct cold_start_node nodes[XB_NODE_ID_MAX];
	const struct peers *peers = instance->peers;
	size_t count = 0;

	for (size_t i = 0; i < peers->count; i++)
		if (!peers->list[i].node->witness)
			nodes[count++] = describe(instance, &peers->list[i], now_ns);
	return cold_start_judge(instance->cold_start, nodes, count, &peers->timing, now_ns);
}

/* A tick begins with what the one before it has read. */
static enum cold_start_outcome judge_again(const struct instance *instance, uint64_t now_ns)
{
	peers_refresh(instance->peers);
	return judge(instance, now_ns);
}

static void take_over(struct instance *instance, enum cold_start_outcome outcome, uint64_t now_ns)
{
	const struct cold_start *start = instance->cold_start;
	bool all = outcome == COLD_START_ALL;
	char reason[VRRP_REASON_BYTES];

	if (all)
		snprintf(reason, sizeof(reason),
			 "none of the nodes is Active, and all were heard %.1f ms after the start",
			 duration_ms(time_since_ns(start->all_ns, start->since_ns)));
	else
		snprintf(
			reason, sizeof(reason),
			"no node is Active: some are silent, for %.1f ms since the first one was heard, and no other node hears them",
			duration_ms(time_since_ns(now_ns, start->first_ns)));
	/* The answer of one that no heartbeat reaches must count. */
	instance->routers->awaits_none |= !all;
	instance_follow_nodes(instance);
	if (!is_over(instance))
		instance_fill_cold(instance, all, reason);
}

void instances_judge_cold_starts(const struct instances *instances, uint64_t now_ns)
{
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];
		enum cold_start_outcome outcome;

		if (!instance->cold_start->since_ns)
			continue;
		if (is_over(instance)) {
			instance->cold_start->since_ns = 0;
			continue;
		}
		if (!instance->routers->nodes)
			continue;
		outcome = judge(instance, now_ns);
		if (outcome != COLD_START_WAITS)
			outcome = judge_again(instance, now_ns);
		if (outcome != COLD_START_WAITS && instance_is_best_candidate(instance))
			take_over(instance, outcome, now_ns);
	}
}
