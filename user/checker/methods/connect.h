/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection that checks of TCP services begin with. It is run->work until connect_take(). */
#ifndef XBEAT_CHECKER_METHODS_CONNECT_H
#define XBEAT_CHECKER_METHODS_CONNECT_H

#include "user/checker/methods/method.h"

/* error: 0: connected; else an errno */
typedef void connect_ended(struct run *run, int error);

/* Connects to the target within the check's timeout. Either ended is called, later; or, if there is
 * no socket, run_failed() from here. */
void connect_start(struct run *run, connect_ended *ended);

/* Returns the connected socket, which is now the caller's; run->work is NULL. */
int connect_take(struct run *run);

/* Resets the connection, whether made or not. */
void connect_reset(struct run *run);

/* Closes a socket with a reset instead of the four steps of TCP. */
void connect_close_hard(int fd);

/* Whether the connection is made, or refused, after all; then ended() has been called. */
bool connect_is_ready(struct run *run);

/* The deadline has passed: connected after all, or run_timed_out(). */
void connect_expired(struct run *run);

#endif
