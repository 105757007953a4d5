/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Buckets, suspicion (phi), and the detection time derived from it: user/core/phi.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/phi.h"
#include <cmocka.h>
#include <stdlib.h>

#define MS(x) ((uint64_t)((x)*1e6))
#define NEVER_TOO_LONG UINT64_MAX

static const uint64_t minimum_ns = MS(20), maximum_ns = MS(500), step_ns = MS(1);

static void add(struct xb_gap_hist *gaps, uint64_t gap_ns, uint64_t count)
{
	gaps->bucket_count[phi_bucket(gap_ns)] += count;
}

/* Heartbeats every 10 ms for some seconds, with this time between PROBE and REPLY. */
static void learn_quiet(struct phi *phi, uint64_t apart_ns, unsigned seconds)
{
	struct xb_gap_hist gaps = {{0}};

	add(&gaps, apart_ns, 100);
	add(&gaps, MS(10) - apart_ns, 100);
	for (unsigned i = 0; i < seconds; i++)
		phi_learn(phi, &gaps, NS_PER_SECOND, maximum_ns);
}

static void learn_gap(struct phi *phi, uint64_t gap_ns)
{
	struct xb_gap_hist gaps = {{0}};

	add(&gaps, gap_ns, 1);
	phi_learn(phi, &gaps, 0, maximum_ns);
}

static uint64_t time_of(const struct phi *phi)
{
	return phi_time_ns(phi, minimum_ns, maximum_ns, step_ns);
}

static void test_buckets_are_whole(void **state)
{
	(void)state;
	assert_int_equal(phi_bucket(0), 0);
	assert_int_equal(phi_bucket(65535), 0);
	assert_int_equal(phi_bucket(81919), 0);
	assert_int_equal(phi_bucket(81920), 1); /* 5/4 of 65,536 */
	assert_int_equal(phi_bucket(131071), 3);
	assert_int_equal(phi_bucket(131072), 4);
	assert_int_equal(phi_bucket(UINT64_MAX), XB_GAP_BUCKETS - 1);
	assert_int_equal(phi_bucket_start_ns(0), 0);
	for (unsigned i = 1; i < XB_GAP_BUCKETS; i++) {
		assert_int_equal(phi_bucket(phi_bucket_start_ns(i)), i);
		assert_int_equal(phi_bucket(phi_bucket_start_ns(i) - 1), i - 1);
	}
	assert_int_equal(phi_bucket_start_ns(XB_GAP_BUCKETS - 4), UINT64_C(1) << 37);
}

/* The normal distribution alone: all gaps are in one bucket around 1 s. phi of mean + z x deviation
 * is -log10 of the upper tail, by tables. */
static void test_normal_distribution(void **state)
{
	static const struct {
		double deviations, phi;
	} rows[] = {{1, 0.800}, {2, 1.643}, {3, 2.870}, {4, 4.499}};
	struct xb_gap_hist gaps = {{0}};
	struct phi phi = {0};

	(void)state;
	/* With so many gaps, neither the histogram nor the longest gap raises the result up to 4
	 * deviations. */
	for (unsigned i = phi_bucket(NS_PER_SECOND / 8); i < phi_bucket(4 * NS_PER_SECOND); i++) {
		double start = (double)phi_bucket_start_ns(i),
		       end = (double)phi_bucket_start_ns(i + 1);
		double middle = (start + end) / 2 / 1e9;

		/* Gaps are weighted by their length; without that weight a normal distribution
		 * remains. */
		gaps.bucket_count[i] =
			(uint64_t)(1e9 * (end - start) / 1e9 *
				   exp(-(middle - 1) * (middle - 1) / 2 / 0.09) / middle);
	}
	phi_learn(&phi, &gaps, NS_PER_SECOND, NEVER_TOO_LONG);
	assert_true(fabs(phi.mean_ns / 1e9 - 1) < 0.02);
	assert_true(fabs(phi.deviation_ns / 1e9 - 0.3) < 0.03);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double gap_ns = phi.mean_ns + rows[i].deviations * phi.deviation_ns;
		double difference = phi_of(&phi, (uint64_t)gap_ns) - rows[i].phi;

		assert_true(fabs(difference) < 0.12 * (1 + rows[i].phi));
	}
}

static void test_phi_never_falls(void **state)
{
	struct phi phi = {0};
	double before = 0;

	(void)state;
	learn_quiet(&phi, MS(3), 20);
	learn_gap(&phi, MS(31));
	for (uint64_t gap_ns = 0; gap_ns < MS(600); gap_ns += MS(0.1)) {
		assert_true(phi_of(&phi, gap_ns) >= before);
		before = phi_of(&phi, gap_ns);
	}
	assert_true(before > PHI_THRESHOLD && before <= PHI_MAX);
}

static void test_before_anything_is_known(void **state)
{
	struct xb_gap_hist gaps = {{0}};
	struct phi phi = {0};

	(void)state;
	assert_int_equal(time_of(&phi), maximum_ns);
	assert_true(phi_of(&phi, MS(1000)) == 0);
	add(&gaps, MS(5), PHI_GAPS_MIN - 1);
	phi_learn(&phi, &gaps, NS_PER_SECOND, maximum_ns);
	assert_false(phi_knows(&phi));
	assert_int_equal(time_of(&phi), maximum_ns);
	learn_gap(&phi, MS(5));
	assert_true(phi_knows(&phi));
	assert_in_range(time_of(&phi), minimum_ns, maximum_ns / 2);
}

/* Whatever the time between PROBE and REPLY. */
static void test_quiet_network(void **state)
{
	(void)state;
	for (uint64_t apart_ns = MS(0.1); apart_ns < MS(5.1); apart_ns += MS(0.5)) {
		struct phi phi = {0};

		learn_quiet(&phi, apart_ns, 30);
		assert_in_range(time_of(&phi), minimum_ns, MS(25));
		assert_true(phi_of(&phi, time_of(&phi)) >= PHI_THRESHOLD);
		assert_true(phi_false_alarms_per_second(&phi, time_of(&phi)) <=
			    200.001 * pow(10, -PHI_THRESHOLD));
	}
}

/* One pause of 31 ms among 6,000 gaps: the line through it determines the result. */
static void test_longest_gap_is_remembered(void **state)
{
	struct phi phi = {0};
	uint64_t chosen_ns, longest_ns;
	double gap_count;

	(void)state;
	learn_quiet(&phi, MS(5), 30);
	assert_true(time_of(&phi) < MS(25));
	learn_gap(&phi, MS(31));
	longest_ns = phi_longest_ns(&phi, &gap_count);
	assert_in_range(longest_ns, MS(31), MS(40));
	assert_int_equal((int)gap_count, 6001);
	chosen_ns = time_of(&phi);
	/* 5 ms + (longest - 5 ms) x 8 / log10 6001 */
	assert_in_range(chosen_ns, MS(60), MS(75));
	/* The histogram has forgotten the pause, the longest gap has not yet … */
	learn_quiet(&phi, MS(5), 300);
	assert_int_equal(phi_longest_ns(&phi, &gap_count), longest_ns);
	assert_true(time_of(&phi) < chosen_ns && time_of(&phi) > longest_ns);
	/* … until it has aged. */
	learn_quiet(&phi, MS(5), 600);
	learn_quiet(&phi, MS(5), 600);
	assert_true(time_of(&phi) < MS(25));
}

/* With few gaps seen, a gap of two intervals must be expected. */
static void test_expected_gap(void **state)
{
	struct phi phi = {0};
	uint64_t first_ns, later_ns;

	(void)state;
	phi_expect(&phi, MS(20));
	learn_quiet(&phi, MS(5), 1);
	first_ns = time_of(&phi);
	assert_in_range(first_ns, MS(50), MS(60)); /* 5 ms + 15 ms x 8 / log10 200 */
	learn_quiet(&phi, MS(5), 60);
	later_ns = time_of(&phi);
	assert_in_range(later_ns, MS(30), MS(40));
	learn_quiet(&phi, MS(5), 600);
	assert_true(time_of(&phi) < MS(25));
}

/* A network that often takes longer: the histogram's own tail and the deviation. */
static void test_loaded_network(void **state)
{
	struct xb_gap_hist gaps = {{0}};
	struct phi phi = {0};
	uint64_t chosen_ns;

	(void)state;
	learn_quiet(&phi, MS(5), 30);
	add(&gaps, MS(8), 80);
	add(&gaps, MS(20), 15);
	add(&gaps, MS(45), 2);
	for (unsigned i = 0; i < 30; i++)
		phi_learn(&phi, &gaps, NS_PER_SECOND, maximum_ns);
	chosen_ns = time_of(&phi);
	assert_in_range(chosen_ns, MS(80), MS(200));
	learn_quiet(&phi, MS(5), 1300);
	assert_true(time_of(&phi) < MS(25));
}

static void test_observed_gaps_always_count(void **state)
{
	struct xb_gap_hist gaps = {{0}};
	struct phi phi = {0};

	(void)state;
	add(&gaps, MS(5), 100000);
	add(&gaps, MS(100), 100); /* 1 of 1000: far from normal, and below the line */
	phi_learn(&phi, &gaps, NS_PER_SECOND, maximum_ns);
	assert_true(phi_of(&phi, MS(80)) <= 3.01);
	assert_true(phi_of(&phi, MS(80)) >= 2.99);
}

static void test_failures_teach_nothing(void **state)
{
	struct phi phi = {0};
	uint64_t before_ns;

	(void)state;
	learn_quiet(&phi, MS(5), 30);
	before_ns = time_of(&phi);
	learn_gap(&phi, MS(700));
	learn_gap(&phi, MS(70000));
	assert_int_equal(time_of(&phi), before_ns);
	learn_gap(&phi, MS(400));
	assert_int_equal(time_of(&phi), maximum_ns);
}

static void test_silence_forgets_nothing(void **state)
{
	const struct xb_gap_hist none = {{0}};
	struct phi phi = {0};
	uint64_t before_ns;

	(void)state;
	learn_quiet(&phi, MS(3), 30);
	learn_gap(&phi, MS(31));
	before_ns = time_of(&phi);
	for (unsigned i = 0; i < 3600; i++)
		phi_learn(&phi, &none, NS_PER_SECOND, maximum_ns);
	assert_int_equal(time_of(&phi), before_ns);
}

static void test_times_are_steps_within_bounds(void **state)
{
	struct phi phi = {0};

	(void)state;
	learn_quiet(&phi, MS(5), 30);
	learn_gap(&phi, MS(31));
	for (uint64_t step = MS(1); step < MS(40); step += MS(3)) {
		uint64_t time_ns = phi_time_ns(&phi, minimum_ns, maximum_ns, step);

		assert_int_equal((time_ns - minimum_ns) % step, 0);
		assert_true(phi_of(&phi, time_ns) >= PHI_THRESHOLD);
		assert_true(phi_of(&phi, time_ns - step) < PHI_THRESHOLD);
	}
	assert_int_equal(phi_time_ns(&phi, minimum_ns, MS(50), step_ns), MS(50));
	assert_int_equal(phi_time_ns(&phi, MS(100), MS(500), step_ns), MS(100));
}

static void test_rate_of_false_alarms(void **state)
{
	struct phi phi = {0};
	double rate;

	(void)state;
	learn_quiet(&phi, MS(5), 60);
	/* With a detection time of 0 every gap is an alarm. */
	rate = phi_false_alarms_per_second(&phi, 0);
	assert_true(rate > 199 && rate < 201);
	rate = phi_false_alarms_per_second(&phi, MS(20));
	assert_true(rate < 200.001 * pow(10, -PHI_THRESHOLD));
}

/* Heartbeats are further apart than learning steps: most steps see no new one. */
static void test_rate_of_slow_heartbeats(void **state)
{
	const struct xb_gap_hist none = {{0}};
	struct xb_gap_hist gaps = {{0}};
	struct phi phi = {0};
	double rate;

	(void)state;
	add(&gaps, 10 * NS_PER_SECOND, 1);
	for (unsigned i = 0; i < 1000; i++)
		phi_learn(&phi, i % 10 ? &none : &gaps, NS_PER_SECOND, 500 * NS_PER_SECOND);
	rate = phi_false_alarms_per_second(&phi, 0);
	assert_true(rate > 0.09 && rate < 0.11);
}

static double random_part(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005 + 1442695040888963407;
	return ((double)(*seed >> 11) + 0.5) / (double)(UINT64_C(1) << 53);
}

static double random_normal(uint64_t *seed)
{
	return sqrt(-2 * log(random_part(seed))) * cos(2 * M_PI * random_part(seed));
}

static double tail(double deviations)
{
	return erfc(deviations / M_SQRT2) / 2;
}

/* Gaps in ms, and the probability of a longer one. */
static double normal_gap(uint64_t *seed)
{
	return fmax(0.1, 5 + 1.5 * random_normal(seed));
}

static double normal_tail(double gap_ms)
{
	return tail((gap_ms - 5) / 1.5);
}

static double exponential_gap(uint64_t *seed)
{
	return -5 * log(random_part(seed));
}

static double exponential_tail(double gap_ms)
{
	return exp(-gap_ms / 5);
}

static double two_kinds_gap(uint64_t *seed)
{
	return random_part(seed) < 0.01 ? 25 + 2 * random_normal(seed)
					: 5 + 0.3 * random_normal(seed);
}

static double two_kinds_tail(double gap_ms)
{
	return 0.99 * tail((gap_ms - 5) / 0.3) + 0.01 * tail((gap_ms - 25) / 2);
}

/* No observation of finite length shows how far such a tail extends. */
static double heavy_gap(uint64_t *seed)
{
	return 3 * pow(random_part(seed), -1.0 / 3);
}

static double heavy_tail(double gap_ms)
{
	return pow(3 / gap_ms, 3);
}

/* The claim of one false alarm in 10^8 gaps against networks of known distribution: after the first
 * minute, the mean over an hour of the probability that the next gap is longer than the time chosen
 * before it. */
static void test_claim_against_truth(void **state)
{
	static const struct {
		const char *name;
		double (*gap)(uint64_t *seed);
		double (*tail)(double gap_ms);
		double truth_max;
		uint64_t time_max_ns;
	} rows[] = {
		{"normal", normal_gap, normal_tail, 1e-8, MS(50)},
		{"exponential", exponential_gap, exponential_tail, 1e-7, MS(200)},
		{"one in a hundred is five times as long", two_kinds_gap, two_kinds_tail, 1e-8,
		 MS(100)},
		{"heavy tail", heavy_gap, heavy_tail, 1e-5, MS(500)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct phi_choice choice = {.time_ns = maximum_ns};
		uint64_t seed = i, longest_ns = 0;
		struct phi phi = {0};
		double truth = 0;

		phi_expect(&phi, MS(20));
		for (unsigned second = 0; second < 3600; second++) {
			struct xb_gap_hist gaps = {{0}};

			for (uint64_t passed_ns = 0, gap_ns; passed_ns < NS_PER_SECOND;
			     passed_ns += gap_ns) {
				gap_ns = MS(rows[i].gap(&seed));
				add(&gaps, gap_ns, 1);
			}
			phi_learn(&phi, &gaps, NS_PER_SECOND, maximum_ns);
			phi_choose(&choice, time_of(&phi), maximum_ns);
			if (second < 60)
				continue;
			truth += rows[i].tail((double)choice.time_ns / 1e6) / (3600 - 60);
			if (choice.time_ns > longest_ns)
				longest_ns = choice.time_ns;
		}
		print_message("  %s: %.1e of the gaps are longer; at most %.0f ms chosen\n",
			      rows[i].name, truth, (double)longest_ns / 1e6);
		assert_true(truth <= rows[i].truth_max);
		assert_in_range(longest_ns, minimum_ns, rows[i].time_max_ns);
	}
}

/* The maximum of a 64-bit counter and of the widest bucket. */
static void test_extremes(void **state)
{
	struct xb_gap_hist gaps = {{0}};
	struct phi phi = {0};

	(void)state;
	gaps.bucket_count[0] = UINT64_MAX;
	phi_learn(&phi, &gaps, NS_PER_SECOND, NEVER_TOO_LONG);
	assert_true(phi.deviation_ns > 0);
	assert_int_equal(time_of(&phi), minimum_ns);
	gaps.bucket_count[XB_GAP_BUCKETS - 1] = UINT64_MAX;
	for (unsigned i = 0; i < 1000; i++)
		phi_learn(&phi, &gaps, UINT32_MAX, NEVER_TOO_LONG);
	assert_in_range(phi_time_ns(&phi, minimum_ns, 3600 * NS_PER_SECOND, step_ns),
			200 * NS_PER_SECOND, 3600 * NS_PER_SECOND);
	assert_true(isfinite(phi_of(&phi, UINT64_MAX)) && isfinite(phi.mean_ns) &&
		    isfinite(phi_false_alarms_per_second(&phi, maximum_ns)));
}

static void test_choice_grows_at_once(void **state)
{
	struct phi_choice choice = {.time_ns = maximum_ns};

	(void)state;
	assert_true(phi_choose(&choice, MS(20), maximum_ns));
	assert_int_equal(choice.time_ns, MS(20));
	assert_false(phi_choose(&choice, MS(20), maximum_ns));
	assert_true(phi_choose(&choice, MS(20.1), maximum_ns));
	assert_int_equal(choice.time_ns, MS(22));
	assert_false(phi_choose(&choice, MS(21.9), maximum_ns));
	assert_true(phi_choose(&choice, MS(490), maximum_ns));
	assert_true(phi_choose(&choice, MS(491), maximum_ns));
	assert_int_equal(choice.time_ns, maximum_ns);
	assert_false(phi_choose(&choice, maximum_ns, maximum_ns));
}

static void test_choice_falls_late(void **state)
{
	struct phi_choice choice = {.time_ns = MS(100), .made = true};

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_false(phi_choose(&choice, MS(80), maximum_ns));
	for (unsigned i = 0; i < PHI_CALM_COUNT - 1; i++)
		assert_false(phi_choose(&choice, MS(20), maximum_ns));
	assert_false(phi_choose(&choice, MS(90), maximum_ns));
	for (unsigned i = 0; i < PHI_CALM_COUNT - 1; i++)
		assert_false(phi_choose(&choice, i == 4 ? MS(40) : MS(20), maximum_ns));
	assert_true(phi_choose(&choice, MS(20), maximum_ns));
	assert_int_equal(choice.time_ns, MS(40));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buckets_are_whole),
		cmocka_unit_test(test_normal_distribution),
		cmocka_unit_test(test_phi_never_falls),
		cmocka_unit_test(test_before_anything_is_known),
		cmocka_unit_test(test_quiet_network),
		cmocka_unit_test(test_longest_gap_is_remembered),
		cmocka_unit_test(test_expected_gap),
		cmocka_unit_test(test_loaded_network),
		cmocka_unit_test(test_observed_gaps_always_count),
		cmocka_unit_test(test_failures_teach_nothing),
		cmocka_unit_test(test_silence_forgets_nothing),
		cmocka_unit_test(test_times_are_steps_within_bounds),
		cmocka_unit_test(test_rate_of_false_alarms),
		cmocka_unit_test(test_rate_of_slow_heartbeats),
		cmocka_unit_test(test_claim_against_truth),
		cmocka_unit_test(test_extremes),
		cmocka_unit_test(test_choice_grows_at_once),
		cmocka_unit_test(test_choice_falls_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
