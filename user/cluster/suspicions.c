/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What no packet can report, because it is refused, is concluded from refusals:
 *
 * - another key: heartbeats come between the addresses of a node, none under a key of this node,
 *   and none is accepted;
 * - a node id at another address: heartbeats of a right tag come from there;
 * - a node id and its address used twice, as after a copy of a machine: heartbeats of an earlier
 *   life keep coming although a later one is known, or new lives begin again and again.
 *
 * Whoever can send packets in the name of a node can cause the first one, and with recorded packets
 * the last one. So nothing follows but the report.
 */
#include "user/cluster/members.h"
#include "user/kernel/maps/statement.h"
#include "user/lib/address.h"
#include "user/lib/text/duration.h"
#include "user/lib/time.h"
#include <stdio.h>
#include <string.h>

#define REFUSED_LEAST 2 /* between two checks */
#define EPOCHS_WITHIN_NS (10 * NS_PER_SECOND)
#define CHECK_NS NS_PER_SECOND
#define QUIET_NS (30 * NS_PER_SECOND) /* then it is over */
#define TEXT_BYTES DISPUTE_OWN_BYTES

/* Adds up the slots of a node; stranger: of the last one that has any. */
static struct xb_compare read_all(const struct cluster *cluster, const struct peer *peer)
{
	struct xb_compare sum = {0}, one;

	for (size_t link = 0; link < peer->link_count; link++) {
		if (kernel_read_compare(cluster->kernel, (uint32_t)(peer->first_slot + link), &one))
			continue;
		sum.unsigned_count += one.unsigned_count;
		sum.old_epoch_count += one.old_epoch_count;
		sum.stranger_count += one.stranger_count;
		if (one.stranger_count)
			sum.stranger = one.stranger;
	}
	return sum;
}

/* count: within elapsed_ns */
static void check_key(struct cluster *cluster, const struct peer *peer, uint64_t count,
		      uint64_t elapsed_ns, bool heard)
{
	char text[TEXT_BYTES];

	if (heard)
		cluster_conclude(cluster, peer, DISPUTE_KEY, NULL);
	else if (count >= REFUSED_LEAST) {
		snprintf(
			text, sizeof(text),
			"%llu heartbeats from its address within %.1f s, none under a key of this node's key_file",
			(unsigned long long)count, duration_s(elapsed_ns));
		cluster_conclude(cluster, peer, DISPUTE_KEY, text);
	}
}

/* Returns the name of the node that has the address. */
static const char *owner_of(const struct cluster *cluster, const struct xb_address *address)
{
	const struct config_heartbeat *heartbeat = cluster->config->heartbeat;

	for (size_t i = 0; i < heartbeat->node_count; i++)
		for (size_t link = 0; link < heartbeat->nodes[i].address_count; link++)
			if (address_equal(&heartbeat->nodes[i].addresses[link], address))
				return heartbeat->nodes[i].name;
	return "no node";
}

static bool is_over(uint64_t now_ns, uint64_t last_ns)
{
	return !last_ns || time_reached(now_ns, last_ns + QUIET_NS);
}

static void check_stranger(struct cluster *cluster, struct suspicions *suspicions,
			   const struct peer *peer, const struct xb_compare *now, uint64_t now_ns)
{
	char text[TEXT_BYTES], address[ADDRESS_TEXT_BYTES];

	if (now->stranger_count - suspicions->stranger_count >= REFUSED_LEAST) {
		suspicions->stranger_ns = now_ns;
		snprintf(text, sizeof(text), "its id is used at %s, too, which is %s here",
			 address_format(&now->stranger, address),
			 owner_of(cluster, &now->stranger));
		cluster_conclude(cluster, peer, DISPUTE_STRANGER, text);
	} else if (is_over(now_ns, suspicions->stranger_ns)) {
		cluster_conclude(cluster, peer, DISPUTE_STRANGER, NULL);
	}
}

/* Packets of an earlier life end soon after a restart, so they must come before two checks. */
static void check_twin(struct cluster *cluster, struct suspicions *suspicions,
		       const struct peer *peer, uint64_t old_count, uint64_t now_ns)
{
	uint64_t first_ns = suspicions->epochs_ns[EPOCHS_KEPT - 1];
	bool restless = first_ns && !time_reached(now_ns, first_ns + EPOCHS_WITHIN_NS);
	bool grew = old_count >= REFUSED_LEAST;
	bool twice = (grew && suspicions->old_epoch_grew) || restless;

	suspicions->old_epoch_grew = grew;
	if (twice) {
		suspicions->twin_ns = now_ns;
		cluster_conclude(
			cluster, peer, DISPUTE_TWIN,
			restless
				? "it started four times within 10 s: two machines seem to use its id and address"
				: "heartbeats of an earlier life keep coming: two machines seem to use its id and address");
	} else if (is_over(now_ns, suspicions->twin_ns)) {
		cluster_conclude(cluster, peer, DISPUTE_TWIN, NULL);
	}
}

void suspicions_note_epoch(struct suspicions *suspicions, uint64_t now_ns)
{
	memmove(&suspicions->epochs_ns[1], &suspicions->epochs_ns[0],
		(EPOCHS_KEPT - 1) * sizeof(suspicions->epochs_ns[0]));
	suspicions->epochs_ns[0] = now_ns;
}

void cluster_check_suspicions(struct cluster *cluster, struct member *member,
			      const struct peer *peer, uint64_t now_ns)
{
	struct suspicions *suspicions = &member->suspicions;
	const struct xb_peer *said = peer_said(peer);
	uint64_t evidence_ns = said ? said->last_evidence_ns : 0;
	struct xb_compare now;

	if (suspicions->checked_ns && !time_reached(now_ns, suspicions->checked_ns + CHECK_NS))
		return;
	now = read_all(cluster, peer);
	if (suspicions->checked_ns) { /* counts of an earlier daemon are no news */
		check_key(cluster, peer, now.unsigned_count - suspicions->unsigned_count,
			  time_since_ns(now_ns, suspicions->checked_ns),
			  evidence_ns != suspicions->evidence_ns);
		check_stranger(cluster, suspicions, peer, &now, now_ns);
		check_twin(cluster, suspicions, peer,
			   now.old_epoch_count - suspicions->old_epoch_count, now_ns);
	}
	suspicions->checked_ns = now_ns;
	suspicions->evidence_ns = evidence_ns;
	suspicions->unsigned_count = now.unsigned_count;
	suspicions->old_epoch_count = now.old_epoch_count;
	suspicions->stranger_count = now.stranger_count;
}
