/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Round trips and gaps for readers: quantiles of a life and of the last minute, and the buckets. */
#include "user/core/histogram.h"
#include "user/core/phi.h"
#include "user/figures/buckets.h"
#include "user/heartbeat/detection.h"
#include "user/lib/address.h"
#include "user/lib/text/json_text.h"

static json_t *quantiles_json(const struct xb_rtt_hist *histogram, const struct xb_peer *seen)
{
	uint64_t minimum_ns = seen->rtt_min_ns, maximum_ns = seen->rtt_max_ns;

	return json_pack(
		"{s:I, s:I}", "p50",
		(json_int_t)histogram_quantile_ns(histogram, 0.50, minimum_ns, maximum_ns), "p99",
		(json_int_t)histogram_quantile_ns(histogram, 0.99, minimum_ns, maximum_ns));
}

static void add_recent(json_t *json, const struct recent *recent, const struct xb_rtt_hist *counted,
		       const struct xb_peer *seen, uint64_t now_ns)
{
	struct xb_rtt_hist newer;
	uint64_t since_ns = recent_difference(recent, counted, &newer), count = 0;
	uint64_t window_ns = time_since_ns(now_ns, since_ns);
	json_t *minute;

	for (size_t i = 0; since_ns && i < XB_RTT_BUCKETS; i++)
		count += newer.bucket_count[i];
	if (!count)
		return;
	minute = quantiles_json(&newer, seen);
	json_object_set_new(minute, "max",
			    json_integer((json_int_t)histogram_quantile_ns(
				    &newer, 1, seen->rtt_min_ns, seen->rtt_max_ns)));
	json_object_set_new(json, "rtt_minute_ns", minute);
	json_object_set_new(json, "rtt_minute_count", json_integer((json_int_t)count));
	json_object_set_new(json, "rtt_minute_window_ns", json_integer((json_int_t)window_ns));
}

void peers_add_round_trips(json_t *json, const struct peers *peers, const struct peer *peer,
			   size_t link, uint64_t now_ns)
{
	const struct xb_peer *seen = &peer->seen[link];
	struct xb_rtt_hist counted;
	json_t *whole;

	if (!seen->rtt_min_ns ||
	    kernel_read_histogram(peers->kernel, (uint32_t)(peer->first_slot + link), &counted))
		return;
	whole = quantiles_json(&counted, seen);
	json_object_set_new(whole, "min", json_integer((json_int_t)seen->rtt_min_ns));
	json_object_set_new(whole, "max", json_integer((json_int_t)seen->rtt_max_ns));
	json_object_set_new(json, "rtt_ns", whole);
	add_recent(json, &peer->recent[link], &counted, seen, now_ns);
}

static void sample(const struct peers *peers, struct peer *peer, uint64_t now_ns)
{
	struct xb_rtt_hist counted;

	for (size_t link = 0; link < peer->link_count; link++)
		if (recent_is_due(&peer->recent[link], now_ns) &&
		    !kernel_read_histogram(peers->kernel, (uint32_t)(peer->first_slot + link),
					   &counted))
			recent_take(&peer->recent[link], &counted, now_ns);
}

/* Of a few peers in a tick, so that no tick is long. */
void peers_sample_round_trips(struct peers *peers, uint64_t now_ns)
{
	size_t turns = recent_per_tick(peers->count, peers->timing.interval_ns);

	for (size_t i = 0; i < turns && i < peers->count; i++) {
		peers->sampled = (peers->sampled + 1) % peers->count;
		sample(peers, &peers->list[peers->sampled], now_ns);
	}
}

static json_t *link_histograms_json(const struct peers *peers, const struct peer *peer, size_t link)
{
	uint32_t slot = (uint32_t)(peer->first_slot + link);
	char address[ADDRESS_TEXT_BYTES];
	struct xb_rtt_hist rtt;
	struct xb_gap_hist gaps;
	json_t *json = json_pack("{s:o, s:s, s:s}", "peer", json_text(peer->node->name),
				 "interface", peer->seen[link].interface, "address",
				 address_format(&peer->seen[link].peer_address, address));

	if (!kernel_read_histogram(peers->kernel, slot, &rtt))
		json_object_set_new(json, "rtt_counts",
				    buckets_counts_json(rtt.bucket_count, XB_RTT_BUCKETS));
	if (peers->detection && !kernel_read_gaps(peers->kernel, slot, &gaps))
		json_object_set_new(json, "gap_counts",
				    buckets_counts_json(gaps.bucket_count, XB_GAP_BUCKETS));
	return json;
}

json_t *peers_histograms_json(const struct peers *peers)
{
	json_t *links = json_array();

	for (size_t i = 0; i < peers->count; i++)
		for (size_t link = 0; link < peers->list[i].link_count; link++)
			json_array_append_new(links,
					      link_histograms_json(peers, &peers->list[i], link));
	return json_pack("{s:o, s:o, s:o, s:o}", "rtt_bounds_ns",
			 buckets_bounds_json(histogram_start_ns, XB_RTT_BUCKETS), "gap_bounds_ns",
			 buckets_bounds_json(phi_bucket_start_ns, XB_GAP_BUCKETS),
			 "loop_lateness_counts",
			 buckets_counts_json(peers->lateness.ticks.bucket_count, XB_RTT_BUCKETS),
			 "links", links);
}
