/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control server: connections, and requests on them.
 *
 * It shares its loop with the heartbeats, and all its memory is locked, so both are rationed: one
 * request is handled in a pass of the loop, of a client that has taken every answer before it, and
 * what a client sends meanwhile stays in its socket. A client thus holds one answer or, when it
 * follows events, BACKLOG_BYTES_MAX. "events" is its own method because it may go on for ever.
 */
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

#define CLIENTS_MAX 16 /* times BACKLOG_BYTES_MAX: 4 MiB */
#define REQUEST_BYTES_MAX 4096
#define BACKLOG_BYTES_MAX (256 * 1024) /* a follower that reads nothing is let go */
#define ACCEPT_PAUSE_MS 200
#define GROUP "xbeat"

struct control_client {
	struct control *control;
	struct bufferevent *stream;
	bool follows;
	bool ended; /* it sends no more, but may still read */
	struct control_client *next;
};

static void list_remove(struct control_client *client)
{
	struct control_client **place = &client->control->clients;

	while (*place != client)
		place = &(*place)->next;
	*place = client->next;
}

static void list_append(struct control_client *client)
{
	struct control_client **place = &client->control->clients;

	while (*place)
		place = &(*place)->next;
	client->next = NULL;
	*place = client;
}

static void accept_more(struct control *control)
{
	if (control->client_count < CLIENTS_MAX)
		event_add(control->accept, NULL);
}

static void client_free(struct control_client *client)
{
	struct control *control = client->control;

	list_remove(client);
	bufferevent_free(client->stream);
	free(client);
	control->client_count--;
	accept_more(control);
}

static size_t output_bytes(const struct control_client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->stream));
}

/* Returns the bytes of the first request with its NUL, 0 if there is no whole one. */
static size_t request_bytes(const struct control_client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);

	return (size_t)(evbuffer_search(input, "", 1, NULL).pos + 1);
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
		if (output_bytes(client) > BACKLOG_BYTES_MAX)
			client_free(client);
		else
			send_result(client, journal_entry_json(entry));
	}
}

static void call_events(struct control_client *client, const json_t *parameters)
{
	json_t *entries = journal_json(client->control->journal);
	bool follow = json_is_true(json_object_get(parameters, "follow"));
	json_t *entry;
	size_t index;

	client->follows = follow && !client->ended;
	if (!follow) {
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

static void take_request(struct control_client *client)
{
	struct evbuffer *input = bufferevent_get_input(client->stream);
	size_t bytes = request_bytes(client);
	const char *text = (const char *)evbuffer_pullup(input, (ev_ssize_t)bytes);

	if (text)
		handle(client, text);
	evbuffer_drain(input, bytes);
}

/* A timer, because an event made active now would run in the same pass of the loop. */
static void request_turn(struct control *control)
{
	static const struct timeval next_pass = {0};

	event_add(control->turn, &next_pass);
}

/* Not by a read watermark: libevent calls back again and again while one is reached. */
static void read_more(struct control_client *client, bool more)
{
	if (more && !client->ended)
		bufferevent_enable(client->stream, EV_READ);
	else
		bufferevent_disable(client->stream, EV_READ);
}

/* What is next for a client, after it sent something, took something or was answered. */
static void client_advance(struct control_client *client)
{
	size_t waiting_bytes = evbuffer_get_length(bufferevent_get_input(client->stream));
	size_t bytes = request_bytes(client);

	if ((bytes ? bytes : waiting_bytes) > REQUEST_BYTES_MAX) {
		client_free(client);
		return;
	}
	read_more(client, !bytes);
	if (output_bytes(client) > 0)
		return; /* goes on when it has taken that */
	if (bytes)
		request_turn(client->control);
	else if (client->ended)
		client_free(client);
}

/* One request, of the client that was served longest ago. */
static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct control *control = context;
	struct control_client *client = control->clients;

	(void)fd;
	(void)what;
	while (client && (output_bytes(client) > 0 || !request_bytes(client)))
		client = client->next;
	if (!client)
		return;
	list_remove(client);
	list_append(client);
	take_request(client);
	client_advance(client);
	request_turn(control); /* for those that wait beside it */
}

static void on_read_or_drained(struct bufferevent *stream, void *context)
{
	(void)stream;
	client_advance(context);
}

static void on_stream_event(struct bufferevent *stream, short what, void *context)
{
	struct control_client *client = context;

	(void)stream;
	if (what & BEV_EVENT_ERROR) {
		client_free(client);
	} else if (what & BEV_EVENT_EOF) {
		client->ended = true;
		client->follows = false;
		client_advance(client);
	}
}

/* Takes connection over, also when it fails. Returns 0 or a negative errno. */
static int client_add(struct control *control, int connection)
{
	struct control_client *client = calloc(1, sizeof(*client));

	if (client)
		client->stream =
			bufferevent_socket_new(control->base, connection, BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->stream) {
		free(client);
		close(connection);
		return -ENOMEM;
	}
	client->control = control;
	list_append(client);
	control->client_count++;
	bufferevent_setcb(client->stream, on_read_or_drained, on_read_or_drained, on_stream_event,
			  client);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
	return 0;
}

/* The listener stays readable: asked again at once, it would keep the loop busy. */
static void pause_accepting(struct control *control, int error)
{
	static const struct timeval pause = {.tv_usec = ACCEPT_PAUSE_MS * 1000};

	if (error != control->accept_error)
		log_warning("cannot accept a connection at %s: %s; trying again every %d ms",
			    control->path, strerror(-error), ACCEPT_PAUSE_MS);
	event_del(control->accept);
	event_add(control->accept_later, &pause);
}

static void on_accept_later(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	accept_more(context);
}

static void on_accept(evutil_socket_t fd, short what, void *context)
{
	struct control *control = context;
	int connection = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int error = connection < 0 ? -errno : client_add(control, connection);

	(void)what;
	if (error)
		pause_accepting(control, error);
	else if (control->client_count == CLIENTS_MAX)
		event_del(control->accept);
	control->accept_error = error;
}

/* Removes the socket that a killed daemon left behind; anything else there is somebody's. */
static int remove_stale(const char *path)
{
	struct stat status;

	if (lstat(path, &status))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	return unlink(path) ? -errno : 0;
}

/* The file is made with no rights for others from the start. */
static int bind_privately(int fd, const struct sockaddr_un *address)
{
	mode_t old_mask = umask(0177);
	int error = bind(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;

	umask(old_mask);
	return error;
}

static int open_to_group(const char *path)
{
	const struct group *group = getgrnam(GROUP);

	return group && (chown(path, 0, group->gr_gid) || chmod(path, 0660)) ? -errno : 0;
}

/* Returns the listening descriptor or a negative errno; then there is no socket file. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = -1;
	int listener, error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	error = remove_stale(path);
	if (!error)
		error = bind_privately(fd, &address);
	if (error)
		return error;
	error = listen(fd, CLIENTS_MAX) ? -errno : open_to_group(path);
	if (error) {
		unlink(path);
		return error;
	}
	listener = fd;
	fd = -1;
	return listener;
}

int control_start(struct control *control, struct event_base *base, const char *path,
		  struct journal *journal, const struct control_method *methods, void *context)
{
	*control = (struct control){
		.base = base, .journal = journal, .methods = methods, .context = context};
	control->socket = listen_at(path);
	if (control->socket < 0) {
		log_error("cannot listen at %s: %s%s", path, strerror(-control->socket),
			  control->socket == -EEXIST ? " and is not a socket: move it away" : "");
		return control->socket;
	}
	memcpy(control->path, path, strlen(path) + 1);
	control->accept =
		event_new(base, control->socket, EV_READ | EV_PERSIST, on_accept, control);
	control->accept_later = evtimer_new(base, on_accept_later, control);
	control->turn = evtimer_new(base, on_turn, control);
	if (!control->accept || !control->accept_later || !control->turn)
		return -ENOMEM;
	accept_more(control);
	journal->follower = on_journal;
	journal->follower_context = control;
	return 0;
}

void control_stop(struct control *control)
{
	struct event *const events[] = {control->accept, control->accept_later, control->turn};

	if (!control->path[0])
		return;
	control->journal->follower = NULL;
	while (control->clients)
		client_free(control->clients);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i])
			event_free(events[i]);
	close(control->socket);
	unlink(control->path);
	*control = (struct control){0};
}
