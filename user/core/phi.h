/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long to wait for a peer, from the observed gaps between its evidence: phi(t) = -log10 P(gap >
 * t), the suspicion after t without evidence (Hayashibara, Defago, Yared, Katayama: The phi accrual
 * failure detector, 2004). The detection time is the shortest t at which phi reaches PHI_THRESHOLD.
 *
 * P is the largest of three:
 * - the normal distribution of that paper, with each gap weighted by its length. A peer is heard
 *   twice an interval, by its PROBE and by its REPLY; the distance between the two is chance and
 *   its deviation has no meaning;
 * - the observed share of gaps that were longer than t;
 * - a straight line of phi through the longest gap. Machines stall from time to time for longer
 *   than any normal distribution allows; the longest of n gaps has phi = log10 n, and longer ones
 *   are at least as likely as that line predicts.
 *
 * The weight of a gap halves every PHI_HALF_LIFE_NS; the longest one is forgotten after
 * PHI_LONGEST_NS to twice that. Time in which nothing was learnt does not count.
 */
#ifndef XBEAT_CORE_PHI_H
#define XBEAT_CORE_PHI_H

#include "user/lib/time.h"
#include <stdbool.h>
#include <stdint.h>
#include <xbeat/map.h>

/* One gap in 10^8: with 200 gaps a second, heartbeats 10 ms apart, one in 5.8 days at the worst. */
#define PHI_THRESHOLD 8.0
/* More than can be concluded from the figures; also stands for certainty. */
#define PHI_MAX 300.0
/* With fewer gaps there is no choice. */
#define PHI_GAPS_MIN 100
#define PHI_HALF_LIFE_NS (30 * NS_PER_SECOND)
#define PHI_LONGEST_NS (600 * NS_PER_SECOND)

/* The gaps on one link. */
struct phi {
	double weight[XB_GAP_BUCKETS]; /* number of gaps, less those forgotten */
	double weight_total;
	double span_ns; /* the time in which they were counted, forgotten likewise */
	uint64_t idle_ns; /* since the last gap was counted */
	double mean_ns, deviation_ns; /* weighted by length */
	/* The longest gap in the present block of time and in the one before. */
	struct {
		uint64_t longest_ns;
		double gap_count;
	} block[2];
	uint64_t block_span_ns;
};

/* Returns the bucket of xb_gap_hist that a gap is counted in. */
unsigned phi_bucket(uint64_t gap_ns);

/* Returns the shortest gap of a bucket; 0 for the first. Those of a bucket are shorter than the
 * next one's. */
uint64_t phi_bucket_start_ns(unsigned bucket);

/*
 * Adds the gaps that were counted in span_ns. Those of gap_max_ns or more are ignored: no detection
 * time that can be chosen would have bridged them, so they were failures.
 */
void phi_learn(struct phi *phi, const struct xb_gap_hist *gaps, uint64_t span_ns,
	       uint64_t gap_max_ns);

/* At the start: assumes one gap of this length for the first PHI_LONGEST_NS. */
void phi_expect(struct phi *phi, uint64_t gap_ns);

/* Whether enough gaps were counted for a choice. */
bool phi_knows(const struct phi *phi);

/* Returns phi after gap_ns without evidence: 0 to PHI_MAX. */
double phi_of(const struct phi *phi, uint64_t gap_ns);

/* Returns the longest remembered gap in ns, and in *gap_count of how many. */
uint64_t phi_longest_ns(const struct phi *phi, double *gap_count);

/* Returns the shortest time between minimum_ns and maximum_ns with phi of at least PHI_THRESHOLD,
 * rounded up to steps of step_ns from minimum_ns; maximum_ns if there is none, or nothing is known
 * yet. */
uint64_t phi_time_ns(const struct phi *phi, uint64_t minimum_ns, uint64_t maximum_ns,
		     uint64_t step_ns);

/* Returns how often in a second a gap is expected to be longer. */
double phi_false_alarms_per_second(const struct phi *phi, uint64_t time_ns);

/* A choice with hysteresis: it grows at once, by a tenth at least, and falls only after less than
 * three quarters of it was needed PHI_CALM_COUNT times in a row. */
#define PHI_CALM_COUNT 10

struct phi_choice {
	uint64_t time_ns;
	bool made; /* false: time_ns is the initial value */
	unsigned calm_count;
	uint64_t calm_ns; /* the most that was needed meanwhile */
};

/* Returns whether the choice has changed. */
bool phi_choose(struct phi_choice *choice, uint64_t needed_ns, uint64_t maximum_ns);

#endif
