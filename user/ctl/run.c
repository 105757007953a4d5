// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that call one method and print its result. */
#include "user/ctl/run.h"
#include "user/ctl/output.h"
#include "user/ctl/query.h"
#include "user/ctl/verb.h"
#include "user/lib/log.h"
#include <errno.h>

static enum command_status call(const struct command *command, struct client *client,
				json_t **result)
{
	const struct verb *verb = command->verb;
	json_t *parameters = verb->parameters ? verb->parameters(command) : json_object();
	enum command_status status;

	if (!parameters)
		return COMMAND_USAGE;
	status = query_open(command, verb->name, parameters, client);
	return status == COMMAND_OK ? query_next(client, result) : status;
}

static enum command_status print(const struct command *command, json_t *result)
{
	if (command->json)
		output_json(result);
	else
		command->verb->print(result, stdout);
	json_decref(result);
	return output_finish();
}

enum command_status run_method(const struct command *command)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	json_t *result;
	enum command_status status = call(command, &client, &result);

	return status == COMMAND_OK ? print(command, result) : status;
}

/* Returns whether the daemon has closed the connection in time. */
static bool await_end(struct client *client)
{
	const char *text;

	if (client_receive(client, &text) == -ECONNRESET)
		return true;
	log_error("xbeatd has not ended for %u s", client->timeout_ms / 1000);
	return false;
}

enum command_status run_stop(const struct command *command)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	json_t *result;
	enum command_status status = call(command, &client, &result);

	if (status != COMMAND_OK)
		return status;
	if (await_end(&client))
		return print(command, result);
	json_decref(result);
	return COMMAND_FAILED;
}

/* Whether the process of the result is the daemon now. */
static enum command_status check_successor(const struct command *command, const json_t *result)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	json_int_t expected = json_integer_value(json_object_get(result, "pid")), pid;
	enum command_status status = query_open(command, "status", json_object(), &client);
	json_t *now;

	if (status == COMMAND_OK)
		status = query_next(&client, &now);
	if (status != COMMAND_OK)
		return status;
	pid = json_integer_value(json_object_get(now, "pid"));
	json_decref(now);
	if (pid == expected)
		return COMMAND_OK;
	log_error("process %lld could not go on, and process %lld was started: see its log",
		  (long long)expected, (long long)pid);
	return COMMAND_FAILED;
}

enum command_status run_restart(const struct command *command)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	json_t *result;
	enum command_status status = call(command, &client, &result);

	if (status != COMMAND_OK)
		return status;
	status = await_end(&client) ? check_successor(command, result) : COMMAND_FAILED;
	if (status == COMMAND_OK)
		return print(command, result);
	json_decref(result);
	return status;
}
