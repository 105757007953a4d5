/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entering a network namespace; see namespace.h. */
#include "user/daemon/start/namespace.h"
#include "user/lib/limits.h"
#include "user/lib/process/helper_process.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
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

int namespace_enter(const char *name, char *message, size_t bytes)
{
	int fd = open_namespace(name, message, bytes), error;

	if (fd < 0)
		return fd;
	error = helper_process_join_network(fd);
	if (error)
		snprintf(
			message, bytes,
			"cannot enter network namespace %s: %s; give xbeatd CAP_SYS_ADMIN, or start it inside: ip netns exec %s xbeatd",
			name, limits_strerror(-error), name);
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
