/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The runner service, "xbeatd --runner": makes a runner for each xbeatd that connects. Scripts of an
 * xbeatd that is sandboxed run outside its sandbox this way: in that of the service, which by default
 * has none.
 */
#ifndef XBEAT_STARTER_SERVICE_H
#define XBEAT_STARTER_SERVICE_H

/* Returns the socket that systemd has passed, or -1: none. */
int service_passed_socket(void);

/* Whether it listens; otherwise it is a connection of one daemon. */
int service_is_listener(int socket_fd);

/* Starts this program's file for each connection, with that as its passed socket. Until SIGTERM or
 * SIGINT; what it has started goes on. Returns 0 or a negative errno, which is logged. */
int service_listen(int listener);

/* Makes this process the runner of the daemon that is connected, if that is of root or of this user.
 * Returns, after logging why, only if the daemon is refused. */
void service_connection(int socket_fd);

#endif
