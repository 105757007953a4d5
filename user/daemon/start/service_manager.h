/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What systemd is notified of (Type=notify), by the datagrams of sd_notify(3). */
#ifndef XBEAT_DAEMON_START_SERVICE_MANAGER_H
#define XBEAT_DAEMON_START_SERVICE_MANAGER_H

/* state: "READY=1", "STOPPING=1", "STATUS=text"; several are separated by newlines. Does nothing without NOTIFY_SOCKET in the environment. Never
 * waits. */
void service_manager_notify(const char *state);

#endif
