// SPDX-License-Identifier: GPL-2.0-or-later
/* The log of the running daemon: lines that repeat are limited. */
#include "user/lib/log.h"
#include "user/daemon/daemon.h"
#include <errno.h>

#define REPORT_SECONDS 10

static void on_report_due(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	log_report_suppressed();
}

int daemon_limit_log(struct daemon *daemon)
{
	static const struct timeval interval = {.tv_sec = REPORT_SECONDS};

	daemon->log_report = event_new(daemon->base, -1, EV_PERSIST, on_report_due, NULL);
	if (!daemon->log_report || event_add(daemon->log_report, &interval))
		return -ENOMEM;
	log_limit_lines(true);
	return 0;
}

void daemon_stop_log(struct daemon *daemon)
{
	if (daemon->log_report)
		event_free(daemon->log_report);
	daemon->log_report = NULL;
	log_limit_lines(false);
}
