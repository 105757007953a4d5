// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl watch": runs xbeatctl again and again, each time as a process of its own, and marks what
 * has changed. So a daemon that is restarted meanwhile is asked again, and its absence is shown.
 */
#include "user/ctl/screen/lines.h"
#include "user/ctl/screen/screen.h"
#include "user/ctl/screen/terminal.h"
#include "user/ctl/show/units.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define INTERVAL_NS (2 * NS_PER_SECOND)
#define HEAD_LINES 2
#define LINE_BYTES 512
#define OUTPUT_BYTES_MAX ((size_t)1 << 20)
#define OWN_WORDS 5 /* the program's name, an option with its value, and the end */

struct watch {
	const struct command *command;
	char **words; /* of the command that is run */
	uint64_t interval_ns, due_ns;
	struct lines now, before;
	size_t first;
	bool ends;
};

/* The command line without "watch" and its own options; borrowed texts. */
static char **make_words(const struct command *command)
{
	char **words = calloc((size_t)command->argument_count + OWN_WORDS, sizeof(*words));
	size_t count = 0;

	if (!words)
		limits_out_of_memory();
	words[count++] = "xbeatctl";
	if (command->daemon_name || command->socket) {
		words[count++] = command->socket ? "-s" : "-i";
		words[count++] = (char *)(command->socket ? command->socket : command->daemon_name);
	}
	memcpy(words + count, command->arguments, (size_t)command->argument_count * sizeof(*words));
	return words;
}

/* In the new process. */
static void execute(const struct watch *watch, int output)
{
	char columns[16];

	snprintf(columns, sizeof(columns), "%d", terminal_columns());
	setenv("COLUMNS", columns, 1);
	if (dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
	    !freopen("/dev/null", "re", stdin))
		_exit(COMMAND_FAILED);
	execv("/proc/self/exe", watch->words);
	_exit(COMMAND_FAILED);
}

/* Returns the pid, or a negative errno; *output: what it writes. */
static pid_t start(const struct watch *watch, int *output)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0)
		execute(watch, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -EAGAIN;
	}
	*output = ends[0];
	return pid;
}

/* Whether a key ends it; other keys wait until there is something to scroll. */
static void obey(struct watch *watch, int key)
{
	if (key == 'q' || key == TERMINAL_END)
		watch->ends = true;
	else if (key != TERMINAL_NO_KEY)
		watch->first =
			lines_scroll(&watch->now, watch->first, terminal_rows() - HEAD_LINES, key);
}

/* Reads all output, while keys are obeyed. Returns the text, to be freed. */
static char *read_output(struct watch *watch, int output)
{
	char *text = calloc(1, OUTPUT_BYTES_MAX);
	size_t length = 0;
	ssize_t bytes = 1;

	if (!text)
		limits_out_of_memory();
	fcntl(output, F_SETFL, O_NONBLOCK);
	while (bytes != 0 && length + 1 < OUTPUT_BYTES_MAX && !watch->ends) {
		bytes = read(output, text + length, OUTPUT_BYTES_MAX - length - 1);
		if (bytes > 0)
			length += (size_t)bytes;
		else if (bytes < 0 && errno != EAGAIN && errno != EINTR)
			break;
		else if (bytes < 0)
			obey(watch, terminal_key(-1, output));
	}
	text[length] = '\0';
	return text;
}

static char *run_once(struct watch *watch)
{
	int output = -1;
	pid_t pid = start(watch, &output);
	char *text;

	if (pid < 0)
		return strdup("cannot start xbeatctl: no more processes");
	text = read_output(watch, output);
	close(output);
	if (watch->ends)
		kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return text;
}

static void refresh(struct watch *watch)
{
	char *text = run_once(watch);

	lines_free(&watch->before);
	watch->before = watch->now;
	watch->now = lines_split(text);
	watch->due_ns = clock_now_ns() + watch->interval_ns;
}

static void draw_head(const struct watch *watch)
{
	char line[LINE_BYTES], interval[UNITS_TEXT_BYTES], time[UNITS_TIME_BYTES];
	size_t length;

	duration_format(watch->interval_ns, interval);
	length = (size_t)snprintf(line, sizeof(line), "every %s:", interval);
	for (int i = 0; i < watch->command->argument_count && length < sizeof(line); i++)
		length += (size_t)snprintf(line + length, sizeof(line) - length, " %s",
					   watch->command->arguments[i]);
	terminal_put(0, 0, terminal_columns(), TERMINAL_HEAD, line);
	units_local_time(clock_unix_ns(), time);
	terminal_put(0, terminal_columns() - 19, 19, TERMINAL_PLAIN, time);
}

static void draw(const struct watch *watch)
{
	terminal_clear();
	draw_head(watch);
	lines_draw(&watch->now, watch->before.text ? &watch->before : NULL, HEAD_LINES,
		   terminal_rows() - HEAD_LINES, watch->first);
	terminal_show();
}

static void run(struct watch *watch)
{
	while (!watch->ends) {
		uint64_t now_ns = clock_now_ns();
		int key;

		if (time_reached(now_ns, watch->due_ns)) {
			refresh(watch);
			now_ns = clock_now_ns();
		}
		draw(watch);
		key = terminal_key((int)((watch->due_ns - now_ns) / NS_PER_MS) + 1, -1);
		if (key == TERMINAL_RESIZED)
			watch->due_ns = now_ns; /* the output has another width */
		obey(watch, key);
	}
}

enum command_status screen_watch(const struct command *command)
{
	struct watch watch = {
		.command = command,
		.interval_ns = command->interval_ns ? command->interval_ns : INTERVAL_NS,
		.due_ns = clock_now_ns(),
	};

	if (!terminal_open())
		return COMMAND_FAILED;
	watch.words = make_words(command);
	run(&watch);
	terminal_close();
	lines_free(&watch.now);
	lines_free(&watch.before);
	free(watch.words);
	return COMMAND_OK;
}
