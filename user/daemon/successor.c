/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xbeatctl restart: this daemon starts its successor, from the file that is at its path now, and
 * goes on until the successor is ready (user/daemon/handover/channel.h). Whatever goes wrong until
 * then changes nothing. After that this daemon only waits: if the successor fails even then, the
 * file that this daemon runs is started once more, and adopts what both have left.
 */
#include "user/daemon/daemon.h"
#include "user/daemon/handover/channel.h"
#include "user/daemon/start/signals.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include "user/service/service_manager.h"
#include "user/starter/starter.h"
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define READY_SECONDS 20
#define DONE_MS 10000

/* What arrives when the successor is ready is for it. */
static const int passed_on[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGNALS_JSON};

struct successor {
	struct daemon *daemon;
	struct control_promise *promise;
	int number; /* of the starter's program; 0: none */
	pid_t pid; /* 0: not reported yet */
	int socket;
	int errors; /* what it writes to its standard error, in memory */
	struct event *on_word, *deadline;
	bool reported_ready, is_ready;
};

static void free_event(struct event *event)
{
	if (event)
		event_free(event);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void successor_free(struct successor *successor)
{
	free_event(successor->on_word);
	free_event(successor->deadline);
	close_fd(successor->socket);
	close_fd(successor->errors);
	free(successor);
}

/* Returns what it has written, without the name before each line, to be freed; or NULL. */
static char *read_errors(const struct successor *successor)
{
	char *text = NULL;
	size_t length;

	if (lseek(successor->errors, 0, SEEK_SET) < 0 ||
	    file_read_open(successor->errors, &text, &length))
		return NULL;
	while (length && text[length - 1] == '\n')
		text[--length] = '\0';
	return text;
}

static void log_lines(char *text)
{
	char *rest;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		log_warning("restart: %s", line);
}

/* Nothing has changed: the answer gives the reason. */
static void refuse(struct successor *successor, const char *why)
{
	_cleanup_free_ char *errors = read_errors(successor);
	struct control_failure failure = {.error = "refused"};

	snprintf(failure.message, sizeof(failure.message),
		 "the new xbeatd %s; this one goes on, nothing has changed%s%.3500s", why,
		 errors && *errors ? ":\n" : "", errors ? errors : "");
	control_answer(successor->promise, NULL, &failure);
	log_lines(failure.message);
	successor->daemon->successor = NULL;
	successor_free(successor);
}

static void kill_and_refuse(struct successor *successor, const char *why)
{
	struct starter *starter = successor->daemon->starter;

	starter_kill(starter, successor->number, SIGKILL);
	starter_forget(starter, successor->number);
	refuse(successor, why);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	char why[64];

	(void)fd;
	(void)what;
	snprintf(why, sizeof(why), "was not ready within %d s", READY_SECONDS);
	kill_and_refuse(context, why);
}

static json_t *ready_json(const struct successor *successor)
{
	_cleanup_free_ char *warnings = read_errors(successor);
	json_t *json = json_pack("{s:i}", "pid", (int)successor->pid);

	if (warnings && *warnings)
		json_object_set_new(json, "warnings", json_text(warnings));
	return json;
}

static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++)
		sigaddset(&set, passed_on[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void pass_signals(const struct daemon *daemon)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < ARRAY_SIZE(passed_on); i++)
		if (sigismember(&pending, passed_on[i]))
			starter_kill(daemon->starter, daemon->successor->number, passed_on[i]);
}

/* The loop ends when the answer has left; the rest is daemon_hand_over(). */
static void be_ready(struct successor *successor)
{
	static const struct timeval soon = {.tv_usec = 1000};
	static const struct control_failure none;
	struct daemon *daemon = successor->daemon;

	successor->is_ready = true;
	block_signals();
	starter_forget(daemon->starter, successor->number);
	event_del(successor->on_word);
	event_del(successor->deadline);
	log_notice("restart: process %d is ready and goes on", (int)successor->pid);
	control_answer(successor->promise, ready_json(successor), &none);
	event_base_loopexit(daemon->base, &soon);
}

/* The starter's report of the process may come after its word. */
static void on_word(evutil_socket_t fd, short what, void *context)
{
	struct successor *successor = context;
	int error = channel_await(fd, CHANNEL_READY, NULL, 0);

	(void)what;
	successor->reported_ready = !error;
	if (error == -ECONNRESET) /* the starter reports its end */
		event_del(successor->on_word);
	else if (error)
		kill_and_refuse(successor, "did not answer as this version expects");
	else if (successor->pid)
		be_ready(successor);
}

static void on_process(void *context, enum starter_event event, pid_t pid, int value)
{
	struct successor *successor = context;
	char why[128];

	successor->pid = pid;
	switch (event) {
	case STARTER_STARTED:
		log_notice("restart: process %d is to go on", (int)pid);
		if (successor->reported_ready)
			be_ready(successor);
		return;
	case STARTER_NOT_STARTED:
		snprintf(why, sizeof(why), "cannot be executed (%s)", limits_strerror(value));
		break;
	case STARTER_ENDED:
		snprintf(why, sizeof(why), "ended before it was ready");
		break;
	}
	refuse(successor, why);
}

static int watch(struct successor *successor)
{
	static const struct timeval patience = {.tv_sec = READY_SECONDS};
	struct event_base *base = successor->daemon->base;

	successor->on_word =
		event_new(base, successor->socket, EV_READ | EV_PERSIST, on_word, successor);
	successor->deadline = evtimer_new(base, on_deadline, successor);
	return successor->on_word && successor->deadline && !event_add(successor->on_word, NULL) &&
			       !event_add(successor->deadline, &patience)
		       ? 0
		       : -ENOMEM;
}

/* Returns the number of the program, or a negative errno. */
static int request(struct successor *successor, int socket)
{
	const struct daemon *daemon = successor->daemon;
	const int passed[] = {socket, STDERR_FILENO}; /* become 3 and 4 */
	char variable[PATH_MAX + 64];
	char block[sizeof(CHANNEL_BLOCK_VARIABLE) + 24];
	const char *const environment[] = {variable, block, NULL};
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;
	const struct starter_program program = {
		.errors = successor->errors,
		.arguments = (const char *const *)daemon->arguments,
		.environment = environment,
		.passed = passed,
		.passed_count = ARRAY_SIZE(passed),
	};

	snprintf(variable, sizeof(variable), CHANNEL_VARIABLE "=" CHANNEL_FORMAT "%s", 3, 4,
		 daemon->directory ? daemon->directory : "");
	snprintf(block, sizeof(block), CHANNEL_BLOCK_VARIABLE "=" CHANNEL_BLOCK_FORMAT,
		 heartbeat ? heartbeat->port : 0u, heartbeat ? heartbeat->second_port : 0u,
		 heartbeat ? heartbeat->cluster_id : 0u);
	return starter_exec(daemon->starter, &program, on_process, successor);
}

static int start_process(struct successor *successor)
{
	int ends[2], number;

	successor->errors = memfd_create("xbeat-errors", MFD_CLOEXEC);
	if (successor->errors < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	successor->socket = ends[0];
	number = request(successor, ends[1]);
	close(ends[1]);
	successor->number = number > 0 ? number : 0;
	return number < 0 ? number : 0;
}

const char *daemon_restart_refusal(const struct daemon *daemon)
{
	if (daemon->successor)
		return "a restart is in progress";
	if (daemon->reload)
		return "a reload is in progress: try again when it has ended";
	if (capture_is_loading(&daemon->capture))
		return "a capture is about to begin: try again when it has begun";
	return daemon_keep_refusal(daemon);
}

void daemon_restart(struct daemon *daemon, struct control_promise *promise)
{
	struct successor *successor = calloc(1, sizeof(*successor));
	char why[128];
	int error;

	if (!successor)
		limits_out_of_memory();
	*successor = (struct successor){
		.daemon = daemon, .promise = promise, .socket = -1, .errors = -1};
	daemon->successor = successor;
	error = start_process(successor);
	if (!error)
		error = watch(successor);
	snprintf(why, sizeof(why), "cannot be started (%s)", limits_strerror(-error));
	if (error == -EPIPE)
		refuse(successor,
		       "cannot be started, because the starter was killed: xbeatctl stop --keep, then start it");
	else if (error)
		kill_and_refuse(successor, why);
}

void daemon_cancel_restart(struct daemon *daemon, const char *why)
{
	if (daemon->successor && !daemon->successor->is_ready)
		kill_and_refuse(daemon->successor, why);
}

/* Returns the descriptor of a file in memory with the text of the state, or a negative errno. */
static int write_state(struct daemon *daemon)
{
	json_t *saved = daemon_saved_json(daemon);
	_cleanup_free_ char *text = json_dumps(saved, JSON_COMPACT);
	int fd = memfd_create("xbeat-state", MFD_CLOEXEC);
	size_t length = text ? strlen(text) : 0;

	json_decref(saved);
	if (fd >= 0 &&
	    (!text || write(fd, text, length) != (ssize_t)length || lseek(fd, 0, SEEK_SET) < 0)) {
		close(fd);
		return -ENOMEM;
	}
	return fd < 0 ? -errno : fd;
}

/* Another daemon may need the processors' time that this one has reserved. */
static void end_reservation(void)
{
	static const struct sched_param ordinary = {0};

	sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &ordinary);
}

/* Shorter than what is left for the watchdog, which has been fed lately: if it killed this process,
 * the successor that hangs would keep the lock, and each start would be refused. */
static int patience_ms(void)
{
	uint64_t half_ms = service_manager_watchdog_ns() / 2 / NS_PER_MS;

	return half_ms && half_ms < DONE_MS ? (int)half_ms : DONE_MS;
}

static int give(struct daemon *daemon)
{
	const struct successor *successor = daemon->successor;
	int given[CHANNEL_DESCRIPTORS] = {daemon->lock, write_state(daemon)}, error;

	if (given[1] < 0)
		return given[1];
	prober_stop(&daemon->prober); /* the successor binds the port */
	daemon_last_words(daemon);
	error = channel_send(successor->socket, CHANNEL_GO, given);
	end_reservation();
	if (!error)
		error = channel_await(successor->socket, CHANNEL_DONE, NULL, patience_ms());
	return error;
}

/* As a service manager that restarts xbeatd would do it. */
static void start_same(struct daemon *daemon)
{
	const struct starter_program program = {
		.same_file = true, .arguments = (const char *const *)daemon->arguments};
	int number;

	if (getenv("NOTIFY_SOCKET"))
		return;
	if (daemon->directory && chdir(daemon->directory))
		log_warning("cannot change to %s: %s", daemon->directory, limits_strerror(errno));
	number = starter_exec(daemon->starter, &program, on_process, daemon->successor);
	if (number < 0)
		log_error("restart: cannot start another xbeatd: %s; start it",
			  limits_strerror(-number));
}

void daemon_hand_over(struct daemon *daemon)
{
	const struct successor *successor = daemon->successor;
	int error = give(daemon);

	if (!error) {
		pass_signals(daemon);
		service_manager_hand_over(successor->pid);
		_exit(EXIT_SUCCESS);
	}
	log_error("restart: process %d does not go on (%s): xbeatd is started again",
		  (int)successor->pid, limits_strerror(-error));
	starter_kill(daemon->starter, successor->number, SIGKILL);
	start_same(daemon);
	_exit(EXIT_FAILURE);
}

bool daemon_is_handing_over(const struct daemon *daemon)
{
	return daemon->successor && daemon->successor->is_ready;
}
