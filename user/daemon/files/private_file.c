// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that only the daemon's user can read; see private_file.h. */
#include "user/daemon/files/private_file.h"
#include "user/lib/files/file.h"
#include "user/lib/files/trust.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns 0 if the path can be replaced, or a negative errno, which is logged. */
static int check_path(const char *what, const char *path)
{
	char culprit[PATH_MAX];
	struct stat status;

	if (!trust_directories(path, geteuid(), culprit)) {
		log_error(
			"%s not written to %s: other users can change %s; give it another path, or: chmod go-w %s",
			what, path, culprit, culprit);
		return -EPERM;
	}
	if (lstat(path, &status) || S_ISREG(status.st_mode))
		return 0;
	log_error("%s not written: %s is not a regular file; remove it", what, path);
	return -EEXIST;
}

static int write_file(const char *path, const char *text)
{
	char temporary[PATH_MAX + 8];
	int error, fd;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC); /* of mode 0600, and new */
	if (fd < 0)
		return -errno;
	error = file_write_all(fd, text);
	close(fd);
	if (!error && rename(temporary, path))
		error = -errno;
	if (error)
		unlink(temporary);
	return error;
}

int private_file_write(const char *what, const char *path, const char *text)
{
	int error = check_path(what, path);

	if (error)
		return error;
	error = write_file(path, text);
	if (error)
		log_error("%s not written to %s: %s", what, path, limits_strerror(-error));
	return error;
}
