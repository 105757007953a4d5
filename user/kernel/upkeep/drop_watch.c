/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks the drop counters every 10 s; logs each reason at most every 10 minutes. See
 * drop_watch.h. */
#include "user/kernel/upkeep/drop_watch.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/drop_reasons.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SENDER_BYTES (ADDRESS_TEXT_BYTES + 3 * XB_NAME_BYTES + 192)
#define CHECK_SPACING_NS (10 * NS_PER_SECOND)
#define REPORT_SPACING_NS (600 * NS_PER_SECOND)

/* Who sent the adverts, if a slot still has it: ", VRID 51 on eth0 from 10.0.0.3", or "". */
static void name_sender(const struct drop_watch *watch, size_t reason, uint64_t now_ns, char *text,
			size_t bytes)
{
	char address[ADDRESS_TEXT_BYTES];
	struct xb_vrrp router;

	text[0] = 0;
	for (size_t i = 0; i < XB_VRRP_SLOTS_MAX; i++) {
		kernel_read_router(watch->kernel, i, &router);
		if (!router.vrid || !router.refused_arrival_ns || router.refused_reason != reason ||
		    time_since_ns(now_ns, router.refused_arrival_ns) > CHECK_SPACING_NS)
			continue;
		snprintf(text, bytes, ", VRID %u on %s from %s", router.vrid, router.interface,
			 address_format(&router.refused_source, address));
		return;
	}
}

/* Which link's packets were refused for their TTL or interface, and the remedy; or "". */
static void name_off_link(const struct drop_watch *watch, char *text, size_t bytes)
{
	text[0] = 0;
	for (size_t i = 0; i < watch->kernel->slot_count && !text[0]; i++) {
		const struct xb_peer *peer = &watch->kernel->peers[i];

		if (peer->off_link_count != watch->off_link_counts[i])
			snprintf(
				text, bytes,
				", from %s on %s: if its packets pass a router now, write \"interface %s routed\" in the heartbeat block; else find what repeats or diverts them",
				peer->name, peer->interface, peer->interface);
	}
}

static void note_off_link(struct drop_watch *watch)
{
	for (size_t i = 0; i < watch->kernel->slot_count; i++)
		watch->off_link_counts[i] = watch->kernel->peers[i].off_link_count;
}

static void report(struct drop_watch *watch, size_t reason, uint64_t count, uint64_t now_ns)
{
	char sender[SENDER_BYTES];

	if (strcmp(drop_reasons[reason].normal, "no") != 0 ||
	    (watch->reported_ns[reason] &&
	     time_since_ns(now_ns, watch->reported_ns[reason]) < REPORT_SPACING_NS))
		return;
	watch->reported_ns[reason] = now_ns;
	if (reason == XB_DROP_BAD_TTL || reason == XB_DROP_WRONG_INTERFACE)
		name_off_link(watch, sender, sizeof(sender));
	else
		name_sender(watch, reason, now_ns, sender, sizeof(sender));
	log_warning(
		"%llu packet%s refused within 10 s: %s (%s)%s; \"xbeatctl drops\" keeps counting",
		(unsigned long long)count, count == 1 ? "" : "s", drop_reasons[reason].name,
		drop_reasons[reason].help, sender);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct drop_watch *watch = context;
	uint64_t counts[XB_DROP_COUNT], now_ns = clock_now_ns();

	(void)fd;
	(void)what;
	clock_arm(watch->timer, now_ns + CHECK_SPACING_NS);
	if (kernel_read_drops(watch->kernel, counts))
		return;
	for (size_t i = 0; i < XB_DROP_COUNT; i++)
		if (counts[i] > watch->seen_counts[i])
			report(watch, i, counts[i] - watch->seen_counts[i], now_ns);
	memcpy(watch->seen_counts, counts, sizeof(counts));
	note_off_link(watch);
}

int drop_watch_start(struct drop_watch *watch, struct event_base *base, const struct kernel *kernel)
{
	*watch = (struct drop_watch){.kernel = kernel};
	watch->timer = evtimer_new(base, on_timer, watch);
	if (!watch->timer)
		return -ENOMEM;
	kernel_read_drops(kernel, watch->seen_counts); /* of an earlier daemon's time */
	note_off_link(watch);
	clock_arm(watch->timer, clock_now_ns() + CHECK_SPACING_NS);
	return 0;
}

void drop_watch_stop(struct drop_watch *watch)
{
	if (watch->timer)
		event_free(watch->timer);
	*watch = (struct drop_watch){0};
}
