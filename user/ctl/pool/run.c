// SPDX-License-Identifier: GPL-2.0-or-later
/* The forms of "xbeatctl pool"; see pool.h. */
#include "user/ctl/call/run.h"
#include "user/ctl/call/output.h"
#include "user/ctl/call/query.h"
#include "user/ctl/pool/pool.h"
#include "user/lib/array.h"
#include "user/lib/log.h"
#include "user/lib/text/spelling.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct brief list_brief = {
	.parts = {{"pools",
		   {{.member = "name"},
		    {.member = "state"},
		    {.member = "state_age_ns", .kind = BRIEF_DURATION},
		    {.member = "data_plane"}}}},
};

static const struct brief servers_brief = {
	.parts = {{"servers",
		   {{.member = "pool"},
		    {.member = "address"},
		    {.member = "state"},
		    {.member = "weight", .kind = BRIEF_COUNT},
		    {.member = "state_age_ns", .kind = BRIEF_DURATION}}}},
};

static const struct brief explained_brief = {
	.parts = {{"",
		   {{.member = "pool"},
		    {.member = "server"},
		    {.member = "state"},
		    {.member = "state_age_ns", .kind = BRIEF_DURATION}}}},
};

static const struct brief changed_brief = {
	.parts = {{"servers",
		   {{.member = "pool"},
		    {.member = "server"},
		    {.member = "mode"},
		    {.member = "weight", .kind = BRIEF_COUNT},
		    {.member = "state"}}}},
};

typedef void pool_printer(const json_t *answer, FILE *stream);

/* Prints an answer in the way of a form; releases it. */
static enum command_status print(const struct command *command, json_t *answer,
				 const struct brief *brief, pool_printer *printer)
{
	struct verb verb = *command->verb;
	struct command shown = *command;

	verb.brief = brief;
	verb.print = printer;
	shown.verb = &verb;
	output_result(&shown, answer);
	json_decref(answer);
	return output_finish();
}

/* Calls "pools", and keeps of its answer what the arguments from the first on name. */
static enum command_status ask_pools(const struct command *command, int first,
				     const struct names *names, json_t **answer)
{
	enum command_status status = pool_ask(command, answer);

	if (status != COMMAND_OK || names_select(names, command->arguments + first,
						 command->argument_count - first, answer))
		return status;
	json_decref(*answer);
	return COMMAND_FAILED;
}

static enum command_status list(const struct command *command)
{
	int first = command->argument_count > 0;
	json_t *answer;
	enum command_status status = ask_pools(command, first, &pool_names, &answer);

	return status == COMMAND_OK ? print(command, answer, &list_brief, pool_show_list) : status;
}

static enum command_status show_from(const struct command *command, int first)
{
	json_t *answer, *flat;
	enum command_status status = ask_pools(command, first, &pool_members, &answer);

	if (status != COMMAND_OK || !command->brief)
		return status == COMMAND_OK ? print(command, answer, NULL, pool_show_servers)
					    : status;
	flat = pool_flatten(answer);
	json_decref(answer);
	return print(command, flat, &servers_brief, pool_show_servers);
}

static enum command_status show(const struct command *command)
{
	return show_from(command, 1);
}

/* SERVER [POOL], from the second argument on; pool: the index of its argument. */
static json_t *server_parameters(const struct command *command, int pool)
{
	const char *name = command->argument_count > pool ? command->arguments[pool] : NULL;
	json_t *parameters =
		json_pack("{s:s, s:s*}", "server", command->arguments[1], "pool", name);

	if (!parameters)
		log_error("the name of the server or pool is not valid UTF-8");
	return parameters;
}

/* Takes ownership of parameters; NULL: they are wrong, which is logged. *answer: new, only with
 * COMMAND_OK. */
static enum command_status call(const struct command *command, const char *method,
				json_t *parameters, json_t **answer)
{
	return parameters ? query_ask(command, method, parameters, answer) : COMMAND_USAGE;
}

static enum command_status explain(const struct command *command)
{
	json_t *answer;
	enum command_status status =
		call(command, "pool_explain", server_parameters(command, 2), &answer);

	return status == COMMAND_OK ? print(command, answer, &explained_brief, pool_show_explained)
				    : status;
}

static enum command_status change(const struct command *command, const char *method,
				  json_t *parameters)
{
	json_t *answer;
	enum command_status status = call(command, method, parameters, &answer);

	if (status != COMMAND_OK)
		return status;
	if (command->brief)
		pool_log_losses(answer);
	return print(command, answer, &changed_brief, pool_show_changed);
}

static enum command_status set_mode(const struct command *command, const char *mode)
{
	json_t *parameters = server_parameters(command, 2);

	if (parameters)
		json_object_set_new(parameters, "mode", json_string(mode));
	if (parameters && command->duration_ns > 0)
		json_object_set_new(parameters, "timeout_ns",
				    json_integer((json_int_t)command->duration_ns));
	return change(command, "pool_mode", parameters);
}

static enum command_status drain(const struct command *command)
{
	return set_mode(command, "drain");
}

static enum command_status enable(const struct command *command)
{
	return set_mode(command, "ready");
}

static enum command_status disable(const struct command *command)
{
	return set_mode(command, "maintenance");
}

/* -1: the configured one, -2: it is none. */
static json_int_t parse_weight(const char *text)
{
	char *end;
	unsigned long long value;

	if (!strcmp(text, "default"))
		return -1;
	errno = 0;
	value = strtoull(text, &end, 10);
	return *text < '0' || *text > '9' || *end || errno || value > INT32_MAX ? -2
										: (json_int_t)value;
}

static enum command_status set_weight(const struct command *command)
{
	json_int_t weight = parse_weight(command->arguments[2]);
	json_t *parameters;

	if (weight == -2) {
		log_error(
			"'%s' is not a weight; use 0 to %d, or default for the configured one; the pool, if any, follows it",
			command->arguments[2], INT32_MAX);
		return COMMAND_USAGE;
	}
	parameters = server_parameters(command, 3);
	if (parameters && weight >= 0)
		json_object_set_new(parameters, "weight", json_integer(weight));
	return change(command, "pool_weight", parameters);
}

static const struct form {
	const char *word, *arguments;
	int arguments_min, arguments_max; /* after the word */
	bool has_time; /* -t */
	enum command_status (*run)(const struct command *command);
} forms[] = {
	{"list", "[POOL...]", 0, VERB_NAMES_MAX, false, list},
	{"show", "[POOL|SERVER...]", 0, VERB_NAMES_MAX, false, show},
	{"explain", "SERVER [POOL]", 1, 2, false, explain},
	{"drain", "SERVER [POOL] [-t TIME]", 1, 2, true, drain},
	{"enable", "SERVER [POOL]", 1, 2, false, enable},
	{"disable", "SERVER [POOL]", 1, 2, false, disable},
	{"weight", "SERVER N|default [POOL]", 2, 3, false, set_weight},
};

static enum command_status run_form(const struct command *command, const struct form *form)
{
	int count = command->argument_count - 1;

	if (count < form->arguments_min || count > form->arguments_max) {
		log_error("write: xbeatctl pool %s %s", form->word, form->arguments);
		return COMMAND_USAGE;
	}
	if (command->duration_ns && !form->has_time) {
		log_error("pool %s does not accept --for; it is an option of pool drain",
			  form->word);
		return COMMAND_USAGE;
	}
	return form->run(command);
}

/* "drian 10.0.0.11", where no pool or server has the name "drian". */
static void suggest(const struct command *command)
{
	struct spelling_search search = {.text = command->arguments[0]};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		spelling_consider(&search, forms[i].word);
	if (spelling_found(&search))
		log_error("did you mean: xbeatctl pool %s", spelling_found(&search));
}

enum command_status pool_run(const struct command *command)
{
	enum command_status status;

	if (command->argument_count == 0)
		return list(command);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (!strcmp(command->arguments[0], forms[i].word))
			return run_form(command, &forms[i]);
	status = show_from(command, 0);
	if (status == COMMAND_FAILED)
		suggest(command);
	return status;
}
