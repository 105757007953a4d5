// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pool_replay: plays results of checks through the decisions of a pool (user/core/pool).
 *
 *   pool_replay FILE
 *
 * Prints FILE with what follows from each step: "> " and a report, for each in its order, then "= "
 * and what the data plane holds. Such lines in FILE are left out, so that the output of a file with
 * the right ones is the file itself. First the pool is described:
 *
 *   pool [quorum N] [hysteresis N] [sorry] [sorry_inhibit] [omega] [slow_start MS]
 *        [drain_timeout MS]
 *   server NAME [weight N] [inhibit] [backup]
 *   check SERVER NAME [retry N] [rise N] [alpha] [dynamic] [begins RESULT]
 *   file SERVER NAME [weight N] [reverse] [begins VALUE]
 *
 * Then come steps:
 *
 *   start
 *   SERVER CHECK RESULT…     good, bad, stall, local, or the exit status of a dynamic check, or the
 *                            value of a file. The last result stays: it is repeated until it counts.
 *   drain SERVER | maintain SERVER | ready SERVER | weigh SERVER N | agent SERVER MODE PERCENT
 *   wait MS | stop
 */
#include "user/core/pool/check.h"
#include "user/core/pool/pool.h"
#include "user/lib/time.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVERS_MAX 16
#define CHECKS_MAX 32
#define WORDS_MAX 32
#define FILE_FAILED (-INT64_C(2147483648)) /* of value * weight */

struct check {
	size_t server;
	char name[16], begins[16];
	struct check_rules rules;
	struct check_state state;
	bool dynamic, is_file, reverse;
	int64_t file_weight, part; /* what it adds to the weight */
};

struct replay {
	struct pool pool;
	struct pool_server servers[SERVERS_MAX];
	char names[SERVERS_MAX][16];
	struct check checks[CHECKS_MAX];
	size_t check_count;
	bool omega;
	uint64_t now_ns;
	struct pool_out out;
	const char *file;
	unsigned line;
};

struct words {
	char *list[WORDS_MAX];
	size_t count;
};

static void fail(const struct replay *replay, const char *what, const char *word)
{
	fprintf(stderr, "%s:%u: %s \"%s\"\n", replay->file, replay->line, what, word);
	exit(EXIT_FAILURE);
}

static int64_t number(const struct replay *replay, const char *word)
{
	char *end;
	int64_t value = strtoll(word, &end, 10);

	if (end == word || *end)
		fail(replay, "not a number:", word);
	return value;
}

static void act(void *context, const struct pool_action *action)
{
	const struct replay *replay = context;

	if (action->kind == POOL_SERVER_UP || action->kind == POOL_SERVER_DOWN)
		printf("> %s %s\n", action->kind == POOL_SERVER_UP ? "up" : "down",
		       replay->names[action->server]);
	if (action->kind == POOL_QUORUM_GAINED || action->kind == POOL_QUORUM_LOST)
		printf("> %s\n", action->kind == POOL_QUORUM_GAINED ? "gained" : "lost");
}

static void print_plane(const struct replay *replay)
{
	printf("=");
	for (size_t i = 0; i < replay->pool.count; i++)
		if (replay->servers[i].in_plane.present)
			printf(" %s:%u", replay->names[i], replay->servers[i].in_plane.weight);
	if (replay->pool.sorry.present)
		printf(" sorry:%u", replay->pool.sorry.weight);
	printf("\n");
}

static size_t find_server(const struct replay *replay, const char *name)
{
	for (size_t i = 0; i < replay->pool.count; i++)
		if (strcmp(replay->names[i], name) == 0)
			return i;
	fail(replay, "no such server or step:", name);
	return 0;
}

static struct check *find_check(struct replay *replay, size_t server, const char *name)
{
	for (size_t i = 0; i < replay->check_count; i++)
		if (replay->checks[i].server == server && strcmp(replay->checks[i].name, name) == 0)
			return &replay->checks[i];
	fail(replay, "no such check:", name);
	return NULL;
}

/* Description */

static bool has(const struct words *words, const char *option)
{
	for (size_t i = 1; i < words->count; i++)
		if (strcmp(words->list[i], option) == 0)
			return true;
	return false;
}

/* The word after an option. */
static const char *option_of(const struct words *words, const char *option, const char *otherwise)
{
	for (size_t i = 1; i + 1 < words->count; i++)
		if (strcmp(words->list[i], option) == 0)
			return words->list[i + 1];
	return otherwise;
}

static uint32_t count_of(const struct replay *replay, const struct words *words, const char *option,
			 const char *otherwise)
{
	return (uint32_t)number(replay, option_of(words, option, otherwise));
}

static void describe_pool(struct replay *replay, const struct words *words)
{
	replay->omega = has(words, "omega");
	replay->pool.rules = (struct pool_rules){
		.quorum = count_of(replay, words, "quorum", "1"),
		.hysteresis = count_of(replay, words, "hysteresis", "0"),
		.has_sorry = has(words, "sorry"),
		.sorry_inhibit = has(words, "sorry_inhibit"),
		.slow_start_ns = count_of(replay, words, "slow_start", "0") * NS_PER_MS,
		.drain_timeout_ns = count_of(replay, words, "drain_timeout", "0") * NS_PER_MS,
	};
}

static void describe_server(struct replay *replay, const struct words *words)
{
	struct pool_server_rules rules = {
		.weight = number(replay, option_of(words, "weight", "1")),
		.inhibit = has(words, "inhibit"),
		.backup = has(words, "backup"),
	};
	size_t i = replay->pool.count;

	if (i == SERVERS_MAX)
		fail(replay, "too many servers:", words->list[1]);
	snprintf(replay->names[i], sizeof(replay->names[i]), "%s", words->list[1]);
	replay->servers[i] = pool_server_new(&rules);
	replay->pool.count++;
}

static struct check *add_check(struct replay *replay, const struct words *words)
{
	struct check *check = &replay->checks[replay->check_count];

	if (replay->check_count == CHECKS_MAX)
		fail(replay, "too many checks:", words->list[2]);
	replay->check_count++;
	check->server = find_server(replay, words->list[1]);
	snprintf(check->name, sizeof(check->name), "%s", words->list[2]);
	replay->servers[check->server].rules.check_count++;
	return check;
}

static void describe_check(struct replay *replay, const struct words *words)
{
	struct check *check = add_check(replay, words);

	check->dynamic = has(words, "dynamic");
	check->rules = (struct check_rules){
		.rise = count_of(replay, words, "rise", "1"),
		.fall = count_of(replay, words, "retry", "0") + 1,
		.interval_ns = NS_PER_SECOND,
		.fast_interval_ns = NS_PER_SECOND,
		.down_interval_ns = NS_PER_SECOND,
		.initial = has(words, "alpha") ? CHECK_INITIAL_DOWN : CHECK_INITIAL_UP,
	};
	check->state = check_start(&check->rules);
	replay->servers[check->server].failed_count += !check->state.up;
	snprintf(check->begins, sizeof(check->begins), "%s", option_of(words, "begins", "good"));
}

/* The parts of all checks of a server. */
static int64_t weight_added(const struct replay *replay, size_t server)
{
	int64_t added = 0;

	for (size_t i = 0; i < replay->check_count; i++)
		if (replay->checks[i].server == server)
			added += replay->checks[i].part;
	return added;
}

static void read_file(struct check *check, int64_t value)
{
	int64_t product = value * check->file_weight * (check->reverse ? -1 : 1);

	check->part = product;
	check->state.up = product > FILE_FAILED;
	if (!check->file_weight)
		check->state.up = check->reverse ? value != 0 : value == 0;
}

static void describe_file(struct replay *replay, const struct words *words)
{
	struct check *check = add_check(replay, words);
	struct pool_server *server = &replay->servers[check->server];

	check->is_file = true;
	check->reverse = has(words, "reverse");
	check->file_weight = number(replay, option_of(words, "weight", "1"));
	read_file(check, number(replay, option_of(words, "begins", "0")));
	server->failed_count += !check->state.up;
	server->weight_added = weight_added(replay, check->server);
}

/* Results */

static void weigh(struct replay *replay, const struct check *check)
{
	pool_weight_added(&replay->pool, check->server, weight_added(replay, check->server),
			  replay->now_ns, &replay->out);
}

static void note_state(struct replay *replay, const struct check *check)
{
	pool_check_changed(&replay->pool, check->server, check->state.up, replay->now_ns,
			   &replay->out);
}

/* Down before the weight, up after it; see pool.h. */
static void take_file(struct replay *replay, struct check *check, const char *word)
{
	bool before = check->state.up;

	read_file(check, number(replay, word));
	if (before && !check->state.up)
		note_state(replay, check);
	weigh(replay, check);
	if (!before && check->state.up)
		note_state(replay, check);
}

static enum check_outcome outcome_of(const struct replay *replay, const struct check *check,
				     const char *word)
{
	static const char *const names[] = {[CHECK_GOOD] = "good",
					    [CHECK_BAD] = "bad",
					    [CHECK_LOCAL_ERROR] = "local",
					    [CHECK_STALLED] = "stall"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], word) == 0)
			return (enum check_outcome)i;
	if (!check->dynamic)
		fail(replay, "no result:", word);
	return CHECK_GOOD;
}

/* MISC_CHECK with misc_dynamic: 2..255 is the weight and 2; it is taken back when it is down. */
static void note_weight(struct replay *replay, struct check *check, enum check_outcome outcome,
			const char *word)
{
	int64_t before = check->part;

	if (!check->dynamic || (check->state.up && outcome != CHECK_GOOD))
		return;
	check->part = 0;
	if (check->state.up && strcmp(word, "good") != 0)
		check->part =
			number(replay, word) - 2 - replay->servers[check->server].rules.weight;
	if (check->part != before)
		weigh(replay, check);
}

static void take(struct replay *replay, struct check *check, const char *word)
{
	enum check_outcome outcome = outcome_of(replay, check, word);
	struct check_verdict verdict =
		check_result(&check->state, &check->rules, outcome, replay->now_ns, replay->now_ns);

	if (check->state.up)
		note_weight(replay, check, outcome, word);
	if (verdict.changed)
		note_state(replay, check);
	else if (verdict.first && !check->state.up)
		pool_check_confirmed(&replay->pool, check->server, &replay->out);
	note_weight(replay, check, outcome, word);
	replay->now_ns = verdict.next_ns;
	pool_due(&replay->pool, replay->now_ns, &replay->out);
}

/* The last result stays until the next step. */
static void repeat(struct replay *replay, struct check *check, const char *word)
{
	for (uint32_t i = 0; i < check->rules.rise + check->rules.fall; i++)
		take(replay, check, word);
}

static void step_results(struct replay *replay, const struct words *words)
{
	struct check *check;

	if (words->count < 3)
		fail(replay, "no such step:", words->list[0]);
	check = find_check(replay, find_server(replay, words->list[0]), words->list[1]);
	for (size_t i = 2; i < words->count; i++)
		if (check->is_file)
			take_file(replay, check, words->list[i]);
		else
			take(replay, check, words->list[i]);
	if (!check->is_file)
		repeat(replay, check, words->list[words->count - 1]);
}

/* Other steps */

static void step_start(struct replay *replay, const struct words *words)
{
	(void)words;
	pool_start(&replay->pool, replay->now_ns, &replay->out);
	for (size_t i = 0; i < replay->check_count; i++)
		if (!replay->checks[i].is_file)
			repeat(replay, &replay->checks[i], replay->checks[i].begins);
}

static void set_mode(struct replay *replay, const struct words *words, enum pool_mode mode)
{
	pool_set_mode(&replay->pool, find_server(replay, words->list[1]), mode, replay->now_ns,
		      &replay->out);
}

static void step_drain(struct replay *replay, const struct words *words)
{
	set_mode(replay, words, POOL_DRAIN);
}

static void step_maintain(struct replay *replay, const struct words *words)
{
	set_mode(replay, words, POOL_MAINTENANCE);
}

static void step_ready(struct replay *replay, const struct words *words)
{
	set_mode(replay, words, POOL_READY);
}

static void step_weigh(struct replay *replay, const struct words *words)
{
	pool_set_weight(&replay->pool, find_server(replay, words->list[1]),
			number(replay, words->list[2]), replay->now_ns, &replay->out);
}

static void step_agent(struct replay *replay, const struct words *words)
{
	struct pool_agent agent = {
		.mode = has(words, "drain")   ? POOL_DRAIN
			: has(words, "maint") ? POOL_MAINTENANCE
					      : POOL_READY,
		.down = has(words, "down"),
		.percent = (uint8_t)number(replay, words->list[3]),
	};

	pool_agent(&replay->pool, find_server(replay, words->list[1]), &agent, replay->now_ns,
		   &replay->out);
}

static void step_wait(struct replay *replay, const struct words *words)
{
	replay->now_ns += (uint64_t)number(replay, words->list[1]) * NS_PER_MS;
	pool_due(&replay->pool, replay->now_ns, &replay->out);
}

static void step_stop(struct replay *replay, const struct words *words)
{
	(void)words;
	pool_stop(&replay->pool, replay->omega, &replay->out);
}

static const struct row {
	const char *word;
	size_t count; /* of words, at least */
	bool is_step;
	void (*take)(struct replay *replay, const struct words *words);
} rows[] = {
	{"pool", 1, false, describe_pool},    {"server", 2, false, describe_server},
	{"check", 3, false, describe_check},  {"file", 3, false, describe_file},
	{"start", 1, true, step_start},	      {"drain", 2, true, step_drain},
	{"maintain", 2, true, step_maintain}, {"ready", 2, true, step_ready},
	{"weigh", 3, true, step_weigh},	      {"agent", 4, true, step_agent},
	{"wait", 2, true, step_wait},	      {"stop", 1, true, step_stop},
};

static const struct row *find_row(const char *word)
{
	static const struct row results = {"", 3, true, step_results};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].word, word) == 0)
			return &rows[i];
	return &results;
}

static struct words split(char *line)
{
	struct words words = {0};

	for (char *rest = line, *word; words.count < WORDS_MAX && (word = strsep(&rest, " \n"));)
		if (*word)
			words.list[words.count++] = word;
	return words;
}

static void play(struct replay *replay, char *line)
{
	struct words words = split(line);
	const struct row *row;

	if (!words.count || words.list[0][0] == '#')
		return;
	row = find_row(words.list[0]);
	if (words.count < row->count)
		fail(replay, "too few words after", words.list[0]);
	row->take(replay, &words);
	if (row->is_step)
		print_plane(replay);
}

int main(int argc, char **argv)
{
	struct replay replay = {.pool = {.rules = {.quorum = 1}}, .now_ns = NS_PER_SECOND};
	char line[512];
	FILE *file = argc == 2 ? fopen(argv[1], "re") : NULL;

	if (!file) {
		fprintf(stderr, "pool_replay FILE: %s\n", argc == 2 ? strerror(errno) : "missing");
		return EXIT_FAILURE;
	}
	replay.file = argv[1];
	replay.pool.servers = replay.servers;
	replay.out = (struct pool_out){.act = act, .context = &replay};
	while (fgets(line, sizeof(line), file)) {
		replay.line++;
		if (line[0] == '>' || line[0] == '=')
			continue;
		fputs(line, stdout);
		play(&replay, line);
	}
	fclose(file);
	return EXIT_SUCCESS;
}
