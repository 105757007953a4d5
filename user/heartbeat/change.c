/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries what is known of peers into another block; see change.h. */
#include "user/heartbeat/change.h"
#include "user/heartbeat/detection.h"
#include "user/lib/array.h"
#include "user/lib/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int peers_change_prepare(struct peers_change *change, struct peers *peers,
			 const struct config_heartbeat *heartbeat, size_t own_node)
{
	size_t count = heartbeat->node_count;

	*change = (struct peers_change){
		.peers = peers,
		.heartbeat = heartbeat,
		.own_node = own_node,
		.list = calloc(count, sizeof(*change->list)),
		.judgements = calloc(count, sizeof(*change->judgements)),
		.views = calloc(count * count, sizeof(*change->views)),
		.timing = detection_timing(heartbeat),
	};
	if (!change->list || !change->judgements || !change->views ||
	    peers_detection_new(&change->detection, heartbeat, count - 1)) {
		peers_change_end(change);
		return -ENOMEM;
	}
	return 0;
}

/* Of links that the block no longer has. */
static void forget_links(struct peer *peer, size_t link_count)
{
	for (size_t link = link_count; link < XB_LINKS_MAX; link++) {
		peer->liveness.links[link] = VERDICT_DOWN;
		peer->liveness.link_since_ns[link] = clock_now_ns();
		peer->liveness.lost_ns[link] = peer->liveness.heard_alone_ns[link] = 0;
		peer->seen[link] = (struct xb_peer){0};
		peer->evidence[link] = (struct liveness_evidence){0};
		peer->answered_count[link] = peer->extra_count[link] = 0;
		peer->unanswered_count[link] = 0;
		peer->replies[link] = (struct peer_replies){0};
		peer->recent[link] = (struct recent){0};
	}
}

static void fill_peer(struct peers_change *change, const struct config_node *node)
{
	const struct peers *peers = change->peers;
	struct peer *peer = &change->list[change->count];
	size_t before = peers_change_lookup(peers->list, peers->count, node);

	if (before < peers->count)
		*peer = peers->list[before];
	else
		liveness_init(&peer->liveness, clock_now_ns());
	peer->node = node;
	peer->link_count = change->heartbeat->interface_count;
	peer->first_slot = change->count * peer->link_count;
	peer->timing = change->timing;
	forget_links(peer, peer->link_count);
	change->count++;
}

static void carry_views(struct peers_change *change)
{
	const struct peers *peers = change->peers;

	for (size_t i = 0; i < change->count; i++)
		for (size_t k = 0; k < change->count; k++) {
			size_t row = peers_change_lookup(peers->list, peers->count,
							 change->list[i].node);
			size_t column = peers_change_lookup(peers->list, peers->count,
							    change->list[k].node);

			if (row < peers->count && column < peers->count)
				change->views[i * change->count + k] =
					peers->views[row * peers->count + column];
		}
}

/* A link that no node is known to use yet is not bad because none is heard on it. */
static void change_own_links(struct peers *peers, const struct config_heartbeat *to)
{
	size_t before = peers->count ? peers->list[0].link_count : 0;

	for (size_t link = 0; link < XB_LINKS_MAX; link++) {
		bool kept = link < before && link < to->interface_count;

		if (kept && !strcmp(peers->list[0].seen[link].interface, to->interfaces[link]))
			continue;
		if (!kept)
			peers->own_links[link] = (struct own_link){
				.unused = true,
				.reason = "no node has been heard on it since it was added",
			};
		peers->answers[link] = (struct answers){0};
	}
}

/* Evidence may be as old as the longer of both detection times allows, or will soon be again. */
static void excuse(struct peers *peers, uint64_t before_ns, uint64_t now_ns)
{
	uint64_t after_ns = peers->timing.detection_time_ns;
	uint64_t until_ns = now_ns + (before_ns > after_ns ? before_ns : after_ns);

	if (before_ns != after_ns &&
	    (!peers->stall.judge_after_ns || time_reached(until_ns, peers->stall.judge_after_ns)))
		peers->stall.judge_after_ns = until_ns;
}

static void exchange(struct peers_change *change)
{
	struct peers *peers = change->peers;

	SWAP(change->list, peers->list);
	SWAP(change->count, peers->count);
	SWAP(change->judgements, peers->judgements);
	SWAP(change->views, peers->views);
	SWAP(change->detection, peers->detection);
	peers->timing = change->timing;
}

void peers_change_apply(struct peers_change *change)
{
	struct peers *peers = change->peers;
	const struct config_heartbeat *to = change->heartbeat;
	uint64_t before_ns = peers->timing.detection_time_ns, now_ns = clock_now_ns();

	for (size_t i = 0; i < to->node_count; i++)
		if (i != change->own_node)
			fill_peer(change, &to->nodes[i]);
	carry_views(change);
	change_own_links(peers, to);
	exchange(change);
	peers_refresh(peers);
	for (size_t i = 0; i < peers->count; i++)
		if (peers_change_index(change, &peers->list[i]) == SIZE_MAX)
			peers_replies_start(&peers->list[i]);
	peers_detection_carry(peers, change);
	excuse(peers, before_ns, now_ns);
}

void peers_change_end(struct peers_change *change)
{
	free(change->list);
	free(change->judgements);
	free(change->views);
	free(change->detection);
	*change = (struct peers_change){0};
}
