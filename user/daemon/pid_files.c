/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files with the process id; see pid_files.h. The lock is another file (lock.c). */
#include "user/daemon/pid_files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns a descriptor of a regular file, or a negative errno. */
static int open_regular(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	struct stat status;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &status) && S_ISREG(status.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

int pid_file_write(const char *path)
{
	int fd = open_regular(path, O_WRONLY | O_CREAT), error = 0;

	if (fd < 0)
		return fd;
	if (ftruncate(fd, 0) || dprintf(fd, "%d\n", (int)getpid()) < 0)
		error = -errno;
	close(fd);
	return error;
}

void pid_file_remove(const char *path)
{
	char text[16] = "";
	int fd = open_regular(path, O_RDONLY);

	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text) - 1) > 0 && atoi(text) == (int)getpid())
		unlink(path);
	close(fd);
}
