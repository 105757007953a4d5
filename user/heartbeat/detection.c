/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses detection times from gaps; see detection.h. */
#include "user/heartbeat/detection.h"
#include "user/core/phi.h"
#include "user/heartbeat/change.h"
#include "user/lib/clock.h"
#include "user/lib/text/duration.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SAMPLE_NS NS_PER_SECOND
#define STEPS_PER_INTERVAL 10
/* A PROBE and its REPLY will be lost at some time, even if none was lost in the last second. */
#define EXPECTED_INTERVALS 2
/* A hundred years: larger figures mean nothing to a reader. */
#define FALSE_ALARM_NS_MAX (UINT64_C(36525) * 24 * 3600 * NS_PER_SECOND)

/* What is known of the gaps of one peer. */
struct peer_gaps {
	struct phi links[XB_LINKS_MAX];
	struct xb_gap_hist counted[XB_LINKS_MAX]; /* by the kernel side, as of sampled_ns */
	uint64_t sampled_ns;
	struct phi_choice choice;
};

struct peers_detection {
	uint64_t minimum_ns, maximum_ns, interval_ns;
	size_t per_tick; /* how many peers are sampled in a tick at most, so that no tick is long */
	size_t next; /* index of the peer to be sampled next */
	struct peer_gaps list[]; /* index: peer */
};

uint32_t detection_intervals(uint64_t detection_time_ns, uint64_t interval_ns)
{
	return (uint32_t)((detection_time_ns + interval_ns - 1) / interval_ns);
}

struct liveness_timing detection_timing(const struct config_heartbeat *heartbeat)
{
	uint64_t time_ns = heartbeat->multiplier_auto
				   ? heartbeat->detection_max_ns
				   : heartbeat->interval_ns * heartbeat->multiplier;

	return (struct liveness_timing){
		.interval_ns = heartbeat->interval_ns,
		.detection_time_ns = time_ns,
		.daemon_timeout_ns = heartbeat->daemon_timeout_ns,
		.restart_grace_ns = heartbeat->restart_grace_ns,
		.unanswered_max = 2 * detection_intervals(time_ns, heartbeat->interval_ns),
	};
}

int peers_detection_new(struct peers_detection **new, const struct config_heartbeat *heartbeat,
			size_t peer_count)
{
	struct peers_detection *detection;

	*new = NULL;
	if (!heartbeat->multiplier_auto)
		return 0;
	detection = calloc(1, sizeof(*detection) + peer_count * sizeof(*detection->list));
	if (!detection)
		return -ENOMEM;
	detection->minimum_ns = heartbeat->detection_min_ns;
	detection->maximum_ns = heartbeat->detection_max_ns;
	detection->interval_ns = heartbeat->interval_ns;
	detection->per_tick = 1 + peer_count * heartbeat->interval_ns / SAMPLE_NS;
	*new = detection;
	return 0;
}

/* From the largest detection time, and what was counted so far. */
static void begin(const struct peers *peers, size_t index, uint64_t now_ns)
{
	const struct peers_detection *detection = peers->detection;
	const struct peer *peer = &peers->list[index];
	struct peer_gaps *gaps = &peers->detection->list[index];

	*gaps = (struct peer_gaps){.sampled_ns = now_ns};
	gaps->choice.time_ns = detection->maximum_ns;
	for (size_t link = 0; link < peer->link_count; link++) {
		phi_expect(&gaps->links[link], EXPECTED_INTERVALS * detection->interval_ns);
		kernel_read_gaps(peers->kernel, (uint32_t)(peer->first_slot + link),
				 &gaps->counted[link]);
	}
}

int peers_detection_start(struct peers *peers, const struct config_heartbeat *heartbeat,
			  uint64_t now_ns)
{
	int error = peers_detection_new(&peers->detection, heartbeat, peers->count);

	for (size_t i = 0; !error && peers->detection && i < peers->count; i++)
		begin(peers, i, now_ns);
	return error;
}

void peers_detection_stop(struct peers *peers)
{
	free(peers->detection);
	peers->detection = NULL;
}

/* A gap in which this node sent no probes is no gap of the network. One that ends with a stall is
 * counted just after it; judge_after_ns is later than that. */
static bool was_stalled(const struct peers *peers, const struct peer_gaps *gaps)
{
	return peers->stall.judge_after_ns &&
	       time_reached(peers->stall.judge_after_ns, gaps->sampled_ns);
}

static void learn_link(const struct peers *peers, const struct peer *peer, size_t link,
		       struct peer_gaps *gaps, uint64_t now_ns)
{
	struct xb_gap_hist now, *before = &gaps->counted[link], newer;

	if (kernel_read_gaps(peers->kernel, (uint32_t)(peer->first_slot + link), &now))
		return;
	for (size_t i = 0; i < XB_GAP_BUCKETS; i++)
		newer.bucket_count[i] = now.bucket_count[i] - before->bucket_count[i];
	*before = now;
	if (!was_stalled(peers, gaps))
		phi_learn(&gaps->links[link], &newer, now_ns - gaps->sampled_ns,
			  peers->detection->maximum_ns);
}

/* Returns the link that needs the longest detection time, with that time; NULL: none is known. */
static const struct phi *slowest_link(const struct peers_detection *detection,
				      const struct peer *peer, const struct peer_gaps *gaps,
				      uint64_t *needed_ns)
{
	const struct phi *slowest = NULL;

	for (size_t link = 0; link < peer->link_count; link++) {
		const struct phi *phi = &gaps->links[link];
		uint64_t time_ns;

		if (!phi_knows(phi))
			continue;
		time_ns = phi_time_ns(phi, detection->minimum_ns, detection->maximum_ns,
				      detection->interval_ns / STEPS_PER_INTERVAL);
		if (slowest && time_ns <= *needed_ns)
			continue;
		slowest = phi;
		*needed_ns = time_ns;
	}
	return slowest;
}

static uint64_t false_alarm_every_ns(const struct phi *phi, uint64_t time_ns)
{
	double every_ns = (double)NS_PER_SECOND / phi_false_alarms_per_second(phi, time_ns);

	return every_ns < (double)FALSE_ALARM_NS_MAX ? (uint64_t)every_ns : FALSE_ALARM_NS_MAX;
}

/* "once in 4.2 days" */
static void describe_rate(uint64_t every_ns, char *text, size_t bytes)
{
	static const struct {
		const char *name;
		double seconds;
	} units[] = {{"years", 31557600}, {"days", 86400}, {"hours", 3600}, {"minutes", 60}};
	double seconds = (double)every_ns / (double)NS_PER_SECOND;

	if (every_ns == FALSE_ALARM_NS_MAX) {
		snprintf(text, bytes, "less than once in 100 years");
		return;
	}
	snprintf(text, bytes, "once in %.1f seconds", seconds);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (seconds < 2 * units[i].seconds)
			continue;
		snprintf(text, bytes, "once in %.1f %s", seconds / units[i].seconds, units[i].name);
		return;
	}
}

static void report(const struct peers *peers, const struct peer *peer, const struct phi *phi,
		   uint64_t from_ns, uint64_t to_ns)
{
	char from[24], to[24], rate[40];
	double gap_count;
	uint64_t longest_ns = phi_longest_ns(phi, &gap_count);

	snprintf(from, sizeof(from), "%.1f ms", duration_ms(from_ns));
	snprintf(to, sizeof(to), "%.1f ms", duration_ms(to_ns));
	describe_rate(false_alarm_every_ns(phi, to_ns), rate, sizeof(rate));
	event_log_add(
		peers->event_log, "detection", peer->node->name, from, to,
		"mean gap %.1f ms, deviation %.1f ms, longest of %.0f gaps under %.1f ms; phi %.1f, a false alarm %s",
		phi->mean_ns / 1e6, phi->deviation_ns / 1e6, gap_count, duration_ms(longest_ns),
		phi_of(phi, to_ns), rate);
}

/* The kernel side's window of acks follows with the next PROBE (prober.c): packets of a peer that
 * does not hear this node are evidence for no longer than this time. */
static void apply(struct peer *peer, uint64_t time_ns)
{
	peer->timing.detection_time_ns = time_ns;
	peer->timing.unanswered_max = 2 * detection_intervals(time_ns, peer->timing.interval_ns);
}

/* After a stall of this node the peer with the longest detection time is waited for. */
static void apply_to_all(struct peers *peers)
{
	const struct liveness_timing *slowest = &peers->list[0].timing;

	for (size_t i = 1; i < peers->count; i++)
		if (peers->list[i].timing.detection_time_ns > slowest->detection_time_ns)
			slowest = &peers->list[i].timing;
	peers->timing = *slowest;
}

static void learn_peer(struct peers *peers, size_t index, uint64_t now_ns)
{
	struct peers_detection *detection = peers->detection;
	struct peer *peer = &peers->list[index];
	struct peer_gaps *gaps = &detection->list[index];
	uint64_t before_ns = peer->timing.detection_time_ns, needed_ns = 0;
	const struct phi *slowest;

	for (size_t link = 0; link < peer->link_count; link++)
		learn_link(peers, peer, link, gaps, now_ns);
	gaps->sampled_ns = now_ns;
	slowest = slowest_link(detection, peer, gaps, &needed_ns);
	if (!slowest || !phi_choose(&gaps->choice, needed_ns, detection->maximum_ns))
		return;
	apply(peer, gaps->choice.time_ns);
	apply_to_all(peers);
	report(peers, peer, slowest, before_ns, gaps->choice.time_ns);
}

static bool goes_on(const struct peers_detection *now, const struct peers_detection *before)
{
	return before && before->minimum_ns == now->minimum_ns &&
	       before->maximum_ns == now->maximum_ns && before->interval_ns == now->interval_ns;
}

void peers_detection_carry(struct peers *peers, const struct peers_change *change)
{
	struct peers_detection *detection = peers->detection;
	uint64_t now_ns = clock_now_ns();

	for (size_t i = 0; detection && i < peers->count; i++) {
		size_t before = peers_change_index(change, &peers->list[i]);

		if (before == SIZE_MAX || !goes_on(detection, change->detection) ||
		    change->list[before].link_count != peers->list[i].link_count) {
			begin(peers, i, now_ns);
			continue;
		}
		detection->list[i] = change->detection->list[before];
		apply(&peers->list[i], detection->list[i].choice.time_ns);
	}
	if (detection && peers->count)
		apply_to_all(peers);
}

void peers_detection_learn(struct peers *peers, uint64_t now_ns)
{
	struct peers_detection *detection = peers->detection;

	for (size_t i = 0; detection && i < detection->per_tick && i < peers->count; i++) {
		size_t index = detection->next;

		if (time_since_ns(now_ns, detection->list[index].sampled_ns) < SAMPLE_NS)
			return;
		learn_peer(peers, index, now_ns);
		detection->next = (index + 1) % peers->count;
	}
}

static void add_link_phi(const struct peer *peer, size_t link, const struct phi *phi,
			 uint64_t now_ns, json_t *json)
{
	uint64_t last_ns = peer->seen[link].last_evidence_ns;

	if (last_ns && phi_knows(phi))
		json_object_set_new(json, "phi",
				    json_real(phi_of(phi, time_since_ns(now_ns, last_ns))));
}

void peers_detection_json(const struct peers *peers, const struct peer *peer, uint64_t now_ns,
			  json_t *json)
{
	const struct peers_detection *detection = peers->detection;
	uint64_t needed_ns = 0, time_ns = peer->timing.detection_time_ns, longest_ns;
	json_t *links = json_object_get(json, "links"), *object;
	const struct peer_gaps *gaps;
	const struct phi *slowest;
	double gap_count;

	if (!detection)
		return;
	gaps = &detection->list[peer - peers->list];
	slowest = slowest_link(detection, peer, gaps, &needed_ns);
	object = json_pack("{s:I}", "time_ns", (json_int_t)time_ns);
	json_object_set_new(json, "detection", object);
	for (size_t link = 0; link < peer->link_count; link++)
		add_link_phi(peer, link, &gaps->links[link], now_ns, json_array_get(links, link));
	if (!slowest)
		return;
	longest_ns = phi_longest_ns(slowest, &gap_count);
	json_object_update_new(
		object,
		json_pack("{s:I, s:f, s:I, s:I, s:I, s:I, s:I}", "needed_ns", (json_int_t)needed_ns,
			  "phi", phi_of(slowest, time_ns), "false_alarm_every_ns",
			  (json_int_t)false_alarm_every_ns(slowest, time_ns), "gap_mean_ns",
			  (json_int_t)slowest->mean_ns, "gap_deviation_ns",
			  (json_int_t)slowest->deviation_ns, "gap_longest_ns",
			  (json_int_t)longest_ns, "gap_count", (json_int_t)gap_count));
}
