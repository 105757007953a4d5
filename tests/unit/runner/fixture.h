/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A loop with a real runner and a scratch directory, and waiting for events in them. */
#ifndef XBEAT_TESTS_RUNNER_FIXTURE_H
#define XBEAT_TESTS_RUNNER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/lib/clock.h"
#include "user/lib/files/file.h"
#include "user/runner/child/procfs.h"
#include "user/runner/runner.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A test fails after this time; a busy machine is slow. */
#define FIXTURE_TURN_NS (5 * NS_PER_MS)
#define PATIENCE_NS (60 * NS_PER_SECOND)
#define PATH_BYTES 128

static char fixture_directory[64];

/* Returns a path in the scratch directory, in a buffer of its own. */
static inline const char *fixture_path(const char *name, char path[static PATH_BYTES])
{
	snprintf(path, PATH_BYTES, "%s/%s", fixture_directory, name);
	return path;
}

/* Returns the exit status of a line of shell, or -1. */
static inline int fixture_shell(const char *line)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", line, NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? status : -1;
}

static inline int fixture_setup(void **state)
{
	(void)state;
	strcpy(fixture_directory, "/tmp/xbeat-unit-XXXXXX");
	return mkdtemp(fixture_directory) && chmod(fixture_directory, 0777) == 0 ? 0 : -1;
}

static inline int fixture_teardown(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", fixture_directory);
	return fixture_shell(command);
}

/* How long this process was not scheduled while it ran the loop. */
static uint64_t fixture_stalled_ns;

/* Runs the loop until happened() returns true; fails the test after the time limit. */
static inline void fixture_until(struct event_base *base, bool (*happened)(void *context),
				 void *context)
{
	uint64_t deadline_ns = clock_now_ns() + PATIENCE_NS;

	while (!happened(context)) {
		struct timeval moment = {.tv_usec = FIXTURE_TURN_NS / NS_PER_US};
		uint64_t begin_ns = clock_now_ns(), took_ns;

		assert_false(time_reached(begin_ns, deadline_ns));
		event_base_loopexit(base, &moment);
		event_base_loop(base, EVLOOP_ONCE);
		took_ns = clock_now_ns() - begin_ns;
		fixture_stalled_ns += took_ns > FIXTURE_TURN_NS ? took_ns - FIXTURE_TURN_NS : 0;
	}
}

/* Whether a process exists, zombies included. */
static inline bool fixture_exists(pid_t pid)
{
	return kill(pid, 0) == 0;
}

static inline bool fixture_is_gone(void *pid)
{
	return !fixture_exists(*(const pid_t *)pid);
}

static inline bool fixture_is_over(void *end_ns)
{
	return time_reached(clock_now_ns(), *(const uint64_t *)end_ns);
}

/* For events that must not happen: runs the loop for a while. */
static inline void fixture_linger(struct event_base *base)
{
	uint64_t end_ns = clock_now_ns() + 300 * NS_PER_MS;

	fixture_until(base, fixture_is_over, &end_ns);
}

/* For orphans, which init may reap late. */
static inline bool fixture_is_dead(void *pid)
{
	bool alive = false;
	pid_t group;

	return !procfs_read_state(*(const pid_t *)pid, &alive, &group) || !alive;
}

/* Returns how many lines a file has; 0 if it does not exist. */
static inline unsigned fixture_lines(const char *path)
{
	unsigned count = 0;
	char *text = NULL;
	size_t length;

	if (file_read(path, &text, &length))
		return 0;
	for (size_t i = 0; i < length; i++)
		count += text[i] == '\n';
	free(text);
	return count;
}

/* Returns the number in a file, 0 if it has none yet. */
static inline pid_t fixture_pid(const char *path)
{
	char *text = NULL;
	size_t length;
	pid_t pid = 0;

	if (fixture_lines(path) > 0 && !file_read(path, &text, &length))
		pid = atoi(text);
	free(text);
	return pid;
}

static inline bool fixture_has_pid(void *path)
{
	return fixture_pid(path) > 0;
}

/* It starts the runners of all tests. */
static struct starter *fixture_starter;

static inline int fixture_start_starter(void **state)
{
	(void)state;
	fixture_starter = starter_fork();
	return fixture_starter ? 0 : -1;
}

static inline int fixture_stop_starter(void **state)
{
	(void)state;
	starter_stop(fixture_starter);
	return 0;
}

static inline bool fixture_has_runner(void *runner)
{
	return runner_pid(runner) > 0;
}

/* Returns the pid of a runner when it is known. */
static inline pid_t fixture_runner(struct event_base *base, struct runner *runner)
{
	fixture_until(base, fixture_has_runner, runner);
	return runner_pid(runner);
}

/* As the daemon's: its timers are not early by the time between two looks at a coarse clock. */
static inline struct event_base *fixture_precise_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *made;

	assert_non_null(config);
	event_config_set_flag(config,
			      EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_NO_CACHE_TIME);
	made = event_base_new_with_config(config);
	event_config_free(config);
	return made;
}

#endif
