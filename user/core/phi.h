/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long to wait for a peer, from the gaps between its evidence that were seen: phi(t) = -log10 P(gap > t), the
 * suspicion after t without evidence (Hayashibara, Defago, Yared, Katayama: The phi accrual failure detector, 2004).
 * The detection time is the shortest t at which phi reaches PHI_THRESHOLD.
 *
 * P is the largest of three:
 * - the normal distribution of that paper, of the gaps as a moment of time meets them: each counts as much as it
 *   is long. A peer is heard twice an interval, by its PROBE and by its REPLY; how far apart the two fall is
 *   chance, and deviates without meaning anything;
 * - what was seen: the part of the gaps that were longer than t;
 * - a straight line of phi through the longest gap. Machines stand still now and then, for longer than any normal
 *   distribution allows; the longest of n gaps has phi = log10 n, and what is longer still is no less likely
 *   than that rate of growth says.
 *
 * Gaps are forgotten by half every PHI_HALF_LIFE_NS, the longest one after PHI_LONGEST_NS to twice that. Time in which
 * nothing was learnt does not count.
 */
#ifndef XBEAT_CORE_PHI_H
#define XBEAT_CORE_PHI_H

#include "user/lib/time.h"
#include <stdbool.h>
#include <stdint.h>
#include <xbeat/map.h>

/* One gap in 10^8: with 200 gaps a second, heartbeats 10 ms apart, one in 5.8 days at the worst. */
#define PHI_THRESHOLD 8.0
/* More than can ever be told from figures; also what is certain. */
#define PHI_MAX 300.0
/* With fewer gaps nothing can be said. */
#define PHI_GAPS_MIN 100
#define PHI_HALF_LIFE_NS (30 * NS_PER_SECOND)
#define PHI_LONGEST_NS (600 * NS_PER_SECOND)

/* What was seen over one link. */
struct phi {
	double weight[XB_GAP_BUCKETS]; /* gaps, less those forgotten */
	double weight_total;
	double span_ns; /* the time in which they came, forgotten likewise */
	uint64_t idle_ns; /* none has come for so long */
	double mean_ns, deviation_ns; /* as a moment of time meets them */
	/* The longest gap is remembered by blocks of time: this one, and the one before. */
	struct {
		uint64_t longest_ns;
		double gap_count;
	} block[2];
	uint64_t block_span_ns;
};

/* Returns the bucket of xb_gap_hist that a gap is counted in. */
unsigned phi_bucket(uint64_t gap_ns);

/* Returns the shortest gap of a bucket; 0 for the first. Those of a bucket are shorter than the next one's. */
uint64_t phi_bucket_start_ns(unsigned bucket);

/*
 * Takes in the gaps that were counted in span_ns. Those of gap_max_ns or more teach nothing: no detection time that
 * could be chosen would have bridged them, so they were failures.
 */
void phi_learn(struct phi *phi, const struct xb_gap_hist *gaps, uint64_t span_ns,
	       uint64_t gap_max_ns);

/* At the start: for the first PHI_LONGEST_NS one gap this long is taken to have been seen. */
void phi_expect(struct phi *phi, uint64_t gap_ns);

/* Whether enough gaps were seen to choose by. */
bool phi_knows(const struct phi *phi);

/* Returns phi after gap_ns without evidence: 0 to PHI_MAX. */
double phi_of(const struct phi *phi, uint64_t gap_ns);

/* Returns the longest gap that is remembered, and in *gap_count of how many. */
uint64_t phi_longest_ns(const struct phi *phi, double *gap_count);

/* Returns the shortest time between minimum_ns and maximum_ns with phi of at least PHI_THRESHOLD, rounded up to
 * steps of step_ns from minimum_ns; maximum_ns if there is none, or nothing is known yet. */
uint64_t phi_time_ns(const struct phi *phi, uint64_t minimum_ns, uint64_t maximum_ns,
		     uint64_t step_ns);

/* Returns how often in a second a gap is expected to be longer. */
double phi_false_alarms_per_second(const struct phi *phi, uint64_t time_ns);

/* A choice that does not follow every breath: it grows at once, by a tenth at least, and falls only after
 * PHI_CALM_COUNT times in a row less than three quarters of it was needed. */
#define PHI_CALM_COUNT 10

struct phi_choice {
	uint64_t time_ns;
	bool made; /* false: time_ns is what holds until enough is known */
	unsigned calm_count;
	uint64_t calm_ns; /* the most that was needed meanwhile */
};

/* Returns whether the choice has changed. */
bool phi_choose(struct phi_choice *choice, uint64_t needed_ns, uint64_t maximum_ns);

#endif
