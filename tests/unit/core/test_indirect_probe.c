// SPDX-License-Identifier: GPL-2.0-or-later
/* Whether silent peers are dead or unreachable, by the answers to indirect probes:
 * user/core/liveness.c, indirect_probe.c. */
#include "tests/unit/core/liveness_scene.h"

#define NEVER UINT64_MAX
#define RESPONDENTS 3

/* The delays after which other nodes last heard it, from when this node did; the answers come 200
 * us after the indirect probe at 30 ms. */
struct answers {
	const char *what;
	uint64_t later_ns[RESPONDENTS]; /* NEVER: does not answer */
	unsigned never_count; /* the first ones of them that have never heard it */
	enum verdict expected;
	bool waits; /* for the missing answers, which do not come */
	const char *reason;
};

static const struct answers rounds[] = {
	{"a death at the same phase",
	 {0, 0, 0},
	 .expected = VERDICT_DOWN,
	 .reason = "b, c and 1 more last heard it 30.2 ms ago"},
	{"a death at all phases",
	 {0, MS(3), MS(10)},
	 .expected = VERDICT_DOWN,
	 .reason = "last heard it 20.2 ms ago"},
	{"a death at the opposite phase of one", {MS(10), 0, 0}, .expected = VERDICT_DOWN},
	{"a death at the opposite phase after a tick that was late",
	 {MS(12), 0, 0},
	 .expected = VERDICT_DOWN},
	{"no other node ever heard it",
	 {0, 0, 0},
	 .never_count = 3,
	 .expected = VERDICT_DOWN,
	 .reason = "b, c and 1 more never heard it"},
	{"one hears it",
	 {0, MS(26), 0},
	 .expected = VERDICT_UNREACHABLE,
	 .reason = "; c heard it 4.2 ms ago: the path between it and this node is broken"},
	{"all hear it", {MS(22), MS(26), MS(28)}, .expected = VERDICT_UNREACHABLE},
	{"one hears it, at the worst phase", {0, 0, MS(20)}, .expected = VERDICT_UNREACHABLE},
	{"one hears it, the others do not answer",
	 {MS(26), NEVER, NEVER},
	 .expected = VERDICT_UNREACHABLE,
	 .reason = "b heard it"},
	{"one does not answer",
	 {0, MS(4), NEVER},
	 .expected = VERDICT_DOWN,
	 .waits = true,
	 .reason = "b and c last heard it 38.5 ms ago"},
	{"no node answers",
	 {NEVER, NEVER, NEVER},
	 .expected = VERDICT_DOWN,
	 .waits = true,
	 .reason = "3 other nodes, asked 12.5 ms ago, did not answer"},
};

static void judges_answers_by_the_table(void **state)
{
	static const char *const names[RESPONDENTS] = {"b", "c", "d"};

	(void)state;
	for (size_t i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		const struct answers *row = &rounds[i];
		struct scene scene = begin();
		uint64_t asked_ns = START + MS(30), arrival_ns = asked_ns + 200000;

		print_message("  %s\n", row->what);
		ask(&scene, RESPONDENTS, asked_ns);
		assert_int_equal(scene.peer.verdict, VERDICT_UP);
		for (unsigned j = 0; j < RESPONDENTS; j++)
			if (row->later_ns[j] != NEVER)
				answer(&scene, names[j],
				       j < row->never_count ? 0 : START + row->later_ns[j],
				       arrival_ns);
		if (row->waits) {
			assert_int_equal(scene.peer.verdict, VERDICT_UP);
			assert_int_equal(scene.due_ns, asked_ns + MS(12) + 500000);
			judge(&scene, scene.due_ns);
		}
		assert_int_equal(scene.peer.verdict, row->expected);
		assert_reason(&scene, "silent for ");
		if (row->reason)
			assert_reason(&scene, row->reason);
	}
}

static void does_not_wait_for_silent_nodes(void **state)
{
	struct scene scene = begin();

	(void)state;
	ask(&scene, 2, START + MS(30));
	answer(&scene, "b", START, START + MS(31));
	assert_int_equal(scene.peer.verdict, VERDICT_UP);
	scene.indirect.lost_count = 1;
	assert_int_equal(judge(&scene, START + MS(32)), VERDICT_DOWN);
}

static void without_other_nodes_there_is_no_wait(void **state)
{
	struct scene scene = begin();

	(void)state;
	ask(&scene, 0, START + MS(30));
	assert_int_equal(scene.peer.verdict, VERDICT_DOWN);
	assert_string_equal(scene.peer.reason, "silent for 30.0 ms on 1 link, limit 30.0 ms");
}

/* Later, the phase at its death no longer matters: it is alive if another node heard it within the
 * detection time. */
static void probes_again_and_changes_the_verdict(void **state)
{
	struct scene scene = begin();
	uint64_t now_ns = START + MS(30);

	(void)state;
	ask(&scene, 1, now_ns);
	answer(&scene, "b", now_ns - MS(4), now_ns);
	assert_int_equal(scene.peer.verdict, VERDICT_UNREACHABLE);
	assert_false(should_ask(&scene, now_ns + MS(99)));
	assert_int_equal(judge(&scene, now_ns + MS(99)), VERDICT_UNREACHABLE);
	now_ns += MS(100);
	ask(&scene, 1, now_ns);
	assert_int_equal(scene.peer.verdict, VERDICT_UNREACHABLE);
	answer(&scene, "b", now_ns - MS(104), now_ns);
	assert_int_equal(scene.peer.verdict, VERDICT_DOWN);
	assert_int_equal(scene.change.from, VERDICT_UNREACHABLE);
	now_ns += MS(100);
	ask(&scene, 1, now_ns);
	answer(&scene, "b", now_ns - MS(29), now_ns);
	assert_int_equal(scene.peer.verdict, VERDICT_UNREACHABLE);
	evidence(&scene, now_ns + MS(1), XB_NODE_RUNNING);
	assert_int_equal(judge(&scene, now_ns + MS(1)), VERDICT_UP);
	assert_false(should_ask(&scene, now_ns + MS(1)));
}

static void probes_for_a_node_never_heard(void **state)
{
	struct scene scene = {0};

	(void)state;
	liveness_init(&scene.peer, START);
	ask(&scene, 1, START);
	answer(&scene, "b", START - MS(2), START);
	assert_int_equal(scene.peer.verdict, VERDICT_UNREACHABLE);
	assert_reason(&scene, "not heard yet; b heard it 2.0 ms ago");
}

static void sends_no_probe_after_its_own_stall(void **state)
{
	struct scene scene = begin();

	(void)state;
	scene.after_stall = true;
	assert_int_equal(judge(&scene, START + MS(500)), VERDICT_UP);
	assert_false(should_ask(&scene, START + MS(500)));
	scene.after_stall = false;
	judge(&scene, START + MS(530));
	assert_true(should_ask(&scene, START + MS(530)));
}

static void a_stopping_node_needs_no_probe(void **state)
{
	struct scene scene = begin();

	(void)state;
	evidence(&scene, START + MS(5), XB_NODE_STOPPING);
	assert_int_equal(judge(&scene, START + MS(5)), VERDICT_RELEASED);
	assert_int_equal(judge(&scene, START + MS(5000)), VERDICT_RELEASED);
	assert_false(should_ask(&scene, START + MS(5000)));
	evidence(&scene, START + MS(6000), XB_NODE_RUNNING);
	assert_int_equal(judge(&scene, START + MS(6000)), VERDICT_UP);
}

static void a_dead_daemon_has_a_grace(void **state)
{
	struct scene scene = begin();
	uint64_t died_ns = START + MS(5);

	(void)state;
	evidence(&scene, died_ns, XB_NODE_DEAD);
	assert_int_equal(judge(&scene, died_ns + MS(1)), VERDICT_UP);
	assert_true(scene.change.daemon);
	assert_string_equal(scene.change.daemon_reason,
			    "its kernel reported 1.0 ms ago that its daemon died");
	for (uint64_t after_ns = MS(10); after_ns < MS(100); after_ns += MS(10)) {
		evidence(&scene, died_ns + after_ns, XB_NODE_DEAD);
		assert_int_equal(judge(&scene, died_ns + after_ns), VERDICT_UP);
		assert_false(scene.change.daemon);
	}
	assert_int_equal(scene.due_ns, died_ns + MS(100));
	assert_int_equal(judge(&scene, scene.due_ns), VERDICT_HUNG);
	assert_reason(&scene,
		      "its daemon died 100 ms ago and is not running again (restart_grace 100 ms)");
	evidence(&scene, died_ns + MS(120), XB_NODE_RUNNING);
	assert_int_equal(judge(&scene, died_ns + MS(120)), VERDICT_UP);
	assert_true(scene.change.daemon);
	assert_string_equal(scene.change.daemon_reason, "it is running again after 120.0 ms");
}

/* An answer from before the restart may arrive after the daemon's first message. */
static void a_reordered_answer_reports_no_second_death(void **state)
{
	struct scene scene = begin();
	uint64_t died_ns = START + MS(5), back_ns = died_ns + MS(80);

	(void)state;
	evidence(&scene, died_ns, XB_NODE_DEAD);
	judge(&scene, died_ns);
	evidence(&scene, back_ns, XB_NODE_RUNNING);
	judge(&scene, back_ns);
	assert_true(scene.change.daemon);
	evidence(&scene, back_ns + MS(1), XB_NODE_DEAD);
	scene.link.daemon_age_us = 86 * 1000;
	assert_int_equal(judge(&scene, back_ns + MS(1)), VERDICT_UP);
	assert_false(scene.change.daemon);
	/* The restarted daemon dies as well. */
	evidence(&scene, back_ns + MS(10), XB_NODE_DEAD);
	scene.link.daemon_age_us = 9 * 1000;
	judge(&scene, back_ns + MS(10));
	assert_true(scene.change.daemon);
	assert_true(scene.peer.died_ns == back_ns + MS(10));
}

/* Each letter is another node: u is heard, s is silent, r reported that it stops and is silent. */
static const struct {
	const char *nodes;
	bool isolated;
} companies[] = {
	{"", false},	{"s", false},  {"u", false},  {"ss", true},  {"us", false}, {"sss", true},
	{"ssu", false}, {"sr", false}, {"ssr", true}, {"rr", false}, {"r", false},
};

static void isolated_by_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(companies) / sizeof(companies[0]); i++) {
		struct liveness_census census = {0};

		print_message("  '%s'\n", companies[i].nodes);
		for (const char *node = companies[i].nodes; *node; node++) {
			struct liveness_peer peer = {.silent = *node != 'u', .stops = *node == 'r'};

			liveness_census_add(&census, &peer);
		}
		assert_int_equal(liveness_isolated(&census), companies[i].isolated);
	}
}

/* The second falls silent while indirect probes for the first are pending: this node cannot know
 * that either is dead. */
static void isolation_is_in_the_reason(void **state)
{
	struct scene scene = begin();

	(void)state;
	ask(&scene, 1, START + MS(30));
	assert_int_equal(scene.peer.verdict, VERDICT_UP);
	scene.indirect.lost_count = 1;
	scene.isolated = true;
	assert_int_equal(judge(&scene, START + MS(38)), VERDICT_DOWN);
	assert_reason(&scene, "; no other node is heard either: this node may be cut off");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_answers_by_the_table),
		cmocka_unit_test(does_not_wait_for_silent_nodes),
		cmocka_unit_test(without_other_nodes_there_is_no_wait),
		cmocka_unit_test(probes_again_and_changes_the_verdict),
		cmocka_unit_test(probes_for_a_node_never_heard),
		cmocka_unit_test(sends_no_probe_after_its_own_stall),
		cmocka_unit_test(a_stopping_node_needs_no_probe),
		cmocka_unit_test(a_dead_daemon_has_a_grace),
		cmocka_unit_test(a_reordered_answer_reports_no_second_death),
		cmocka_unit_test(isolated_by_the_table),
		cmocka_unit_test(isolation_is_in_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
