/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slow start: which servers begin with 1 % of their weight, and how it grows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/core/pool/scene.h"
#include <cmocka.h>

#define SLOW_NS (100 * NS_PER_SECOND)

static void slow(struct scene *scene, size_t count, int64_t weight)
{
	scene_new(scene, count);
	scene->pool.rules.slow_start_ns = SLOW_NS;
	for (size_t i = 0; i < count; i++)
		scene->servers[i].rules.weight = weight;
}

/* Two servers, of which the first starts slowly. */
static void back_after_a_failure(struct scene *scene)
{
	slow(scene, 2, 100);
	scene_start(scene, "+0:100 +1:100 gained");
	scene_due(scene, "");
	scene_down(scene, 0, "-0 down0");
	scene_up(scene, 0, "+0:1 up0");
}

static void begins_after_a_failure(void **state)
{
	struct scene scene;

	(void)state;
	back_after_a_failure(&scene);
	scene_due(&scene, "");
	assert_int_equal(scene.pool.due_ns, scene.now_ns + 2 * NS_PER_SECOND);
	scene.now_ns += 50 * NS_PER_SECOND;
	scene_due(&scene, "+0:50");
	assert_int_equal(scene.pool.due_ns, scene.now_ns + NS_PER_SECOND);
	scene.now_ns += 49 * NS_PER_SECOND + NS_PER_SECOND / 2;
	scene_due(&scene, "+0:99");
	scene.now_ns += NS_PER_SECOND / 2;
	scene_due(&scene, "+0:100");
	assert_int_equal(scene.pool.due_ns, 0);
}

/* Each call comes exactly when it is due: every percent is seen once. */
static void every_step(void **state)
{
	struct scene scene;
	unsigned steps = 0;

	(void)state;
	slow(&scene, 2, 1000);
	scene_start(&scene, "+0:1000 +1:1000 gained");
	scene_down(&scene, 1, "-1 down1");
	scene_up(&scene, 1, "+1:10 up1");
	for (uint64_t due_ns; (due_ns = pool_due(&scene.pool, scene.now_ns, &scene.out)); steps++)
		scene.now_ns = due_ns;
	assert_int_equal(steps, 99);
	assert_int_equal(scene.servers[1].in_plane.weight, 1000);
	assert_int_equal(scene.now_ns, SCENE_START_NS + SLOW_NS);
}

static void not_at_program_start(void **state)
{
	struct scene scene;

	(void)state;
	slow(&scene, 3, 100);
	scene.servers[1].failed_count = scene.servers[2].failed_count = 1;
	scene_start(&scene, "+0:100 gained");
	scene_up(&scene, 1, "+1:100 up1");
	/* this one was down before it came */
	scene_expect(&scene, "down2", pool_check_confirmed(&scene.pool, 2, &scene.out));
	scene_up(&scene, 2, "+2:1 up2");
}

static void after_maintenance_and_drain(void **state)
{
	struct scene scene;

	(void)state;
	slow(&scene, 2, 100);
	scene_start(&scene, "+0:100 +1:100 gained");
	scene_mode(&scene, 0, POOL_MAINTENANCE, "-0");
	scene_mode(&scene, 0, POOL_READY, "+0:1");
	scene_mode(&scene, 1, POOL_DRAIN, "+1:0");
	scene_mode(&scene, 1, POOL_READY, "+1:1");
}

/* The quorum counts the full weight: a slow start brings no sorry server. */
static void counts_in_full(void **state)
{
	struct scene scene;

	(void)state;
	slow(&scene, 2, 100);
	scene.pool.rules.quorum = 150;
	scene.pool.rules.has_sorry = true;
	scene_start(&scene, "+0:100 +1:100 gained");
	scene_down(&scene, 0, "-0 down0 -1 +s:1 lost");
	scene_up(&scene, 0, "up0 -s +0:1 +1:100 gained");
	assert_int_equal(pool_alive_weight(&scene.pool), 200);
}

static void failure_ends_it(void **state)
{
	struct scene scene;

	(void)state;
	back_after_a_failure(&scene);
	scene.now_ns += 10 * NS_PER_SECOND;
	scene_down(&scene, 0, "-0 down0");
	scene_due(&scene, "");
	assert_int_equal(scene.pool.due_ns, 0);
	scene_up(&scene, 0, "+0:1 up0");
}

/* A weight that changes meanwhile takes effect in proportion. */
static void weight_changes_meanwhile(void **state)
{
	struct scene scene;

	(void)state;
	back_after_a_failure(&scene);
	scene.now_ns += 50 * NS_PER_SECOND;
	scene_expect(&scene, "+0:100",
		     pool_set_weight(&scene.pool, 0, 200, scene.now_ns, &scene.out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_after_a_failure),
		cmocka_unit_test(every_step),
		cmocka_unit_test(not_at_program_start),
		cmocka_unit_test(after_maintenance_and_drain),
		cmocka_unit_test(counts_in_full),
		cmocka_unit_test(failure_ends_it),
		cmocka_unit_test(weight_changes_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
