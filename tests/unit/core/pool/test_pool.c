/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers, quorum and the sorry server: keepalived's decisions, and their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/core/pool/scene.h"
#include <cmocka.h>

static void servers_come_and_go(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene_start(&scene, "+0:1 +1:1 gained");
	scene_down(&scene, 0, "-0 down0");
	scene_up(&scene, 0, "+0:1 up0");
	scene_down(&scene, 1, "-1 down1");
	scene_down(&scene, 0, "-0 down0 lost");
	scene_up(&scene, 1, "+1:1 up1 gained");
}

static void all_checks_must_be_good(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 1);
	scene.servers[0].rules.check_count = 3;
	scene_start(&scene, "+0:1 gained");
	scene_down(&scene, 0, "-0 down0 lost");
	scene_down(&scene, 0, "");
	scene_up(&scene, 0, "");
	scene_up(&scene, 0, "+0:1 up0 gained");
}

static void alpha(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.servers[0].failed_count = scene.servers[1].failed_count = 1;
	scene_start(&scene, "");
	scene_expect(&scene, "down0", pool_check_confirmed(&scene.pool, 0, &scene.out));
	scene_expect(&scene, "", pool_check_confirmed(&scene.pool, 0, &scene.out));
	scene_up(&scene, 1, "+1:1 up1 gained");
	scene_up(&scene, 0, "+0:1 up0");
}

static void note_first(void *context, const struct pool_action *action)
{
	*(bool *)context = action->first;
}

/* What follows a first report is a change, a first one may be none. */
static void first_reports(void **state)
{
	struct scene scene;
	bool first = false;

	(void)state;
	scene_new(&scene, 1);
	scene.servers[0].failed_count = 1;
	scene_start(&scene, "");
	scene.out = (struct pool_out){.act = note_first, .context = &first};
	pool_check_confirmed(&scene.pool, 0, &scene.out);
	assert_true(first);
	scene.pool.rules.quorum = 2; /* no report of it follows */
	pool_check_changed(&scene.pool, 0, true, scene.now_ns, &scene.out);
	assert_false(first);
}

static void quorum_and_hysteresis(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 6);
	scene.pool.rules.quorum = 4;
	scene.pool.rules.hysteresis = 1;
	scene.servers[5].failed_count = 1;
	scene_start(&scene, "+0:1 +1:1 +2:1 +3:1 +4:1 gained");
	scene_down(&scene, 0, "-0 down0");
	scene_down(&scene, 1, "-1 down1");
	scene_down(&scene, 2, "-2 down2 lost");
	scene_up(&scene, 2, "+2:1 up2");
	scene_up(&scene, 1, "+1:1 up1");
	scene_up(&scene, 0, "+0:1 up0 gained");
}

static void too_little_at_start(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.pool.rules.quorum = 3;
	scene_start(&scene, "+0:1 +1:1");
	scene_new(&scene, 2);
	scene.pool.rules.quorum = 3;
	scene.pool.rules.has_sorry = true;
	scene_start(&scene, "+s:1 lost");
}

static void sorry_server(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 3);
	scene.pool.rules = (struct pool_rules){.quorum = 2, .has_sorry = true};
	scene_start(&scene, "+0:1 +1:1 +2:1 gained");
	scene_down(&scene, 0, "-0 down0");
	scene_down(&scene, 1, "-1 down1 -2 +s:1 lost");
	scene_down(&scene, 2, "down2");
	scene_up(&scene, 0, "up0");
	scene_expect(&scene, "", pool_weight_added(&scene.pool, 0, 0, scene.now_ns, &scene.out));
	scene_expect(&scene, "-s +0:3 gained",
		     pool_weight_added(&scene.pool, 0, 2, scene.now_ns, &scene.out));
}

static void inhibit(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.pool.rules.has_sorry = scene.pool.rules.sorry_inhibit = true;
	scene.servers[0].rules.inhibit = true;
	scene.servers[0].failed_count = 1;
	scene_start(&scene, "+s:0 +0:0 +1:1 gained");
	scene_up(&scene, 0, "+0:1 up0");
	scene_down(&scene, 0, "+0:0 down0");
	scene_down(&scene, 1, "-1 down1 +s:1 lost");
	scene_up(&scene, 1, "up1 +s:0 +1:1 gained");
	scene_expect(&scene, "-0 -1 -s", pool_stop(&scene.pool, false, &scene.out));
}

static void inhibit_under_the_sorry_server(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.pool.rules = (struct pool_rules){.quorum = 2, .has_sorry = true};
	scene.servers[0].rules.inhibit = scene.servers[1].rules.inhibit = true;
	scene_start(&scene, "+0:1 +1:1 gained");
	scene_down(&scene, 0, "+0:0 down0 +1:0 +s:1 lost");
	scene_up(&scene, 0, "up0 -s +0:1 +1:1 gained");
}

static void omega(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 3);
	scene_start(&scene, "+0:1 +1:1 +2:1 gained");
	scene_down(&scene, 1, "-1 down1");
	scene_expect(&scene, "-0 down0 -2 down2 lost", pool_stop(&scene.pool, true, &scene.out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_come_and_go),
		cmocka_unit_test(all_checks_must_be_good),
		cmocka_unit_test(alpha),
		cmocka_unit_test(first_reports),
		cmocka_unit_test(quorum_and_hysteresis),
		cmocka_unit_test(too_little_at_start),
		cmocka_unit_test(sorry_server),
		cmocka_unit_test(inhibit),
		cmocka_unit_test(inhibit_under_the_sorry_server),
		cmocka_unit_test(omega),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
