/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drain, maintenance and weights: of operators, of a server's own agent, and of checks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/core/pool/scene.h"
#include <cmocka.h>

#define scene_agent(scene, i, expected, ...)                                                       \
	scene_expect(scene, expected,                                                              \
		     pool_agent(&(scene)->pool, i, &(struct pool_agent){__VA_ARGS__},              \
				(scene)->now_ns, &(scene)->out))
#define scene_weight(scene, i, weight, expected)                                                   \
	scene_expect(scene, expected,                                                              \
		     pool_set_weight(&(scene)->pool, i, weight, (scene)->now_ns, &(scene)->out))
#define scene_added(scene, i, added, expected)                                                     \
	scene_expect(scene, expected,                                                              \
		     pool_weight_added(&(scene)->pool, i, added, (scene)->now_ns, &(scene)->out))

static void drain(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene_start(&scene, "+0:1 +1:1 gained");
	scene_mode(&scene, 0, POOL_DRAIN, "+0:0");
	scene_down(&scene, 0, "-0 down0");
	scene_up(&scene, 0, "+0:0 up0");
	scene_mode(&scene, 0, POOL_READY, "+0:1");
}

static void maintenance(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.servers[0].rules.inhibit = true;
	scene_start(&scene, "+0:1 +1:1 gained");
	scene_mode(&scene, 0, POOL_MAINTENANCE, "-0");
	scene_down(&scene, 0, "down0");
	scene_up(&scene, 0, "up0");
	scene_mode(&scene, 0, POOL_DRAIN, "+0:0");
	scene_mode(&scene, 0, POOL_READY, "+0:1");
}

/* What drains counts for no quorum; its connections go on beside the sorry server. */
static void drain_and_quorum(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.pool.rules = (struct pool_rules){.quorum = 2, .has_sorry = true};
	scene_start(&scene, "+0:1 +1:1 gained");
	scene_mode(&scene, 0, POOL_DRAIN, "+0:0 -1 +s:1 lost");
	scene_mode(&scene, 1, POOL_DRAIN, "+1:0");
	scene_mode(&scene, 0, POOL_READY, "-0");
	scene_mode(&scene, 1, POOL_READY, "-1 -s +0:1 +1:1 gained");
}

static void drain_has_an_end(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.pool.rules.drain_timeout_ns = 30 * NS_PER_SECOND;
	scene_start(&scene, "+0:1 +1:1 gained");
	scene_mode(&scene, 0, POOL_DRAIN, "+0:0");
	scene.now_ns += 10 * NS_PER_SECOND;
	scene_due(&scene, "");
	assert_int_equal(scene.pool.due_ns, SCENE_START_NS + 30 * NS_PER_SECOND);
	scene_mode(&scene, 0, POOL_DRAIN, "");
	scene.now_ns += 20 * NS_PER_SECOND;
	scene_due(&scene, "-0");
	assert_int_equal(scene.pool.due_ns, 0);
	scene_mode(&scene, 0, POOL_READY, "+0:1");
}

/* One drain may have another timeout, or none. */
static void drain_with_its_own_timeout(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 1);
	scene.pool.rules.drain_timeout_ns = 30 * NS_PER_SECOND;
	scene_start(&scene, "+0:1 gained");
	scene_expect(&scene, "",
		     pool_set_drain_timeout(&scene.pool, 0, 1, scene.now_ns, &scene.out));
	scene_mode(&scene, 0, POOL_DRAIN, "+0:0 lost");
	pool_set_drain_timeout(&scene.pool, 0, 0, scene.now_ns, &scene.out);
	scene.now_ns += 60 * NS_PER_SECOND;
	scene_due(&scene, "");
	pool_set_drain_timeout(&scene.pool, 0, NS_PER_SECOND, scene.now_ns, &scene.out);
	scene.now_ns += NS_PER_SECOND;
	scene_due(&scene, "-0");
}

static void agent_undoes_only_its_own(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene_start(&scene, "+0:1 +1:1 gained");
	scene_agent(&scene, 0, "+0:0", .mode = POOL_DRAIN, .percent = 100);
	scene_mode(&scene, 0, POOL_READY, "");
	scene_agent(&scene, 0, "+0:1", .percent = 100);
	scene_mode(&scene, 0, POOL_DRAIN, "+0:0");
	scene_agent(&scene, 0, "", .percent = 100);
	scene_agent(&scene, 0, "-0", .mode = POOL_MAINTENANCE, .percent = 100);
	scene_agent(&scene, 0, "+0:0", .percent = 100);
}

static void agent_overrules_no_check(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene_start(&scene, "+0:1 +1:1 gained");
	scene_down(&scene, 0, "-0 down0");
	scene_agent(&scene, 0, "", .percent = 100);
	scene_agent(&scene, 0, "", .down = true, .percent = 100);
	scene_up(&scene, 0, "");
	scene_agent(&scene, 0, "+0:1 up0", .percent = 100);
	scene_agent(&scene, 0, "-0 down0", .down = true, .percent = 100);
	scene_agent(&scene, 0, "+0:1 up0", .percent = 100);
}

static void agent_percent(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.servers[0].rules.weight = 10;
	scene_start(&scene, "+0:10 +1:1 gained");
	scene_agent(&scene, 0, "+0:8", .percent = 75);
	scene_agent(&scene, 1, "", .percent = 1);
	scene_agent(&scene, 0, "+0:0", .percent = 0);
	scene_agent(&scene, 0, "+0:20", .percent = 200);
}

static void dynamic_weights(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.pool.rules.quorum = 5;
	scene.servers[0].rules.weight = 4;
	scene_start(&scene, "+0:4 +1:1 gained");
	scene_added(&scene, 0, 96, "+0:100");
	scene_added(&scene, 0, -1, "+0:3 lost");
	scene_added(&scene, 0, -100, "+0:0");
	scene_added(&scene, 0, INT64_MAX, "+0:2147483647 gained");
	scene_added(&scene, 0, INT64_MIN, "+0:0 lost");
	scene_down(&scene, 0, "-0 down0");
	scene_added(&scene, 0, 5, "");
	scene_up(&scene, 0, "+0:9 up0 gained");
}

/* An operator's weight replaces those of the configuration, of checks and of the agent. */
static void operators_weight(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 1);
	scene_start(&scene, "+0:1 gained");
	scene_added(&scene, 0, 9, "+0:10");
	scene_agent(&scene, 0, "+0:5", .percent = 50);
	scene_weight(&scene, 0, 7, "+0:7");
	scene_added(&scene, 0, 99, "");
	scene_agent(&scene, 0, "", .percent = 100);
	scene_weight(&scene, 0, 0, "+0:0 lost");
	scene_weight(&scene, 0, POOL_WEIGHT_CONFIGURED, "+0:100 gained");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drain),
		cmocka_unit_test(maintenance),
		cmocka_unit_test(drain_and_quorum),
		cmocka_unit_test(drain_has_an_end),
		cmocka_unit_test(drain_with_its_own_timeout),
		cmocka_unit_test(agent_undoes_only_its_own),
		cmocka_unit_test(agent_overrules_no_check),
		cmocka_unit_test(agent_percent),
		cmocka_unit_test(dynamic_weights),
		cmocka_unit_test(operators_weight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
