// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions to xbeatd, and what can go wrong with them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <user/ctl/query.h>
#include <user/ctl/text.h>
#include <user/lib/cleanup.h>
#include <user/lib/log.h>

/* A working daemon answers within milliseconds; one that is stopped never does. */
#define ANSWER_TIMEOUT_MS 5000

/* Room to see that a path is too long for a socket. */
#define PATH_BYTES (2 * sizeof(((struct sockaddr_un *)NULL)->sun_path))

static const struct {
	const char *name;
	enum command_status status;
} error_statuses[] = {
	{"not_permitted", COMMAND_NOT_PERMITTED},
	{"unknown_method", COMMAND_FAILED},
	{"invalid_parameter", COMMAND_FAILED},
	{"internal", COMMAND_FAILED},
};

static enum command_status error_status(const char *name)
{
	for (size_t i = 0; i < sizeof(error_statuses) / sizeof(error_statuses[0]); i++)
		if (strcmp(error_statuses[i].name, name) == 0)
			return error_statuses[i].status;
	return COMMAND_FAILED;
}

static const char *instance_name(const struct command *command)
{
	return command->instance ? command->instance : COMMAND_INSTANCE_DEFAULT;
}

static enum command_status complain_not_running(const struct command *command, const char *path,
						int error)
{
	const char *socket_state = error == -ENOENT ? "no" : "nobody listens on";

	if (command->socket)
		log_error("no xbeatd is running there (%s %s); without -s, -i names an instance",
			  socket_state, path);
	else if (command->instance)
		log_error("xbeatd instance '%s' is not running (%s %s); start it with: xbeatd -c "
			  "FILE -i %s",
			  command->instance, socket_state, path, command->instance);
	else
		log_error("xbeatd instance '%s' is not running (%s %s); start it with: xbeatd -c "
			  "FILE",
			  COMMAND_INSTANCE_DEFAULT, socket_state, path);
	return COMMAND_NOT_RUNNING;
}

static enum command_status complain_connect(const struct command *command, const char *path,
					    int error)
{
	switch (error) {
	case -ENOENT:
	case -ECONNREFUSED:
		return complain_not_running(command, path, error);
	case -EACCES:
	case -EPERM:
		log_error("not permitted to use %s; be root or in the group xbeat", path);
		return COMMAND_NOT_PERMITTED;
	case -EAGAIN:
		log_error("xbeatd takes no connection on %s; it is stopped or overloaded", path);
		return COMMAND_FAILED;
	default:
		log_error("can not connect to %s: %s", path, strerror(-error));
		return COMMAND_FAILED;
	}
}

static enum command_status complain_transfer(int error)
{
	switch (error) {
	case -EAGAIN:
		log_error("xbeatd does not answer for %d s; it is stopped or stuck",
			  ANSWER_TIMEOUT_MS / 1000);
		break;
	case -ECONNRESET:
	case -EPIPE:
		log_error("xbeatd closed the connection; it stopped, or restarts");
		break;
	case -EMSGSIZE:
		log_error("xbeatd's answer is over %u MiB", CLIENT_MESSAGE_BYTES_MAX >> 20);
		break;
	default:
		log_error("can not talk to xbeatd: %s", strerror(-error));
	}
	return COMMAND_FAILED;
}

enum command_status query_open(const struct command *command, const char *method,
			       json_t *parameters, struct client *client)
{
	json_t *request = json_pack("{s:s, s:o}", "method", method, "parameters", parameters);
	_cleanup_free_ char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;
	char path[PATH_BYTES];
	int error;

	json_decref(request);
	if (!text)
		return complain_transfer(-ENOMEM);
	snprintf(path, sizeof(path), "%s/%s.sock", COMMAND_RUN_DIRECTORY, instance_name(command));
	error = client_connect(client, command->socket ? command->socket : path, ANSWER_TIMEOUT_MS);
	if (error)
		return complain_connect(command, command->socket ? command->socket : path, error);
	error = client_send(client, text);
	return error ? complain_transfer(error) : COMMAND_OK;
}

static enum command_status complain_refused(const json_t *answer, const char *name)
{
	const char *message = json_string_value(json_object_get(answer, "message"));
	_cleanup_free_ char *text = strdup(message && *message ? message : name);

	log_error("xbeatd refuses: %s", text ? text_make_printable(text) : "");
	return error_status(name);
}

enum command_status query_parse_answer(const char *text, json_t **result)
{
	json_t *answer = json_loads(text, 0, NULL);
	const char *error_name = json_string_value(json_object_get(answer, "error"));
	json_t *value = json_object_get(answer, "result");
	enum command_status status = COMMAND_FAILED;

	if (error_name) {
		status = complain_refused(answer, error_name);
	} else if (value) {
		*result = json_incref(value);
		status = COMMAND_OK;
	} else {
		log_error("xbeatd's answer is not understood; are xbeatd and xbeatctl of one "
			  "version?");
	}
	json_decref(answer);
	return status;
}

enum command_status query_next(struct client *client, json_t **result)
{
	const char *text;
	int error = client_receive(client, &text);

	return error ? complain_transfer(error) : query_parse_answer(text, result);
}
