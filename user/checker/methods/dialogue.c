/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines from a server, within bounds: DIALOGUE_LINE_BYTES a line, BYTES_MAX in all, and the check's
 * timeout for each answer as a whole, so that a server which sends byte by byte gains no time.
 */
#include "user/checker/methods/dialogue.h"
#include "user/checker/methods/connect.h"
#include <errno.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BYTES_MAX (64 << 10)

struct dialogue {
	int fd;
	size_t length, total;
	struct event readable;
	char text[DIALOGUE_LINE_BYTES + 1];
};

void dialogue_close(struct run *run)
{
	struct dialogue *dialogue = run->work;

	if (run->phase == 0) {
		connect_reset(run);
		return;
	}
	event_del(&dialogue->readable);
	connect_close_hard(dialogue->fd);
	free(dialogue);
	run->work = NULL;
}

int dialogue_send(struct run *run, const char *text)
{
	const struct dialogue *dialogue = run->work;
	ssize_t sent = send(dialogue->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent < 0)
		return -errno;
	run_set_step_deadline(run);
	return (size_t)sent == strlen(text) ? 0 : -ENOBUFS;
}

static void fail(struct run *run, const char *reason)
{
	dialogue_close(run);
	run->method->dialogue->failed(run, false, reason);
}

static void fail_by_error(struct run *run, int error)
{
	char reason[CHECKER_REASON_BYTES];

	snprintf(reason, sizeof(reason), "%s after %s",
		 error == ECONNRESET ? "connection reset by the server" : strerror(error),
		 run_after(run).text);
	fail(run, reason);
}

/* Takes all whole lines. Returns whether the run goes on. */
static bool take_lines(struct run *run)
{
	struct dialogue *dialogue = run->work;
	char *end;

	while ((end = memchr(dialogue->text, '\n', dialogue->length))) {
		size_t taken = (size_t)(end + 1 - dialogue->text);
		char line[DIALOGUE_LINE_BYTES + 1];
		int result;

		memcpy(line, dialogue->text, taken - 1);
		line[taken - 1] = '\0';
		if (taken > 1 && line[taken - 2] == '\r')
			line[taken - 2] = '\0';
		dialogue->length -= taken;
		memmove(dialogue->text, dialogue->text + taken, dialogue->length);
		result = run->method->dialogue->line(run, line);
		if (result < 0)
			fail_by_error(run, -result);
		if (result)
			return false;
	}
	return true;
}

/* The end of the connection also ends a line. */
static void take_end(struct run *run)
{
	struct dialogue *dialogue = run->work;
	char reason[CHECKER_REASON_BYTES];

	if (dialogue->length && dialogue->length < DIALOGUE_LINE_BYTES) {
		dialogue->text[dialogue->length++] = '\n';
		if (!take_lines(run))
			return;
	}
	snprintf(reason, sizeof(reason), "connection closed by the server after %s",
		 run_after(run).text);
	fail(run, reason);
}

static void take_bytes(struct run *run, size_t count)
{
	struct dialogue *dialogue = run->work;

	dialogue->length += count;
	dialogue->total += count;
	if (!take_lines(run))
		return;
	if (dialogue->length == DIALOGUE_LINE_BYTES)
		fail(run, "a line of more than 1024 bytes");
	else if (dialogue->total > BYTES_MAX)
		fail(run, "more than 64 KiB of text");
}

/* Returns whether there was something to take. */
static bool receive(struct run *run)
{
	struct dialogue *dialogue = run->work;
	ssize_t length = recv(dialogue->fd, dialogue->text + dialogue->length,
			      DIALOGUE_LINE_BYTES - dialogue->length, MSG_DONTWAIT);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (length > 0)
		take_bytes(run, (size_t)length);
	else if (length == 0)
		take_end(run);
	else
		fail_by_error(run, errno);
	return true;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	receive(context);
}

static void begin(struct run *run, int fd, struct dialogue *dialogue)
{
	int error;

	dialogue->fd = fd;
	dialogue->length = dialogue->total = 0;
	event_assign(&dialogue->readable, run->owner->base, fd, EV_READ | EV_PERSIST, on_readable,
		     run);
	event_add(&dialogue->readable, NULL);
	run->work = dialogue;
	run->phase = 1;
	run_set_step_deadline(run);
	error = run->method->dialogue->connected(run);
	if (error)
		fail_by_error(run, -error);
}

static void not_connected(struct run *run, int error)
{
	char reason[CHECKER_REASON_BYTES];

	if (run_error_is_local(error)) {
		run_failed(run, "connect", error);
		return;
	}
	snprintf(reason, sizeof(reason), "%s after %s",
		 error == ECONNREFUSED ? "connection refused" : strerror(error),
		 run_after(run).text);
	run->method->dialogue->failed(run, false, reason);
}

static void on_connected(struct run *run, int error)
{
	struct dialogue *dialogue = error ? NULL : malloc(sizeof(*dialogue));
	int fd = connect_take(run);

	if (dialogue) {
		begin(run, fd, dialogue);
		return;
	}
	connect_close_hard(fd);
	not_connected(run, error ? error : ENOMEM);
}

void dialogue_start(struct run *run)
{
	connect_start(run, on_connected);
}

/* Part of a line is no answer: only a step that is over has ended the run or set another deadline. */
void dialogue_expired(struct run *run)
{
	char reason[CHECKER_REASON_BYTES];

	if (run->phase == 0)
		connect_is_ready(run);
	else
		receive(run);
	if (!run->in_progress || evtimer_pending(run->deadline, NULL))
		return;
	snprintf(reason, sizeof(reason), "no %s within %s", run->phase == 0 ? "connection" : "line",
		 run_timeout(run).text);
	dialogue_close(run);
	run->method->dialogue->failed(run, true, reason);
}
