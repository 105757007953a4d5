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
	const struct dialogue_kind *kind;
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
	const struct dialogue_kind *kind = ((struct dialogue *)run->work)->kind;

	dialogue_close(run);
	kind->failed(run, false, reason);
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
		result = dialogue->kind->line(run, line);
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
	error = dialogue->kind->connected(run);
	if (error)
		fail_by_error(run, -error);
}

static void not_connected(struct run *run, int error, const struct dialogue_kind *kind)
{
	char reason[CHECKER_REASON_BYTES];

	if (run_error_is_local(error)) {
		run_failed(run, "connect", error);
		return;
	}
	snprintf(reason, sizeof(reason), "%s after %s",
		 error == ECONNREFUSED ? "connection refused" : strerror(error),
		 run_after(run).text);
	kind->failed(run, false, reason);
}

void dialogue_connected(struct run *run, int error, const struct dialogue_kind *kind)
{
	struct dialogue *dialogue = error ? NULL : malloc(sizeof(*dialogue));
	int fd = connect_take(run);

	if (dialogue) {
		dialogue->kind = kind;
		begin(run, fd, dialogue);
		return;
	}
	connect_close_hard(fd);
	not_connected(run, error ? error : ENOMEM, kind);
}

void dialogue_expired(struct run *run, const struct dialogue_kind *kind)
{
	char reason[CHECKER_REASON_BYTES];

	if (run->phase == 0 ? connect_is_ready(run) : receive(run))
		return;
	snprintf(reason, sizeof(reason), "no %s within %s",
		 run->phase == 0 ? "connection" : kind->awaited, run_timeout(run).text);
	dialogue_close(run);
	kind->failed(run, true, reason);
}
