/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Backup servers, and a sorry server that is a real server, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/core/pool/scene.h"
#include <cmocka.h>

/* Connections of a backup go on after the others are back: weight 0, no removal. */
static void serve_while_no_other_does(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 4);
	scene.servers[2].rules.backup = scene.servers[3].rules.backup = true;
	scene_start(&scene, "+0:1 +1:1 +2:0 +3:0 gained");
	scene_down(&scene, 0, "-0 down0");
	scene_down(&scene, 1, "-1 down1 +2:1 +3:1");
	scene_down(&scene, 2, "-2 down2");
	scene_up(&scene, 2, "+2:1 up2");
	scene_up(&scene, 0, "+0:1 up0 +2:0 +3:0");
	scene_mode(&scene, 0, POOL_DRAIN, "+0:0 +2:1 +3:1");
}

/* Of a larger quorum, they fill up what the others lack, with the same hysteresis. */
static void fill_up_the_quorum(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 5);
	scene.pool.rules = (struct pool_rules){.quorum = 3, .hysteresis = 1, .has_sorry = true};
	scene.servers[4].rules.backup = true;
	scene_start(&scene, "+0:1 +1:1 +2:1 +3:1 +4:0 gained");
	scene_down(&scene, 0, "-0 down0");
	scene_down(&scene, 1, "-1 down1");
	scene_down(&scene, 2, "-2 down2 +4:1");
	scene_up(&scene, 2, "+2:1 up2");
	scene_up(&scene, 1, "+1:1 up1");
	scene_up(&scene, 0, "+0:1 up0 +4:0");
	scene_down(&scene, 0, "-0 down0");
	scene_down(&scene, 1, "-1 down1");
	scene_down(&scene, 2, "-2 down2 +4:1");
	scene_down(&scene, 3, "-3 down3 -4 +s:1 lost");
}

/* At the start, and while nothing else is up yet. */
static void serve_before_alpha_servers(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.servers[0].failed_count = 1;
	scene.servers[1].rules.backup = true;
	scene_start(&scene, "+1:1 gained");
	scene_up(&scene, 0, "+0:1 up0 +1:0");
}

static void only_backups(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.servers[0].rules.backup = scene.servers[1].rules.backup = true;
	scene_start(&scene, "+0:1 +1:1 gained");
}

static void sorry_server_is_a_server(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 3);
	scene.pool.rules = (struct pool_rules){
		.quorum = 2, .has_sorry = true, .sorry_is_server = true, .sorry_server = 2};
	scene.servers[0].rules.weight = 5;
	scene.servers[2].rules.weight = 5;
	scene.pool.rules.quorum = 7;
	scene_start(&scene, "+0:5 +1:1 +2:5 gained");
	scene_down(&scene, 2, "-2 down2 -0 -1 +2:1 lost");
	scene_up(&scene, 2, "up2 +0:5 +1:1 +2:5 gained");
	scene_down(&scene, 0, "-0 down0 -1 +2:1 lost");
	scene_mode(&scene, 2, POOL_MAINTENANCE, "-2");
	scene_mode(&scene, 2, POOL_READY, "+2:1");
	scene_up(&scene, 0, "up0 +0:5 +1:1 +2:5 gained");
}

static void sorry_server_is_a_server_inhibited(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.pool.rules = (struct pool_rules){.quorum = 1,
					       .has_sorry = true,
					       .sorry_inhibit = true,
					       .sorry_is_server = true,
					       .sorry_server = 1};
	scene.servers[1].failed_count = 1;
	scene_start(&scene, "+0:1 +1:0 gained");
	scene_down(&scene, 0, "-0 down0 +1:1 lost");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(serve_while_no_other_does),
		cmocka_unit_test(fill_up_the_quorum),
		cmocka_unit_test(serve_before_alpha_servers),
		cmocka_unit_test(only_backups),
		cmocka_unit_test(sorry_server_is_a_server),
		cmocka_unit_test(sorry_server_is_a_server_inhibited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
