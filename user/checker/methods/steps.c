/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes are sent, and others awaited, in their order. As with HAProxy's tcp-check, several lines
 * "expect" in a row search the same bytes: all that have come since the last "send". An answer has
 * the check's timeout as a whole, and BYTES_MAX.
 */
#include "user/checker/methods/steps.h"
#include "user/checker/methods/connect.h"
#include "user/checker/methods/regex.h"
#include "user/lib/text/byte_text.h"
#include <errno.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BYTES_MAX 16384
#define SEARCHES_MAX 64 /* of a regular expression, of which each may take long: regex.h */
#define SHOWN_BYTES 44 /* of an answer, in a reason */

struct conversation {
	int fd;
	size_t step; /* the next one */
	size_t length; /* of what has come since the last step that sent */
	unsigned searches;
	struct event readable;
	uint8_t bytes[BYTES_MAX];
};

/* The beginning of bytes, for people: in quotes, with "..." if it is cut. */
struct shown {
	char text[SHOWN_BYTES];
};

static struct shown show(const uint8_t *bytes, size_t count)
{
	char text[SHOWN_BYTES - 5];
	struct shown shown;
	bool whole = byte_text_print(bytes, count, text, sizeof(text)) == count;

	snprintf(shown.text, sizeof(shown.text), "\"%s%s\"", text, whole ? "" : "...");
	return shown;
}

void steps_cancel(struct run *run)
{
	struct conversation *talk = run->work;

	event_del(&talk->readable);
	connect_close_hard(talk->fd);
	free(talk);
	run->work = NULL;
}

static const struct config_tcp_step *current(const struct run *run)
{
	const struct conversation *talk = run->work;

	return &run->check->tcp.steps[talk->step];
}

static struct shown show_wanted(const struct run *run)
{
	const struct config_tcp_step *step = current(run);

	return show(step->bytes, step->length);
}

static struct shown show_answer(const struct run *run)
{
	const struct conversation *talk = run->work;

	return show(talk->bytes, talk->length);
}

static void fail_by_error(struct run *run, const char *tried, int error)
{
	steps_cancel(run);
	run_failed(run, tried, error);
}

static void succeed(struct run *run)
{
	const struct conversation *talk = run->work;
	bool answered = talk->length > 0;
	struct shown answer = show_answer(run);

	steps_cancel(run);
	if (answered)
		run_done(run, CHECK_GOOD, "answered %s after %s", answer.text, run_after(run).text);
	else
		run_done(run, CHECK_GOOD, "connected and sent after %s", run_after(run).text);
}

static void fail_by_end(struct run *run)
{
	const struct conversation *talk = run->work;
	bool answered = talk->length > 0;
	struct shown wanted = show_wanted(run), answer = show_answer(run);

	steps_cancel(run);
	if (answered)
		run_done(run, CHECK_BAD, "answered %s, not %s, and closed after %s", answer.text,
			 wanted.text, run_after(run).text);
	else
		run_done(run, CHECK_BAD, "closed before %s after %s", wanted.text,
			 run_after(run).text);
}

static void fail_by_length(struct run *run)
{
	struct shown wanted = show_wanted(run);

	steps_cancel(run);
	run_done(run, CHECK_BAD, "answered 16 KiB without %s after %s", wanted.text,
		 run_after(run).text);
}

static void fail_by_time(struct run *run)
{
	const struct conversation *talk = run->work;
	bool answered = talk->length > 0;
	struct shown wanted = show_wanted(run), answer = show_answer(run);

	steps_cancel(run);
	if (answered)
		run_timed_out(run, "answered %s, not %s within %s", answer.text, wanted.text,
			      run_timeout(run).text);
	else
		run_timed_out(run, "no %s within %s", wanted.text, run_timeout(run).text);
}

/* Returns 0 or a positive errno. */
static int send_bytes(struct run *run, const struct config_tcp_step *step)
{
	struct conversation *talk = run->work;
	ssize_t sent = send(talk->fd, step->bytes, step->length, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent < 0)
		return errno;
	talk->length = 0;
	run_set_step_deadline(run);
	return (size_t)sent == step->length ? 0 : ENOBUFS;
}

/* Returns 1: what is expected has come; 0: not yet; a negative errno of regex_search(). */
static int search(struct conversation *talk, const struct config_tcp_step *step)
{
	const struct regex_rule rule = {.pattern = (const char *)step->bytes};

	if (step->action == CONFIG_TCP_EXPECT)
		return memmem(talk->bytes, talk->length, step->bytes, step->length) != NULL;
	if (++talk->searches > SEARCHES_MAX)
		return -ETIME;
	return regex_search(&rule, talk->bytes, talk->length);
}

static void fail_by_search(struct run *run, int error)
{
	struct shown wanted = show_wanted(run);

	steps_cancel(run);
	if (error == ETIME)
		run_done(run, CHECK_BAD, "searching %s takes too long, after %s", wanted.text,
			 run_after(run).text);
	else
		run_done(run, CHECK_LOCAL_ERROR, "answer not examined: %s", strerror(error));
}

/* Returns whether the next step can be made; else it waits, or the run has ended. */
static bool expect(struct run *run, const struct config_tcp_step *step)
{
	struct conversation *talk = run->work;
	int found = search(talk, step);

	if (found < 0)
		fail_by_search(run, -found);
	else if (!found && talk->length == BYTES_MAX)
		fail_by_length(run);
	return found > 0;
}

/* Makes steps until one has to wait, or all are made. */
static void advance(struct run *run)
{
	struct conversation *talk = run->work;

	for (; talk->step < run->check->tcp.step_count; talk->step++) {
		const struct config_tcp_step *step = current(run);
		int error = step->action == CONFIG_TCP_SEND ? send_bytes(run, step) : 0;

		if (error) {
			fail_by_error(run, "send", error);
			return;
		}
		if (step->action != CONFIG_TCP_SEND && !expect(run, step))
			return;
	}
	succeed(run);
}

/* While it waits, there is room. */
static void receive(struct run *run)
{
	struct conversation *talk = run->work;
	ssize_t length =
		recv(talk->fd, talk->bytes + talk->length, BYTES_MAX - talk->length, MSG_DONTWAIT);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length < 0) {
		fail_by_error(run, "receive", errno);
	} else if (length == 0) {
		fail_by_end(run);
	} else {
		talk->length += (size_t)length;
		advance(run);
	}
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	receive(context);
}

void steps_begin(struct run *run, int fd)
{
	struct conversation *talk = malloc(sizeof(*talk));

	if (!talk) {
		connect_close_hard(fd);
		run_failed(run, "memory", ENOMEM);
		return;
	}
	talk->fd = fd;
	talk->step = talk->length = 0;
	talk->searches = 0;
	event_assign(&talk->readable, run->owner->base, fd, EV_READ | EV_PERSIST, on_readable, run);
	event_add(&talk->readable, NULL);
	run->work = talk;
	run->phase = 1;
	run_set_step_deadline(run);
	advance(run);
}

/* Only a step that is over has ended the run or set another deadline. */
void steps_expired(struct run *run)
{
	receive(run);
	if (run->in_progress && !evtimer_pending(run->deadline, NULL))
		fail_by_time(run);
}
