/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of the control socket. At no moment can other users connect. */
#include "user/control/listen.h"
#include "user/lib/account.h"
#include "user/lib/process/unix_socket.h"
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xbeat/paths.h>

/* An ordinary user who is no member may not do it: then only this user and root can connect. */
static int open_to_group(const char *path)
{
	const struct group *group;
	int error = account_group(XB_GROUP, &group);

	if (error)
		return account_lacks_resources(error) ? error : 0;
	if (chown(path, (uid_t)-1, group->gr_gid))
		return errno == EPERM && geteuid() != 0 ? 0 : -errno;
	return chmod(path, 0660) ? -errno : 0;
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
