// SPDX-License-Identifier: GPL-2.0-or-later
/* See node_file.h. */
#include "user/ctl/file/node_file.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *node_file_line(const char *text, unsigned number)
{
	for (unsigned i = 1; text && *text && i < number; i++) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return number && text && *text ? text : NULL;
}

static const char *end_of(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : line + strlen(line);
}

char *node_file_add(const char *text, unsigned after, const char *line)
{
	const char *anchor = node_file_line(text, after), *end;
	char *result = NULL;

	if (!anchor)
		return NULL;
	end = end_of(anchor);
	if (asprintf(&result, "%.*s%s%.*s%s\n%s", (int)(end - text), text,
		     end[-1] == '\n' ? "" : "\n", (int)strspn(anchor, " \t"), anchor, line,
		     end) < 0)
		return NULL;
	return result;
}

static bool begins_with(const char *line, const char *const words[], unsigned word_count)
{
	for (unsigned i = 0; i < word_count; i++) {
		size_t length = strlen(words[i]);

		line += strspn(line, " \t");
		if (strncmp(line, words[i], length) != 0 || !strchr(" \t\n", line[length]))
			return false;
		line += length;
	}
	return true;
}

char *node_file_remove(const char *text, unsigned number, const char *const words[],
		       unsigned word_count)
{
	const char *line = node_file_line(text, number);
	char *result = NULL;

	if (!line || !begins_with(line, words, word_count) ||
	    asprintf(&result, "%.*s%s", (int)(line - text), text, end_of(line)) < 0)
		return NULL;
	return result;
}

static int write_like(int fd, const char *text, const struct stat *like)
{
	int error;

	if (fchown(fd, like->st_uid, like->st_gid) || fchmod(fd, like->st_mode & 07777))
		return -errno;
	error = file_write_all(fd, text);
	if (error)
		return error;
	return fsync(fd) ? -errno : 0;
}

/* A link to the file stays one. */
int node_file_write(const char *path, const char *text)
{
	_cleanup_free_ char *real = realpath(path, NULL);
	_cleanup_close_ int fd = -1;
	char temporary[PATH_MAX + 8];
	struct stat before;
	int error;

	if (!real || stat(real, &before))
		return -errno;
	snprintf(temporary, sizeof(temporary), "%s.new", real);
	unlink(temporary); /* of a command that was killed */
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	error = write_like(fd, text, &before);
	if (!error && rename(temporary, real))
		error = -errno;
	if (error)
		unlink(temporary);
	return error;
}
