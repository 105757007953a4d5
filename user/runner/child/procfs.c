/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /proc/PID: comm, cmdline, stat. An error means that the process is gone. */
#include "user/runner/child/procfs.h"
#include "user/lib/cleanup.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Returns the number of bytes read, 0 after an error; adds a NUL. */
static size_t read_file(pid_t pid, const char *file, char *text, size_t bytes)
{
	_cleanup_close_ int fd = -1;
	char path[32];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	length = fd < 0 ? 0 : read(fd, text, bytes - 1);
	if (length < 0)
		length = 0;
	text[length] = '\0';
	return (size_t)length;
}

void procfs_each_process(void (*visit)(void *context, pid_t pid), void *context)
{
	DIR *directory = opendir("/proc");
	const struct dirent *entry;

	while (directory && (entry = readdir(directory)) != NULL) {
		char *end;
		long pid = strtol(entry->d_name, &end, 10);

		if (pid > 0 && !*end)
			visit(context, (pid_t)pid);
	}
	if (directory)
		closedir(directory);
}

bool procfs_read_name(pid_t pid, char name[static PROCFS_NAME_BYTES])
{
	char text[PROCFS_NAME_BYTES + 2]; /* with a newline */

	if (!read_file(pid, "comm", text, sizeof(text)))
		return false;
	text[strcspn(text, "\n")] = '\0';
	snprintf(name, PROCFS_NAME_BYTES, "%.*s", PROCFS_NAME_BYTES - 1, text);
	return true;
}

size_t procfs_read_arguments(pid_t pid, char *arguments, size_t bytes)
{
	return read_file(pid, "cmdline", arguments, bytes);
}

/* The name may contain any byte, so the fields start after the last ")". */
bool procfs_read_state(pid_t pid, bool *alive, pid_t *group)
{
	char text[512], state;
	const char *rest;
	int parent, process_group;

	if (!read_file(pid, "stat", text, sizeof(text)))
		return false;
	rest = strrchr(text, ')');
	if (!rest || sscanf(rest + 1, " %c %d %d", &state, &parent, &process_group) != 3)
		return false;
	*alive = state != 'Z' && state != 'X';
	*group = process_group;
	return true;
}

struct group_count {
	pid_t group;
	unsigned count;
};

static void count_member(void *context, pid_t pid)
{
	struct group_count *wanted = context;
	bool alive;
	pid_t group;

	if (procfs_read_state(pid, &alive, &group) && alive && group == wanted->group)
		wanted->count++;
}

unsigned procfs_count_group(pid_t group)
{
	struct group_count wanted = {.group = group};

	procfs_each_process(count_member, &wanted);
	return wanted.count;
}
