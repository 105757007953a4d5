/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A new configuration, and a daemon after another one: what stays keeps its state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/core/pool/scene.h"
#include <cmocka.h>

/* The pool as after a reload: the same servers and state. */
static void reload(struct scene *new, const struct scene *old)
{
	*new = *old;
	new->pool = (struct pool){
		.rules = old->pool.rules, .servers = new->servers, .count = old->pool.count};
	new->out.context = new;
	pool_inherit(&new->pool, &old->pool, true);
}

#define scene_continue(scene, expected)                                                            \
	scene_expect(scene, expected, pool_continue(&(scene)->pool, (scene)->now_ns, &(scene)->out))
#define scene_leave(scene, i, expected)                                                            \
	scene_expect(scene, expected, pool_server_leave(&(scene)->pool, i, true, &(scene)->out))

static void nothing_changes(void **state)
{
	struct scene old, new;

	(void)state;
	scene_new(&old, 3);
	old.pool.rules = (struct pool_rules){.quorum = 2, .hysteresis = 1, .has_sorry = true};
	scene_start(&old, "+0:1 +1:1 +2:1 gained");
	scene_down(&old, 0, "-0 down0");
	scene_down(&old, 1, "-1 down1");
	reload(&new, &old);
	scene_continue(&new, "");
	scene_down(&new, 2, "-2 down2 +s:1 lost");
	reload(&old, &new);
	scene_continue(&old, "");
	scene_up(&old, 0, "up0");
	scene_up(&old, 1, "up1");
	scene_up(&old, 2, "up2 -s +0:1 +1:1 +2:1 gained");
}

static void servers_come_and_go(void **state)
{
	struct pool_server_rules rules = {.weight = 3, .check_count = 1};
	struct scene old, new;

	(void)state;
	scene_new(&old, 2);
	scene_start(&old, "+0:1 +1:1 gained");
	reload(&new, &old);
	new.servers[1] = pool_server_new(&rules);
	new.servers[2] = pool_server_new(&rules);
	new.servers[2].failed_count = 1; /* alpha */
	new.pool.count = 3;
	scene_continue(&new, "+1:3");
	scene_leave(&old, 1, "-1 down1");
	scene_up(&new, 2, "+2:3 up2");
}

/* A server that is new gets its connections slowly; one that stays does not begin again. */
static void slow_start_of_new_servers(void **state)
{
	struct pool_server_rules rules = {.weight = 100, .check_count = 1};
	struct scene old, new;

	(void)state;
	scene_new(&old, 1);
	old.pool.rules.slow_start_ns = 100 * NS_PER_SECOND;
	old.servers[0] = pool_server_new(&rules);
	scene_start(&old, "+0:100 gained");
	reload(&new, &old);
	new.servers[1] = pool_server_new(&rules);
	new.pool.count = 2;
	scene_continue(&new, "+1:1");
	new.now_ns += 20 * NS_PER_SECOND;
	scene_due(&new, "+1:20");
	reload(&old, &new);
	scene_continue(&old, "");
	old.now_ns += 20 * NS_PER_SECOND;
	scene_due(&old, "+1:40");
}

static void checks_come_and_go(void **state)
{
	struct scene old, new;

	(void)state;
	scene_new(&old, 2);
	scene_start(&old, "+0:1 +1:1 gained");
	scene_down(&old, 0, "-0 down0");
	reload(&new, &old);
	new.servers[0].failed_count = 0; /* the check that failed is gone */
	new.servers[1].failed_count = 1; /* an alpha check is new */
	scene_continue(&new, "+0:1 -1 up0 down1");
}

static void weights_and_quorum_change(void **state)
{
	struct scene old, new;

	(void)state;
	scene_new(&old, 2);
	scene_start(&old, "+0:1 +1:1 gained");
	reload(&new, &old);
	new.pool.rules.quorum = 3;
	scene_continue(&new, "lost");
	reload(&old, &new);
	old.servers[0].rules.weight = 2;
	scene_continue(&old, "+0:2 gained");
}

static void sorry_server_changes(void **state)
{
	struct scene old, new;

	(void)state;
	scene_new(&old, 1);
	old.pool.rules.has_sorry = true;
	scene_start(&old, "+0:1 gained");
	scene_down(&old, 0, "-0 down0 +s:1 lost");
	reload(&new, &old);
	new.pool.sorry = (struct pool_presence){0};
	scene_expect(&old, "-s", pool_sorry_leave(&old.pool, &old.out));
	scene_continue(&new, "+s:1");
	reload(&old, &new);
	old.pool.rules.has_sorry = false;
	scene_continue(&old, "-s");
}

/* A drain goes on, with the time that it has left. */
static void drain_goes_on(void **state)
{
	struct scene old, new;

	(void)state;
	scene_new(&old, 2);
	old.pool.rules.drain_timeout_ns = 30 * NS_PER_SECOND;
	scene_start(&old, "+0:1 +1:1 gained");
	scene_mode(&old, 0, POOL_DRAIN, "+0:0");
	scene_mode(&old, 1, POOL_DRAIN, "+1:0 lost");
	pool_set_drain_timeout(&old.pool, 1, 0, old.now_ns, &old.out);
	reload(&new, &old);
	new.now_ns += 10 * NS_PER_SECOND;
	scene_continue(&new, "");
	new.now_ns += 20 * NS_PER_SECOND;
	scene_due(&new, "-0");
	reload(&old, &new);
	old.now_ns += 60 * NS_PER_SECOND;
	scene_continue(&old, "");
}

/* The next daemon finds the data plane as this one left it. */
static void next_daemon(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 3);
	scene.servers[0].reported = scene.servers[1].reported = POOL_REPORT_UP;
	scene.servers[2].reported = POOL_REPORT_DOWN;
	scene.servers[2].failed_count = 1;
	scene.servers[1].mode = POOL_DRAIN;
	scene.servers[0].in_plane = (struct pool_presence){true, 1};
	scene.servers[1].in_plane = (struct pool_presence){true, 0};
	scene.pool.started = scene.pool.quorum_up = scene.pool.active_up = true;
	scene_continue(&scene, "");
	scene_down(&scene, 0, "-0 down0 lost");
}

static void reports_at_start(void **state)
{
	struct scene scene;

	(void)state;
	scene_new(&scene, 2);
	scene.pool.rules.report_at_start = true;
	scene.servers[1].failed_count = 1;
	scene_start(&scene, "+0:1 up0 gained");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_changes),
		cmocka_unit_test(servers_come_and_go),
		cmocka_unit_test(slow_start_of_new_servers),
		cmocka_unit_test(checks_come_and_go),
		cmocka_unit_test(weights_and_quorum_change),
		cmocka_unit_test(sorry_server_changes),
		cmocka_unit_test(drain_goes_on),
		cmocka_unit_test(next_daemon),
		cmocka_unit_test(reports_at_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
