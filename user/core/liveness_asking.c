/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When others are asked after a silent peer, what their answers show, and whether anybody is heard at all; see
 * liveness.h for the rules. */
#include "user/core/liveness.h"
#include "user/lib/time.h"
#include <stdio.h>

#define ASK_PATIENCE_MIN_NS (2 * NS_PER_MS)
/* A peer that stays silent is asked after again and again, but not more often. */
#define ASK_PAUSE_MIN_NS (100 * NS_PER_MS)

/* How long answers are waited for: long enough for others that died at the same time to fall silent, too, whose
 * last evidence may be an interval newer. */
uint64_t liveness_patience_ns(const struct liveness_timing *timing)
{
	uint64_t wait_ns = timing->interval_ns + timing->interval_ns / 4;

	return wait_ns > ASK_PATIENCE_MIN_NS ? wait_ns : ASK_PATIENCE_MIN_NS;
}

bool liveness_should_ask(const struct liveness_peer *peer, const struct liveness_timing *timing,
			 const struct liveness_hearsay *hearsay, uint64_t now_ns)
{
	uint64_t pause_ns = timing->detection_time_ns > ASK_PAUSE_MIN_NS ? timing->detection_time_ns
									 : ASK_PAUSE_MIN_NS;

	if ((!peer->silent && !peer->one_way) || peer->stops)
		return false;
	return !hearsay->asked_ns || hearsay->one_way != peer->one_way ||
	       time_reached(now_ns, hearsay->asked_ns + pause_ns);
}

/*
 * When a node dies, others may have heard it up to one interval later than this one: answers to PROBEs are not
 * simultaneous. So only what is newer than that shows that it lives; and of what the detection time has beyond two
 * intervals a quarter is left for ticks that are late and answers that take their time.
 */
static bool shows_life(const struct liveness_hearsay *hearsay, const struct liveness_timing *timing,
		       uint64_t heard_ns, uint64_t arrival_ns)
{
	uint64_t detection_ns = timing->detection_time_ns, interval_ns = timing->interval_ns;
	uint64_t spare_ns = detection_ns > 2 * interval_ns ? detection_ns - 2 * interval_ns : 0;
	int64_t newer_ns = (int64_t)(heard_ns - hearsay->known_ns);

	return (!hearsay->known_ns || newer_ns > (int64_t)(interval_ns + spare_ns / 4)) &&
	       time_since_ns(arrival_ns, heard_ns) < detection_ns;
}

void liveness_take_answer(struct liveness_hearsay *hearsay, const struct liveness_timing *timing,
			  const char *name, uint64_t heard_ns, uint64_t arrival_ns)
{
	if (hearsay->answered_count < LIVENESS_NAMES_MAX)
		snprintf(hearsay->names[hearsay->answered_count], XB_NAME_BYTES, "%s", name);
	hearsay->answered_count++;
	if (!heard_ns)
		return;
	if (!hearsay->heard_ns || (int64_t)(heard_ns - hearsay->heard_ns) > 0) {
		hearsay->heard_ns = heard_ns;
		snprintf(hearsay->by, sizeof(hearsay->by), "%s", name);
	}
	hearsay->heard |= shows_life(hearsay, timing, heard_ns, arrival_ns);
}

bool liveness_asked_enough(const struct liveness_hearsay *hearsay,
			   const struct liveness_timing *timing, uint64_t now_ns)
{
	return hearsay->asked_ns &&
	       (hearsay->heard ||
		hearsay->answered_count + hearsay->lost_count >= hearsay->asked_count ||
		time_reached(now_ns, hearsay->asked_ns + liveness_patience_ns(timing)));
}

void liveness_census_add(struct liveness_census *census, const struct liveness_peer *peer)
{
	if (!peer->silent)
		census->heard_count++;
	else if (!peer->stops)
		census->silent_count++;
}

bool liveness_isolated(const struct liveness_census *census)
{
	return census->heard_count == 0 && census->silent_count >= 2;
}
