// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl events": the event log, and with -f each new event, flushed at once. */
#include "user/ctl/call/output.h"
#include "user/ctl/call/query.h"
#include "user/ctl/call/run.h"
#include "user/ctl/call/verb.h"
#include "user/lib/log.h"
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <unistd.h>

static void print_event(const struct command *command, const json_t *event)
{
	output_result(command, event);
}

static const char *text_of(const json_t *event, const char *name)
{
	const char *text = json_string_value(json_object_get(event, name));

	return text ? text : "";
}

/* The name of a pool selects its servers, too. */
static bool is_named(const struct command *command, const json_t *event)
{
	const struct names *names = command->verb->names;

	return names_match(names, text_of(event, "subject"), command->arguments,
			   command->argument_count) ||
	       names_match(names, text_of(event, "pool"), command->arguments,
			   command->argument_count);
}

static bool is_wanted(const struct command *command, const json_t *event)
{
	json_int_t time_ns = json_integer_value(json_object_get(event, "time_unix_ns"));

	return (uint64_t)time_ns >= command->since_unix_ns &&
	       (!command->kind || !fnmatch(command->kind, text_of(event, "kind"), 0)) &&
	       is_named(command, event);
}

/* An answer is a list of events; with -f, a single event. */
static enum command_status print_answer(const struct command *command, json_t **answer)
{
	const json_t *event;
	size_t index;

	if (json_is_object(*answer) && is_wanted(command, *answer))
		print_event(command, *answer);
	/* A name that nothing has is an error, unless it may still come. */
	if (!command->follow && !names_select(command->verb->names, command->arguments,
					      command->argument_count, answer))
		return COMMAND_FAILED;
	json_array_foreach(*answer, index, event) if (is_wanted(command, event))
		print_event(command, event);
	return output_finish();
}

static enum command_status show_next(const struct command *command, struct client *client)
{
	json_t *answer;
	enum command_status status = query_next(client, &answer);

	if (status != COMMAND_OK)
		return status;
	status = print_answer(command, &answer);
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
