/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A higher epoch of this node, when peers know a higher one, or its numbers are used up. */
#include "user/core/epoch.h"
#include "user/daemon/daemon.h"
#include "user/kernel/maps/self.h"
#include "user/lib/clock.h"
#include <stdio.h>

/* Why the epoch is not high enough for a peer that knows this one. */
static const char *epoch_reason(uint64_t epoch, uint64_t known_epoch)
{
	if (known_epoch == epoch)
		return " knows higher numbers in this epoch than this node has sent: its memory went back, as after a return to a snapshot of a virtual machine";
	if (epoch_time(known_epoch) == epoch_time(epoch))
		return " knows a higher epoch of this node than its own: it was started twice within a second";
	return " knows a higher epoch of this node than its own: its clock went back; check its time synchronization";
}

/* Begins an epoch above a known one, unless the present one is above it. */
static void begin_epoch(struct daemon *daemon, uint64_t known_epoch, const char *who,
			const char *reason)
{
	uint64_t before = kernel_self_epoch(&daemon->kernel);
	char from[24], to[24];

	if (!kernel_self_raise_epoch(&daemon->kernel, known_epoch, clock_unix_ns()))
		return;
	peers_skip_answered(&daemon->peers);
	snprintf(from, sizeof(from), "%llu", (unsigned long long)before);
	snprintf(to, sizeof(to), "%llu", (unsigned long long)kernel_self_epoch(&daemon->kernel));
	event_log_add(&daemon->event_log, "epoch", "self", from, to, "%s%s", who, reason);
}

/* Peers ignore packets of a lower epoch than they know, and numbers that they have seen. */
void daemon_raise_epoch(struct daemon *daemon, const struct xb_event *event)
{
	const struct peer *peer = peers_by_slot(&daemon->peers, event->slot);

	begin_epoch(daemon, event->epoch, peer ? peer->node->name : "a peer",
		    epoch_reason(kernel_self_epoch(&daemon->kernel), event->epoch));
}

void daemon_on_numbers_used_up(void *context)
{
	struct daemon *daemon = context;

	begin_epoch(daemon, kernel_self_epoch(&daemon->kernel), "2^31 PROBEs were sent",
		    ": packets from before would count as new ones");
}
