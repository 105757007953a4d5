// SPDX-License-Identifier: GPL-2.0-or-later
/* Detection arithmetic and verdicts: user/core/liveness.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/liveness.h"
#include "user/lib/time.h"
#include <cmocka.h>
#include <string.h>

#define START (1000 * NS_PER_SECOND)

static const struct liveness_timing timing = {
	.interval_ns = 10 * NS_PER_MS,
	.detection_time_ns = 30 * NS_PER_MS,
	.daemon_timeout_ns = 300 * NS_PER_MS,
	.restart_grace_ns = 100 * NS_PER_MS,
	.unanswered_max = 6,
};

/* No other node can be asked, so no answer is pending. */
static const struct indirect_probe no_other_nodes = {.asked_ns = START};

static void judge(struct liveness_peer *peer, const struct liveness_evidence *links,
		  size_t link_count, uint64_t now_ns, bool may_accuse, uint64_t *due_ns,
		  struct liveness_change *change)
{
	struct liveness_judgement judgement = {
		.peer = peer,
		.timing = &timing,
		.links = links,
		.link_count = link_count,
		.now_ns = now_ns,
		.may_accuse = may_accuse,
		.indirect = &no_other_nodes,
	};

	liveness_judge_links(&judgement);
	liveness_judge_node(&judgement);
	*due_ns = judgement.next_due_ns;
	*change = judgement.change;
}

#define MS(x) ((x)*NS_PER_MS)
#define NEVER UINT64_MAX
#define BOTH_UP                                                                                    \
	{                                                                                          \
		VERDICT_UP, VERDICT_UP                                                             \
	}

/* A peer that was up on both links, and its condition when it is judged again. */
struct case_row {
	const char *what;
	uint64_t age_ns[2]; /* of the evidence; NEVER: no evidence */
	uint32_t daemon_age_us;
	uint32_t unanswered_count;
	enum xb_node_state reported; /* STARTING here means RUNNING */
	bool fenced;
	bool after_stall; /* of this node */
	enum verdict expected, link[2];
	const char *reason; /* a part of the text; NULL: the verdict does not change */
};

static const struct case_row rows[] = {
	{.what = "both fresh", .age_ns = {MS(4), MS(4)}, .expected = VERDICT_UP, .link = BOTH_UP},
	{.what = "just inside",
	 .age_ns = {MS(30) - 1, MS(4)},
	 .expected = VERDICT_UP,
	 .link = BOTH_UP},
	{.what = "one link lost",
	 .age_ns = {MS(30), MS(4)},
	 .expected = VERDICT_UP,
	 .link = {VERDICT_DOWN, VERDICT_UP}},
	{.what = "one link was never heard",
	 .age_ns = {MS(4), NEVER},
	 .expected = VERDICT_UP,
	 .link = {VERDICT_UP, VERDICT_DOWN}},
	{.what = "both lost",
	 .age_ns = {MS(31), MS(30)},
	 .expected = VERDICT_DOWN,
	 .link = {VERDICT_DOWN, VERDICT_DOWN},
	 .reason = "silent for 30.0 ms on 2 links, limit 30.0 ms"},
	{.what = "both lost after our stall",
	 .age_ns = {MS(90), MS(90)},
	 .unanswered_count = 5,
	 .after_stall = true,
	 .expected = VERDICT_UP,
	 .link = BOTH_UP},
	{.what = "both lost, and our stall is no excuse",
	 .age_ns = {MS(90), MS(90)},
	 .unanswered_count = 6,
	 .after_stall = true,
	 .expected = VERDICT_DOWN,
	 .link = {VERDICT_DOWN, VERDICT_DOWN},
	 .reason = "silent for 90.0 ms on 2 links"},
	{.what = "daemon makes slow progress",
	 .age_ns = {MS(4), MS(4)},
	 .daemon_age_us = 295000,
	 .expected = VERDICT_UP,
	 .link = BOTH_UP},
	{.what = "daemon stalls",
	 .age_ns = {MS(4), MS(4)},
	 .daemon_age_us = 296000,
	 .expected = VERDICT_HUNG,
	 .link = BOTH_UP,
	 .reason = "daemon has made no progress for 300 ms (daemon_timeout 300 ms)"},
	{.what = "daemon stalls after our stall: both may have stalled together",
	 .age_ns = {MS(4), MS(4)},
	 .daemon_age_us = 296000,
	 .after_stall = true,
	 .expected = VERDICT_UP,
	 .link = BOTH_UP},
	{.what = "old evidence after our stall does not show that the daemon hangs",
	 .age_ns = {MS(2000), MS(2000)},
	 .after_stall = true,
	 .expected = VERDICT_UP,
	 .link = BOTH_UP},
	{.what = "stops",
	 .age_ns = {MS(1), MS(1)},
	 .reported = XB_NODE_STOPPING,
	 .expected = VERDICT_RELEASED,
	 .link = BOTH_UP,
	 .reason = "announced 1.0 ms ago that it stops"},
	{.what = "stopped",
	 .age_ns = {MS(90), MS(90)},
	 .reported = XB_NODE_STOPPING,
	 .expected = VERDICT_RELEASED,
	 .link = {VERDICT_DOWN, VERDICT_DOWN},
	 .reason = "announced 90.0 ms ago that it stops"},
	{.what = "may have stopped, but our stall hides what came after",
	 .age_ns = {MS(90), MS(90)},
	 .reported = XB_NODE_STOPPING,
	 .after_stall = true,
	 .expected = VERDICT_UP,
	 .link = BOTH_UP},
	{.what = "fenced, which is reported before its daemon counts as hung",
	 .age_ns = {MS(1), MS(2)},
	 .daemon_age_us = 100000,
	 .fenced = true,
	 .expected = VERDICT_FENCED,
	 .link = BOTH_UP,
	 .reason =
		 "its kernel answers (1.0 ms ago) and has fenced addresses; its daemon has made no progress for 101 ms"},
	{.what = "fenced, on its last good link",
	 .age_ns = {MS(90), MS(2)},
	 .daemon_age_us = 400000,
	 .fenced = true,
	 .expected = VERDICT_FENCED,
	 .link = {VERDICT_DOWN, VERDICT_UP},
	 .reason = "fenced"},
	{.what = "stops, and what it held is fenced",
	 .age_ns = {MS(1), MS(2)},
	 .reported = XB_NODE_STOPPING,
	 .fenced = true,
	 .expected = VERDICT_RELEASED,
	 .link = BOTH_UP,
	 .reason = "stops"},
	{.what = "its daemon has just died",
	 .age_ns = {MS(1), MS(2)},
	 .reported = XB_NODE_DEAD,
	 .expected = VERDICT_UP,
	 .link = BOTH_UP},
	{.what = "its daemon died, and was late before",
	 .age_ns = {MS(1), MS(2)},
	 .daemon_age_us = 300000,
	 .reported = XB_NODE_DEAD,
	 .expected = VERDICT_HUNG,
	 .link = BOTH_UP,
	 .reason = "its daemon died 1 ms ago and last made progress 301 ms ago"},
	{.what = "evidence stamped after now",
	 .age_ns = {(uint64_t)-1000, MS(4)},
	 .expected = VERDICT_UP,
	 .link = BOTH_UP},
};

static void make_evidence(struct liveness_evidence *links, const struct case_row *row)
{
	for (size_t i = 0; i < 2; i++)
		links[i] = (struct liveness_evidence){
			.last_evidence_ns = row->age_ns[i] == NEVER ? 0 : START - row->age_ns[i],
			.daemon_age_us = row->daemon_age_us,
			.unanswered_count = row->unanswered_count,
			.node_state = row->reported ? row->reported : XB_NODE_RUNNING,
			.fenced = row->fenced,
		};
}

static void bring_up(struct liveness_peer *peer)
{
	static const struct case_row up = {.age_ns = {MS(5), MS(5)}};
	struct liveness_evidence links[2];
	struct liveness_change change;
	uint64_t due_ns;

	liveness_init(peer, START);
	assert_string_equal(peer->reason, "not heard yet");
	make_evidence(links, &up);
	judge(peer, links, 2, START, true, &due_ns, &change);
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
		judge(&peer, links, 2, START, !row->after_stall, &due_ns, &change);
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
	judge(&peer, links, 1, START + MS(1000), true, &due_ns, &change);
	assert_false(change.node);
	assert_int_equal(change.links, 0);
	assert_int_equal(due_ns, UINT64_MAX);
	assert_int_equal(liveness_daemon_age_ns(links, 1, START), UINT64_MAX);
}

static void a_link_changes_alone(void **state)
{
	static const struct case_row cut = {.age_ns = {MS(40), MS(4)}};
	struct liveness_evidence links[2];
	struct liveness_change change;
	struct liveness_peer peer;
	uint64_t due_ns;

	(void)state;
	bring_up(&peer);
	make_evidence(links, &cut);
	judge(&peer, links, 2, START + MS(10), true, &due_ns, &change);
	assert_int_equal(change.links, 1);
	assert_int_equal(peer.link_since_ns[0], START + MS(10));
	assert_int_equal(peer.link_since_ns[1], START);
	assert_int_equal(peer.since_ns, START);
}

static void hung_recovers(void **state)
{
	static const struct case_row stands = {.age_ns = {MS(1), MS(1)}, .daemon_age_us = 400000};
	static const struct case_row moves = {.age_ns = {MS(1), MS(1)}};
	struct liveness_evidence links[2];
	struct liveness_change change;
	struct liveness_peer peer;
	uint64_t due_ns;

	(void)state;
	bring_up(&peer);
	make_evidence(links, &stands);
	judge(&peer, links, 2, START, true, &due_ns, &change);
	assert_int_equal(peer.verdict, VERDICT_HUNG);
	make_evidence(links, &moves);
	judge(&peer, links, 2, START, false, &due_ns, &change);
	assert_int_equal(peer.verdict, VERDICT_UP);
	assert_int_equal(change.from, VERDICT_HUNG);
}

/* The next time at which a verdict can get worse is the earliest of all deadlines. */
static void next_due_is_the_daemons(void **state)
{
	static const struct case_row row = {.age_ns = {0, 0}, .daemon_age_us = 290000};
	struct liveness_evidence links[2];
	struct liveness_change change;
	struct liveness_peer peer;
	uint64_t due_ns;

	(void)state;
	bring_up(&peer);
	make_evidence(links, &row);
	judge(&peer, links, 2, START, true, &due_ns, &change);
	assert_int_equal(due_ns, START + MS(10));
}

/* A hung peer whose evidence aged during our own stall remains hung. */
static void hung_stays_hung_after_our_stall(void **state)
{
	static const struct case_row stands = {.age_ns = {MS(1), MS(1)}, .daemon_age_us = 400000};
	static const struct case_row old = {.age_ns = {MS(90), MS(90)}, .daemon_age_us = 400000};
	struct liveness_evidence links[2];
	struct liveness_change change;
	struct liveness_peer peer;
	uint64_t due_ns;

	(void)state;
	bring_up(&peer);
	make_evidence(links, &stands);
	judge(&peer, links, 2, START, true, &due_ns, &change);
	make_evidence(links, &old);
	judge(&peer, links, 2, START, false, &due_ns, &change);
	assert_int_equal(peer.verdict, VERDICT_HUNG);
	assert_false(change.node);
}

/* Its daemon made no progress for longer than daemon_timeout, but this node stalled as well. */
static void stall_together(struct liveness_peer *peer, struct liveness_evidence links[2])
{
	static const struct case_row stands = {.age_ns = {MS(1), MS(1)}, .daemon_age_us = 400000};
	struct liveness_change change;
	uint64_t due_ns;

	bring_up(peer);
	make_evidence(links, &stands);
	judge(peer, links, 2, START, false, &due_ns, &change);
	assert_int_equal(peer->verdict, VERDICT_UP);
}

/* A machine that is always late detects it, too. */
static void own_stall_delays_the_hung_verdict(void **state)
{
	struct liveness_evidence links[2];
	struct liveness_change change;
	struct liveness_peer peer;
	uint64_t due_ns;

	(void)state;
	stall_together(&peer, links);
	links[0].last_evidence_ns = links[1].last_evidence_ns = START + MS(59);
	judge(&peer, links, 2, START + MS(60) - 1, false, &due_ns, &change);
	assert_int_equal(peer.verdict, VERDICT_UP);
	assert_int_equal(due_ns, START + MS(60));
	judge(&peer, links, 2, START + MS(60), false, &due_ns, &change);
	assert_int_equal(peer.verdict, VERDICT_HUNG);
}

static void without_a_stall_it_is_hung_at_once(void **state)
{
	struct liveness_evidence links[2];
	struct liveness_change change;
	struct liveness_peer peer;
	uint64_t due_ns;

	(void)state;
	stall_together(&peer, links);
	judge(&peer, links, 2, START + MS(1), true, &due_ns, &change);
	assert_int_equal(peer.verdict, VERDICT_HUNG);
}

/* Gaps from before a death may be learned after it. */
static void silence_does_not_end_with_a_longer_detection_time(void **state)
{
	static const struct case_row silent = {.age_ns = {MS(35), MS(35)}};
	static const struct case_row heard = {.age_ns = {MS(1), MS(40)}};
	struct liveness_timing longer = timing;
	struct liveness_judgement judgement;
	struct liveness_evidence links[2];
	struct liveness_change change;
	struct liveness_peer peer;
	uint64_t due_ns;

	(void)state;
	longer.detection_time_ns = MS(60);
	bring_up(&peer);
	make_evidence(links, &silent);
	judge(&peer, links, 2, START, true, &due_ns, &change);
	assert_int_equal(peer.verdict, VERDICT_DOWN);
	judgement = (struct liveness_judgement){.peer = &peer,
						.timing = &longer,
						.links = links,
						.link_count = 2,
						.now_ns = START + MS(5),
						.may_accuse = true};
	liveness_judge_links(&judgement);
	assert_int_equal(judgement.change.links, 0);
	assert_int_equal(peer.links[0], VERDICT_DOWN);
	make_evidence(links, &heard);
	liveness_judge_links(&judgement);
	assert_int_equal(peer.links[0], VERDICT_UP);
}

static void own_stall_changes_no_verdict(void **state)
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
		cmocka_unit_test(a_link_changes_alone),
		cmocka_unit_test(hung_recovers),
		cmocka_unit_test(next_due_is_the_daemons),
		cmocka_unit_test(hung_stays_hung_after_our_stall),
		cmocka_unit_test(own_stall_delays_the_hung_verdict),
		cmocka_unit_test(without_a_stall_it_is_hung_at_once),
		cmocka_unit_test(silence_does_not_end_with_a_longer_detection_time),
		cmocka_unit_test(own_stall_changes_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
