/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When an instance that has just started is taken for vacant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/cold_start.h"
#include "user/lib/time.h"
#include <cmocka.h>

#define START_NS (1000 * NS_PER_SECOND)
#define INTERVAL_NS (10 * NS_PER_MS)
#define DETECTION_NS (30 * NS_PER_MS)
#define NODES 2

static const struct liveness_timing timing = {.interval_ns = INTERVAL_NS,
					      .detection_time_ns = DETECTION_NS};

struct fixture {
	struct cold_start start;
	struct cold_start_node nodes[NODES];
	uint64_t now_ns;
};

static struct fixture begin(void)
{
	return (struct fixture){.start = {.since_ns = START_NS}, .now_ns = START_NS};
}

static void hear(struct fixture *fixture, size_t node)
{
	fixture->nodes[node].heard = true;
	fixture->nodes[node].evidence_ns = fixture->now_ns;
}

/* An interval later, with evidence of the nodes that are heard. */
static enum cold_start_outcome tick(struct fixture *fixture)
{
	fixture->now_ns += INTERVAL_NS;
	for (size_t i = 0; i < NODES; i++)
		if (fixture->nodes[i].heard && !fixture->nodes[i].stopped)
			hear(fixture, i);
	return cold_start_judge(&fixture->start, fixture->nodes, NODES, &timing, fixture->now_ns);
}

static enum cold_start_outcome ticks(struct fixture *fixture, int count)
{
	enum cold_start_outcome outcome = COLD_START_WAITS;

	while (count-- > 0 && outcome == COLD_START_WAITS)
		outcome = tick(fixture);
	return outcome;
}

static void all_are_heard(void **state)
{
	struct fixture fixture = begin();

	(void)state;
	hear(&fixture, 0);
	assert_int_equal(ticks(&fixture, 100), COLD_START_WAITS);
	hear(&fixture, 1);
	assert_int_equal(ticks(&fixture, COLD_START_INTERVALS), COLD_START_WAITS);
	assert_int_equal(tick(&fixture), COLD_START_ALL);
}

/* Evidence from before the start, or none since all were heard, may precede a change. */
static void old_evidence(void **state)
{
	struct fixture fixture = begin();

	(void)state;
	for (size_t i = 0; i < NODES; i++)
		fixture.nodes[i] =
			(struct cold_start_node){.heard = true, .evidence_ns = START_NS - 1};
	fixture.now_ns += INTERVAL_NS;
	assert_int_equal(
		cold_start_judge(&fixture.start, fixture.nodes, NODES, &timing, fixture.now_ns),
		COLD_START_WAITS);
	assert_int_equal(fixture.start.first_ns, 0);
	tick(&fixture);
	fixture.now_ns += NS_PER_SECOND;
	assert_int_equal(
		cold_start_judge(&fixture.start, fixture.nodes, NODES, &timing, fixture.now_ns),
		COLD_START_WAITS);
	assert_int_equal(tick(&fixture), COLD_START_ALL);
}

static void some_do_not_run(void **state)
{
	struct fixture fixture = begin();
	int ticks_before = COLD_START_DETECTION_TIMES * DETECTION_NS / INTERVAL_NS;

	(void)state;
	hear(&fixture, 0);
	fixture.nodes[1].absent = true;
	assert_int_equal(ticks(&fixture, ticks_before), COLD_START_WAITS);
	assert_int_equal(tick(&fixture), COLD_START_PART);
	fixture.nodes[1].absent = false;
	assert_int_equal(tick(&fixture), COLD_START_WAITS);
}

static void no_node_is_heard(void **state)
{
	struct fixture fixture = begin();

	(void)state;
	fixture.nodes[0].absent = fixture.nodes[1].absent = true;
	assert_int_equal(ticks(&fixture, 100), COLD_START_WAITS);
}

static void one_is_active_or_doubtful(void **state)
{
	struct fixture fixture = begin();

	(void)state;
	hear(&fixture, 0);
	hear(&fixture, 1);
	fixture.nodes[1].active = true;
	assert_int_equal(ticks(&fixture, 100), COLD_START_WAITS);
	fixture.nodes[1] = (struct cold_start_node){.doubtful = true, .absent = true};
	assert_int_equal(ticks(&fixture, 100), COLD_START_WAITS);
	fixture.nodes[1].doubtful = false;
	assert_int_equal(ticks(&fixture, 5), COLD_START_WAITS);
	assert_int_equal(ticks(&fixture, 100), COLD_START_PART);
}

static void one_has_stopped(void **state)
{
	struct fixture fixture = begin();

	(void)state;
	fixture.now_ns += INTERVAL_NS;
	hear(&fixture, 0);
	hear(&fixture, 1);
	fixture.nodes[1].stopped = true;
	assert_int_equal(ticks(&fixture, COLD_START_INTERVALS), COLD_START_WAITS);
	assert_int_equal(tick(&fixture), COLD_START_ALL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_heard),   cmocka_unit_test(old_evidence),
		cmocka_unit_test(some_do_not_run), cmocka_unit_test(no_node_is_heard),
		cmocka_unit_test(one_has_stopped), cmocka_unit_test(one_is_active_or_doubtful),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
