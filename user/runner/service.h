/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The runner service, xbeat-runner.service: it runs the scripts of an xbeatd that is sandboxed. */
#ifndef XBEAT_RUNNER_SERVICE_H
#define XBEAT_RUNNER_SERVICE_H

#include <sys/types.h>

/* The path of its socket: that of the environment variable XBEAT_RUNNER, or the default. "": none is
 * used. */
const char *runner_service_path(void);

/*
 * Connects, and asks for a runner with a network namespace and an umask for its programs. Never waits:
 * the runner reports itself as RUNNER_READY, or the socket is closed. Returns the socket or a
 * negative errno; -ENOENT: no such service, -EPERM: neither root nor this user listens there.
 */
int runner_service_connect(int namespace_fd, mode_t mask);

#endif
