/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets with a path in the file system. */
#ifndef XBEAT_LIB_PROCESS_UNIX_SOCKET_H
#define XBEAT_LIB_PROCESS_UNIX_SOCKET_H

#include <stdbool.h>

/*
 * Creates a socket of a type (SOCK_DGRAM, for example) at a path, for its owner alone, which never
 * waits. Replaces a socket that is there already. Returns the descriptor or a negative errno;
 * -EEXIST: the path is another kind of file.
 */
int unix_socket_bind(const char *path, int type);

/* The same, and listens. */
int unix_socket_listen(const char *path, int type, int backlog);

/* Connects a SOCK_SEQPACKET socket. Never waits. Returns the descriptor or a negative errno; -EAGAIN:
 * too many are waiting there. */
int unix_socket_connect(const char *path);

/* Whether the other end is of root, or of this process's user. */
bool unix_socket_peer_is_trusted(int fd);

#endif
