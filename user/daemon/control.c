/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control server; "events" is its own method because it may go on for ever. */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <user/daemon/control.h>
#include <user/lib/cleanup.h>
#include <user/lib/log.h>

#define REQUEST_BYTES_MAX 65536
#define BACKLOG_BYTES_MAX (1024 * 1024) /* a follower that reads nothing is let go */
#define GROUP "xbeat"

struct control_client {
	struct control *control;
	struct bufferevent *stream;
	bool follows;
	struct control_client *next;
};

static void client_free(struct control_client *client)
{
	struct control_client **place = &client->control->clients;

	while (*place != client)
		place = &(*place)->next;
	*place = client->next;
	bufferevent_free(client->stream);
	free(client);
}

/* Sends message, which is used up. */
static void send_message(struct control_client *client, json_t *message)
{
	_cleanup_free_ char *text = json_dumps(message, JSON_COMPACT);

	json_decref(message);
	if (text)
		bufferevent_write(client->stream, text, strlen(text) + 1);
}

static void send_result(struct control_client *client, json_t *result)
{
	send_message(client, json_pack("{s:o}", "result", result));
}

static void send_error(struct control_client *client, const char *error, const char *text)
{
	send_message(client, json_pack("{s:s, s:s}", "error", error, "message", text));
}

static void on_journal(void *context, const struct journal_entry *entry)
{
	struct control *control = context;
	struct control_client *client, *next;

	for (client = control->clients; client; client = next) {
		next = client->next;
		if (!client->follows)
			continue;
		if (evbuffer_get_length(bufferevent_get_output(client->stream)) > BACKLOG_BYTES_MAX)
			client_free(client);
		else
			send_result(client, journal_entry_json(entry));
	}
}

static void call_events(struct control_client *client, const json_t *parameters)
{
	json_t *entries = journal_json(client->control->journal);
	json_t *entry;
	size_t index;

	client->follows = json_is_true(json_object_get(parameters, "follow"));
	if (!client->follows) {
		send_result(client, entries);
		return;
	}
	json_array_foreach(entries, index, entry) send_result(client, json_incref(entry));
	json_decref(entries);
}

static void call(struct control_client *client, const char *method, const json_t *parameters)
{
	const struct control *control = client->control;
	json_t *result;

	if (!strcmp(method, "events")) {
		call_events(client, parameters);
		return;
	}
	for (const struct control_method *m = control->methods; m->name; m++) {
		if (strcmp(m->name, method) != 0)
			continue;
		result = m->call(control->context);
		if (result)
			send_result(client, result);
		else
			send_error(client, "internal", "the daemon could not answer; see its log");
		return;
	}
	send_error(client, "unknown_method", "this daemon does not know that method");
}

static void handle(struct control_client *client, const char *text)
{
	json_t *request = json_loads(text, 0, NULL);
	const char *method = json_string_value(json_object_get(request, "method"));

	if (method)
		call(client, method, json_object_get(request, "parameters"));
	else
		send_error(client, "invalid_parameter",
			   "a request is {\"method\": NAME, \"parameters\": {}}");
	json_decref(request);
}

static void on_read(struct bufferevent *stream, void *context)
{
	struct control_client *client = context;
	struct evbuffer *input = bufferevent_get_input(stream);
	struct evbuffer_ptr end;

	while ((end = evbuffer_search(input, "", 1, NULL)).pos >= 0) {
		_cleanup_free_ char *text = malloc((size_t)end.pos + 1);

		if (!text)
			return;
		evbuffer_remove(input, text, (size_t)end.pos + 1);
		handle(client, text);
	}
	if (evbuffer_get_length(input) > REQUEST_BYTES_MAX)
		client_free(client);
}

static void on_stream_event(struct bufferevent *stream, short what, void *context)
{
	(void)stream;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		client_free(context);
}

static void on_accept(evutil_socket_t fd, short what, void *context)
{
	struct control *control = context;
	struct control_client *client;
	int connection = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (connection < 0)
		return;
	client = calloc(1, sizeof(*client));
	if (client)
		client->stream =
			bufferevent_socket_new(control->base, connection, BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->stream) {
		free(client);
		close(connection);
		return;
	}
	client->control = control;
	client->next = control->clients;
	control->clients = client;
	bufferevent_setcb(client->stream, on_read, NULL, on_stream_event, client);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

/* The file is made with no rights for others from the start. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const struct group *group = getgrnam(GROUP);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	mode_t old_mask;
	int error = 0;

	if (fd < 0)
		return -errno;
	if (strlen(path) >= sizeof(address.sun_path)) {
		close(fd);
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	unlink(path);
	old_mask = umask(0177);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 16))
		error = -errno;
	umask(old_mask);
	if (!error && group && (chown(path, 0, group->gr_gid) || chmod(path, 0660)))
		error = -errno;
	if (error) {
		close(fd);
		return error;
	}
	return fd;
}

int control_start(struct control *control, struct event_base *base, const char *path,
		  struct journal *journal, const struct control_method *methods, void *context)
{
	*control = (struct control){
		.base = base, .journal = journal, .methods = methods, .context = context};
	control->socket = listen_at(path);
	if (control->socket < 0) {
		log_error("cannot listen at %s: %s", path, strerror(-control->socket));
		return control->socket;
	}
	memcpy(control->path, path, strlen(path) + 1);
	control->accept =
		event_new(base, control->socket, EV_READ | EV_PERSIST, on_accept, control);
	if (!control->accept)
		return -ENOMEM;
	event_add(control->accept, NULL);
	journal->follower = on_journal;
	journal->follower_context = control;
	return 0;
}

void control_stop(struct control *control)
{
	if (!control->path[0])
		return;
	control->journal->follower = NULL;
	while (control->clients)
		client_free(control->clients);
	if (control->accept)
		event_free(control->accept);
	close(control->socket);
	unlink(control->path);
	*control = (struct control){0};
}
