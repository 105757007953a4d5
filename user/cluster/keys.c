/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes with another key: no packet can report that, so it is concluded from heartbeats that come
 * between the configured addresses and are refused, while none is accepted. An attacker could send
 * such packets in the name of a node that is down, so they cause nothing but the report.
 */
#include "user/cluster/members.h"
#include "user/kernel/statement.h"

#define UNSIGNED_LEAST 2 /* between two looks */

static uint64_t count_unsigned(const struct cluster *cluster, const struct peer *peer)
{
	uint64_t count = 0;

	for (size_t link = 0; link < peer->link_count; link++)
		count +=
			kernel_unsigned_count(cluster->kernel, (uint32_t)(peer->first_slot + link));
	return count;
}

void cluster_check_key(struct cluster *cluster, struct member *member, const struct peer *peer)
{
	uint64_t count = count_unsigned(cluster, peer), before = member->unsigned_count;
	const struct xb_peer *said = peer_said(peer);
	uint64_t evidence_ns = said ? said->last_evidence_ns : 0;
	bool heard = evidence_ns != member->evidence_ns;

	member->unsigned_count = count;
	member->evidence_ns = evidence_ns;
	if (heard)
		cluster_report_key(cluster, peer, false, 0);
	else if (count >= before + UNSIGNED_LEAST)
		cluster_report_key(cluster, peer, true, count - before);
}
