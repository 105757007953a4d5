// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl events": what is remembered, and with -f each event as it comes, flushed at once. */
#include "user/ctl/field.h"
#include "user/ctl/output.h"
#include "user/ctl/query.h"
#include "user/ctl/show.h"
#include "user/ctl/text.h"
#include "user/lib/cleanup.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REASON_INDENT 4

static const char *time_text(const json_t *event, char text[static UNITS_TIME_BYTES])
{
	uint64_t unix_ns;

	return field_number(event, "time_unix_ns", &unix_ns) ? units_local_time(unix_ns, text)
							     : FIELD_UNKNOWN;
}

/* Returns NULL for "" too: there was no state before, or there is none after. */
static const char *state_or_null(const json_t *event, const char *name)
{
	const char *state = json_string_value(json_object_get(event, name));

	return state && *state ? state : NULL;
}

/* Writes "from -> to", or "to" alone where there was nothing before. */
static void write_change(const json_t *event, FILE *stream)
{
	const char *from = state_or_null(event, "from");
	const char *to = state_or_null(event, "to");

	if (from)
		fprintf(stream, "  %s ->", from);
	if (to)
		fprintf(stream, "%s%s", from ? " " : "  ", to);
}

static char *event_line(const json_t *event)
{
	char time[UNITS_TIME_BYTES];
	char *line = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&line, &bytes);

	if (!memory)
		abort();
	fprintf(memory, "%s  %s  %s", time_text(event, time), field_text(event, "kind"),
		field_text(event, "subject"));
	write_change(event, memory);
	fclose(memory);
	return text_make_printable(line);
}

void show_event(const json_t *event, FILE *stream)
{
	const char *reason = json_string_value(json_object_get(event, "reason"));
	_cleanup_free_ char *line = event_line(event);
	_cleanup_free_ char *printable = strdup(reason ? reason : "");

	text_print_wrapped(stream, 0, line);
	if (printable)
		text_print_wrapped(stream, REASON_INDENT, text_make_printable(printable));
}

static void print_event(const struct command *command, const json_t *event)
{
	if (command->json)
		output_json(event);
	else
		show_event(event, stdout);
}

/* An answer is a list of events or, while following, a single one. */
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
			return COMMAND_OK; /* the reader has seen enough */
		if (error) {
			log_error("can not wait for events: %s", strerror(-error));
			return COMMAND_FAILED;
		}
		status = show_next(command, client);
	}
	return status;
}

enum command_status show_events_run(const struct command *command)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	json_t *parameters = json_pack("{s:b}", "follow", command->follow);
	enum command_status status = query_open(command, "events", parameters, &client);

	if (status != COMMAND_OK)
		return status;
	return command->follow ? follow(command, &client) : show_next(command, &client);
}
