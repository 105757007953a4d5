/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all methods do with a run: its result, its deadline, its times in words. */
#include "user/checker/methods/method.h"
#include "user/lib/array.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void finish(struct run *run, enum check_outcome outcome, bool timed_out, const char *reason,
		   va_list arguments)
{
	vsnprintf(run->reason, sizeof(run->reason), reason, arguments);
	if (run->deadline)
		evtimer_del(run->deadline);
	run->in_progress = false;
	run->owner->done(run, outcome, timed_out);
}

void run_done(struct run *run, enum check_outcome outcome, const char *reason, ...)
{
	va_list arguments;

	va_start(arguments, reason);
	finish(run, outcome, false, reason, arguments);
	va_end(arguments);
}

void run_timed_out(struct run *run, const char *reason, ...)
{
	va_list arguments;

	va_start(arguments, reason);
	finish(run, CHECK_BAD, true, reason, arguments);
	va_end(arguments);
}

bool run_error_is_local(int error)
{
	switch (error) {
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
	case EADDRNOTAVAIL:
	case EADDRINUSE:
	case EACCES:
	case EPERM:
	case EINVAL:
	case ENODEV:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
	case EAGAIN: /* connect(2): no free local port */
		return true;
	}
	return false;
}

/* Of errors of this machine that do not explain themselves. A mark needs CAP_NET_ADMIN before Linux 5.17,
 * which the checker does not keep. */
static const struct {
	const char *tried;
	int error;
	const char *remedy;
} remedies[] = {
	{"fwmark", EPERM, "; it needs Linux 5.17 or later, and CAP_NET_RAW"},
	{"bindto", EACCES, "; lower net.ipv4.ip_unprivileged_port_start to the port"},
	{"bindto", EADDRNOTAVAIL, "; the address is not on this machine"},
};

static const char *remedy_of(const char *tried, int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(remedies); i++)
		if (remedies[i].error == error && !strcmp(remedies[i].tried, tried))
			return remedies[i].remedy;
	return "";
}

void run_failed(struct run *run, const char *tried, int error)
{
	if (run_error_is_local(error))
		run_done(run, CHECK_LOCAL_ERROR, "%s: %s%s", tried, limits_strerror(error),
			 remedy_of(tried, error));
	else if (error == ECONNREFUSED)
		run_done(run, CHECK_BAD, "connection refused after %s", run_after(run).text);
	else
		run_done(run, CHECK_BAD, "%s: %s after %s", tried, strerror(error),
			 run_after(run).text);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct run *run = context;

	(void)fd;
	(void)what;
	run->method->expired(run);
}

void run_set_deadline(struct run *run, uint64_t after_ns)
{
	if (!run->deadline)
		run->deadline = evtimer_new(run->owner->base, on_deadline, run);
	if (run->deadline)
		clock_arm(run->deadline, clock_now_ns() + after_ns);
}

void run_set_step_deadline(struct run *run)
{
	run_set_deadline(run, run->check->rules.timeout_ns);
}

struct duration_text run_after(const struct run *run)
{
	return duration_text(time_since_ns(clock_now_ns(), run->began_ns));
}

struct duration_text run_timeout(const struct run *run)
{
	return duration_text(run->check->rules.timeout_ns);
}
