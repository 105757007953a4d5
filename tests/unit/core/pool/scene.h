/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool whose actions are written down as words: "+0:5" server 0 is set with weight 5, "-0" removed;
 * "+s:1", "-s" likewise of the sorry server; "up0", "down0", "gained", "lost" are reports.
 */
#ifndef XBEAT_TESTS_POOL_SCENE_H
#define XBEAT_TESTS_POOL_SCENE_H

#include "user/core/pool/pool.h"
#include "user/lib/time.h"
#include <stdio.h>
#include <string.h>

#define SCENE_SERVERS 8
#define SCENE_START_NS (1000 * NS_PER_SECOND)

struct scene {
	struct pool pool;
	struct pool_server servers[SCENE_SERVERS];
	uint64_t now_ns;
	char actions[2048];
	struct pool_out out;
};

struct scene_form {
	const char *word;
	bool has_server, has_weight;
};

static inline void scene_act(void *context, const struct pool_action *action)
{
	static const struct scene_form forms[] = {
		[POOL_SET_SERVER] = {"+", true, true},
		[POOL_REMOVE_SERVER] = {"-", true, false},
		[POOL_SET_SORRY] = {"+s", false, true},
		[POOL_REMOVE_SORRY] = {"-s", false, false},
		[POOL_SERVER_UP] = {"up", true, false},
		[POOL_SERVER_DOWN] = {"down", true, false},
		[POOL_QUORUM_GAINED] = {"gained", false, false},
		[POOL_QUORUM_LOST] = {"lost", false, false},
	};
	struct scene *scene = context;
	const struct scene_form *form = &forms[action->kind];
	size_t length = strlen(scene->actions);
	FILE *file = fmemopen(scene->actions + length, sizeof(scene->actions) - length, "w");

	fprintf(file, "%s%s", length ? " " : "", form->word);
	if (form->has_server)
		fprintf(file, "%zu", action->server);
	if (form->has_weight)
		fprintf(file, ":%u", action->weight);
	fclose(file);
}

/* count servers of weight 1 with one check each; nothing has started. */
static inline void scene_new(struct scene *scene, size_t count)
{
	struct pool_server_rules rules = {.weight = 1, .check_count = 1};

	*scene = (struct scene){
		.pool = {.rules = {.quorum = 1}, .servers = scene->servers, .count = count},
		.now_ns = SCENE_START_NS,
		.out = {.act = scene_act, .context = scene},
	};
	for (size_t i = 0; i < count; i++)
		scene->servers[i] = pool_server_new(&rules);
}

/* One event; fails unless the actions are the expected ones. */
#define scene_expect(scene, expected, call)                                                        \
	do {                                                                                       \
		(scene)->actions[0] = '\0';                                                        \
		call;                                                                              \
		assert_string_equal((scene)->actions, expected);                                   \
	} while (0)

#define scene_start(scene, expected)                                                               \
	scene_expect(scene, expected, pool_start(&(scene)->pool, (scene)->now_ns, &(scene)->out))
#define scene_down(scene, i, expected)                                                             \
	scene_expect(scene, expected,                                                              \
		     pool_check_changed(&(scene)->pool, i, false, (scene)->now_ns, &(scene)->out))
#define scene_up(scene, i, expected)                                                               \
	scene_expect(scene, expected,                                                              \
		     pool_check_changed(&(scene)->pool, i, true, (scene)->now_ns, &(scene)->out))
#define scene_mode(scene, i, mode, expected)                                                       \
	scene_expect(scene, expected,                                                              \
		     pool_set_mode(&(scene)->pool, i, mode, (scene)->now_ns, &(scene)->out))
#define scene_due(scene, expected)                                                                 \
	scene_expect(scene, expected, pool_due(&(scene)->pool, (scene)->now_ns, &(scene)->out))

#endif
