/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Jobs in the runner's process, from the request to the result. A job is a check (a tracked script)
 * or a notification; its process leads a process group.
 *
 *   WAITING    a notification, while RUNNING_MAX others run
 *   RUNNING    until its process ends, or its timeout expires and the group is killed
 *   LINGERING  the check has ended, other processes of its group have not. One that reads from the
 *              script ("exec > >(logger)") ends a moment later; others are killed after LINGER_NS
 *   KILLED     until the process is dead, which takes long while it is blocked in the kernel
 *   LEAVING    a cancelled notification: it sees the end of its input, then SIGTERM after LEAVE_NS
 *
 * A process that has left the group for a session of its own is not killed: services that a script
 * starts, often the one that it checks, do that.
 */
#include "user/runner/child/jobs.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/runner/child/exec.h"
#include "user/runner/child/output.h"
#include "user/runner/child/procfs.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNNING_MAX 256 /* checks, and as many notifications */
#define WAITING_MAX 1024 /* notifications */
#define OUTPUT_BYTES_MAX 65536
#define LINGER_NS (100 * NS_PER_MS)
#define DEATH_NS (200 * NS_PER_MS)
#define LEAVE_NS NS_PER_SECOND

enum job_state {
	JOB_WAITING,
	JOB_RUNNING,
	JOB_LINGERING,
	JOB_KILLED,
	JOB_LEAVING,
};

struct job {
	struct job *next;
	struct runner_child *child;
	struct runner_request *request;
	enum job_state state;
	pid_t pid; /* also its process group */
	bool reported;
	uint64_t started_ns;
	int error_fd, output_fd; /* -1: none */
	struct event *timer;
	struct event *readable; /* output_fd is; NULL: none */
	struct runner_output output;
	struct runner_result result;
};

static bool is_check(const struct job *job)
{
	return job->request->run.check;
}

static void job_free(struct job *job)
{
	if (job->timer)
		event_free(job->timer);
	if (job->readable)
		event_free(job->readable);
	if (job->error_fd >= 0)
		close(job->error_fd);
	if (job->output_fd >= 0)
		close(job->output_fd);
	free(job->request);
	free(job);
}

static void job_remove(struct job *job)
{
	struct job **link = &job->child->jobs;

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	job_free(job);
}

static void job_report(struct job *job)
{
	struct runner_reply reply = {.type = RUNNER_RESULT, .number = job->request->number};

	if (job->reported)
		return;
	job->reported = true;
	snprintf(job->result.output, sizeof(job->result.output), "%s",
		 runner_output_last(&job->output));
	reply.result = job->result;
	child_reply(job->child, &reply);
}

static void set_result(struct job *job, enum runner_outcome outcome, int value)
{
	job->result.outcome = outcome;
	job->result.value = value;
	job->result.duration_ns = time_since_ns(clock_now_ns(), job->started_ns);
}

static void report_and_remove(struct job *job)
{
	job_report(job);
	job_remove(job);
}

/* Signals the group, and its leader, which may not have created the group yet. */
static void kill_group(const struct job *job, int signal)
{
	kill(-job->pid, signal);
	if (job->state != JOB_LINGERING)
		kill(job->pid, signal);
}

static bool group_exists(const struct job *job)
{
	return kill(-job->pid, 0) == 0;
}

/* The result is reported when the job is dead, or after DEATH_NS if it will not die. */
static void kill_job(struct job *job)
{
	kill_group(job, SIGKILL);
	job->state = JOB_KILLED;
	if (job->readable)
		event_del(job->readable);
	clock_arm(job->timer, clock_now_ns() + DEATH_NS);
}

static void kill_leftovers(struct job *job)
{
	unsigned count = procfs_count_group(job->pid);

	if (count) {
		set_result(job, RUNNER_LEFT_PROCESSES, (int)count);
		kill_group(job, SIGKILL);
	}
	report_and_remove(job);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct job *job = context;
	struct runner_child *child = job->child;

	(void)fd;
	(void)what;
	switch (job->state) {
	case JOB_RUNNING:
		set_result(job, RUNNER_TIMED_OUT, 0);
		kill_job(job);
		break;
	case JOB_LINGERING:
		kill_leftovers(job);
		break;
	case JOB_KILLED:
		job_report(job);
		break;
	case JOB_LEAVING:
		kill_group(job, SIGTERM);
		job->state = JOB_KILLED;
		break;
	case JOB_WAITING:
		break;
	}
	if (child->ending && !jobs_end(child))
		_exit(EXIT_SUCCESS);
}

/* Returns whether there may be more to read, within the limit. */
static bool read_output(struct job *job)
{
	char bytes[16384];
	ssize_t count = read(job->output_fd, bytes, sizeof(bytes));

	if (count > 0)
		runner_output_take(&job->output, bytes, (size_t)count);
	else if (count == 0 && job->readable)
		event_del(job->readable);
	return count > 0 && job->output.bytes <= OUTPUT_BYTES_MAX;
}

static void on_output(evutil_socket_t fd, short what, void *context)
{
	struct job *job = context;

	(void)fd;
	(void)what;
	if (read_output(job) || job->output.bytes <= OUTPUT_BYTES_MAX)
		return;
	set_result(job, RUNNER_FLOODED, 0);
	kill_job(job);
}

/*
 * Makes the pipes, with the program's ends in *output_fd and *error_fd. Returns 0 or a negative
 * errno.
 */
static int make_pipes(struct job *job, int *output_fd, int *error_fd)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	job->error_fd = ends[0];
	*error_fd = ends[1];
	if (!is_check(job))
		return 0;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	job->output_fd = ends[0];
	*output_fd = ends[1];
	fcntl(job->output_fd, F_SETFL, O_NONBLOCK);
	job->readable = event_new(job->child->base, ends[0], EV_READ | EV_PERSIST, on_output, job);
	return job->readable && !event_add(job->readable, NULL) ? 0 : -ENOMEM;
}

/* Returns 0 or a negative errno. */
static int job_execute(struct job *job)
{
	_cleanup_close_ int output_fd = -1;
	_cleanup_close_ int error_fd = -1;
	char *arguments[MESSAGE_STRINGS_MAX + 1];
	struct runner_program program = {
		.arguments = arguments,
		.uid = job->request->run.uid,
		.gid = job->request->run.gid,
		.dies_with_runner = is_check(job),
		.inheritance = job->child->inheritance,
	};
	int error = make_pipes(job, &output_fd, &error_fd);

	if (error)
		return error;
	message_get_strings(&job->request->strings, arguments);
	program.output_fd = output_fd;
	program.error_fd = error_fd;
	job->pid = runner_exec(&program);
	return job->pid < 0 ? job->pid : 0;
}

static void job_start(struct job *job)
{
	int error;

	job->state = JOB_RUNNING;
	job->started_ns = clock_now_ns();
	error = job_execute(job);
	if (error) {
		set_result(job, RUNNER_NOT_STARTED, -error);
		report_and_remove(job);
		return;
	}
	if (job->request->run.timeout_ns)
		clock_arm(job->timer, job->started_ns + job->request->run.timeout_ns);
}

/* Appends a job with a copy of its request to the list. Returns NULL if out of memory. */
static struct job *job_new(struct runner_child *child, const struct runner_request *request)
{
	struct job *job = calloc(1, sizeof(*job));
	struct job **link = &child->jobs;

	if (!job)
		return NULL;
	job->child = child;
	job->error_fd = job->output_fd = -1;
	job->request = malloc(sizeof(*request));
	job->timer = evtimer_new(child->base, on_timer, job);
	if (!job->request || !job->timer) {
		job_free(job);
		return NULL;
	}
	memcpy(job->request, request, runner_request_length(request));
	while (*link)
		link = &(*link)->next;
	*link = job;
	return job;
}

static unsigned count_running(const struct runner_child *child, bool check)
{
	unsigned count = 0;

	for (const struct job *job = child->jobs; job; job = job->next)
		count += job->state != JOB_WAITING && is_check(job) == check;
	return count;
}

static unsigned count_waiting(const struct runner_child *child)
{
	unsigned count = 0;

	for (const struct job *job = child->jobs; job; job = job->next)
		count += job->state == JOB_WAITING;
	return count;
}

/* Whether the same check was killed but will not die: another one would only block as well. */
static bool is_undead(const struct runner_child *child, const struct runner_request *request)
{
	for (const struct job *job = child->jobs; job; job = job->next)
		if (job->state == JOB_KILLED && job->reported && is_check(job) &&
		    message_same_strings(&job->request->strings, &request->strings))
			return true;
	return false;
}

/* Returns 0, or an errno: why a job is not run now. */
static int refusal(const struct runner_child *child, const struct runner_request *request)
{
	if (!request->run.check)
		return count_waiting(child) < WAITING_MAX ? 0 : ENOBUFS;
	if (is_undead(child, request))
		return EBUSY;
	return count_running(child, true) < RUNNING_MAX ? 0 : EAGAIN;
}

void jobs_run(struct runner_child *child, const struct runner_request *request)
{
	struct runner_reply reply = {.type = RUNNER_RESULT, .number = request->number};
	int refused = refusal(child, request);
	struct job *job = refused ? NULL : job_new(child, request);

	if (!job) {
		reply.result.outcome = RUNNER_NOT_STARTED;
		reply.result.value = refused ? refused : ENOMEM;
		child_reply(child, &reply);
		return;
	}
	if (is_check(job) || count_running(child, false) < RUNNING_MAX)
		job_start(job);
}

void jobs_cancel(struct runner_child *child, uint32_t number)
{
	struct job *job = child->jobs;

	while (job && job->request->number != number)
		job = job->next;
	if (!job)
		return;
	job->reported = true;
	if (job->state == JOB_WAITING) {
		job_remove(job);
	} else if (job->state == JOB_LINGERING) {
		kill_group(job, SIGKILL);
		job_remove(job);
	} else if (is_check(job)) {
		kill_job(job);
	} else {
		job->state = JOB_LEAVING;
		clock_arm(job->timer, clock_now_ns() + LEAVE_NS);
	}
}

/* Derives the result of a program that has ended. */
static void finish_result(struct job *job, int status)
{
	int error;

	while (job->output_fd >= 0 && read_output(job))
		;
	if (read(job->error_fd, &error, sizeof(error)) == (ssize_t)sizeof(error))
		set_result(job, RUNNER_NOT_STARTED, error);
	else if (job->output.bytes > OUTPUT_BYTES_MAX)
		set_result(job, RUNNER_FLOODED, 0);
	else if (WIFSIGNALED(status))
		set_result(job, RUNNER_SIGNALED, WTERMSIG(status));
	else
		set_result(job, RUNNER_EXITED, WEXITSTATUS(status));
}

static struct job *find_leader(const struct runner_child *child, pid_t pid)
{
	for (struct job *job = child->jobs; job; job = job->next)
		if (job->pid == pid && job->state != JOB_LINGERING && job->state != JOB_WAITING)
			return job;
	return NULL;
}

void jobs_child_ended(struct runner_child *child, pid_t pid, int status)
{
	struct job *job = find_leader(child, pid);

	if (!job)
		return;
	if (job->state == JOB_RUNNING)
		finish_result(job, status);
	if (job->state == JOB_RUNNING && is_check(job) && group_exists(job)) {
		job->state = JOB_LINGERING;
		clock_arm(job->timer, clock_now_ns() + LINGER_NS);
		return;
	}
	report_and_remove(job);
}

static void start_waiting(struct runner_child *child)
{
	unsigned running = count_running(child, false);

	for (struct job *job = child->jobs, *next; job; job = next) {
		next = job->next;
		if (job->state == JOB_WAITING && running++ < RUNNING_MAX)
			job_start(job);
	}
}

void jobs_children_reaped(struct runner_child *child)
{
	for (struct job *job = child->jobs, *next; job; job = next) {
		next = job->next;
		if (job->state == JOB_LINGERING && !group_exists(job))
			report_and_remove(job);
	}
	start_waiting(child);
}

bool jobs_end(struct runner_child *child)
{
	bool leaving = false;

	for (struct job *job = child->jobs, *next; job; job = next) {
		next = job->next;
		leaving |= job->state == JOB_LEAVING;
		if (job->state == JOB_WAITING)
			job_start(job);
		else if (is_check(job))
			kill_group(job, SIGKILL);
	}
	return leaving;
}
