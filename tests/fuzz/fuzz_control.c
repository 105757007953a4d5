/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages to the control socket: three clients of a real server send the input in pieces, in any
 * order, stop sending, stop reading, and connect again. In the end no client and no promise is
 * left.
 *
 * Input: operations; the two low bits of the byte choose the client, the others its operation.
 */
#include "tests/fuzz/input.h"
#include "user/control/control.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENTS 3

static struct event_base *base;
static struct event_log event_log;
static struct control control;
static struct control_promise *promise;
static struct sockaddr_un address = {.sun_family = AF_UNIX};
static int clients[CLIENTS];

static json_t *echo(void *context, struct control_call *call)
{
	const char *name;
	json_int_t number = -1;

	(void)context;
	if (!control_unpack(call, "{s:s, s?I}", "name", &name, "number", &number))
		return NULL;
	return json_pack("{s:s, s:I}", "name", name, "number", number);
}

static json_t *refuse(void *context, struct control_call *call)
{
	const char *name = json_string_value(json_object_get(call->parameters, "name"));

	(void)context;
	return control_fail(call, "refused", "no %s", name ? name : "name");
}

static json_t *defer(void *context, struct control_call *call)
{
	(void)context;
	if (!promise)
		promise = control_defer(call);
	return NULL;
}

/* More than a socket accepts at once. */
static json_t *fill(void *context, struct control_call *call)
{
	json_t *array = json_array();

	(void)context;
	(void)call;
	for (int i = 0; i < 8000; i++)
		json_array_append_new(array,
				      json_string("0123456789012345678901234567890123456789"));
	return array;
}

static const struct control_method methods[] = {
	{"echo", echo, false}, {"refuse", refuse, false}, {"defer", defer, false},
	{"fill", fill, false}, {"change", echo, true},	  {0},
};

static void run_loop(int turns)
{
	while (turns--)
		event_base_loop(base, EVLOOP_NONBLOCK);
}

static void stop(void)
{
	control_stop(&control);
}

static void start(void)
{
	signal(SIGPIPE, SIG_IGN);
	base = event_base_new();
	snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/xbeat-fuzz.%d.sock", getpid());
	if (control_start(&control, base, address.sun_path, &event_log, methods, NULL))
		abort();
	atexit(stop);
}

static int new_client(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		abort();
	return fd;
}

static void keep_promise(void)
{
	static const struct control_failure none;
	struct control_promise *kept = promise;

	promise = NULL;
	if (kept)
		control_answer(kept, json_string("later"), &none);
}

static void read_some(int fd)
{
	char bytes[65536];

	while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		run_loop(1);
}

static void send_some(int fd, struct input *input, size_t length)
{
	const uint8_t *bytes = input_bytes(input, length, &length);
	ssize_t sent = send(fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);

	(void)sent; /* the server may have closed the connection, or stopped reading */
}

/* A whole request: a method and parameters by number. */
static void request_some(int fd, struct input *input)
{
	static const char *const names[] = {"echo",   "refuse", "defer",   "fill",
					    "change", "events", "missing", ""};
	static const char *const parameters[] = {
		"{}",
		"{\"follow\":true}",
		"{\"name\":\"a\"}",
		"{\"name\":\"a\",\"number\":1}",
		"{\"name\":1}",
		"[]",
		"null",
	};
	const char *name = names[input_byte(input) % (sizeof(names) / sizeof(names[0]))];
	const char *parameter =
		parameters[input_byte(input) % (sizeof(parameters) / sizeof(parameters[0]))];
	char text[128];
	int length = snprintf(text, sizeof(text), "{\"method\":\"%s\",\"parameters\":%s}", name,
			      parameter);
	ssize_t sent = send(fd, text, (size_t)length + 1, MSG_DONTWAIT | MSG_NOSIGNAL);

	(void)sent; /* as above */
}

static void operate(struct input *input)
{
	uint8_t operation = input_byte(input);
	int *client = &clients[operation % 4 % CLIENTS];

	switch (operation >> 2) {
	case 0:
		shutdown(*client, SHUT_WR);
		break;
	case 1:
		keep_promise();
		break;
	case 2:
		read_some(*client);
		break;
	case 3:
		event_log_add(&event_log, "kind", "subject", "from", "to", "reason \xff");
		break;
	case 4:
		close(*client);
		*client = new_client();
		break;
	case 5:
		request_some(*client, input);
		break;
	default:
		send_some(*client, input, (size_t)(operation >> 2) * 4);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};

	if (!base)
		start();
	for (int i = 0; i < CLIENTS; i++)
		clients[i] = new_client();
	while (input.left) {
		operate(&input);
		run_loop(4); /* accept, read, handle, answer */
	}
	for (int i = 0; i < CLIENTS; i++)
		close(clients[i]);
	run_loop(4);
	keep_promise();
	run_loop(4);
	if (control.client_count)
		abort();
	return 0;
}
