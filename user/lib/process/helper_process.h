/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes that xbeatd forks without an exec: they serve a socket until its other end is closed. */
#ifndef XBEAT_LIB_PROCESS_HELPER_PROCESS_H
#define XBEAT_LIB_PROCESS_HELPER_PROCESS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* The number of the socket, after helper_process_begin(). */
#define HELPER_PROCESS_SOCKET 3

/*
 * Forks with all signals blocked, so that the child never runs the parent's handlers; they stay
 * blocked there. before (may be NULL): the signals that were blocked before. Returns as fork(2).
 */
pid_t helper_process_fork(sigset_t *before);

/*
 * In the child: leaves what it must not share with its parent. It gets a session of its own,
 * ordinary scheduling, unlocked memory, and the directory /. 0 to 2 become /dev/null, the socket
 * HELPER_PROCESS_SOCKET, and all others are closed. name: at most 15 characters.
 */
void helper_process_begin(const char *name, int socket_fd);

/* Of the signals that the C library uses itself, and therefore does not block: helper_process_begin()
 * has them ignored. */
void helper_process_set_internal_signals(void (*action)(int));

/* Enters a network namespace, unless this process is in it, where no privilege is needed. Returns 0
 * or a negative errno. */
int helper_process_join_network(int namespace_fd);

#endif
