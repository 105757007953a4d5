// SPDX-License-Identifier: GPL-2.0-or-later
/* Complete small files; see file.h. */
#include "user/lib/files/file.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES_MAX (64 * 1024 * 1024)
#define ROOM_AT_FIRST ((size_t)64 * 1024)

/* Reads until end of file: fstat() reports no size for pipes and /proc.
 * Returns the number of bytes, or a negative errno (-EISDIR comes from read()). */
static ssize_t read_all(int fd, char *buffer, size_t room)
{
	size_t used = 0;

	while (used < room) {
		ssize_t got = read(fd, buffer + used, room - used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		used += (size_t)got;
	}
	return (ssize_t)used;
}

int file_read(const char *path, char **text, size_t *length)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : file_read_open(fd, text, length);
}

/* Gives the buffer more room. Returns success. */
static bool grow(char **buffer, size_t *room)
{
	size_t more = *room ? 2 * *room : ROOM_AT_FIRST;
	char *grown = realloc(*buffer, more + 1);

	if (!grown)
		return false;
	*buffer = grown;
	*room = more;
	return true;
}

int file_read_open(int fd, char **text, size_t *length)
{
	_cleanup_free_ char *buffer = NULL;
	size_t room = 0, used = 0;
	ssize_t got;
	char *fitted;

	do {
		if (used > FILE_BYTES_MAX)
			return -EFBIG;
		if (!grow(&buffer, &room))
			return -ENOMEM;
		got = read_all(fd, buffer + used, room - used);
		if (got < 0)
			return (int)got;
		used += (size_t)got;
	} while (used == room);
	if (used > FILE_BYTES_MAX)
		return -EFBIG;
	fitted = realloc(buffer, used + 1);
	if (!fitted)
		return -ENOMEM;
	buffer = NULL;
	fitted[used] = '\0';
	*text = fitted;
	*length = used;
	return 0;
}

int file_write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t bytes = write(fd, text, left);

		if (bytes < 0 && errno != EINTR)
			return -errno;
		if (bytes > 0) {
			text += bytes;
			left -= (size_t)bytes;
		}
	}
	return 0;
}

int file_replace(const char *path, const char *text)
{
	char temporary[PATH_MAX + 4];
	FILE *file;
	int failed, fd;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	file = fd < 0 ? NULL : fdopen(fd, "w");
	if (!file) {
		failed = -errno;
		if (fd >= 0)
			close(fd);
		return failed;
	}
	failed = fputs(text, file) < 0;
	failed |= fclose(file) != 0;
	if (failed || rename(temporary, path)) {
		failed = -errno;
		unlink(temporary);
		return failed;
	}
	return 0;
}

/* Copies the results of glob(). Returns success. */
static bool copy_paths(const glob_t *found, char **paths)
{
	for (size_t i = 0; i < found->gl_pathc; i++) {
		paths[i] = strdup(found->gl_pathv[i]);
		if (paths[i])
			continue;
		while (i-- > 0)
			free(paths[i]);
		return false;
	}
	return true;
}

int file_find(const char *pattern, char ***paths, size_t *count)
{
	glob_t found = {0};
	int error = glob(pattern, GLOB_ERR, NULL, &found);
	char **copies;

	if (error) {
		globfree(&found);
		*paths = NULL;
		*count = 0;
		return error == GLOB_NOMATCH ? 0 : error == GLOB_NOSPACE ? -ENOMEM : -EACCES;
	}
	copies = calloc(found.gl_pathc, sizeof(*copies));
	if (!copies || !copy_paths(&found, copies)) {
		free(copies);
		globfree(&found);
		return -ENOMEM;
	}
	*paths = copies;
	*count = found.gl_pathc;
	globfree(&found);
	return 0;
}
