// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests to xbeatd, and messages about their failures. */
#include "user/ctl/call/query.h"
#include "user/ctl/call/verb.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <xbeat/paths.h>

/* A working daemon answers within milliseconds, a stopped one never. */
#define ANSWER_TIMEOUT_MS_DEFAULT 5000

static const char *daemon_name(const struct command *command)
{
	return command->daemon_name ? command->daemon_name : XB_DAEMON_NAME_DEFAULT;
}

/* Writes the names of the daemons that have a socket, as far as they fit: ": A B". "": there are
 * none. */
static void list_daemons(char *text, size_t bytes)
{
	size_t before = sizeof(XB_RUN_DIRECTORY), after = sizeof(".sock") - 1, count = 0;
	char **paths = NULL;

	text[0] = '\0';
	if (file_find(XB_RUN_DIRECTORY "/*.sock", &paths, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(text);

		snprintf(text + used, bytes - used, "%s %.*s", i ? "" : ":",
			 (int)(strlen(paths[i]) - before - after), paths[i] + before);
		free(paths[i]);
	}
	free(paths);
}

static enum command_status complain_not_running(const struct command *command, const char *path,
						int error)
{
	const char *socket_state = error == -ENOENT ? "no" : "no listener on";
	char daemons[512];

	if (command->socket)
		log_error("no xbeatd is running there (%s %s); to name a daemon instead, use -i",
			  socket_state, path);
	else if (command->daemon_name)
		log_error(
			"xbeatd '%s' is not running (%s %s); start it (systemctl start xbeatd@%s, or xbeatd -f FILE -i %s)",
			command->daemon_name, socket_state, path, command->daemon_name,
			command->daemon_name);
	else {
		list_daemons(daemons, sizeof(daemons));
		log_error(
			"xbeatd '%s' is not running (%s %s); start it (systemctl start xbeatd, or xbeatd -f FILE), or name another daemon with -i%s",
			XB_DAEMON_NAME_DEFAULT, socket_state, path, daemons);
	}
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
		log_error("not permitted to use %s; run as root or as a member of group " XB_GROUP,
			  path);
		return COMMAND_NOT_PERMITTED;
	case -EAGAIN:
		log_error("xbeatd accepts no connection on %s; it is stopped or overloaded", path);
		return COMMAND_FAILED;
	default:
		log_error("cannot connect to %s: %s", path, strerror(-error));
		return COMMAND_FAILED;
	}
}

/* The listening process; 0: unknown. */
static int listener_pid(const struct client *client)
{
	struct ucred peer = {0};
	socklen_t bytes = sizeof(peer);

	return getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) ? 0 : (int)peer.pid;
}

/* Whether SIGSTOP has stopped it. */
static bool is_stopped(int pid)
{
	char path[32], state = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	fclose(file);
	return state == 'T' || state == 't';
}

static void complain_silence(const struct client *client)
{
	int pid = listener_pid(client);

	if (pid && is_stopped(pid))
		log_error(
			"no answer from xbeatd for %u s: process %d is stopped; to continue it: kill -CONT %d",
			client->timeout_ms / 1000, pid, pid);
	else if (pid)
		log_error(
			"no answer from xbeatd for %u s: process %d is blocked or gets no processor time; see: ps -o stat,wchan,time,cmd %d",
			client->timeout_ms / 1000, pid, pid);
	else
		log_error("no answer from xbeatd for %u s; it is stopped or blocked",
			  client->timeout_ms / 1000);
}

static enum command_status complain_transfer(const struct client *client, int error)
{
	switch (error) {
	case -EAGAIN:
		complain_silence(client);
		break;
	case -ECONNRESET:
	case -EPIPE:
		log_error("xbeatd closed the connection; it has stopped or is restarting");
		break;
	case -EMSGSIZE:
		log_error("xbeatd's answer exceeds %u MiB", CLIENT_MESSAGE_BYTES_MAX >> 20);
		break;
	default:
		log_error("cannot communicate with xbeatd: %s", strerror(-error));
	}
	return COMMAND_FAILED;
}

const char *query_socket(const struct command *command, char path[static QUERY_PATH_BYTES])
{
	if (command->socket)
		return command->socket;
	snprintf(path, QUERY_PATH_BYTES, XB_CONTROL_SOCKET, daemon_name(command));
	return path;
}

static unsigned timeout_ms(const struct command *command)
{
	if (command->answer_timeout_ms)
		return command->answer_timeout_ms;
	return command->verb->answer_timeout_ms ? command->verb->answer_timeout_ms
						: ANSWER_TIMEOUT_MS_DEFAULT;
}

/* The text of a request, to be freed; NULL: no memory. Takes ownership of parameters. */
static char *request_text(const char *method, json_t *parameters)
{
	json_t *request = json_pack("{s:s, s:o}", "method", method, "parameters", parameters);
	char *text = request ? json_dumps(request, JSON_COMPACT) : NULL;

	json_decref(request);
	return text;
}

enum command_status query_open(const struct command *command, const char *method,
			       json_t *parameters, struct client *client)
{
	_cleanup_free_ char *text = request_text(method, parameters);
	char path[QUERY_PATH_BYTES];
	const char *socket = query_socket(command, path);
	int error;

	if (!text)
		return complain_transfer(client, -ENOMEM);
	error = client_connect(client, socket, timeout_ms(command));
	if (error)
		return complain_connect(command, socket, error);
	error = client_send(client, text);
	if (error == -EPIPE) /* a refusal may be there to be read */
		error = 0;
	return error ? complain_transfer(client, error) : COMMAND_OK;
}

/* Returns the answer's text, valid until the client is used again, or NULL. */
static const char *try_ask(const struct command *command, const char *request,
			   struct client *client)
{
	char path[QUERY_PATH_BYTES];
	const char *text;

	if (!request || client_connect(client, query_socket(command, path), timeout_ms(command)) ||
	    client_send(client, request) || client_receive(client, &text))
		return NULL;
	return text;
}

json_t *query_try_open(const struct command *command, const char *method, json_t *parameters,
		       struct client *client)
{
	_cleanup_free_ char *request = request_text(method, parameters);
	const char *text = try_ask(command, request, client);
	json_t *answer = text ? json_loads(text, 0, NULL) : NULL;
	json_t *result = json_incref(json_object_get(answer, "result"));

	json_decref(answer);
	if (!result)
		client_close(client);
	return result;
}

json_t *query_try(const struct command *command, const char *method, json_t *parameters)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;

	return query_try_open(command, method, parameters, &client);
}

/* A message may have several lines, for example the diagnostics of a configuration. */
static enum command_status complain_refused(const json_t *answer, const char *name)
{
	const char *message = json_string_value(json_object_get(answer, "message"));
	_cleanup_free_ char *text = strdup(message && *message ? message : name);
	const char *before = "xbeatd refused: ";
	char *rest = text, *line;

	if (!strcmp(name, "unknown_method")) {
		log_error(
			"this xbeatd is of an older version, which cannot answer that; to go on with the installed one: xbeatctl restart");
		return COMMAND_FAILED;
	}
	while ((line = strsep(&rest, "\n"))) {
		log_error("%s%s", before, line);
		before = "";
	}
	return strcmp(name, "not_permitted") ? COMMAND_FAILED : COMMAND_NOT_PERMITTED;
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
		log_error(
			"cannot parse xbeatd's answer; check that xbeatd and xbeatctl have the same version");
	}
	json_decref(answer);
	return status;
}

enum command_status query_next(struct client *client, json_t **result)
{
	const char *text;
	int error = client_receive(client, &text);

	return error ? complain_transfer(client, error) : query_parse_answer(text, result);
}

enum command_status query_ask_open(const struct command *command, const char *method,
				   json_t *parameters, struct client *client, json_t **result)
{
	enum command_status status = query_open(command, method, parameters, client);

	return status == COMMAND_OK ? query_next(client, result) : status;
}

enum command_status query_ask(const struct command *command, const char *method, json_t *parameters,
			      json_t **result)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;

	return query_ask_open(command, method, parameters, &client, result);
}
