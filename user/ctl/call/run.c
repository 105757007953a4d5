// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that call one method and print its result. */
#include "user/ctl/call/run.h"
#include "user/ctl/call/output.h"
#include "user/ctl/call/query.h"
#include "user/ctl/call/verb.h"
#include "user/lib/log.h"
#include <errno.h>

static enum command_status call(const struct command *command, struct client *client,
				json_t **result)
{
	const struct verb *verb = command->verb;
	json_t *parameters = verb->parameters ? verb->parameters(command) : json_object();

	if (!parameters)
		return COMMAND_USAGE;
	return query_ask_open(command, verb->name, parameters, client, result);
}

static enum command_status print(const struct command *command, json_t *result)
{
	output_result(command, result);
	json_decref(result);
	return output_finish();
}

/* Leaves of the result what the arguments name. */
static bool select_names(const struct command *command, json_t **result)
{
	return !command->verb->names || names_select(command->verb->names, command->arguments,
						     command->argument_count, result);
}

enum command_status run_show(const struct command *command, json_t *result)
{
	if (select_names(command, &result))
		return print(command, result);
	json_decref(result);
	return COMMAND_FAILED;
}

enum command_status run_method(const struct command *command)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	json_t *result;
	enum command_status status = call(command, &client, &result);

	return status == COMMAND_OK ? run_show(command, result) : status;
}

/* Returns whether the daemon has closed the connection in time. */
static bool await_end(struct client *client)
{
	const char *text;

	if (client_receive(client, &text) == -ECONNRESET)
		return true;
	log_error("xbeatd has not stopped within %u s; see its log", client->timeout_ms / 1000);
	return false;
}

/* Whether the process of the result is the daemon now. */
static enum command_status check_successor(const struct command *command, const json_t *result)
{
	json_int_t expected = json_integer_value(json_object_get(result, "pid")), pid;
	json_t *now;
	enum command_status status = query_ask(command, "status", json_object(), &now);

	if (status != COMMAND_OK)
		return status;
	pid = json_integer_value(json_object_get(now, "pid"));
	json_decref(now);
	if (pid == expected)
		return COMMAND_OK;
	log_error("process %lld could not go on, and process %lld was started; see its log",
		  (long long)expected, (long long)pid);
	return COMMAND_FAILED;
}

/* check: of what follows the daemon's end; NULL: nothing. */
static enum command_status call_to_end(const struct command *command,
				       enum command_status (*check)(const struct command *command,
								    const json_t *result))
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	json_t *result;
	enum command_status status = call(command, &client, &result);

	if (status != COMMAND_OK)
		return status;
	if (!await_end(&client))
		status = COMMAND_FAILED;
	else if (check)
		status = check(command, result);
	if (status == COMMAND_OK)
		return print(command, result);
	json_decref(result);
	return status;
}

enum command_status run_stop(const struct command *command)
{
	return call_to_end(command, NULL);
}

enum command_status run_restart(const struct command *command)
{
	return call_to_end(command, check_successor);
}
