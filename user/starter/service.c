// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The runner service; see service.h. Each runner is a new execution of the program's file, so that
 * after an upgrade the next one fits the new xbeatd without another start of the service.
 */
#include "user/starter/service.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/helper_process.h"
#include "user/lib/process/message.h"
#include "user/lib/process/unix_socket.h"
#include "user/lib/time.h"
#include "user/runner/child/protocol.h"
#include "user/starter/own_program.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PASSED_FD 3 /* the first one of sd_listen_fds(3) */
#define HELLO_WAIT_MS 3000

static struct {
	char path[OWN_PROGRAM_BYTES];
	sigset_t blocked; /* before */
} service;

int service_passed_socket(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");

	return pid && count && atoi(pid) == getpid() && atoi(count) == 1 ? PASSED_FD : -1;
}

int service_is_listener(int socket_fd)
{
	int listens = 0;
	socklen_t length = sizeof(listens);

	return !getsockopt(socket_fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) && listens;
}

/* In a child. Returns only on failure. */
static void execute(int connection)
{
	char *arguments[] = {"xbeatd", "--runner", NULL};
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("LISTEN_PID", pid, 1);
	setenv("LISTEN_FDS", "1", 1);
	unsetenv("NOTIFY_SOCKET");
	if (connection == PASSED_FD || dup2(connection, PASSED_FD) < 0)
		return;
	sigprocmask(SIG_SETMASK, &service.blocked, NULL);
	execv(service.path, arguments);
}

static bool is_trusted(int connection)
{
	bool trusted = unix_socket_peer_is_trusted(connection);

	if (!trusted)
		log_warning(
			"refused a connection: only xbeatd of root, or of this user, is served");
	return trusted;
}

static void start_runner(int connection)
{
	pid_t pid;

	if (!is_trusted(connection))
		return;
	pid = fork();
	if (pid == 0) {
		execute(connection);
		log_error("cannot execute %s: %s", service.path, limits_strerror(errno));
		_exit(EXIT_FAILURE);
	}
	if (pid < 0)
		log_error("cannot fork a runner: %s", limits_strerror(errno));
}

static void accept_all(int listener)
{
	int connection;

	while ((connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		start_runner(connection);
		close(connection);
	}
}

/* Returns the number of a signal to end, or 0. */
static uint32_t read_signals(int signals_fd)
{
	struct signalfd_siginfo seen;
	uint32_t end = 0;

	while (read(signals_fd, &seen, sizeof(seen)) > 0)
		if (seen.ssi_signo != SIGCHLD)
			end = seen.ssi_signo;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return end;
}

static int make_signals(void)
{
	sigset_t wanted;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGCHLD);
	sigaddset(&wanted, SIGTERM);
	sigaddset(&wanted, SIGINT);
	sigprocmask(SIG_BLOCK, &wanted, &service.blocked);
	return signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
}

int service_listen(int listener)
{
	struct pollfd polled[] = {{.fd = listener, .events = POLLIN}, {.events = POLLIN}};

	own_program_find(service.path);
	fcntl(listener, F_SETFL, O_NONBLOCK); /* one of systemd's may not be */
	polled[1].fd = make_signals();
	if (polled[1].fd < 0) {
		log_error("cannot wait for signals: %s", limits_strerror(errno));
		return -errno;
	}
	for (;;) {
		poll(polled, 2, -1);
		if (polled[1].revents && read_signals(polled[1].fd))
			return 0;
		if (polled[0].revents)
			accept_all(listener);
	}
}

/* Returns whether the daemon's first message has been taken. */
static bool take_hello(int socket_fd, struct runner_inheritance *inheritance)
{
	struct pollfd arrived = {.fd = socket_fd, .events = POLLIN};
	struct message_descriptors received = {0};
	struct runner_hello hello;
	ssize_t length;

	poll(&arrived, 1, HELLO_WAIT_MS);
	length = message_receive(socket_fd, &hello, sizeof(hello), &received);
	if (length != sizeof(hello) || received.count != 1 || hello.layout != RUNNER_LAYOUT) {
		log_warning(
			"refused a connection: not an xbeatd of this version; restart xbeatd after an upgrade");
		message_close_descriptors(&received);
		return false;
	}
	inheritance->mask = hello.mask;
	inheritance->namespace_fd = received.fds[0];
	return true;
}

void service_connection(int socket_fd)
{
	static struct runner_inheritance inheritance;
	sigset_t all;

	if (!is_trusted(socket_fd) || !take_hello(socket_fd, &inheritance))
		return;
	runner_note_limits(&inheritance);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	runner_child_run(socket_fd, &inheritance);
}
