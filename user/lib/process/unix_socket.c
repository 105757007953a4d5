// SPDX-License-Identifier: GPL-2.0-or-later
/* Sockets with a path; see unix_socket.h. */
#include "user/lib/process/unix_socket.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Removes the socket of a killed process; refuses to remove any other file. */
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

/* Returns a socket with the address of the path, or a negative errno. */
static int make_socket(const char *path, int type, struct sockaddr_un *address)
{
	int fd;

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

int unix_socket_bind(const char *path, int type)
{
	struct sockaddr_un address;
	_cleanup_close_ int fd = make_socket(path, type, &address);
	int bound, error = fd < 0 ? fd : remove_stale(path);

	if (!error)
		error = bind_privately(fd, &address);
	if (error)
		return error;
	bound = fd;
	fd = -1;
	return bound;
}

int unix_socket_listen(const char *path, int type, int backlog)
{
	_cleanup_close_ int fd = unix_socket_bind(path, type);
	int listener, error;

	if (fd < 0)
		return fd;
	if (listen(fd, backlog)) {
		error = -errno;
		unlink(path);
		return error;
	}
	listener = fd;
	fd = -1;
	return listener;
}

int unix_socket_connect(const char *path)
{
	struct sockaddr_un address;
	_cleanup_close_ int fd = make_socket(path, SOCK_SEQPACKET, &address);
	int connected;

	if (fd < 0)
		return fd;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		return -errno;
	connected = fd;
	fd = -1;
	return connected;
}

bool unix_socket_peer_is_trusted(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) &&
	       (peer.uid == 0 || peer.uid == geteuid());
}
