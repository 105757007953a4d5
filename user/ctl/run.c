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

enum command_status run_stop(const struct command *command)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	const char *text;
	json_t *result;
	enum command_status status = call(command, &client, &result);
	int error;

	if (status != COMMAND_OK)
		return status;
	error = client_receive(&client, &text);
	if (error == -ECONNRESET)
		return print(command, result);
	json_decref(result);
	log_error("xbeatd has not ended for %u s", client.timeout_ms / 1000);
	return COMMAND_FAILED;
}
