/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds a way by which answers arrive; see answers.h. */
#include "user/heartbeat/answers.h"
#include "user/kernel/upkeep/answer_way.h"
#include "user/lib/time.h"
#include <stdio.h>
#include <string.h>

/* A report counts for so long, and a way without one is proven after it. */
#define REPORT_LIFE_NS (3 * NS_PER_SECOND)
/* After a change, packets on their way and a driver that restarts its queues. */
#define SETTLE_INTERVALS 3
#define SETTLE_NS (50 * NS_PER_MS)
#define RETRY_FIRST_NS (10 * NS_PER_SECOND)
#define RETRY_LAST_NS (3600 * NS_PER_SECOND)

/* The peers on a link. */
struct census {
	size_t heard_count;
	size_t lost_count; /* of these: report that no answer arrives */
	const char *name; /* of one of the latter */
};

static bool reports_loss(const struct xb_peer *seen, const struct answers *answers, uint64_t now_ns)
{
	return seen->loss_report_ns &&
	       time_reached(seen->loss_report_ns, answers->judged_from_ns) &&
	       time_since_ns(now_ns, seen->loss_report_ns) < REPORT_LIFE_NS;
}

static struct census take_census(const struct peers *peers, size_t link, uint64_t now_ns)
{
	struct census census = {0};

	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];

		if (peer->liveness.links[link] != VERDICT_UP)
			continue;
		census.heard_count++;
		if (!reports_loss(&peer->seen[link], &peers->answers[link], now_ns))
			continue;
		census.lost_count++;
		census.name = peer->node->name;
	}
	return census;
}

static bool may_use(const struct answers *answers, const struct attachment *attachment,
		    enum answer_way way)
{
	if (answers->failed_bits >> way & 1)
		return false;
	if (attachment->wish == ATTACH_GENERIC || answers->native_refused)
		return way == ANSWER_GENERIC;
	return attachment->wish == ATTACH_AUTO || way != ANSWER_GENERIC;
}

/* Returns ANSWER_WAYS if there is none left. */
static unsigned next_way(const struct answers *answers, const struct attachment *attachment)
{
	unsigned way = 0;

	while (way < ANSWER_WAYS && !may_use(answers, attachment, way))
		way++;
	return way;
}

/* Each PROBE that was evidence has been answered. */
static uint64_t count_answers(const struct peers *peers, size_t link)
{
	uint64_t count = 0;

	for (size_t i = 0; i < peers->count; i++)
		count += peers->list[i].seen[link].probe_received_count;
	return count;
}

static void start_way(const struct peers *peers, size_t link, enum answer_way way, uint64_t now_ns)
{
	struct answers *answers = &peers->answers[link];

	answers->way = way;
	answers->judged_from_ns = now_ns + SETTLE_NS + SETTLE_INTERVALS * peers->timing.interval_ns;
	answers->first_count = count_answers(peers, link);
}

/* Writes which ways have failed, and what native mode needs. */
static void describe(const struct answers *answers, const struct attachment *attachment,
		     const char *peer_name, char text[ATTACH_REASON_BYTES])
{
	static const char *const ways[ANSWER_WAYS] = {"by XDP_TX", "by redirect",
						      "in generic mode"};
	size_t length = 0;

	for (unsigned way = 0; way < ANSWER_WAYS; way++)
		if (answers->failed_bits >> way & 1)
			length += (size_t)snprintf(text + length, ATTACH_REASON_BYTES - length,
						   "%s%llu answers %s", length ? ", " : "",
						   (unsigned long long)answers->sent_count[way],
						   ways[way]);
	length += (size_t)snprintf(text + length, ATTACH_REASON_BYTES - length, " did not reach %s",
				   peer_name);
	if (answers->failed_bits >> ANSWER_GENERIC & 1)
		snprintf(text + length, ATTACH_REASON_BYTES - length,
			 "; check the network for filters");
	else if (attachment->is_veth)
		snprintf(text + length, ATTACH_REASON_BYTES - length,
			 "; native mode needs an XDP program on the far end of this veth, or GRO");
	else if (attachment->wish == ATTACH_NATIVE)
		snprintf(text + length, ATTACH_REASON_BYTES - length,
			 "; write \"mode auto\" if the driver cannot send");
}

static void use_way(struct peers *peers, size_t link, enum answer_way way, const char *reason,
		    uint64_t now_ns)
{
	const char *interface = peers->list[0].seen[link].interface;
	enum answer_way from = peers->answers[link].way;

	/* A mode that is refused has been reported, and counts as failed after the next report. */
	kernel_set_answer_way(peers->kernel, interface, way, reason);
	start_way(peers, link, way, now_ns);
	event_log_add(peers->event_log, "mode", interface, answer_way_name(from),
		      answer_way_name(way), "%s", reason[0] ? reason : "the device has changed");
}

/* The first use, or another device of that name. */
static void start(struct peers *peers, size_t link, const struct attachment *attachment,
		  uint64_t now_ns)
{
	struct answers *answers = &peers->answers[link];
	bool again = answers->interface_index != 0;

	*answers = (struct answers){
		.interface_index = attachment->interface_index,
		.native_refused = attachment->native_refused,
		.retry_wait_ns = RETRY_FIRST_NS,
	};
	if (again && attachment->native)
		kernel_set_answer_way(peers->kernel, attachment->interface, ANSWER_BY_TX, "");
	start_way(peers, link, kernel_answer_way(peers->kernel, attachment->interface), now_ns);
}

/* The mode was changed because of the MTU, or could not be changed. */
static void follow_mode(struct peers *peers, size_t link, const struct attachment *attachment,
			uint64_t now_ns)
{
	struct answers *answers = &peers->answers[link];
	enum answer_way from = answers->way;

	if (attachment->native && !answers->native_refused)
		answers->failed_bits |= 1U << ANSWER_GENERIC;
	answers->native_refused = !attachment->native;
	start_way(peers, link, kernel_answer_way(peers->kernel, attachment->interface), now_ns);
	event_log_add(peers->event_log, "mode", attachment->interface, answer_way_name(from),
		      answer_way_name(answers->way), "%s",
		      attachment->reason[0] ? attachment->reason : "its driver accepts it");
}

static void give_up(struct peers *peers, size_t link, const char *reason, uint64_t now_ns)
{
	struct answers *answers = &peers->answers[link];
	const char *interface = peers->list[0].seen[link].interface;

	answers->exhausted = true;
	answers->retry_ns = now_ns + answers->retry_wait_ns;
	kernel_set_mode_reason(peers->kernel, interface, reason);
	event_log_add(peers->event_log, "mode", interface, answer_way_name(answers->way),
		      answer_way_name(answers->way), "%s", reason);
}

static void way_failed(struct peers *peers, size_t link, const struct attachment *attachment,
		       const char *peer_name, uint64_t now_ns)
{
	struct answers *answers = &peers->answers[link];
	char reason[ATTACH_REASON_BYTES];
	unsigned next;

	answers->failed_bits |= 1U << answers->way;
	answers->sent_count[answers->way] = count_answers(peers, link) - answers->first_count;
	describe(answers, attachment, peer_name, reason);
	next = next_way(answers, attachment);
	if (next == ANSWER_WAYS)
		give_up(peers, link, reason, now_ns);
	else
		use_way(peers, link, next, reason, now_ns);
}

/* From the first way again. */
static void retry(struct peers *peers, size_t link, const struct attachment *attachment,
		  uint64_t now_ns)
{
	struct answers *answers = &peers->answers[link];
	enum answer_way way;

	answers->changed = answers->exhausted = false;
	answers->failed_bits = 0;
	answers->retry_ns = now_ns + answers->retry_wait_ns;
	answers->retry_wait_ns = 2 * answers->retry_wait_ns < RETRY_LAST_NS
					 ? 2 * answers->retry_wait_ns
					 : RETRY_LAST_NS;
	way = next_way(answers, attachment);
	if (way != answers->way)
		use_way(peers, link, way, "", now_ns);
}

static bool may_retry(const struct peers *peers, const struct answers *answers,
		      const struct attachment *attachment, uint64_t now_ns)
{
	if (!time_reached(now_ns, answers->retry_ns))
		return false;
	if (attachment->wish == ATTACH_NATIVE)
		return answers->changed || answers->exhausted;
	return answers->changed && kernel_holds_nothing(peers->kernel);
}

static void judge(struct peers *peers, size_t link, uint64_t now_ns)
{
	struct answers *answers = &peers->answers[link];
	const struct attachment *attachment =
		kernel_attachment(peers->kernel, peers->list[0].seen[link].interface);
	struct census census;

	if (!attachment || attachment->off)
		return;
	if (kernel_changes_way(peers->kernel, attachment->interface)) {
		start_way(peers, link, answers->way, now_ns); /* its time begins after that */
		return;
	}
	if (attachment->interface_index != answers->interface_index)
		start(peers, link, attachment, now_ns);
	else if (attachment->native == (answers->way == ANSWER_GENERIC))
		follow_mode(peers, link, attachment, now_ns);
	if (may_retry(peers, answers, attachment, now_ns))
		retry(peers, link, attachment, now_ns);
	census = take_census(peers, link, now_ns);
	/* More than half of those heard; the others may be behind a filter. */
	if (2 * census.lost_count > census.heard_count && !answers->exhausted)
		way_failed(peers, link, attachment, census.name, now_ns);
}

void peers_answers_judge(struct peers *peers, uint64_t now_ns)
{
	size_t link_count = peers->count ? peers->list[0].link_count : 0;

	for (size_t link = 0; link < link_count; link++)
		judge(peers, link, now_ns);
}

void peers_device_changed(struct peers *peers, const char *interface)
{
	size_t link_count = peers->count ? peers->list[0].link_count : 0;

	for (size_t link = 0; link < link_count; link++)
		if (!strcmp(peers->list[0].seen[link].interface, interface))
			peers->answers[link].changed = peers->answers[link].way != ANSWER_BY_TX;
}
