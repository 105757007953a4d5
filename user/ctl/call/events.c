// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl events": the event log, and with -f each new event, flushed at once. */
#include "user/ctl/call/output.h"
#include "user/ctl/call/query.h"
#include "user/ctl/call/run.h"
#include "user/ctl/show/show.h"
#include "user/lib/log.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static void print_event(const struct command *command, const json_t *event)
{
	if (command->json)
		output_json(event);
	else
		show_event(event, stdout);
}

/* An answer is a list of events; with -f, a single event. */
static enum command_status print_answer(const struct command *command, const json_t *answer)
{
	const json_t *event;
	size_t index;

	if (json_is_object(answer))
		print_event(command, answer);
	json_array_foreach(answer, index, event) print_event(command, event);
	return output_finish();
}

static enum command_status show_next(const struct command *command, struct client *client)
{
	json_t *answer;
	enum command_status status = query_next(client, &answer);

	if (status != COMMAND_OK)
		return status;
	status = print_answer(command, answer);
	json_decref(answer);
	return status;
}

static enum command_status follow(const struct command *command, struct client *client)
{
	enum command_status status = COMMAND_OK;

	while (status == COMMAND_OK) {
		int error = client_wait(client, STDOUT_FILENO);

		if (error == -EPIPE)
			return COMMAND_OK; /* the reader has closed the pipe */
		if (error) {
			log_error("cannot wait for events: %s", strerror(-error));
			return COMMAND_FAILED;
		}
		status = show_next(command, client);
	}
	return status;
}

enum command_status run_events(const struct command *command)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	json_t *parameters = json_pack("{s:b}", "follow", command->follow);
	enum command_status status = query_open(command, "events", parameters, &client);

	if (status != COMMAND_OK)
		return status;
	return command->follow ? follow(command, &client) : show_next(command, &client);
}
