/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's end of the runner: keeps each request until its result comes, delivers results, and
 * has a new runner started if the old one was killed. Sending never waits: a request that does not
 * fit is refused.
 */
#include "user/runner/runner.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/runner/parts.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define STOP_WAIT_NS NS_PER_SECOND
#define REPLIES_AT_A_TIME 32

int runner_send_request(const struct runner *runner, const struct runner_request *request)
{
	if (runner->socket_fd < 0 || !runner->ready)
		return -ENOTCONN;
	if (send(runner->socket_fd, request, runner_request_length(request),
		 MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	return 0;
}

static uint32_t next_number(struct runner *runner)
{
	if (++runner->last_number == 0)
		runner->last_number = 1;
	return runner->last_number;
}

/* Removes a job from the list. Returns it, or NULL. */
static struct open_job *take_job(struct runner *runner, uint32_t number)
{
	for (struct open_job **link = &runner->jobs; *link; link = &(*link)->next) {
		struct open_job *job = *link;

		if (job->number != number)
			continue;
		*link = job->next;
		return job;
	}
	return NULL;
}

static void deliver_result(struct runner *runner, uint32_t number,
			   const struct runner_result *result)
{
	_cleanup_free_ struct open_job *job = take_job(runner, number);

	if (!job)
		return;
	if (!job->check && result->outcome == RUNNER_NOT_STARTED)
		log_warning("cannot run %s: %s", job->program, limits_strerror(result->value));
	if (job->done)
		job->done(job->context, result);
}

static void deliver_sighting(const struct runner *runner, uint32_t number,
			     const struct runner_sighting *sighting)
{
	for (struct watch *watch = runner->watches; watch; watch = watch->next) {
		if (watch->request.number != number)
			continue;
		watch->seen(watch->context, sighting);
		return;
	}
}

static void handle_reply(struct runner *runner, const struct runner_reply *reply)
{
	switch (reply->type) {
	case RUNNER_RESULT:
		deliver_result(runner, reply->number, &reply->result);
		break;
	case RUNNER_SIGHTING:
		deliver_sighting(runner, reply->number, &reply->sighting);
		break;
	case RUNNER_LOG:
		log_message(reply->line.priority, "%s", reply->line.text);
		break;
	case RUNNER_READY:
		runner_process_ready(runner, (pid_t)reply->number);
		break;
	}
}

/* The results of its programs are unknown. Jobs that done() requests meanwhile stay. */
static void fail_open_jobs(struct runner *runner)
{
	static const struct runner_result lost = {
		.outcome = RUNNER_NOT_STARTED,
		.value = ECONNRESET,
		.output = "the runner was killed",
	};
	struct open_job *jobs = runner->jobs;

	runner->jobs = NULL;
	while (jobs) {
		struct open_job *job = jobs;

		jobs = job->next;
		if (job->done)
			job->done(job->context, &lost);
		free(job);
	}
}

static void send_watches(const struct runner *runner)
{
	for (struct watch *watch = runner->watches; watch; watch = watch->next)
		if (runner_send_request(runner, &watch->request))
			log_warning("cannot continue to watch %s: the queue to the runner is full",
				    watch->request.strings.bytes);
}

static void on_replies(evutil_socket_t fd, short what, void *context)
{
	struct runner *runner = context;

	(void)what;
	for (int i = 0; i < REPLIES_AT_A_TIME && runner->socket_fd == fd; i++) {
		struct runner_reply reply;
		ssize_t length = recv(fd, &reply, sizeof(reply), MSG_DONTWAIT);

		if (length < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (length > 0 && runner_reply_is_valid(&reply, (size_t)length))
			handle_reply(runner, &reply);
		else if (runner_process_lost(runner))
			fail_open_jobs(runner);
	}
}

static void free_all(struct runner *runner)
{
	while (runner->jobs)
		free(take_job(runner, runner->jobs->number));
	while (runner->watches)
		runner_unwatch(runner, runner->watches->request.number);
	runner_process_close(runner);
	if (runner->housekeeping)
		event_free(runner->housekeeping);
	if (runner->namespace_fd >= 0)
		close(runner->namespace_fd);
	free(runner);
}

struct runner *runner_start(struct event_base *base, struct starter *starter, mode_t mask)
{
	struct runner *runner = calloc(1, sizeof(*runner));
	int error = -ENOMEM;

	if (runner) {
		*runner = (struct runner){.base = base,
					  .starter = starter,
					  .mask = mask,
					  .socket_fd = -1,
					  .on_replies = on_replies,
					  .on_another = send_watches};
		error = runner_process_start(runner);
		if (!error)
			return runner;
		free_all(runner);
	}
	log_error("cannot start the runner, the process that runs scripts: %s",
		  limits_strerror(-error));
	return NULL;
}

pid_t runner_pid(const struct runner *runner)
{
	return runner->pid;
}

bool runner_is_of_service(const struct runner *runner)
{
	return runner->by_service && runner->ready;
}

void runner_stop(struct runner *runner)
{
	if (!runner)
		return;
	/* Not for long: a file system may block it. */
	if (runner->socket_fd >= 0)
		message_await_end(runner->socket_fd, STOP_WAIT_NS);
	free_all(runner);
}

/* Adds a job to the list. Returns NULL without memory. */
static struct open_job *new_job(struct runner *runner, const struct runner_job *asked,
				runner_done *done, void *context)
{
	struct open_job *job = calloc(1, sizeof(*job));

	if (!job)
		return NULL;
	job->number = next_number(runner);
	job->done = done;
	job->context = context;
	job->check = asked->check;
	snprintf(job->program, sizeof(job->program), "%s", asked->command->arguments[0]);
	job->next = runner->jobs;
	runner->jobs = job;
	return job;
}

/* Returns 0, -E2BIG, or the error of sending. */
static int request_job(const struct runner *runner, const struct runner_job *job, uint32_t number)
{
	struct runner_request request;
	int error;

	memset(&request, 0, RUNNER_REQUEST_FIXED);
	request.type = RUNNER_RUN;
	request.number = number;
	request.run.uid = job->command->uid;
	request.run.gid = job->command->gid;
	request.run.timeout_ns = job->timeout_ns;
	request.run.check = job->check;
	error = message_add_strings(&request.strings, (const char *const *)job->command->arguments);
	if (!error)
		error = message_add_strings(&request.strings, job->appended);
	return error ? error : runner_send_request(runner, &request);
}

/* Each lost notification is logged; of refused checks in a row, only the first. */
static void log_refused(struct runner *runner, const struct runner_job *job, int error)
{
	if (!job->check || !runner->refused)
		log_warning("cannot run %s: request refused: %s", job->command->arguments[0],
			    error == -E2BIG ? "arguments too long (limit: 16 KiB, 512 arguments)"
					    : limits_strerror(-error));
	runner->refused = true;
}

uint32_t runner_run(struct runner *runner, const struct runner_job *job, runner_done *done,
		    void *context)
{
	struct open_job *open;
	int error;

	if (!job->command->arguments || !job->command->arguments[0])
		return 0;
	open = new_job(runner, job, done, context);
	error = open ? request_job(runner, job, open->number) : -ENOMEM;
	if (!error) {
		runner->refused = false;
		return open->number;
	}
	log_refused(runner, job, error);
	if (open)
		free(take_job(runner, open->number));
	return 0;
}

void runner_cancel(struct runner *runner, uint32_t number)
{
	struct runner_request request;

	if (!number)
		return;
	memset(&request, 0, RUNNER_REQUEST_FIXED);
	request.type = RUNNER_CANCEL;
	request.number = number;
	free(take_job(runner, number));
	runner_send_request(runner, &request);
}

static struct watch *new_watch(struct runner *runner, enum runner_request_type type,
			       runner_seen *seen, void *context)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->seen = seen;
	watch->context = context;
	watch->request.type = type;
	watch->request.number = next_number(runner);
	watch->next = runner->watches;
	runner->watches = watch;
	return watch;
}

/* Returns the watch's number, also without a runner: the next one takes up the watch. */
static uint32_t start_watch(struct runner *runner, struct watch *watch, const char *const *strings)
{
	if (message_add_strings(&watch->request.strings, strings)) {
		log_warning("cannot watch %s: parameters too long (limit: 16 KiB, 512 parameters)",
			    strings[0]);
		runner_unwatch(runner, watch->request.number);
		return 0;
	}
	if (runner_send_request(runner, &watch->request))
		log_warning("cannot watch %s yet: the queue to the runner is full", strings[0]);
	return watch->request.number;
}

uint32_t runner_watch_process(struct runner *runner, const struct config_process *config,
			      runner_seen *seen, void *context)
{
	struct watch *watch = new_watch(runner, RUNNER_WATCH_PROCESS, seen, context);

	if (!watch)
		return 0;
	watch->request.process.quorum = config->quorum;
	watch->request.process.quorum_max = config->quorum_max;
	watch->request.process.fork_delay_ns = config->fork_delay_ns;
	watch->request.process.terminate_delay_ns = config->terminate_delay_ns;
	/* A short name has no slash: a path means the command line. */
	watch->request.process.command_line =
		config->full_command || config->match_parameters || strchr(config->command[0], '/');
	watch->request.process.parameters = config->match_parameters;
	watch->request.process.more_parameters = config->match_partial;
	watch->request.process.longer_last = config->match_initial;
	return start_watch(runner, watch, (const char *const *)config->command);
}

uint32_t runner_watch_file(struct runner *runner, const struct config_file *config,
			   runner_seen *seen, void *context)
{
	struct watch *watch = new_watch(runner, RUNNER_WATCH_FILE, seen, context);
	const char *const strings[] = {config->path, NULL};
	uint32_t number;

	if (!watch)
		return 0;
	watch->request.file.init = config->init;
	watch->request.file.overwrite = config->init_overwrite;
	watch->request.file.value = config->init_value;
	number = start_watch(runner, watch, strings);
	if (number)
		watch->request.file.init = false; /* not again by the next runner */
	return number;
}

void runner_unwatch(struct runner *runner, uint32_t number)
{
	for (struct watch **link = &runner->watches; *link; link = &(*link)->next) {
		struct watch *watch = *link;

		if (watch->request.number != number)
			continue;
		*link = watch->next;
		watch->request.type = RUNNER_UNWATCH;
		watch->request.strings.length = watch->request.strings.count = 0;
		runner_send_request(runner, &watch->request);
		free(watch);
		return;
	}
}
