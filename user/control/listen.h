/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket's file: whose it is, and who may connect. */
#ifndef XBEAT_CONTROL_LISTEN_H
#define XBEAT_CONTROL_LISTEN_H

#include <stdbool.h>

/* Makes the socket at path, for root and the group "xbeat" where there is one, or for all users, and listens.
 * Returns the descriptor or a negative errno (-EEXIST: something else is there); then there is no
 * socket file. */
int control_listen(const char *path, int backlog, bool all);

#endif
