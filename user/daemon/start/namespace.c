/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entering a network namespace; see namespace.h. */
#include "user/daemon/start/namespace.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns a descriptor, or a negative errno with its reason. */
static int open_namespace(const char *name, char *message, size_t bytes)
{
	char path[PATH_MAX];
	int fd, error;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	error = -errno;
	if (error == -ENOENT)
		snprintf(message, bytes,
			 "network namespace %s does not exist; make it before: ip netns add %s",
			 name, name);
	else
		snprintf(message, bytes, "cannot open network namespace %s: %s", path,
			 limits_strerror(-error));
	return error;
}

static bool is_own(int fd)
{
	struct stat own, other;

	return !stat("/proc/self/ns/net", &own) && !fstat(fd, &other) &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

int namespace_enter(const char *name, char *message, size_t bytes)
{
	int fd = open_namespace(name, message, bytes), error = 0;

	if (fd < 0)
		return fd;
	/* Inside, it needs no privilege. */
	if (!is_own(fd) && setns(fd, CLONE_NEWNET)) {
		error = -errno;
		snprintf(
			message, bytes,
			"cannot enter network namespace %s: %s; give xbeatd CAP_SYS_ADMIN, or start it inside: ip netns exec %s xbeatd",
			name, limits_strerror(-error), name);
	}
	close(fd);
	return error;
}

int namespace_check(const char *name, char *message, size_t bytes)
{
	int fd = open_namespace(name, message, bytes);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}
