// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that ask one question and show the answer. */
#include <user/ctl/output.h>
#include <user/ctl/query.h>
#include <user/ctl/show.h>
#include <user/ctl/verb.h>

enum command_status show_run(const struct command *command)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	enum command_status status;
	json_t *result;

	status = query_open(command, command->verb->name, json_object(), &client);
	if (status == COMMAND_OK)
		status = query_next(&client, &result);
	if (status != COMMAND_OK)
		return status;
	if (command->json)
		output_json(result);
	else
		command->verb->print(result, stdout);
	json_decref(result);
	return output_finish();
}
