/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of the control socket. At no moment can other users connect. */
#include "user/control/listen.h"
#include "user/lib/unix_socket.h"
#include <errno.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xbeat/paths.h>

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
	int listener = unix_socket_listen(path, SOCK_STREAM, backlog), error;

	if (listener < 0)
		return listener;
	error = all ? open_to_all(path) : open_to_group(path);
	if (!error)
		return listener;
	unlink(path);
	close(listener);
	return error;
}
