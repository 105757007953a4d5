/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Computes suspicion and a detection time from gaps; see phi.h. */
#include "user/core/phi.h"
#include <math.h>

#define BUCKETS_PER_OCTAVE 4

unsigned phi_bucket(uint64_t gap_ns)
{
	unsigned octave, quarter, bucket;

	if (gap_ns >> XB_GAP_FIRST_SHIFT == 0)
		return 0;
	octave = 63 - (unsigned)__builtin_clzll(gap_ns);
	quarter = gap_ns >> (octave - 2) & 3;
	bucket = (octave - XB_GAP_FIRST_SHIFT) * BUCKETS_PER_OCTAVE + quarter;
	return bucket < XB_GAP_BUCKETS ? bucket : XB_GAP_BUCKETS - 1;
}

static uint64_t edge_ns(unsigned bucket)
{
	unsigned octave = XB_GAP_FIRST_SHIFT + bucket / BUCKETS_PER_OCTAVE;

	return (UINT64_C(4) + bucket % BUCKETS_PER_OCTAVE) << (octave - 2);
}

uint64_t phi_bucket_start_ns(unsigned bucket)
{
	return bucket ? edge_ns(bucket) : 0;
}

/* Assumes that the gaps of a bucket are spread evenly in it. */
static double middle_ns(unsigned bucket)
{
	return ((double)phi_bucket_start_ns(bucket) + (double)edge_ns(bucket + 1)) / 2;
}

static double width_ns(unsigned bucket)
{
	return (double)(edge_ns(bucket + 1) - phi_bucket_start_ns(bucket));
}

static void forget(struct phi *phi, uint64_t span_ns)
{
	double kept = exp2(-(double)span_ns / (double)PHI_HALF_LIFE_NS);

	for (unsigned i = 0; i < XB_GAP_BUCKETS; i++)
		phi->weight[i] *= kept;
	phi->weight_total *= kept;
	phi->span_ns *= kept;
	phi->block_span_ns += span_ns;
	if (phi->block_span_ns < PHI_LONGEST_NS)
		return;
	phi->block_span_ns = 0;
	phi->block[1] = phi->block[0];
	phi->block[0].longest_ns = 0;
	phi->block[0].gap_count = 0;
}

/* Mean and deviation, with each gap weighted by its length. */
static void measure(struct phi *phi)
{
	double time = 0, sum = 0, squares = 0;

	for (unsigned i = 0; i < XB_GAP_BUCKETS; i++) {
		double middle = middle_ns(i), width = width_ns(i);
		double share = phi->weight[i] * middle;

		time += share;
		sum += share * middle;
		squares += share * (middle * middle + width * width / 12);
	}
	phi->mean_ns = time > 0 ? sum / time : 0;
	phi->deviation_ns =
		time > 0 ? sqrt(fmax(0, squares / time - phi->mean_ns * phi->mean_ns)) : 0;
}

void phi_learn(struct phi *phi, const struct xb_gap_hist *gaps, uint64_t span_ns,
	       uint64_t gap_max_ns)
{
	bool any = false;

	for (unsigned i = 0; i < XB_GAP_BUCKETS && phi_bucket_start_ns(i) < gap_max_ns; i++)
		any |= gaps->bucket_count[i] != 0;
	if (!any) {
		phi->idle_ns += span_ns;
		return;
	}
	forget(phi, span_ns);
	/* Of the time before, so much belongs to the gap that has ended. */
	phi->span_ns += (double)span_ns;
	phi->span_ns += (double)(phi->idle_ns < gap_max_ns ? phi->idle_ns : gap_max_ns);
	phi->idle_ns = 0;
	for (unsigned i = 0; i < XB_GAP_BUCKETS && phi_bucket_start_ns(i) < gap_max_ns; i++) {
		double count = (double)gaps->bucket_count[i];

		phi->weight[i] += count;
		phi->weight_total += count;
		phi->block[0].gap_count += count;
		if (count > 0 && edge_ns(i + 1) > phi->block[0].longest_ns)
			phi->block[0].longest_ns = edge_ns(i + 1);
	}
	measure(phi);
}

void phi_expect(struct phi *phi, uint64_t gap_ns)
{
	phi->block[1].longest_ns = gap_ns;
}

bool phi_knows(const struct phi *phi)
{
	return phi->block[0].gap_count + phi->block[1].gap_count >= PHI_GAPS_MIN;
}

uint64_t phi_longest_ns(const struct phi *phi, double *gap_count)
{
	uint64_t now_ns = phi->block[0].longest_ns, before_ns = phi->block[1].longest_ns;

	*gap_count = phi->block[0].gap_count + phi->block[1].gap_count;
	return now_ns > before_ns ? now_ns : before_ns;
}

static double phi_from(double probability)
{
	return probability > 0 ? fmin(PHI_MAX, fmax(0, -log10(probability))) : PHI_MAX;
}

static double phi_normal(const struct phi *phi, double gap_ns)
{
	return phi_from(erfc((gap_ns - phi->mean_ns) / phi->deviation_ns / M_SQRT2) / 2);
}

static double phi_seen(const struct phi *phi, double gap_ns)
{
	double longer = 0;

	for (unsigned i = XB_GAP_BUCKETS; i-- > 0;) {
		double start = (double)phi_bucket_start_ns(i), width = width_ns(i);

		if (start + width <= gap_ns)
			break;
		longer += phi->weight[i] * (start >= gap_ns ? 1 : (start + width - gap_ns) / width);
	}
	return phi_from(longer / phi->weight_total);
}

static double phi_line(const struct phi *phi, double gap_ns)
{
	double gap_count;
	double longest_ns = (double)phi_longest_ns(phi, &gap_count);

	if (gap_ns <= phi->mean_ns)
		return 0;
	if (longest_ns <= phi->mean_ns)
		return PHI_MAX;
	return fmin(PHI_MAX,
		    log10(gap_count) * (gap_ns - phi->mean_ns) / (longest_ns - phi->mean_ns));
}

double phi_of(const struct phi *phi, uint64_t gap_ns)
{
	double gap = (double)gap_ns;

	if (phi->weight_total <= 0)
		return 0;
	return fmin(phi_normal(phi, gap), fmin(phi_seen(phi, gap), phi_line(phi, gap)));
}

/* phi never falls with time, so the first sufficient step is found by bisection. */
uint64_t phi_time_ns(const struct phi *phi, uint64_t minimum_ns, uint64_t maximum_ns,
		     uint64_t step_ns)
{
	uint64_t enough = (maximum_ns - minimum_ns) / step_ns + 1, too_few = 0;

	if (!phi_knows(phi))
		return maximum_ns;
	if (phi_of(phi, minimum_ns) >= PHI_THRESHOLD)
		return minimum_ns;
	while (enough - too_few > 1) {
		uint64_t steps = too_few + (enough - too_few) / 2;

		if (phi_of(phi, minimum_ns + steps * step_ns) >= PHI_THRESHOLD)
			enough = steps;
		else
			too_few = steps;
	}
	return enough * step_ns < maximum_ns - minimum_ns ? minimum_ns + enough * step_ns
							  : maximum_ns;
}

double phi_false_alarms_per_second(const struct phi *phi, uint64_t time_ns)
{
	double gaps_per_second =
		phi->span_ns > 0 ? phi->weight_total / phi->span_ns * (double)NS_PER_SECOND : 0;

	return pow(10, -phi_of(phi, time_ns)) * gaps_per_second;
}

static bool change(struct phi_choice *choice, uint64_t time_ns, uint64_t maximum_ns)
{
	uint64_t before_ns = choice->time_ns;

	*choice = (struct phi_choice){.made = true,
				      .time_ns = time_ns < maximum_ns ? time_ns : maximum_ns};
	return choice->time_ns != before_ns;
}

bool phi_choose(struct phi_choice *choice, uint64_t needed_ns, uint64_t maximum_ns)
{
	uint64_t tenth_more_ns = choice->time_ns + choice->time_ns / 10;

	if (!choice->made)
		return change(choice, needed_ns, maximum_ns);
	if (needed_ns > choice->time_ns)
		return change(choice, needed_ns > tenth_more_ns ? needed_ns : tenth_more_ns,
			      maximum_ns);
	if (needed_ns > choice->time_ns / 4 * 3) {
		choice->calm_count = 0;
		choice->calm_ns = 0;
		return false;
	}
	if (needed_ns > choice->calm_ns)
		choice->calm_ns = needed_ns;
	if (++choice->calm_count < PHI_CALM_COUNT)
		return false;
	return change(choice, choice->calm_ns, maximum_ns);
}
