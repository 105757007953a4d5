/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files with keys; see secret.h. */
#include "user/config/host/secret.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include "user/lib/files/trust.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Stores the reason of a failure; returns error. */
__attribute__((format(printf, 3, 4))) static int fail(char *reason, int error, const char *format,
						      ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, CONFIG_REASON_BYTES, format, arguments);
	va_end(arguments);
	return error;
}

static int fail_to_read(char *reason, const char *path, int error)
{
	return fail(reason, -error, "cannot read the key file %s: %s%s", path,
		    limits_strerror(error), error == EACCES ? "; run xbeatd as root" : "");
}

/* status is that of the open file: what was opened cannot be replaced after the check. */
static int check(const char *path, const struct stat *status, char *reason)
{
	char culprit[PATH_MAX];

	if (!S_ISREG(status->st_mode))
		return fail(reason, -EINVAL, "the key file %s is not a regular file", path);
	if (status->st_uid != 0 && status->st_uid != geteuid())
		return fail(
			reason, -EACCES,
			"the key file %s belongs to user %u, who can change it: run chown root %s",
			path, status->st_uid, path);
	if (status->st_mode & (S_IRWXG | S_IRWXO))
		return fail(
			reason, -EACCES,
			"the key file %s has mode %04o, so other users can read or change it: run chmod 600 %s, and make a new key if it was exposed",
			path, status->st_mode & 07777U, path);
	if (!trust_directories(path, geteuid(), culprit))
		return fail(
			reason, -EACCES,
			"the key file %s can be replaced by other users, who can change %s: run chown root %s; chmod go-w %s",
			path, culprit, culprit, culprit);
	return 0;
}

/* The descriptor is not to be waited for: a FIFO may have been put there. */
int secret_read(const char *path, char **text, size_t *length,
		char reason[static CONFIG_REASON_BYTES])
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;
	int error;

	if (fd < 0 && errno == ENOENT)
		return fail(reason, -ENOENT, "missing key file %s: copy it from another node",
			    path);
	if (fd < 0 || fstat(fd, &status))
		return fail_to_read(reason, path, errno);
	error = check(path, &status, reason);
	if (error)
		return error;
	error = file_read_open(fd, text, length);
	return error ? fail_to_read(reason, path, -error) : 0;
}
