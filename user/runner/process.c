/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which process is the runner: one of the runner service, if there is one, otherwise one that the
 * starter forks. Another one is started when it dies, as restarts.h has it.
 */
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/runner/parts.h"
#include "user/runner/service.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Room for the notifications of some hundred instances that change at once. */
#define SOCKET_BYTES (4 << 20)
#define READY_WAIT_NS (3 * NS_PER_SECOND) /* of a service that does not answer */

/* Failure is harmless: a burst of notifications is then refused earlier. */
static void grow_buffer(int fd)
{
	int bytes = SOCKET_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

void runner_process_close(struct runner *runner)
{
	if (runner->readable)
		event_free(runner->readable);
	runner->readable = NULL;
	if (runner->socket_fd >= 0)
		close(runner->socket_fd);
	runner->socket_fd = -1;
	runner->pid = 0;
	runner->ready = false;
}

/* Takes the socket over, also on failure. Returns 0 or -ENOMEM. */
static int use_socket(struct runner *runner, int fd)
{
	grow_buffer(fd);
	runner->socket_fd = fd;
	runner->started_ns = clock_now_ns();
	runner->readable =
		event_new(runner->base, fd, EV_READ | EV_PERSIST, runner->on_replies, runner);
	if (runner->readable && !event_add(runner->readable, NULL))
		return 0;
	runner_process_close(runner);
	return -ENOMEM;
}

/* The socket takes requests at once. Returns 0 or a negative errno. */
static int start_own(struct runner *runner)
{
	int ends[2], error;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	grow_buffer(ends[1]);
	error = use_socket(runner, ends[0]);
	if (!error)
		error = starter_run_runner(runner->starter, ends[1], runner->namespace_fd,
					   runner->mask);
	close(ends[1]);
	runner->by_service = false;
	runner->ready = !error;
	if (error)
		runner_process_close(runner);
	else
		restarts_started(&runner->restarts, runner->started_ns);
	return error;
}

/* The socket takes requests when the runner is ready. Returns 0 or a negative errno. */
static int start_by_service(struct runner *runner)
{
	int fd = runner_service_connect(runner->namespace_fd, runner->mask);
	int error = fd < 0 ? fd : use_socket(runner, fd);

	if (!error) {
		runner->by_service = true;
		clock_arm(runner->housekeeping, runner->started_ns + READY_WAIT_NS);
		return 0;
	}
	if (!runner->failed && (error != -ENOENT || runner->by_service))
		log_warning("runner service %s: %s; scripts run in xbeatd's own runner",
			    runner_service_path(), limits_strerror(-error));
	return error;
}

static void log_failure(const struct runner *runner, int error)
{
	if (starter_runs(runner->starter))
		log_error(
			"cannot start another runner: %s; no scripts are run; it is tried again each second",
			limits_strerror(-error));
	else
		log_error(
			"cannot start another runner: the starter was killed; no scripts are run; start xbeat-runner.service, or stop and start xbeatd");
}

/* Instead of one of the service. */
static int fall_back(struct runner *runner)
{
	int error = start_own(runner);

	if (!error) {
		runner->failed = false;
		runner->on_another(runner);
		return 0;
	}
	if (!runner->failed)
		log_failure(runner, error);
	runner->failed = true;
	restarts_made_none(&runner->restarts, clock_now_ns());
	clock_arm(runner->housekeeping, restarts_due_ns(&runner->restarts));
	return error;
}

static void start_again(struct runner *runner)
{
	if (start_by_service(runner))
		fall_back(runner);
}

/* The service has accepted the connection, and then closed it, or does not answer. */
static int leave_service(struct runner *runner, const char *what)
{
	log_warning("runner service %s %s; scripts run in xbeatd's own runner",
		    runner_service_path(), what);
	runner_process_close(runner);
	return fall_back(runner);
}

static void on_housekeeping(evutil_socket_t fd, short what, void *context)
{
	struct runner *runner = context;

	(void)fd;
	(void)what;
	if (runner->socket_fd < 0)
		start_again(runner);
	else if (!runner->ready)
		leave_service(runner, "does not answer");
}

void runner_process_ready(struct runner *runner, pid_t pid)
{
	runner->pid = pid;
	if (runner->ready)
		return;
	runner->ready = true;
	runner->failed = false;
	restarts_started(&runner->restarts, runner->started_ns);
	evtimer_del(runner->housekeeping);
	log_info("scripts run in the runner service at %s (runner: pid %d)", runner_service_path(),
		 (int)pid);
	runner->on_another(runner);
}

/* wait_ns: until another one is started; 0: at once. */
static void log_lost(const struct runner *runner, uint64_t wait_ns)
{
	char wait[24] = "";

	if (wait_ns)
		snprintf(wait, sizeof(wait), " in %.1f s", (double)wait_ns / NS_PER_SECOND);
	log_error("runner (pid %d) was killed; its checks have no result, another one is started%s",
		  (int)runner->pid, wait);
}

bool runner_process_lost(struct runner *runner)
{
	uint64_t now_ns = clock_now_ns(), due_ns = restarts_due_ns(&runner->restarts);
	bool is_due = time_reached(now_ns, due_ns);

	if (!runner->ready) {
		leave_service(runner, "refused this daemon");
		return false;
	}
	log_lost(runner, is_due ? 0 : due_ns - now_ns);
	runner_process_close(runner);
	if (is_due)
		start_again(runner);
	else
		clock_arm(runner->housekeeping, due_ns);
	return true;
}

/* At the start nothing else has to be done meanwhile. Returns 0 or a negative errno. */
static int await_ready(struct runner *runner)
{
	const uint64_t end_ns = runner->started_ns + READY_WAIT_NS;
	struct pollfd answered = {.fd = runner->socket_fd, .events = POLLIN};

	while (runner->by_service && !runner->ready) {
		uint64_t now_ns = clock_now_ns();

		if (time_reached(now_ns, end_ns))
			return leave_service(runner, "does not answer");
		poll(&answered, 1, (int)((end_ns - now_ns) / NS_PER_MS) + 1);
		runner->on_replies(answered.fd, EV_READ, runner);
	}
	return runner->socket_fd < 0 ? -EPIPE : 0;
}

int runner_process_start(struct runner *runner)
{
	runner->namespace_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (runner->namespace_fd < 0)
		return -errno;
	runner->housekeeping = evtimer_new(runner->base, on_housekeeping, runner);
	if (!runner->housekeeping)
		return -ENOMEM;
	return start_by_service(runner) ? start_own(runner) : await_ready(runner);
}
