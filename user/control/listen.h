/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of the control socket: its owner and mode. */
#ifndef XBEAT_CONTROL_LISTEN_H
#define XBEAT_CONTROL_LISTEN_H

#include <stdbool.h>

/*
 * Creates the socket at path and listens. all: for all users; otherwise for root, this user and, if
 * it exists and this user may give it the file, the group XB_GROUP. Returns the descriptor, or a
 * negative errno without leaving a socket file (-EEXIST: the path is another kind of file).
 */
int control_listen(const char *path, int backlog, bool all);

#endif
