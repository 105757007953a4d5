// SPDX-License-Identifier: GPL-2.0-or-later
/* Detection arithmetic and verdicts: user/core/liveness.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <user/core/liveness.h>
#include <user/core/time.h>

#define START (1000 * NS_PER_SECOND)

static const struct liveness_timing timing = {
	.interval_ns = 10 * NS_PER_MS,
	.detection_time_ns = 30 * NS_PER_MS,
	.daemon_timeout_ns = 300 * NS_PER_MS,
};

/* One peer as a test drives it: evidence that is so old, judged now. */
struct case_row {
	const char *what;
	uint64_t age_ns[2]; /* UINT64_MAX: never */
	uint32_t daemon_age_us;
	enum xb_node_state state;
	bool may_accuse;
	enum verdict expected, link[2];
	const char *reason; /* a part of it; NULL: the verdict does not change */
};

#define NEVER UINT64_MAX
#define MS(x) ((x)*NS_PER_MS)
#define RUNS XB_NODE_RUNNING

/* Each row starts from a peer that is up on both links, 5 ms ago. */
static const struct case_row rows[] = {
	{"both fresh", {MS(4), MS(4)}, 0, RUNS, true, VERDICT_UP, {VERDICT_UP, VERDICT_UP}, NULL},
	{"just inside",
	 {MS(30) - 1, MS(4)},
	 0,
	 RUNS,
	 true,
	 VERDICT_UP,
	 {VERDICT_UP, VERDICT_UP},
	 NULL},
	{"one link lost",
	 {MS(30), MS(4)},
	 0,
	 RUNS,
	 true,
	 VERDICT_UP,
	 {VERDICT_DOWN, VERDICT_UP},
	 NULL},
	{"both lost",
	 {MS(31), MS(30)},
	 0,
	 RUNS,
	 true,
	 VERDICT_DOWN,
	 {VERDICT_DOWN, VERDICT_DOWN},
	 "no evidence on 2 links for 30.0 ms, detection time 30.0 ms"},
	{"both lost after our stall",
	 {MS(90), MS(90)},
	 0,
	 RUNS,
	 false,
	 VERDICT_UP,
	 {VERDICT_UP, VERDICT_UP},
	 NULL},
	{"daemon moves slowly",
	 {MS(4), MS(4)},
	 295000,
	 RUNS,
	 true,
	 VERDICT_UP,
	 {VERDICT_UP, VERDICT_UP},
	 NULL},
	{"daemon stands",
	 {MS(4), MS(4)},
	 296000,
	 RUNS,
	 true,
	 VERDICT_HUNG,
	 {VERDICT_UP, VERDICT_UP},
	 "daemon has not moved for 300 ms, daemon_timeout 300 ms"},
	{"daemon stands, our stall",
	 {MS(4), MS(4)},
	 296000,
	 RUNS,
	 false,
	 VERDICT_UP,
	 {VERDICT_UP, VERDICT_UP},
	 NULL},
	{"stops",
	 {MS(1), MS(1)},
	 0,
	 XB_NODE_STOPPING,
	 true,
	 VERDICT_DOWN,
	 {VERDICT_UP, VERDICT_UP},
	 "said 1.0 ms ago that it stops"},
	{"evidence stamped after now",
	 {(uint64_t)-1000, MS(4)},
	 0,
	 RUNS,
	 true,
	 VERDICT_UP,
	 {VERDICT_UP, VERDICT_UP},
	 NULL},
};

static void make_evidence(struct liveness_evidence *links, const struct case_row *row)
{
	for (size_t i = 0; i < 2; i++)
		links[i] = (struct liveness_evidence){
			.last_evidence_ns = row->age_ns[i] == NEVER ? 0 : START - row->age_ns[i],
			.daemon_age_us = row->daemon_age_us,
			.node_state = row->state,
		};
}

static void bring_up(struct liveness_peer *peer)
{
	static const struct case_row up = {.age_ns = {MS(5), MS(5)}, .state = RUNS};
	struct liveness_evidence links[2];
	struct liveness_change change;
	uint64_t due_ns;

	liveness_init(peer, START);
	assert_string_equal(peer->reason, "not heard yet");
	make_evidence(links, &up);
	liveness_judge(peer, links, 2, &timing, START, true, &due_ns, &change);
	assert_true(change.node);
	assert_int_equal(change.from, VERDICT_DOWN);
	assert_int_equal(change.links, 3);
	assert_int_equal(peer->verdict, VERDICT_UP);
	assert_int_equal(due_ns, START + MS(25));
}

static void judges_by_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct case_row *row = &rows[i];
		struct liveness_evidence links[2];
		struct liveness_change change;
		struct liveness_peer peer;
		uint64_t due_ns;

		print_message("  %s\n", row->what);
		bring_up(&peer);
		make_evidence(links, row);
		liveness_judge(&peer, links, 2, &timing, START, row->may_accuse, &due_ns, &change);
		assert_int_equal(peer.verdict, row->expected);
		assert_int_equal(peer.links[0], row->link[0]);
		assert_int_equal(peer.links[1], row->link[1]);
		assert_int_equal(change.node, row->reason != NULL);
		if (row->reason)
			assert_non_null(strstr(peer.reason, row->reason));
	}
}

static void never_heard_stays_down(void **state)
{
	struct liveness_evidence links[1] = {{0}};
	struct liveness_change change;
	struct liveness_peer peer;
	uint64_t due_ns;

	(void)state;
	liveness_init(&peer, START);
	liveness_judge(&peer, links, 1, &timing, START + MS(1000), true, &due_ns, &change);
	assert_false(change.node);
	assert_int_equal(change.links, 0);
	assert_int_equal(due_ns, UINT64_MAX);
	assert_int_equal(liveness_daemon_age_ns(links, 1, START), UINT64_MAX);
}

static void hung_recovers(void **state)
{
	static const struct case_row stands = {
		.age_ns = {MS(1), MS(1)}, .daemon_age_us = 400000, .state = RUNS};
	static const struct case_row moves = {.age_ns = {MS(1), MS(1)}, .state = RUNS};
	struct liveness_evidence links[2];
	struct liveness_change change;
	struct liveness_peer peer;
	uint64_t due_ns;

	(void)state;
	bring_up(&peer);
	make_evidence(links, &stands);
	liveness_judge(&peer, links, 2, &timing, START, true, &due_ns, &change);
	assert_int_equal(peer.verdict, VERDICT_HUNG);
	make_evidence(links, &moves);
	liveness_judge(&peer, links, 2, &timing, START, false, &due_ns, &change);
	assert_int_equal(peer.verdict, VERDICT_UP);
	assert_int_equal(change.from, VERDICT_HUNG);
}

/* The next time something can get worse is the earliest of all deadlines. */
static void next_due_is_the_daemons(void **state)
{
	static const struct case_row row = {
		.age_ns = {0, 0}, .daemon_age_us = 290000, .state = RUNS};
	struct liveness_evidence links[2];
	struct liveness_change change;
	struct liveness_peer peer;
	uint64_t due_ns;

	(void)state;
	bring_up(&peer);
	make_evidence(links, &row);
	liveness_judge(&peer, links, 2, &timing, START, true, &due_ns, &change);
	assert_int_equal(due_ns, START + MS(10));
}

static void own_stall_accuses_nobody(void **state)
{
	struct stall_watch watch = {0};

	(void)state;
	assert_true(stall_watch_may_accuse(&watch, START));
	assert_int_equal(stall_watch_tick(&watch, &timing, START, START + MS(10)), 0);
	assert_true(stall_watch_may_accuse(&watch, START + MS(10)));
	assert_int_equal(stall_watch_tick(&watch, &timing, START, START + MS(2000)), MS(2000));
	assert_false(stall_watch_may_accuse(&watch, START + MS(2029)));
	assert_true(stall_watch_may_accuse(&watch, START + MS(2030)));
	assert_int_equal(stall_watch_tick(&watch, &timing, START + MS(3000), START + MS(2999)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_by_the_table),
		cmocka_unit_test(never_heard_stays_down),
		cmocka_unit_test(hung_recovers),
		cmocka_unit_test(next_due_is_the_daemons),
		cmocka_unit_test(own_stall_accuses_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
