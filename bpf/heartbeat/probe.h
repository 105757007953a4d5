/* SPDX-License-Identifier: GPL-2.0-only */
/* A PROBE: judged under the slot's lock, then answered in place. An authentic, fresh PROBE that
 * fails the epoch or the ack test is answered as well (so a restarted node learns epochs), but
 * is no evidence. A PROBE from a node that does not hear us still counts as heard. */
#ifndef BPF_HEARTBEAT_PROBE_H
#define BPF_HEARTBEAT_PROBE_H

#include "bpf/heartbeat/claim.h"
#include "bpf/heartbeat/evidence.h"

static __always_inline int probe_check_window(struct heartbeat *heartbeat)
{
	struct xb_window *window = &heartbeat->peer->probe_window;
	__u32 seq = bpf_ntohl(heartbeat->packet->seq);
	enum xb_window_result result = xb_window_check(window, seq);

	if (result != XB_WINDOW_NEW)
		return (int)window_reason(result);
	xb_window_mark(window, seq);
	return NO_DROP;
}

/* Whether the sender has received numbers of this epoch that we have not sent: they went back, as
 * after a return to a snapshot. 0 is none. */
static __always_inline bool probe_ack_is_ahead(const struct heartbeat *heartbeat, __u32 sent_seq)
{
	__u32 ack = bpf_ntohl(heartbeat->packet->ack);

	return ack != 0 && (__s32)(ack - sent_seq) > 0;
}

/* The sender does not hear us, so the age of this PROBE is unknown; but the sender may still be
 * Active. Its description is taken from its newest PROBE only. New fenced bits are not believed:
 * they would make another node take over its addresses. */
static __always_inline void probe_take_unheard(struct heartbeat *heartbeat)
{
	const struct xb_packet *packet = heartbeat->packet;
	struct xb_peer *peer = heartbeat->peer;

	heartbeat->remark = XB_DROP_STALE_ACK;
	if (bpf_ntohl(packet->seq) == peer->probe_window.high_seq)
		evidence_take_description(heartbeat,
					  bpf_ntohs(packet->fenced_bits) & peer->fenced_bits);
}

/* Returns a reason not to answer, or NO_DROP. */
static __always_inline int probe_judge(struct heartbeat *heartbeat)
{
	struct xb_peer *peer = heartbeat->peer;
	__u32 sent_seq = READ_ONCE(peer->probe_sent_seq);
	int reason = probe_check_window(heartbeat);

	if (reason != NO_DROP)
		return reason;
	heartbeat->answer_ack = peer->probe_window.high_seq;
	peer->peer_knows_epoch = heartbeat->addressee_epoch;
	if (heartbeat->addressee_epoch != heartbeat->own_epoch) {
		heartbeat->remark = XB_DROP_WRONG_EPOCH;
		if (heartbeat->addressee_epoch > heartbeat->own_epoch)
			heartbeat->events |= EVENT_BIT(XB_EVENT_OWN_EPOCH);
		return NO_DROP;
	}
	peer->last_heard_ns = heartbeat->arrival_ns;
	if (!evidence_ack_is_recent(heartbeat, sent_seq)) {
		if (probe_ack_is_ahead(heartbeat, sent_seq))
			heartbeat->events |= EVENT_BIT(XB_EVENT_OWN_EPOCH);
		probe_take_unheard(heartbeat);
		return NO_DROP;
	}
	evidence_take(heartbeat, sent_seq);
	/* Not by a REPLY: an older node returns the TTL of the PROBE, and sends a lower one. */
	if (heartbeat->on_link)
		peer->on_link = 1;
	peer->probe_key = XB_PROBE_KEY_SEEN | heartbeat->packet->key_id;
	peer->last_probe_ns = heartbeat->arrival_ns;
	peer->probe_received_count++;
	if (peer->claims)
		claim_note(heartbeat);
	return NO_DROP;
}

#endif
