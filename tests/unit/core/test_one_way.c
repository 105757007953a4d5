// SPDX-License-Identifier: GPL-2.0-or-later
/* Peers that are heard, but do not hear this node: user/core/liveness.c. */
#include "tests/unit/core/liveness_scene.h"

/* Its PROBEs arrive, but are no evidence. */
static void a_node_that_does_not_hear_us_is_one_way(void **state)
{
	struct scene scene = begin();
	uint64_t now_ns;

	(void)state;
	for (now_ns = START + MS(10); now_ns < START + MS(40); now_ns += MS(10)) {
		scene.link.last_heard_ns = now_ns;
		assert_int_equal(judge(&scene, now_ns), VERDICT_UP);
		assert_int_equal(scene.peer.links[0], VERDICT_UP);
	}
	scene.link.last_heard_ns = now_ns;
	assert_int_equal(scene.due_ns, now_ns);
	assert_int_equal(judge(&scene, now_ns), VERDICT_UP);
	assert_int_equal(scene.change.link_from[0], VERDICT_UP);
	ask(&scene, 0, now_ns);
	assert_int_equal(scene.peer.verdict, VERDICT_ONE_WAY);
	assert_reason(
		&scene,
		"it was heard 0.0 ms ago, but has not heard this node for 30.0 ms; the path to it is broken");
	assert_false(scene.peer.receives_nothing);
	assert_false(should_ask(&scene, now_ns));
	/* Then it falls silent, too. */
	judge(&scene, now_ns + MS(30));
	assert_true(should_ask(&scene, now_ns + MS(30)));
	assert_int_equal(scene.peer.verdict, VERDICT_ONE_WAY);
	ask(&scene, 0, now_ns + MS(30));
	assert_int_equal(scene.peer.verdict, VERDICT_DOWN);
}

/* Since START it has not heard this node, and at now_ns it is one-way. */
static struct scene begin_one_way(uint64_t now_ns)
{
	struct scene scene = begin();

	for (uint64_t heard_ns = START + MS(10); heard_ns <= now_ns; heard_ns += MS(10)) {
		scene.link.last_heard_ns = heard_ns;
		judge(&scene, heard_ns);
	}
	assert_true(scene.peer.one_way);
	return scene;
}

static void a_node_that_hears_no_node_receives_nothing(void **state)
{
	uint64_t now_ns = START + MS(50);
	struct scene scene = begin_one_way(now_ns);

	(void)state;
	ask(&scene, 2, now_ns);
	assert_int_equal(scene.peer.verdict, VERDICT_UP);
	/* It heard other nodes a little longer. */
	answer(&scene, "node-c", START + MS(10), now_ns);
	assert_int_equal(judge(&scene, now_ns), VERDICT_UP);
	answer(&scene, "node-d", 0, now_ns);
	assert_int_equal(judge(&scene, now_ns), VERDICT_ONE_WAY);
	assert_true(scene.peer.receives_nothing);
	assert_reason(&scene, "receives nothing");
	/* Until it hears a node. */
	scene.link.last_heard_ns = now_ns + MS(100);
	judge(&scene, now_ns + MS(100));
	ask(&scene, 2, now_ns + MS(100));
	assert_true(scene.peer.receives_nothing);
	answer(&scene, "node-c", now_ns + MS(95), now_ns + MS(100));
	judge(&scene, now_ns + MS(100));
	assert_false(scene.peer.receives_nothing);
}

static void a_node_that_hears_another_is_one_way(void **state)
{
	uint64_t now_ns = START + MS(50);
	struct scene scene = begin_one_way(now_ns);

	(void)state;
	ask(&scene, 2, now_ns);
	answer(&scene, "node-c", now_ns - MS(5), now_ns);
	assert_int_equal(judge(&scene, now_ns), VERDICT_ONE_WAY);
	assert_false(scene.peer.receives_nothing);
}

static void without_answers_a_node_that_does_not_hear_us_is_one_way(void **state)
{
	uint64_t now_ns = START + MS(50);
	struct scene scene = begin_one_way(now_ns);

	(void)state;
	ask(&scene, 1, now_ns);
	assert_int_equal(scene.due_ns, now_ns + MS(25) / 2);
	scene.link.last_heard_ns = now_ns + MS(25) / 2;
	assert_int_equal(judge(&scene, now_ns + MS(25) / 2), VERDICT_ONE_WAY);
	assert_false(scene.peer.receives_nothing);
}

static void one_way_needs_more_than_a_packet(void **state)
{
	struct scene scene = begin();
	uint64_t back_ns = START + MS(500);

	(void)state;
	ask(&scene, 0, START + MS(30));
	scene.link.last_heard_ns = back_ns;
	assert_int_equal(judge(&scene, back_ns), VERDICT_DOWN);
	assert_false(should_ask(&scene, back_ns));
	scene.link.last_heard_ns = back_ns + MS(10);
	assert_int_equal(judge(&scene, back_ns + MS(29)), VERDICT_DOWN);
	evidence(&scene, back_ns + MS(29), XB_NODE_RUNNING);
	assert_int_equal(judge(&scene, back_ns + MS(30)), VERDICT_UP);
	/* Earlier times do not count. */
	scene.link.last_heard_ns = back_ns + MS(50);
	assert_int_equal(judge(&scene, back_ns + MS(50)), VERDICT_UP);
	assert_int_equal(judge(&scene, back_ns + MS(60)), VERDICT_UP);
	assert_int_equal(judge(&scene, back_ns + MS(79)), VERDICT_UP);
}

static void one_way_after_our_own_stall_does_not_count(void **state)
{
	struct scene scene = begin();

	(void)state;
	scene.after_stall = true;
	scene.link.last_heard_ns = START + MS(100);
	judge(&scene, START + MS(100));
	scene.link.last_heard_ns = START + MS(140);
	assert_int_equal(judge(&scene, START + MS(140)), VERDICT_UP);
	scene.after_stall = false;
	ask(&scene, 0, START + MS(141));
	assert_int_equal(scene.peer.verdict, VERDICT_ONE_WAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_that_does_not_hear_us_is_one_way),
		cmocka_unit_test(a_node_that_hears_no_node_receives_nothing),
		cmocka_unit_test(a_node_that_hears_another_is_one_way),
		cmocka_unit_test(without_answers_a_node_that_does_not_hear_us_is_one_way),
		cmocka_unit_test(one_way_needs_more_than_a_packet),
		cmocka_unit_test(one_way_after_our_own_stall_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
