/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/figures/recent.h"

static uint64_t sum(const struct xb_rtt_hist *histogram)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < XB_RTT_BUCKETS; i++)
		total += histogram->bucket_count[i];
	return total;
}

static unsigned newest(const struct recent *recent)
{
	return (recent->next + RECENT_COPIES - 1U) % RECENT_COPIES;
}

/* While not all copies are taken it is the first. */
static unsigned oldest(const struct recent *recent)
{
	return recent->taken_ns[recent->next] ? recent->next : 0;
}

size_t recent_per_tick(size_t count, uint64_t interval_ns)
{
	return 1 + count * interval_ns / RECENT_STEP_NS;
}

bool recent_is_due(const struct recent *recent, uint64_t now_ns)
{
	uint64_t last_ns = recent->taken_ns[newest(recent)];

	return !last_ns || time_reached(now_ns, last_ns + RECENT_STEP_NS);
}

void recent_take(struct recent *recent, const struct xb_rtt_hist *now, uint64_t now_ns)
{
	uint64_t total = sum(now);

	if (total < recent->total)
		*recent = (struct recent){0};
	for (unsigned i = 0; i < XB_RTT_BUCKETS; i++)
		recent->copies[recent->next][i] = (uint32_t)now->bucket_count[i];
	recent->taken_ns[recent->next] = now_ns;
	recent->total = total;
	recent->next = (uint8_t)((recent->next + 1) % RECENT_COPIES);
}

uint64_t recent_difference(const struct recent *recent, const struct xb_rtt_hist *now,
			   struct xb_rtt_hist *difference)
{
	unsigned since = oldest(recent);

	if (!recent->taken_ns[since] || sum(now) < recent->total)
		return 0;
	for (unsigned i = 0; i < XB_RTT_BUCKETS; i++)
		difference->bucket_count[i] =
			(uint32_t)((uint32_t)now->bucket_count[i] - recent->copies[since][i]);
	return recent->taken_ns[since];
}
