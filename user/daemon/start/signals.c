/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals of xbeatd. USR1, USR2 and SIGRTMIN+2 write files, as with keepalived. All others that
 * would end the daemon by default, and so cost a failover, are ignored.
 */
#include "user/daemon/start/signals.h"
#include "user/lib/array.h"
#include "user/lib/log.h"
#include "user/lib/process/signal_action.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define REALTIME_FIRST 32 /* of the kernel: those below SIGRTMIN stay ignored without a log line */

static const int wanted_numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGNALS_JSON};

/* Those that end a process by default, except those of a stop or a crash: ignored, unless
 * signals_start() finds that they are wanted. */
static const int unwanted[] = {
	SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1,   SIGUSR2, SIGSTKFLT,
	SIGXCPU, SIGXFSZ, SIGPROF, SIGVTALRM, SIGIO,   SIGPWR,
};

static const struct {
	int number;
	const char *text;
} hints[] = {
	{SIGNALS_STATS_CLEAR,
	 "statistics are not cleared: compare two of them; SIGUSR2 writes them"},
	{SIGQUIT, "SIGTERM stops xbeatd, SIGABRT makes it dump core"},
};

static const char *hint(int number)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (hints[i].number == number)
			return hints[i].text;
	return "SIGTERM stops xbeatd, SIGHUP reloads its configuration";
}

static void log_ignored(int number)
{
	const char *name = sigabbrev_np(number);

	if (name)
		log_notice("SIG%s ignored: %s", name, hint(number));
	else
		log_notice("SIGRTMIN+%d ignored: %s", number - SIGRTMIN, hint(number));
}

static void on_wanted(evutil_socket_t number, short what, void *context)
{
	const struct signals *signals = context;

	(void)what;
	signals->wanted(signals->context, (int)number);
}

/* Its event is gone now, and libevent has put SIG_IGN back: the next one costs nothing. */
static void on_unwanted(evutil_socket_t number, short what, void *context)
{
	(void)what;
	(void)context;
	log_ignored((int)number);
}

void signals_ignore(void)
{
	sigset_t reload;

	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		signal(unwanted[i], SIG_IGN);
	for (int number = REALTIME_FIRST; number <= SIGRTMAX; number++)
		signal_set_action(number, SIG_IGN);
	sigemptyset(&reload);
	sigaddset(&reload, SIGHUP);
	sigprocmask(SIG_SETMASK, &reload, NULL);
}

static int watch(struct signals *signals, struct event_base *base, int number, short persist,
		 event_callback_fn callback)
{
	struct event *event = event_new(base, number, EV_SIGNAL | persist, callback, signals);

	signals->events[number] = event;
	return event && !event_add(event, NULL) ? 0 : -ENOMEM;
}

static int watch_unwanted(struct signals *signals, struct event_base *base, int number)
{
	return signals->events[number] ? 0 : watch(signals, base, number, 0, on_unwanted);
}

int signals_start(struct signals *signals, struct event_base *base, signals_callback *wanted,
		  void *context)
{
	sigset_t none;
	int error = 0;

	*signals = (struct signals){.wanted = wanted, .context = context};
	for (size_t i = 0; !error && i < ARRAY_SIZE(wanted_numbers); i++)
		error = watch(signals, base, wanted_numbers[i], EV_PERSIST, on_wanted);
	for (size_t i = 0; !error && i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		if (unwanted[i] != SIGPIPE) /* a client that has gone; send() reports it */
			error = watch_unwanted(signals, base, unwanted[i]);
	for (int number = SIGRTMIN; !error && number <= SIGRTMAX; number++)
		error = watch_unwanted(signals, base, number);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return error;
}

void signals_stop(struct signals *signals)
{
	for (size_t i = 0; i < NSIG; i++)
		if (signals->events[i])
			event_free(signals->events[i]);
	*signals = (struct signals){0};
}
