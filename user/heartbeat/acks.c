/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which peers have answered since a moment; see acks.h. */
#include "user/heartbeat/acks.h"
#include <errno.h>
#include <stdlib.h>

static size_t count_slots(const struct peers *peers)
{
	size_t count = 0;

	for (size_t i = 0; i < peers->count; i++)
		count += peers->list[i].link_count;
	return count;
}

/* Of all links: what was awaited before is awaited still, because its number is lower or has been
 * reached. */
static void await(const struct peers *peers, size_t slot)
{
	struct xb_peer *peer = &peers->kernel->peers[slot];

	if (!peer->awaited_seq)
		__atomic_store_n(&peer->awaited_seq,
				 peer->probe_sent_seq + 1 ? peer->probe_sent_seq + 1 : 1,
				 __ATOMIC_SEQ_CST);
}

int peers_moment_take(struct peers *peers, struct peers_moment *moment)
{
	size_t count = count_slots(peers);

	moment->seqs = calloc(count + 1, sizeof(*moment->seqs));
	if (!moment->seqs)
		return -ENOMEM;
	peers->awaiting_count++;
	for (size_t slot = 0; slot < count; slot++) {
		moment->seqs[slot] = peers->kernel->peers[slot].probe_sent_seq;
		await(peers, slot);
	}
	return 0;
}

void peers_moment_end(struct peers *peers, struct peers_moment *moment)
{
	size_t count;

	if (!moment->seqs)
		return;
	free(moment->seqs);
	moment->seqs = NULL;
	if (--peers->awaiting_count)
		return;
	count = count_slots(peers);
	for (size_t slot = 0; slot < count; slot++)
		__atomic_store_n(&peers->kernel->peers[slot].awaited_seq, 0, __ATOMIC_SEQ_CST);
}

/* What the peer reports is taken from the link with its newest evidence, so only an answer over
 * that link counts: a packet that was late on another one reports an older state. */
bool peer_answered_since(const struct peer *peer, const struct peers_moment *moment)
{
	const struct xb_peer *said = peer_said(peer);
	size_t link = said ? (size_t)(said - peer->seen) : 0;

	return said && said->acked_seq &&
	       (int32_t)(said->acked_seq - moment->seqs[peer->first_slot + link]) > 0;
}
