/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCP_SESSION: a connection that is held open. The kernel probes it (SO_KEEPALIVE), so that a dead
 * host is found without a request; an end of the service ends it at once, and a run begins then. While
 * it is open a run only states that. What the server sends is discarded.
 */
#include "user/checker/methods/connect.h"
#include "user/lib/clock.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DISCARDED_AT_ONCE (1 << 20)

struct session {
	int fd; /* -1: it has ended */
	int error; /* why; 0: closed by the server */
	uint64_t since_ns;
	struct event *readable;
};

static void session_end(struct session *session, int error)
{
	session->error = error;
	event_free(session->readable);
	session->readable = NULL;
	connect_close_hard(session->fd);
	session->fd = -1;
}

/* Returns whether it is open. MSG_TRUNC: TCP discards without a copy. */
static bool session_read(struct session *session)
{
	ssize_t length = recv(session->fd, NULL, DISCARDED_AT_ONCE, MSG_TRUNC | MSG_DONTWAIT);

	if (length > 0 || (length < 0 && (errno == EAGAIN || errno == EINTR)))
		return true;
	session_end(session, length ? errno : 0);
	return false;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct run *run = context;

	(void)fd;
	(void)what;
	if (!session_read(run->kept))
		run->owner->begin(run);
}

static int seconds_of(uint64_t duration_ns)
{
	return (int)((duration_ns + NS_PER_SECOND - 1) / NS_PER_SECOND);
}

/* What is not configured is as the kernel has it. */
static void set_times(const struct config_check *check, int fd)
{
	const struct {
		int option, value;
	} options[] = {
		{TCP_KEEPIDLE, seconds_of(check->keepalive_idle_ns)},
		{TCP_KEEPINTVL, seconds_of(check->keepalive_interval_ns)},
		{TCP_KEEPCNT, (int)check->keepalive_count},
		{TCP_USER_TIMEOUT, (int)(check->user_timeout_ns / NS_PER_MS)},
	};
	const int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (options[i].value)
			setsockopt(fd, IPPROTO_TCP, options[i].option, &options[i].value,
				   sizeof(options[i].value));
}

/* Returns 0 or -ENOMEM. */
static int hold(struct run *run, int fd)
{
	struct session *session = calloc(1, sizeof(*session));

	if (!session)
		return -ENOMEM;
	session->fd = fd;
	session->since_ns = clock_now_ns();
	session->readable = event_new(run->owner->base, fd, EV_READ | EV_PERSIST, on_readable, run);
	if (!session->readable || event_add(session->readable, NULL)) {
		if (session->readable)
			event_free(session->readable);
		free(session);
		return -ENOMEM;
	}
	run->kept = session;
	return 0;
}

static void on_connected(struct run *run, int error)
{
	int fd = connect_take(run);

	if (!error) {
		set_times(run->check, fd);
		error = -hold(run, fd);
	}
	if (error) {
		connect_close_hard(fd);
		run_failed(run, "connect", error);
		return;
	}
	run_done(run, CHECK_GOOD, "connected after %s", run_after(run).text);
}

static void forget(struct run *run)
{
	struct session *session = run->kept;

	if (session && session->fd >= 0)
		session_end(session, 0);
	free(session);
	run->kept = NULL;
}

static void report_end(struct run *run, const struct session *session)
{
	struct duration_text open_for =
		duration_text(time_since_ns(run->began_ns, session->since_ns));
	int error = session->error;

	forget(run);
	run_done(run, CHECK_BAD, "connection %s after %s",
		 error == 0	       ? "closed by the server"
		 : error == ECONNRESET ? "reset by the server"
				       : strerror(error),
		 open_for.text);
}

static void start(struct run *run)
{
	struct session *session = run->kept;

	if (!session)
		connect_start(run, on_connected);
	else if (session->fd >= 0 && session_read(session))
		run_done(run, CHECK_GOOD, "connection open for %s",
			 duration_text(time_since_ns(run->began_ns, session->since_ns)).text);
	else
		report_end(run, session);
}

const struct method session_method = {.name = "session",
				      .start = start,
				      .cancel = connect_reset,
				      .expired = connect_expired,
				      .forget = forget};
