/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What systemd is notified of (Type=notify), by the datagrams of sd_notify(3). */
#ifndef XBEAT_SERVICE_SERVICE_MANAGER_H
#define XBEAT_SERVICE_SERVICE_MANAGER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether NOTIFY_SOCKET in the environment leads to a service manager. */
bool service_manager_present(void);

/* Returns the longest time between two WATCHDOG=1 (WatchdogSec=), in ns; 0: it expects none. */
uint64_t service_manager_watchdog_ns(void);

/* state: assignments of sd_notify(3), one a line, as "READY=1". Does nothing without a service
 * manager. Never waits. A failure is logged. */
void service_manager_notify(const char *state);

/* Likewise: another process is the daemon from now on. Only the one before may report it. */
void service_manager_hand_over(pid_t successor);

#endif
