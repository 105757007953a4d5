/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signals of xbeatd: stop, reload, write files, and those that must not end it. */
#ifndef XBEAT_DAEMON_START_SIGNALS_H
#define XBEAT_DAEMON_START_SIGNALS_H

#include <event2/event.h>
#include <signal.h>
#include <stdbool.h>

/* keepalived --signum=JSON: SIGRTMIN+2, which user space counts from 34. */
#define SIGNALS_JSON 36

/* keepalived --signum=STATS_CLEAR: SIGRTMAX-1; xbeatd only logs it. */
#define SIGNALS_STATS_CLEAR 63

typedef void signals_callback(void *context, int number);

struct signals {
	struct event *events[NSIG];
	signals_callback *wanted; /* of wanted_numbers in signals.c */
	void *context;
};

/*
 * From here on a signal whose default is to end the process is ignored, unless it asks for a stop
 * or reports a crash. SIGHUP waits for signals_start(). Unblocks what the parent blocked.
 */
void signals_ignore(void);

/*
 * Calls wanted for SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 and SIGNALS_JSON, and logs the first
 * of each ignored signal. Returns 0 or a negative errno; call signals_stop() in either case.
 */
int signals_start(struct signals *signals, struct event_base *base, signals_callback *wanted,
		  void *context);

void signals_stop(struct signals *signals);

#endif
