/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random results against a plain model of a check. The model keeps all results that count, and all
 * times at which the state changed, and derives everything from them at each step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/core/pool/random.h"
#include "user/core/pool/check.h"
#include "user/lib/time.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 40
#define START_NS (1000 * NS_PER_SECOND)

struct model {
	char history[STEPS + 1]; /* 'g' and 'b' */
	uint64_t changes_ns[STEPS];
	size_t length, change_count;
	bool up;
	bool startup_is_over;
	uint64_t windows_ns[STEPS]; /* when the flap window of each change began */
};

static bool initially_up(const struct check_rules *rules)
{
	return rules->initial == CHECK_INITIAL_UP || rules->initial == CHECK_INITIAL_FULLY_UP;
}

static bool one_is_enough(const struct check_rules *rules)
{
	return rules->initial == CHECK_INITIAL_UP || rules->initial == CHECK_INITIAL_DOWN;
}

/* How many results at the end of the history are alike. */
static size_t alike(const struct model *model)
{
	size_t count = 0;

	while (count < model->length &&
	       model->history[model->length - 1 - count] == model->history[model->length - 1])
		count++;
	return count;
}

/* How many changes belong to the window of the last one. */
static size_t in_window(const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->change_count; i++)
		count += model->windows_ns[i] == model->windows_ns[model->change_count - 1];
	return count;
}

static bool held(const struct model *model, const struct check_rules *rules, uint64_t now_ns)
{
	return rules->flap_changes && !model->up && model->change_count &&
	       in_window(model) >= rules->flap_changes &&
	       now_ns < model->changes_ns[model->change_count - 1] + rules->flap_hold_ns;
}

static void change(struct model *model, const struct check_rules *rules, uint64_t now_ns)
{
	size_t i = model->change_count++;

	model->up = !model->up;
	model->changes_ns[i] = now_ns;
	model->windows_ns[i] = i && now_ns - model->windows_ns[i - 1] <= rules->flap_window_ns
				       ? model->windows_ns[i - 1]
				       : now_ns;
}

/* While startup { } lasts, failures are kept, but only their number matters. */
static bool starts_up(struct model *model, const struct check_rules *rules, bool good)
{
	if (!rules->startup_failures || model->startup_is_over)
		return false;
	if (!good && alike(model) < rules->startup_failures)
		return true;
	model->startup_is_over = true;
	return false;
}

static void judge(struct model *model, const struct check_rules *rules, bool good, bool first,
		  uint64_t now_ns)
{
	size_t needed = good ? rules->rise : rules->fall;

	if (first && (one_is_enough(rules) || (rules->startup_failures && !good)))
		needed = 1;
	if (good != model->up && alike(model) >= needed && !held(model, rules, now_ns))
		change(model, rules, now_ns);
}

/* The history knows which result was the first that counted: all before it were startup failures. */
static void model_take(struct model *model, const struct check_rules *rules, char outcome,
		       bool *counted, uint64_t now_ns)
{
	bool good = outcome == 'g', first = !*counted;

	if (outcome != 'g' && outcome != 'b')
		return;
	model->history[model->length++] = outcome;
	if (starts_up(model, rules, good))
		return;
	*counted = true;
	judge(model, rules, good, first, now_ns);
}

static struct check_rules any_rules(uint64_t *random)
{
	return (struct check_rules){
		.rise = 1 + random_below(random, 3),
		.fall = 1 + random_below(random, 4),
		.interval_ns = 1000 * NS_PER_MS,
		.fast_interval_ns = 100 * NS_PER_MS,
		.down_interval_ns = 2000 * NS_PER_MS,
		.initial = (enum check_initial)random_below(random, 4),
		.startup_failures = random_below(random, 3) ? 0 : 1 + random_below(random, 5),
		.startup_interval_ns = 300 * NS_PER_MS,
		.flap_changes = random_below(random, 2) ? 0 : 2 + random_below(random, 4),
		.flap_window_ns = (1 + random_below(random, 20)) * NS_PER_SECOND,
		.flap_hold_ns = random_below(random, 20) * NS_PER_SECOND,
	};
}

static const enum check_outcome outcomes[] = {
	['g'] = CHECK_GOOD, ['b'] = CHECK_BAD, ['l'] = CHECK_LOCAL_ERROR, ['s'] = CHECK_STALLED};

static uint64_t expected_wait_ns(const struct model *model, const struct check_rules *rules,
				 char outcome, uint64_t now_ns)
{
	if (outcome == 's')
		return 10 * NS_PER_MS;
	if (outcome == 'l')
		return rules->interval_ns;
	if (rules->startup_failures && !model->startup_is_over)
		return rules->startup_interval_ns;
	if ((outcome == 'g') == model->up)
		return model->up ? rules->interval_ns : rules->down_interval_ns;
	return held(model, rules, now_ns) ? rules->down_interval_ns : rules->fast_interval_ns;
}

static void sequence(uint64_t seed)
{
	uint64_t random, now_ns = START_NS;
	struct check_rules rules;
	struct check_state state;
	struct model model = {0};
	bool counted = false;

	random_seed(&random, seed);
	rules = any_rules(&random);
	state = check_start(&rules);
	model.up = initially_up(&rules);
	for (int i = 0; i < STEPS; i++) {
		bool before = model.up, counted_before = counted;
		char outcome = "gggggbbbbbbls"[random_below(&random, 13)];
		struct check_verdict verdict = check_result(
			&state, &rules, outcomes[(unsigned char)outcome], now_ns, now_ns);

		model_take(&model, &rules, outcome, &counted, now_ns);
		if (state.up != model.up || verdict.changed != (before != model.up) ||
		    verdict.first != (counted != counted_before))
			fail_msg("seed %ju, step %d, after %s", seed, i, model.history);
		if (verdict.next_ns != now_ns + expected_wait_ns(&model, &rules, outcome, now_ns))
			fail_msg("seed %ju, step %d, after %s: next", seed, i, model.history);
		now_ns = verdict.next_ns;
	}
}

static void random_results(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < RANDOM_SEQUENCES; seed++)
		sequence(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
