/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A loop with a real runner and a scratch directory; waiting for what happens in them. */
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
#include "user/lib/file.h"
#include "user/runner/child/procfs.h"
#include "user/runner/runner.h"
#include <cmocka.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* So long a test waits before it has failed; on a busy machine nothing is quick. */
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

/* For how long this program was not run while it turned the loop. */
static uint64_t fixture_stalled_ns;

/* Runs the loop until happened says so; fails the test if that takes for ever. */
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

/* Whether a process is there, zombies included. */
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

/* For what should not happen: gives it a while to. */
static inline void fixture_linger(struct event_base *base)
{
	uint64_t end_ns = clock_now_ns() + 300 * NS_PER_MS;

	fixture_until(base, fixture_is_over, &end_ns);
}

/* Of orphans, whom init may take its time to reap. */
static inline bool fixture_is_dead(void *pid)
{
	bool alive = false;
	pid_t group;

	return !procfs_read_state(*(const pid_t *)pid, &alive, &group) || !alive;
}

/* Returns how many lines a file has; 0 if it is not there. */
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

/* Returns the number that a file holds, 0 if there is none yet. */
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

/* Returns the pid of our runner: the last child, if the test makes none of its own. One of an
 * earlier test may still be about to end. */
static inline pid_t fixture_runner(void)
{
	char path[64], text[256] = "";
	const char *last;
	FILE *children;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)getpid(), (int)getpid());
	children = fopen(path, "re");
	assert_non_null(children);
	assert_true(fgets(text, sizeof(text), children) != NULL);
	fclose(children);
	text[strcspn(text, "\n")] = '\0';
	if (text[0])
		text[strlen(text) - 1] = '\0'; /* a blank ends each */
	last = strrchr(text, ' ');
	return atoi(last ? last : text);
}

#endif
