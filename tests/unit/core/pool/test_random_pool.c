/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random events against the model of model.h. After each event the data plane, as the actions left
 * it, holds what the model works out; the reports are the model's, in its order; and no action changes
 * nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/core/pool/random.h"
#include "user/core/pool/pool.h"
#include <cmocka.h>
#include <stdio.h>

#include "tests/unit/core/pool/model.h"

#define STEPS 30
#define START_NS (1000 * NS_PER_SECOND)

struct scene {
	uint64_t seed, random, now_ns;
	int step;
	struct model model;
	struct pool pool;
	struct pool_server servers[MODEL_SERVERS];
	struct pool_out out;
	int64_t plane[MODEL_SERVERS], sorry;
	char reports[256];
};

static void wrong(const struct scene *scene, const char *what)
{
	fail_msg("seed %ju, step %d: %s", scene->seed, scene->step, what);
}

static void set(const struct scene *scene, int64_t *held, int64_t weight)
{
	if (*held == weight)
		wrong(scene, "an action that changes nothing");
	*held = weight;
}

static void note(struct scene *scene, const char *what, int i)
{
	size_t length = strlen(scene->reports);

	snprintf(scene->reports + length, sizeof(scene->reports) - length, "%s%d ", what, i);
}

static void act(void *context, const struct pool_action *action)
{
	struct scene *scene = context;
	int i = action->server == POOL_NO_SERVER ? -1 : (int)action->server;

	if (action->kind == POOL_SET_SERVER)
		set(scene, &scene->plane[i], action->weight);
	else if (action->kind == POOL_REMOVE_SERVER)
		set(scene, &scene->plane[i], ABSENT);
	else if (action->kind == POOL_SET_SORRY)
		set(scene, &scene->sorry, action->weight);
	else if (action->kind == POOL_REMOVE_SORRY)
		set(scene, &scene->sorry, ABSENT);
	else
		note(scene,
		     (const char *[]){[POOL_SERVER_UP] = "up",
				      [POOL_SERVER_DOWN] = "down",
				      [POOL_QUORUM_GAINED] = "gained",
				      [POOL_QUORUM_LOST] = "lost"}[action->kind],
		     i);
}

static void compare(struct scene *scene)
{
	for (int i = 0; i < scene->model.count; i++)
		if (scene->plane[i] != model_target(&scene->model, i, scene->now_ns))
			wrong(scene, "a server in the data plane");
	if (scene->sorry != model_sorry_target(&scene->model))
		wrong(scene, "the sorry server");
	if (pool_alive_weight(&scene->pool) != (uint64_t)model_sum(&scene->model, true))
		wrong(scene, "the sum of weights");
	if (strcmp(scene->reports, scene->model.reports) != 0)
		fail_msg("seed %ju, step %d: reports \"%s\", expected \"%s\"", scene->seed,
			 scene->step, scene->reports, scene->model.reports);
}

static uint32_t below(struct scene *scene, uint32_t count)
{
	return random_below(&scene->random, count);
}

static bool rarely(struct scene *scene)
{
	return below(scene, 4) == 0;
}

static struct pool_rules any_rules(struct scene *scene)
{
	uint32_t quorum = 1 + below(scene, 6);

	return (struct pool_rules){
		.quorum = quorum,
		.hysteresis = below(scene, quorum),
		.has_sorry = below(scene, 2),
		.sorry_inhibit = rarely(scene),
		.sorry_is_server = rarely(scene),
		.sorry_server = below(scene, (uint32_t)scene->model.count),
		.slow_start_ns = below(scene, 2) ? 0 : 100 * NS_PER_MS * (1 + below(scene, 100)),
		.drain_timeout_ns = below(scene, 2) ? 0 : NS_PER_SECOND * (1 + below(scene, 5)),
		.report_at_start = rarely(scene),
	};
}

static void any_server(struct scene *scene, int i)
{
	struct model_server *model = &scene->model.servers[i];
	struct pool_server *server = &scene->servers[i];
	struct pool_server_rules rules;

	*model = (struct model_server){
		.weight = below(scene, 4),
		.asked = -1,
		.percent = 100,
		.inhibit = rarely(scene),
		.backup = rarely(scene),
		.check_count = (int)below(scene, MODEL_CHECKS + 1),
	};
	rules = (struct pool_server_rules){.weight = model->weight,
					   .inhibit = model->inhibit,
					   .backup = model->backup,
					   .check_count = (uint32_t)model->check_count};
	*server = pool_server_new(&rules);
	for (int k = 0; k < model->check_count; k++) {
		model->failed[k] = rarely(scene);
		server->failed_count += model->failed[k];
	}
	model->was_ready = model_ready(model);
}

/* Reports of servers that are new are made only where wanted; then comes the quorum. */
static void model_start(struct model *model)
{
	bool lost;

	for (int i = 0; i < model->count; i++) {
		struct model_server *server = &model->servers[i];

		server->fresh = true;
		if (model_alive(server) && model->rules.report_at_start)
			model_report_server(model, i);
		else if (model_alive(server))
			server->reported = 1;
	}
	model_examine(model);
	lost = !model->quorum && model->rules.has_sorry;
	if (lost)
		model_report(model, "lost", -1);
}

static void start(struct scene *scene, uint64_t seed)
{
	*scene = (struct scene){.seed = seed, .now_ns = START_NS, .sorry = ABSENT};
	random_seed(&scene->random, seed);
	scene->model.count = 1 + (int)below(scene, MODEL_SERVERS);
	scene->model.rules = any_rules(scene);
	for (int i = 0; i < scene->model.count; i++) {
		any_server(scene, i);
		scene->plane[i] = ABSENT;
	}
	scene->pool = (struct pool){.rules = scene->model.rules,
				    .servers = scene->servers,
				    .count = (size_t)scene->model.count};
	scene->out = (struct pool_out){.act = act, .context = scene};
	model_start(&scene->model);
	pool_start(&scene->pool, scene->now_ns, &scene->out);
}

static void check_event(struct scene *scene, int i)
{
	struct model_server *server = &scene->model.servers[i];
	int check;

	if (!server->check_count)
		return;
	check = (int)below(scene, (uint32_t)server->check_count);
	server->failed[check] = !server->failed[check];
	pool_check_changed(&scene->pool, (size_t)i, !server->failed[check], scene->now_ns,
			   &scene->out);
}

static void confirm_event(struct scene *scene, int i)
{
	struct model_server *server = &scene->model.servers[i];

	if (!model_alive(server)) {
		server->fresh = false;
		model_report_server(&scene->model, i);
	}
	pool_check_confirmed(&scene->pool, (size_t)i, &scene->out);
}

static void weight_event(struct scene *scene, int i)
{
	struct model_server *server = &scene->model.servers[i];

	server->added = (int64_t)below(scene, 7) - 3;
	pool_weight_added(&scene->pool, (size_t)i, server->added, scene->now_ns, &scene->out);
}

static void operators_weight_event(struct scene *scene, int i)
{
	struct model_server *server = &scene->model.servers[i];

	server->asked = (int64_t)below(scene, 4) - 1;
	pool_set_weight(&scene->pool, (size_t)i, server->asked, scene->now_ns, &scene->out);
}

static void agent_event(struct scene *scene, int i)
{
	static const uint8_t percents[] = {0, 1, 50, 100, 100, 200};
	struct model_server *server = &scene->model.servers[i];
	struct pool_agent agent = {
		.mode = rarely(scene) ? (enum pool_mode)below(scene, 3) : POOL_READY,
		.down = rarely(scene),
		.percent = percents[below(scene, sizeof(percents))],
	};

	server->agent_mode = agent.mode;
	server->agent_down = agent.down;
	server->percent = agent.percent;
	pool_agent(&scene->pool, (size_t)i, &agent, scene->now_ns, &scene->out);
}

static void mode_event(struct scene *scene, int i)
{
	struct model_server *server = &scene->model.servers[i];

	server->mode = (enum pool_mode)below(scene, 3);
	pool_set_mode(&scene->pool, (size_t)i, server->mode, scene->now_ns, &scene->out);
}

static void timeout_event(struct scene *scene, int i)
{
	struct model_server *server = &scene->model.servers[i];
	uint64_t timeout_ns = below(scene, 3) * NS_PER_SECOND;

	if (model_mode(server) == POOL_DRAIN)
		server->drain_end_ns = timeout_ns ? scene->now_ns + timeout_ns : 0;
	pool_set_drain_timeout(&scene->pool, (size_t)i, timeout_ns, scene->now_ns, &scene->out);
}

static void time_event(struct scene *scene, int i)
{
	(void)i;
	scene->now_ns += below(scene, 5000) * NS_PER_MS;
	pool_due(&scene->pool, scene->now_ns, &scene->out);
}

/* The rules of the pool are others; all servers stay. */
static void reload_event(struct scene *scene, int i)
{
	struct pool old = scene->pool;
	bool same_sorry = old.rules.has_sorry && !old.rules.sorry_is_server;

	(void)i;
	scene->model.rules = any_rules(scene);
	same_sorry &= scene->model.rules.has_sorry && !scene->model.rules.sorry_is_server;
	if (!same_sorry)
		pool_sorry_leave(&old, &scene->out);
	scene->pool = (struct pool){
		.rules = scene->model.rules, .servers = scene->servers, .count = old.count};
	pool_inherit(&scene->pool, &old, same_sorry);
	pool_continue(&scene->pool, scene->now_ns, &scene->out);
}

static void event(struct scene *scene)
{
	static void (*const events[])(struct scene * scene, int i) = {
		check_event, check_event,   check_event,   check_event,
		check_event, confirm_event, weight_event,  operators_weight_event,
		agent_event, mode_event,    timeout_event, time_event,
		time_event,  reload_event,
	};
	int i = (int)below(scene, (uint32_t)scene->model.count);
	bool alive = model_alive(&scene->model.servers[i]);

	scene->reports[0] = scene->model.reports[0] = '\0';
	events[below(scene, sizeof(events) / sizeof(*events))](scene, i);
	model_times(&scene->model, &scene->model.servers[i], scene->now_ns);
	if (alive != model_alive(&scene->model.servers[i]))
		model_report_server(&scene->model, i);
	model_examine(&scene->model);
}

static void sequence(uint64_t seed)
{
	struct scene scene;

	start(&scene, seed);
	compare(&scene);
	for (scene.step = 0; scene.step < STEPS; scene.step++) {
		event(&scene);
		compare(&scene);
	}
}

static void random_events(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < RANDOM_SEQUENCES; seed++)
		sequence(seed);
}

/* The data plane is empty after a stop. */
static void stop(void **state)
{
	struct scene scene;

	(void)state;
	for (uint64_t seed = 0; seed < 1000; seed++) {
		start(&scene, seed);
		for (scene.step = 0; scene.step < STEPS; scene.step++)
			event(&scene);
		pool_stop(&scene.pool, seed % 2, &scene.out);
		for (int i = 0; i < scene.model.count; i++)
			assert_int_equal(scene.plane[i], ABSENT);
		assert_int_equal(scene.sorry, ABSENT);
		assert_int_equal(pool_alive_weight(&scene.pool), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_events),
		cmocka_unit_test(stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
