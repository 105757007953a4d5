// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that call one method and print its result. */
#include "user/ctl/run.h"
#include "user/ctl/output.h"
#include "user/ctl/query.h"
#include "user/ctl/verb.h"

enum command_status run_method(const struct command *command)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	const struct verb *verb = command->verb;
	json_t *parameters = verb->parameters ? verb->parameters(command) : json_object();
	enum command_status status;
	json_t *result;

	if (!parameters)
		return COMMAND_USAGE;
	status = query_open(command, verb->name, parameters, &client);
	if (status == COMMAND_OK)
		status = query_next(&client, &result);
	if (status != COMMAND_OK)
		return status;
	if (command->json)
		output_json(result);
	else
		verb->print(result, stdout);
	json_decref(result);
	return output_finish();
}
