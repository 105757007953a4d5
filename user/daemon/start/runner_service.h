/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatd --runner": the runner service, with a socket of systemd's or one of its own. */
#ifndef XBEAT_DAEMON_START_RUNNER_SERVICE_H
#define XBEAT_DAEMON_START_RUNNER_SERVICE_H

/* Serves until SIGTERM or SIGINT. Returns the exit status. */
int runner_service(void);

#endif
