/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runner's protocol and jobs. The strings of an accepted message are within its bytes. Whatever
 * the order of requests, program exits and cancellations, every job that is not cancelled has one
 * result, and no job is left. No program runs, and no time passes by itself: runner_exec(), kill()
 * and the like are replaced by functions here.
 *
 * Input: operations, a byte each, with what they need after it.
 */
#include "tests/fuzz/input.h"
#include "user/lib/time.h"
#include "user/runner/child/exec.h"
#include "user/runner/child/jobs.h"
#include "user/runner/child/procfs.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define JOBS_MAX 1500
#define FIRST_PID (1 << 23) /* above the kernel's limit: no such process */

/* By the number of the job, from 1. */
struct expectation {
	bool requested, cancelled, reported;
};

/* By pid, from FIRST_PID. */
struct process {
	bool alive;
	bool has_survivors; /* in its group, after its end */
};

static struct input input;
static struct runner_child child;
static int daemon_fd;
static struct expectation expected[JOBS_MAX + 1];
static struct process processes[JOBS_MAX];
static uint32_t job_count;
static int process_count;
static uint64_t now_ns = NS_PER_SECOND;

pid_t runner_exec(const struct runner_program *program)
{
	size_t length;
	const uint8_t *output;
	int error = input_byte(&input);

	if (error >= 0xf0)
		return -EAGAIN;
	output = input_bytes(&input, input_byte(&input), &length);
	if (program->output_fd >= 0 && write(program->output_fd, output, length) < 0)
		abort();
	if (error >= 0xe0 && write(program->error_fd, &error, sizeof(error)) < 0)
		abort();
	processes[process_count] = (struct process){.alive = true, .has_survivors = error & 1};
	return FIRST_PID + process_count++;
}

static struct process *find_process(pid_t pid)
{
	int index = (pid < 0 ? -pid : pid) - FIRST_PID;

	if (index < 0 || index >= process_count)
		abort(); /* the runner may signal its own programs only */
	return &processes[index];
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int kill(pid_t pid, int sig)
{
	struct process *process = find_process(pid);
	bool exists = process->alive || (pid < 0 && process->has_survivors);

	if (sig == SIGKILL && pid < 0)
		process->has_survivors = false;
	if (!exists)
		errno = ESRCH;
	return exists ? 0 : -1;
}

unsigned procfs_count_group(pid_t group)
{
	return find_process(group)->has_survivors;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (clock == CLOCK_REALTIME)
		return (int)syscall(SYS_clock_gettime, clock, now);
	*now = (struct timespec){.tv_sec = (time_t)(now_ns / NS_PER_SECOND),
				 .tv_nsec = (long)(now_ns % NS_PER_SECOND)};
	return 0;
}

static void read_results(void)
{
	struct runner_reply reply;
	ssize_t length;

	while ((length = recv(daemon_fd, &reply, sizeof(reply), MSG_DONTWAIT)) > 0) {
		if (!runner_reply_is_valid(&reply, (size_t)length) || reply.type != RUNNER_RESULT ||
		    reply.number < 1 || reply.number > job_count ||
		    expected[reply.number].reported || expected[reply.number].cancelled)
			abort();
		expected[reply.number].reported = true;
	}
}

static void request_job(void)
{
	static struct runner_request request;
	const char *const arguments[] = {"program", input_byte(&input) & 1 ? "a" : "b", NULL};

	if (job_count == JOBS_MAX)
		return;
	memset(&request, 0, RUNNER_REQUEST_FIXED);
	request.type = RUNNER_RUN;
	request.number = ++job_count;
	request.run.check = input_byte(&input) & 1;
	request.run.timeout_ns = input_byte(&input) * 5 * NS_PER_MS;
	expected[job_count].requested = true;
	if (message_add_strings(&request.strings, arguments))
		abort();
	jobs_run(&child, &request);
}

static void cancel_job(void)
{
	uint32_t number = input_word(&input);

	if (number < 1 || number > job_count)
		return;
	read_results();
	expected[number].cancelled = true;
	jobs_cancel(&child, number);
}

static void end_process(int index)
{
	struct process *process = &processes[index];

	if (!process->alive)
		return;
	process->alive = false;
	jobs_child_ended(&child, FIRST_PID + index, input_word(&input));
}

static void end_some_process(void)
{
	if (process_count)
		end_process(input_word(&input) % process_count);
	jobs_children_reaped(&child);
}

static void pass_time(void)
{
	now_ns += input_byte(&input) * 5 * NS_PER_MS;
	event_base_loop(child.base, EVLOOP_NONBLOCK);
}

/* No byte after the message terminates one of its strings. */
static void read_request(void)
{
	struct runner_request *request = malloc(sizeof(*request));
	char *strings[MESSAGE_STRINGS_MAX + 1];
	size_t length;
	const uint8_t *bytes = input_bytes(&input, input_word(&input) % sizeof(*request), &length);

	memset(request, 0xff, sizeof(*request));
	memcpy(request, bytes, length);
	if (runner_request_is_valid(request, length)) {
		message_get_strings(&request->strings, strings);
		for (char **string = strings; *string; string++)
			if (*string + strlen(*string) >= (char *)request + length)
				abort();
	}
	free(request);
}

static void read_reply(void)
{
	struct runner_reply reply;
	size_t length;
	const uint8_t *bytes = input_bytes(&input, sizeof(reply), &length);

	memset(&reply, 0xff, sizeof(reply));
	memcpy(&reply, bytes, length);
	if (runner_reply_is_valid(&reply, length) && reply.type == RUNNER_LOG &&
	    strlen(reply.line.text) >= sizeof(reply.line.text))
		abort();
}

static void start(void)
{
	int ends[2];

	memset(expected, 0, sizeof(expected));
	job_count = 0;
	process_count = 0;
	if (!child.base) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
			abort();
		child.base = event_base_new();
		child.socket_fd = ends[0];
		daemon_fd = ends[1];
	}
}

/* Everything ends, then every job has its result. */
static void finish(void)
{
	input.left = 0;
	for (int index = 0; index < process_count; index++) { /* grows as waiting jobs start */
		processes[index].has_survivors = false;
		end_process(index);
		jobs_children_reaped(&child);
		read_results();
	}
	if (child.jobs)
		abort();
	for (uint32_t number = 1; number <= job_count; number++)
		if (!expected[number].cancelled && !expected[number].reported)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const operations[])(void) = {request_job, cancel_job,   end_some_process,
						   pass_time,	read_request, read_reply};

	input = (struct input){data, size};
	start();
	while (input.left) {
		operations[input_byte(&input) % (sizeof(operations) / sizeof(operations[0]))]();
		read_results();
	}
	finish();
	return 0;
}
