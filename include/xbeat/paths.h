/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Files of a running xbeatd, and who may use them. "%s" is the daemon name (xbeatd -i). */
#ifndef XBEAT_PATHS_H
#define XBEAT_PATHS_H

#define XB_RUN_DIRECTORY "/run/xbeat"
#define XB_CONTROL_SOCKET XB_RUN_DIRECTORY "/%s.sock"
#define XB_APP_SOCKET XB_RUN_DIRECTORY "/%s.app" /* open to every user; serves app_open alone */
#define XB_PID_FILE XB_RUN_DIRECTORY "/%s.pid"
#define XB_EVENTS_FILE XB_RUN_DIRECTORY "/%s.events" /* of this daemon and earlier ones */
#define XB_CHECKS_FILE XB_RUN_DIRECTORY "/%s.checks" /* their states, for the next daemon */
#define XB_IPVS_FILE XB_RUN_DIRECTORY "/%s.ipvs" /* our services in the kernel */
#define XB_SAVED_FILE XB_RUN_DIRECTORY "/%s.saved" /* for the next daemon */

#define XB_RUNNER_SOCKET XB_RUN_DIRECTORY "/runner" /* of xbeat-runner.service, for root */

#define XB_STATE_DIRECTORY "/var/lib/xbeat" /* kept over restarts of the machine */
#define XB_ROUTERS_FILE XB_STATE_DIRECTORY "/%s.routers"
#define XB_SEQUENCE_FILE XB_STATE_DIRECTORY "/%s.sequence"

#define XB_DAEMON_NAME_DEFAULT "default"

/* Members may use the control socket. */
#define XB_GROUP "xbeat"

#endif
