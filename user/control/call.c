/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control server's calls: from the text of a request to its answer, at once or deferred. The
 * server itself handles "events", whose answers continue without limit.
 */
#include "user/control/connection.h"
#include "user/lib/cleanup.h"
#include "user/lib/text/json_text.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char unwritable[] =
	"{\"error\":\"internal\",\"message\":\"cannot write the answer as JSON: it is too large, or contains text that is not UTF-8\"}";

/* Sends message and releases it. Each request gets an answer, because its client waits for one. */
static void send_message(struct control_client *client, json_t *message)
{
	_cleanup_free_ char *text = NULL;
	const char *sent;

	json_add_twins(message);
	text = json_dumps(message, JSON_COMPACT);
	sent = text ? text : unwritable;
	json_decref(message);
	bufferevent_write(client->stream, sent, strlen(sent) + 1);
}

void control_send_result(struct control_client *client, json_t *result)
{
	send_message(client, json_pack("{s:o}", "result", result));
}

static void send_error(struct control_client *client, const char *error, const char *text)
{
	send_message(client, json_pack("{s:s, s:o}", "error", error, "message", json_text(text)));
}

static bool is_refusal(const char *error)
{
	return !strcmp(error, "refused") || !strcmp(error, "not_permitted");
}

/* Sends result and releases it; if it is NULL, sends the failure. */
static void send_outcome(struct control_client *client, json_t *result,
			 const struct control_failure *failure)
{
	if (!result && failure && failure->error && is_refusal(failure->error))
		client->control->refused.requests++;
	if (result)
		control_send_result(client, result);
	else if (failure && failure->error)
		send_error(client, failure->error, failure->message);
	else
		send_error(client, "internal", "the daemon cannot answer; see its log");
}

/*
 * The first byte carries the descriptor. All earlier answers have left this side's buffer, so their
 * order is kept. A client that has let its socket fill up with answers gets no descriptor.
 */
static void send_with_descriptor(struct control_client *client, json_t *result, int descriptor)
{
	json_t *message = json_pack("{s:o}", "result", result);
	_cleanup_free_ char *text = json_dumps(message, JSON_COMPACT);
	size_t bytes = text ? strlen(text) + 1 : 0;
	char room[CMSG_SPACE(sizeof(descriptor))] = {0};
	struct iovec data = {text, bytes};
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct cmsghdr *along = CMSG_FIRSTHDR(&header);
	ssize_t sent;

	json_decref(message);
	along->cmsg_level = SOL_SOCKET;
	along->cmsg_type = SCM_RIGHTS;
	along->cmsg_len = CMSG_LEN(sizeof(descriptor));
	memcpy(CMSG_DATA(along), &descriptor, sizeof(descriptor));
	sent = bytes ? sendmsg(bufferevent_getfd(client->stream), &header,
			       MSG_DONTWAIT | MSG_NOSIGNAL)
		     : -1;
	if (sent < 0)
		send_error(client, "refused", "cannot send the descriptor");
	else if ((size_t)sent < bytes)
		bufferevent_write(client->stream, text + sent, bytes - (size_t)sent);
}

int control_connection(const struct control_call *call)
{
	return bufferevent_getfd(call->client->stream);
}

static void call_events(struct control_client *client, const json_t *parameters)
{
	const json_t *since = json_object_get(parameters, "since_sequence");
	json_t *entries =
		event_log_json(client->control->event_log, (uint64_t)json_integer_value(since));
	bool follow = json_is_true(json_object_get(parameters, "follow"));
	json_t *entry;
	size_t index;

	client->follows = follow && !client->ended;
	if (!follow) {
		control_send_result(client, entries);
		return;
	}
	json_array_foreach(entries, index, entry) control_send_result(client, json_incref(entry));
	json_decref(entries);
}

static void call_method(struct control_client *client, const struct control_method *method,
			const json_t *parameters)
{
	struct control_call call = {.parameters = parameters, .descriptor = -1, .client = client};
	json_t *result;

	if (method->changes && client->uid != 0 && client->uid != geteuid()) {
		control_fail(&call, "not_permitted", "only root may call %s; try sudo",
			     method->name);
		send_outcome(client, NULL, &call.failure);
		return;
	}
	result = method->call(client->control->context, &call);
	if (result && call.descriptor >= 0)
		send_with_descriptor(client, result, call.descriptor);
	else if (!call.deferred)
		send_outcome(client, result, &call.failure);
}

static const struct control_method *find_method(const struct control *control, const char *name)
{
	for (const struct control_method *method = control->methods; method->name; method++)
		if (!strcmp(method->name, name))
			return method;
	return NULL;
}

static void call(struct control_client *client, const char *name, const json_t *parameters)
{
	const struct control_method *method = find_method(client->control, name);

	if (client->control->event_log && !strcmp(name, "events"))
		call_events(client, parameters);
	else if (method)
		call_method(client, method, parameters);
	else
		send_error(client, "unknown_method", "unknown method");
}

void control_call_handle(struct control_client *client, const char *text)
{
	json_t *request = json_loads(text, 0, NULL);
	json_t *none = json_object();
	const char *method = json_string_value(json_object_get(request, "method"));
	const json_t *parameters = json_object_get(request, "parameters");

	if (!parameters)
		parameters = none;
	if (method && json_is_object(parameters))
		call(client, method, parameters);
	else
		send_error(client, "invalid_parameter",
			   "a request is {\"method\": NAME, \"parameters\": {}}");
	json_decref(none);
	json_decref(request);
}

bool control_unpack(struct control_call *call, const char *format, ...)
{
	json_error_t error;
	va_list outputs;
	int status;

	va_start(outputs, format);
	status = json_vunpack_ex((json_t *)call->parameters, &error, 0, format, outputs);
	va_end(outputs);
	if (status)
		control_fail(call, "invalid_parameter", "parameters: %s", error.text);
	return !status;
}

json_t *control_fail(struct control_call *call, const char *error, const char *format, ...)
{
	va_list arguments;

	call->failure.error = error;
	va_start(arguments, format);
	vsnprintf(call->failure.message, sizeof(call->failure.message), format, arguments);
	va_end(arguments);
	return NULL;
}

struct control_promise *control_defer(struct control_call *call)
{
	call->deferred = true;
	call->client->promise.client = call->client;
	return &call->client->promise;
}

/* Its client disconnected, or the server stopped, before the answer came. */
static void forget(struct control_client *client)
{
	if (client->control)
		control_client_free(client);
	else
		free(client);
}

bool control_is_awaited(const struct control_promise *promise)
{
	bool gone = control_client_is_gone(promise->client);

	if (gone && promise->client->control)
		promise->client->control->refused.gone++;
	return !gone;
}

/* Returns the client, or NULL if it has gone. */
static struct control_client *keep_promise(struct control_promise *promise)
{
	struct control_client *client = promise->client;

	promise->client = NULL;
	if (client->stream) {
		control_client_touch(client);
		return client;
	}
	forget(client);
	return NULL;
}

void control_answer(struct control_promise *promise, json_t *result,
		    const struct control_failure *failure)
{
	struct control_client *client = keep_promise(promise);

	if (client) /* its next request is due when it has read the answer */
		send_outcome(client, result, failure);
	else
		json_decref(result);
}

void control_answer_with(struct control_promise *promise, json_t *result, int descriptor)
{
	struct control_client *client = keep_promise(promise);

	if (!client) {
		json_decref(result);
		return;
	}
	send_with_descriptor(client, result, descriptor);
	control_client_advance(client); /* the answer may have left at once */
}

struct control_client *control_hold(struct control_call *call, void (*on_end)(void *context),
				    void *context)
{
	call->client->on_end = on_end;
	call->client->end_context = context;
	return call->client;
}

void control_let_go(struct control_client *client)
{
	client->on_end = NULL;
}

void control_disconnect(struct control_client *client)
{
	control_client_free(client);
}
