/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See refusals.h. */
#include "user/heartbeat/refusals.h"
#include "user/heartbeat/peers.h"
#include "user/lib/array.h"
#include "user/lib/drop_reasons.h"
#include "user/lib/text/duration.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"

/* What keeps all packets of a peer from counting, and what to do about it. */
static const struct {
	unsigned reason;
	const char *remedy;
} suspects[] = {
	{XB_DROP_BAD_TAG, "compare the key files of both nodes"},
	{XB_DROP_UNKNOWN_KEY, "compare the key files of both nodes"},
	{XB_DROP_BAD_CLUSTER, "compare the cluster ids of both nodes' heartbeat blocks"},
	{XB_DROP_NOT_FOR_ME, "compare the node ids in both nodes' heartbeat blocks"},
	{XB_DROP_UNKNOWN_PEER, "compare the node ids and links in both nodes' heartbeat blocks"},
	{XB_DROP_BAD_ADDRESS, "compare the addresses in both nodes' heartbeat blocks"},
	{XB_DROP_BAD_VERSION, "run the same version of xbeat on both nodes"},
	{XB_DROP_BAD_MAGIC, "find out what else uses this UDP port, or give heartbeats another"},
	{XB_DROP_IP_FRAGMENT, "raise the MTU on the way to at least 184 bytes"},
	{XB_DROP_TOO_SHORT, "run the same version of xbeat on both nodes"},
	{XB_DROP_TOO_LONG, "run the same version of xbeat on both nodes"},
	{XB_DROP_WRONG_VLAN, "check the VLAN of its interface and of its switch port"},
	{XB_DROP_OLD_EPOCH,
	 "if its clock went back before it started: set the clock, restart xbeatd"},
};

static void start_counting(const struct peers *peers, struct refusals *refusals, uint64_t now_ns)
{
	refusals->since_ns = now_ns;
	if (kernel_read_drops(peers->kernel, refusals->counts))
		refusals->since_ns = 0;
}

void refusals_start(const struct peers *peers, struct peer *peer)
{
	start_counting(peers, &peer->refusals, peers->started_ns);
}

void refusals_follow(const struct peers *peers, struct peer *peer, uint64_t now_ns)
{
	bool heard = !peer->liveness.silent;

	if (heard != peer->refusals.heard && !heard)
		start_counting(peers, &peer->refusals, now_ns);
	peer->refusals.heard = heard;
}

bool refusals_explain(const struct peers *peers, const struct peer *peer, uint64_t now_ns,
		      json_t *lines)
{
	const struct refusals *refusals = &peer->refusals;
	uint64_t counts[XB_DROP_COUNT];
	char age[DURATION_TEXT_BYTES];
	bool any = false;

	if (!peer->liveness.silent || !refusals->since_ns ||
	    kernel_read_drops(peers->kernel, counts))
		return false;
	duration_format(time_since_ns(now_ns, refusals->since_ns), age);
	for (size_t i = 0; i < ARRAY_SIZE(suspects); i++) {
		unsigned reason = suspects[i].reason;
		uint64_t count = counts[reason] - refusals->counts[reason];

		if (!count)
			continue;
		any = true;
		json_say(
			lines,
			"In the %s for which it is silent, %llu packet%s arrived and %s refused here, perhaps its own: %s, %s. Remedy: %s.",
			age, (unsigned long long)count, count == 1 ? "" : "s",
			count == 1 ? "was" : "were", drop_reasons[reason].name,
			drop_reasons[reason].help, suspects[i].remedy);
	}
	return any;
}
