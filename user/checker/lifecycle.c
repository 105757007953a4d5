/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The process xbeat-checker: started when there are checks, and again when it ends (restarts.h). What
 * it knew is in the records.
 */
#include "user/checker/parts.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/message.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET_BYTES (1 << 20)
/* A process that answers to nothing for WATCH_NS * WATCH_LIMIT is killed: no server would be checked,
 * and no event would report it. */
#define WATCH_NS (5 * NS_PER_SECOND)
#define WATCH_LIMIT 6
#define REPLIES_NS (500 * NS_PER_US) /* then other events have their turn */
/* Requests that wait, for each check: a process that reads none is in other hands. */
#define WAITING_EACH 4
#define WAITING_LEAST 1024

static void on_replies(evutil_socket_t fd, short what, void *context);
static void on_room(evutil_socket_t fd, short what, void *context);

/* Failure is harmless: requests then wait earlier. */
static void grow_buffer(int fd)
{
	int bytes = SOCKET_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

static void close_socket(struct checker *checker)
{
	if (checker->readable)
		event_free(checker->readable);
	if (checker->writable)
		event_free(checker->writable);
	checker->readable = checker->writable = NULL;
	if (checker->socket_fd >= 0)
		close(checker->socket_fd);
	checker->socket_fd = -1;
	checker->waiting_count = 0;
	checker->use_waits = false;
	checker->greeted = false;
	if (checker->watch)
		evtimer_del(checker->watch);
}

static void report_life(const struct checker *checker, bool runs, const char *why)
{
	if (checker->setup.life)
		checker->setup.life(checker->setup.context, runs, why);
	else if (!runs)
		log_error("xbeat-checker %s", why);
}

/* Its attempts are reported once. */
static void report_failed_start(struct checker *checker)
{
	char why[CHECKER_PROBLEM_BYTES + 64];

	snprintf(why, sizeof(why), "%s; no server is checked; it is tried again within %u s",
		 checker->problem, (unsigned)(RESTARTS_MAX_NS / NS_PER_SECOND));
	if (!checker->failed)
		report_life(checker, false, why);
	checker->failed = true;
}

static void fail_start(struct checker *checker, int error)
{
	snprintf(checker->problem, sizeof(checker->problem), "cannot be started: %s",
		 error == EPIPE	   ? "the starter was killed; stop and start xbeatd"
		 : error == ENOENT ? "it is missing next to xbeatd; install it there"
		 : error == EACCES ? "it is not executable; install it again, with mode 0755"
		 : error == EPROTO ? "it is of another version; install both from one build"
				   : limits_strerror(error));
	checker->has_explained = true;
	report_failed_start(checker);
}

static void fail_without_process(struct checker *checker, int error)
{
	restarts_made_none(&checker->restarts, clock_now_ns());
	fail_start(checker, error);
}

static void describe_end(struct checker *checker, int status)
{
	snprintf(checker->problem, sizeof(checker->problem),
		 WIFSIGNALED(status) ? "(pid %d) was killed by signal %d"
				     : "(pid %d) ended with status %d",
		 (int)checker->pid, WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* Returns the text: " in N s", or "" if it is started at once. */
static const char *describe_wait(const struct checker *checker, char *text, size_t size)
{
	uint64_t now_ns = clock_now_ns(), due_ns = restarts_due_ns(&checker->restarts);

	*text = '\0';
	if (!time_reached(now_ns, due_ns))
		snprintf(text, size, " in %.1f s", (double)(due_ns - now_ns) / NS_PER_SECOND);
	return text;
}

/* One that ended before it greeted has reported why, if it could. */
static void report_end(struct checker *checker, int status)
{
	char why[CHECKER_PROBLEM_BYTES + 64], wait[24];

	if (status < 0)
		return; /* of the starter, which logged this */
	if (!checker->has_explained)
		describe_end(checker, status);
	if (!checker->ran) {
		report_failed_start(checker);
		return;
	}
	snprintf(why, sizeof(why), "%s; states stay, another one is started%s", checker->problem,
		 describe_wait(checker, wait, sizeof(wait)));
	report_life(checker, false, why);
}

static void start_later(struct checker *checker)
{
	close_socket(checker);
	if (checker->set->count && checker->restart)
		clock_arm(checker->restart, restarts_due_ns(&checker->restarts));
}

static void on_report(void *context, enum starter_event event, pid_t pid, int value)
{
	struct checker *checker = context;

	if (event == STARTER_STARTED) {
		checker->pid = pid;
		return;
	}
	if (value >= 0 && checker->socket_fd >= 0) /* why it ended may still be unread */
		on_replies(checker->socket_fd, EV_READ, checker);
	checker->number = 0;
	if (event == STARTER_NOT_STARTED)
		fail_without_process(checker, value);
	else if (value < 0 && checker->socket_fd >= 0)
		return; /* the starter was killed, and not this */
	else
		report_end(checker, value);
	checker->pid = 0;
	start_later(checker);
}

/* Returns 0 or a negative errno; -EAGAIN: no room. */
static int send_use(const struct checker *checker)
{
	const struct checker_request request = {.type = CHECKER_USE,
						.generation = checker->generation,
						.check = checker->set->count};
	const struct message_descriptors given = {2,
						  {checker->definitions_fd, checker->records_fd}};

	return message_send(checker->socket_fd, &request, sizeof(request), &given);
}

static void send_waiting(struct checker *checker)
{
	size_t sent = 0;

	if (checker->use_waits && send_use(checker) == -EAGAIN)
		return;
	checker->use_waits = false;
	while (sent < checker->waiting_count &&
	       message_send(checker->socket_fd, &checker->waiting[sent], sizeof(*checker->waiting),
			    NULL) != -EAGAIN)
		sent++;
	checker->waiting_count -= sent;
	memmove(checker->waiting, checker->waiting + sent,
		checker->waiting_count * sizeof(*checker->waiting));
}

static void await_room(struct checker *checker)
{
	if (checker->writable && (checker->use_waits || checker->waiting_count))
		event_add(checker->writable, NULL);
}

static void on_room(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	send_waiting(context);
	await_room(context);
}

/* What closed its socket, or reads nothing, may stay: it is killed, so that another one is started
 * when the starter reports its end. */
static void replace(struct checker *checker)
{
	start_later(checker);
	if (!checker->number)
		return;
	starter_kill(checker->setup.starter, checker->number, SIGKILL);
	if (checker->restart)
		evtimer_del(checker->restart);
}

/* Without memory the request is lost: an operator's is repeated, and a program's end is awaited for a
 * limited time only. */
static void append_waiting(struct checker *checker, const struct checker_request *request)
{
	if (checker->waiting_count >= WAITING_LEAST + WAITING_EACH * (size_t)checker->set->count) {
		log_error("xbeat-checker (pid %d) does not read its requests: it is killed",
			  (int)checker->pid);
		replace(checker);
		return;
	}
	if (checker->waiting_count == checker->waiting_room) {
		size_t room = checker->waiting_room ? 2 * checker->waiting_room : 64;
		void *grown = realloc(checker->waiting, room * sizeof(*request));

		if (!grown)
			return;
		checker->waiting = grown;
		checker->waiting_room = room;
	}
	checker->waiting[checker->waiting_count++] = *request;
	await_room(checker);
}

void process_request(struct checker *checker, enum checker_request_type type, uint32_t check,
		     int32_t status)
{
	const struct checker_request request = {
		.type = type, .generation = checker->generation, .check = check, .status = status};

	if (checker->socket_fd < 0 || check >= checker->set->count)
		return;
	if (checker->use_waits || checker->waiting_count ||
	    message_send(checker->socket_fd, &request, sizeof(request), NULL) == -EAGAIN)
		append_waiting(checker, &request);
}

static void give_set(struct checker *checker)
{
	checker->waiting_count = 0; /* of the set before */
	checker->use_waits = send_use(checker) == -EAGAIN;
	for (uint32_t i = 0; i < checker->set->count; i++)
		if (checker->set->checks[i].suspended)
			process_request(checker, CHECKER_SUSPEND, i, 0);
	await_room(checker);
}

static int use_socket(struct checker *checker, int fd)
{
	struct event_base *base = checker->setup.base;

	grow_buffer(fd);
	checker->socket_fd = fd;
	checker->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_replies, checker);
	checker->writable = event_new(base, fd, EV_WRITE, on_room, checker);
	return checker->readable && checker->writable && !event_add(checker->readable, NULL)
		       ? 0
		       : -ENOMEM;
}

/* Returns the number of the starter, or a negative errno. */
static int execute(struct checker *checker, int its_end)
{
	const int passed[] = {its_end, checker->namespace_fd};
	const char *arguments[] = {"xbeat-checker", checker->set->needs_raw ? "--raw" : "--no-raw",
				   *checker->user ? checker->user : NULL, NULL};
	const struct starter_program program = {
		.file = "xbeat-checker",
		.arguments = arguments,
		.passed = passed,
		.passed_count = CHECKER_INHERITED_END - CHECKER_SOCKET,
	};

	return starter_exec(checker->setup.starter, &program, on_report, checker);
}

/* Without the starter it cannot be killed. Logged once, until it makes progress. */
static void end_stalled(const struct checker *checker)
{
	const struct starter *starter = checker->setup.starter;

	if (checker->unanswered == WATCH_LIMIT)
		log_error("xbeat-checker (pid %d) makes no progress for %u s: %s",
			  (int)checker->pid, (unsigned)(WATCH_NS * WATCH_LIMIT / NS_PER_SECOND),
			  starter_runs(starter)
				  ? "it is killed"
				  : "no server is checked; it cannot be replaced, because the "
				    "starter was killed: stop and start xbeatd");
	starter_kill(starter, checker->number, SIGKILL);
}

static void on_watch(evutil_socket_t fd, short what, void *context)
{
	struct checker *checker = context;

	(void)fd;
	(void)what;
	clock_arm(checker->watch, clock_now_ns() + WATCH_NS);
	if (checker->unanswered < WATCH_LIMIT)
		process_request(checker, CHECKER_ASK_PROGRESS, 0, 0);
	else
		end_stalled(checker);
	checker->unanswered++;
}

/* Returns 0 or -ENOMEM. */
static int watch(struct checker *checker)
{
	if (!checker->watch)
		checker->watch = evtimer_new(checker->setup.base, on_watch, checker);
	if (!checker->watch)
		return -ENOMEM;
	checker->unanswered = 0;
	clock_arm(checker->watch, clock_now_ns() + WATCH_NS);
	return 0;
}

/* Returns 0 or a negative errno. */
static int start_now(struct checker *checker)
{
	int ends[2], error = checker_make_files(checker);

	if (error)
		return error;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	grow_buffer(ends[1]);
	error = use_socket(checker, ends[0]);
	if (!error)
		error = watch(checker);
	if (!error)
		error = execute(checker, ends[1]);
	close(ends[1]);
	if (error < 0)
		return error;
	checker->number = error;
	checker->ran = checker->has_explained = false;
	checker->has_raw = checker->set->needs_raw;
	give_set(checker);
	return 0;
}

static void on_restart(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	process_start(context);
}

void process_start(struct checker *checker)
{
	int error = 0;

	if (checker->number || checker->socket_fd >= 0)
		return;
	if (!checker->restart)
		checker->restart = evtimer_new(checker->setup.base, on_restart, checker);
	if (!checker->restart)
		error = -ENOMEM;
	restarts_started(&checker->restarts, clock_now_ns());
	if (!error)
		error = start_now(checker);
	if (!error)
		return;
	fail_without_process(checker, -error);
	start_later(checker);
}

/* It ends by itself when its socket is closed; a signal ends it even if it makes no progress. */
void process_stop(struct checker *checker)
{
	if (checker->restart)
		evtimer_del(checker->restart);
	close_socket(checker);
	if (checker->number) {
		starter_kill(checker->setup.starter, checker->number, SIGKILL);
		starter_forget(checker->setup.starter, checker->number);
	}
	checker->number = 0;
	checker->pid = 0;
	restarts_forget(&checker->restarts);
	*checker->problem = '\0';
}

void process_use(struct checker *checker, bool again)
{
	int error = checker->set->count ? checker_make_files(checker) : 0;

	if (!checker->set->count || error || again ||
	    (checker->set->needs_raw && !checker->has_raw))
		process_stop(checker);
	if (!checker->set->count)
		return;
	if (checker->socket_fd >= 0)
		give_set(checker);
	else if (!checker->restart || !evtimer_pending(checker->restart, NULL))
		process_start(checker);
}

static void greeted(struct checker *checker, const struct checker_reply *reply)
{
	if (checker->greeted)
		return;
	if (reply->value != CHECKER_LAYOUT) {
		fail_start(checker, EPROTO);
		starter_kill(checker->setup.starter, checker->number, SIGKILL);
		return;
	}
	checker->greeted = checker->ran = true;
	*checker->problem = '\0';
	if (checker->start_count++ || checker->failed)
		report_life(checker, true, "");
	checker->failed = false;
}

/* Its end is reported by the starter as well, with the reason; if that was killed, only here. */
static void lost(struct checker *checker)
{
	if (!checker->number) {
		log_error("xbeat-checker (pid %d) ended", (int)checker->pid);
		checker->pid = 0;
	}
	replace(checker);
}

static void on_replies(evutil_socket_t fd, short what, void *context)
{
	static struct checker_reply reply;
	struct checker *checker = context;
	uint64_t began_ns = clock_now_ns();

	(void)what;
	while (checker->socket_fd == fd && time_since_ns(clock_now_ns(), began_ns) < REPLIES_NS) {
		ssize_t length = recv(fd, &reply, sizeof(reply), MSG_DONTWAIT);

		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (length < 0 && errno == ECONNRESET)
			continue; /* it ended with requests unread: what it wrote follows */
		if (length <= 0) {
			lost(checker);
			return;
		}
		checker->unanswered = 0;
		if ((size_t)length >= offsetof(struct checker_reply, checks) &&
		    reply.type == CHECKER_HELLO)
			greeted(checker, &reply);
		else if (checker->greeted || reply.type == CHECKER_LOG)
			checker_take_reply(checker, &reply, (size_t)length);
	}
}
