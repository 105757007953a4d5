/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What systemd learns of a running daemon: READY=1 after the first judgement of all peers, STATUS=
 * in words, at most once a second, and WATCHDOG=1 while the event loop makes progress.
 */
#ifndef XBEAT_DAEMON_SERVICE_REPORT_H
#define XBEAT_DAEMON_SERVICE_REPORT_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>

#define SERVICE_REPORT_STATUS_BYTES 300

struct daemon;

struct service_report {
	struct event *tick; /* NULL: no service manager */
	uint64_t started_ns;
	uint64_t period_ns;
	bool watched; /* the service manager waits for WATCHDOG=1 */
	bool ready; /* READY=1 has been sent */
	char status[SERVICE_REPORT_STATUS_BYTES]; /* the last one sent */
};

/* Begins to report; without a service manager it does nothing. Call it after daemon_start(). */
void service_report_start(struct daemon *daemon);

/* It stops: reports that, and nothing more. */
void service_report_stop(struct daemon *daemon);

/* A reload begins, or has ended. */
void service_report_reload(const struct daemon *daemon, bool begins);

#endif
