/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of the control socket. At no moment can other users connect. */
#include "user/control/listen.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <xbeat/paths.h>

/* Removes the socket of a killed daemon; refuses to remove any other file. */
static int remove_stale(const char *path)
{
	struct stat status;

	if (lstat(path, &status))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	return unlink(path) ? -errno : 0;
}

/* Creates the file without rights for other users. */
static int bind_privately(int fd, const struct sockaddr_un *address)
{
	mode_t old_mask = umask(0177);
	int error = bind(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;

	umask(old_mask);
	return error;
}

static int open_to_group(const char *path)
{
	const struct group *group = getgrnam(XB_GROUP);

	return group && (chown(path, 0, group->gr_gid) || chmod(path, 0660)) ? -errno : 0;
}

static int open_to_all(const char *path)
{
	return chmod(path, 0666) ? -errno : 0;
}

int control_listen(const char *path, int backlog, bool all)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = -1;
	int listener, error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	error = remove_stale(path);
	if (!error)
		error = bind_privately(fd, &address);
	if (error)
		return error;
	error = listen(fd, backlog) ? -errno : all ? open_to_all(path) : open_to_group(path);
	if (error) {
		unlink(path);
		return error;
	}
	listener = fd;
	fd = -1;
	return listener;
}
