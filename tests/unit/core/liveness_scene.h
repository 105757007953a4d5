/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A peer on one link, judged repeatedly in virtual time, and the indirect probes about it. */
#ifndef XBEAT_TESTS_LIVENESS_SCENE_H
#define XBEAT_TESTS_LIVENESS_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/liveness.h"
#include "user/lib/time.h"
#include <cmocka.h>
#include <string.h>

#define MS(x) ((x)*NS_PER_MS)
#define START (1000 * NS_PER_SECOND)

static const struct liveness_timing timing = {
	.interval_ns = MS(10),
	.detection_time_ns = MS(30),
	.daemon_timeout_ns = MS(300),
	.restart_grace_ns = MS(100),
	.unanswered_max = 6,
};

/* A peer on one link. */
struct scene {
	struct liveness_peer peer;
	struct liveness_evidence link;
	struct indirect_probe indirect;
	struct liveness_change change;
	uint64_t due_ns;
	bool isolated;
	bool after_stall; /* of this node */
};

static inline enum verdict judge(struct scene *scene, uint64_t now_ns)
{
	struct liveness_judgement judgement = {
		.peer = &scene->peer,
		.timing = &timing,
		.links = &scene->link,
		.link_count = 1,
		.now_ns = now_ns,
		.may_accuse = !scene->after_stall,
		.indirect = &scene->indirect,
		.isolated = scene->isolated,
	};

	liveness_judge_links(&judgement);
	liveness_judge_node(&judgement);
	scene->due_ns = judgement.next_due_ns;
	scene->change = judgement.change;
	return scene->peer.verdict;
}

static inline void evidence(struct scene *scene, uint64_t arrival_ns, enum xb_node_state reported)
{
	scene->link.last_evidence_ns = arrival_ns;
	scene->link.last_heard_ns = arrival_ns;
	scene->link.node_state = reported;
}

/* Up, with the last evidence at START. */
static inline struct scene begin(void)
{
	struct scene scene = {0};

	liveness_init(&scene.peer, START);
	evidence(&scene, START, XB_NODE_RUNNING);
	assert_int_equal(judge(&scene, START), VERDICT_UP);
	return scene;
}

static inline bool should_ask(const struct scene *scene, uint64_t now_ns)
{
	return liveness_needs_indirect(&scene->peer, &timing, &scene->indirect, now_ns);
}

/* The daemon does the same between links and nodes. */
static inline void ask(struct scene *scene, unsigned count, uint64_t now_ns)
{
	judge(scene, now_ns);
	assert_true(should_ask(scene, now_ns));
	scene->indirect = (struct indirect_probe){
		.asked_ns = now_ns,
		.one_way = scene->peer.one_way,
		.known_ns = scene->link.last_evidence_ns,
		.asked_count = count,
	};
	judge(scene, now_ns);
}

static inline void answer(struct scene *scene, const char *name, uint64_t heard_ns,
			  uint64_t arrival_ns)
{
	indirect_probe_take_answer(&scene->indirect, &timing, name, heard_ns, arrival_ns);
	judge(scene, arrival_ns);
}

static inline void assert_reason(const struct scene *scene, const char *part)
{
	if (!strstr(scene->peer.reason, part))
		fail_msg("'%s' is not in '%s'", part, scene->peer.reason);
}

#endif
