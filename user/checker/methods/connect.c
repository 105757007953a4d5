/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connects without waiting; see connect.h. */
#include "user/checker/methods/connect.h"
#include <errno.h>
#include <event2/event_struct.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct connecting {
	int fd;
	connect_ended *ended;
	struct event writable;
};

static int socket_error(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) ? errno : error;
}

static void on_writable(evutil_socket_t fd, short what, void *context)
{
	struct run *run = context;
	struct connecting *connecting = run->work;

	(void)what;
	connecting->ended(run, socket_error(fd));
}

/* Returns 0 or a negative errno. */
static int begin(struct run *run, struct connecting *connecting)
{
	struct sockaddr_storage address;
	unsigned length = run_target_address(run, &address);

	if (connect(connecting->fd, (struct sockaddr *)&address, length) && errno != EINPROGRESS)
		return -errno;
	event_assign(&connecting->writable, run->owner->base, connecting->fd, EV_WRITE, on_writable,
		     run);
	return event_add(&connecting->writable, NULL) ? -ENOMEM : 0;
}

void connect_start(struct run *run, connect_ended *ended)
{
	struct connecting *connecting = malloc(sizeof(*connecting));
	const char *tried = "memory";
	int error = -ENOMEM;

	if (connecting) {
		connecting->ended = ended;
		connecting->fd = run_open_socket(run, SOCK_STREAM, &tried);
		error = connecting->fd < 0 ? connecting->fd : 0;
	}
	if (!error) {
		tried = "connect";
		error = begin(run, connecting);
		if (error)
			close(connecting->fd);
	}
	if (error) {
		free(connecting);
		run_failed(run, tried, -error);
		return;
	}
	run->work = connecting;
	run_set_step_deadline(run);
}

int connect_take(struct run *run)
{
	struct connecting *connecting = run->work;
	int fd = connecting->fd;

	event_del(&connecting->writable);
	free(connecting);
	run->work = NULL;
	return fd;
}

void connect_close_hard(int fd)
{
	const struct linger reset = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
}

void connect_reset(struct run *run)
{
	connect_close_hard(connect_take(run));
}

bool connect_is_ready(struct run *run)
{
	struct connecting *connecting = run->work;
	struct pollfd polled = {.fd = connecting->fd, .events = POLLOUT};

	if (poll(&polled, 1, 0) <= 0)
		return false;
	connecting->ended(run, socket_error(connecting->fd));
	return true;
}

void connect_expired(struct run *run)
{
	if (connect_is_ready(run))
		return;
	connect_reset(run);
	run_timed_out(run, "no connection within %s", run_timeout(run).text);
}
