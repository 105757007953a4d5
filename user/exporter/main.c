/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xbeat-exporter: shows over HTTP what xbeatd knows. It needs no privilege but the group xbeat. */
#include "user/exporter/exporter.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

static void on_libevent_message(int severity, const char *text)
{
	log_message(severity >= EVENT_LOG_WARN ? LOG_WARNING : LOG_DEBUG, "libevent: %s", text);
}

int main(int argc, char **argv)
{
	static struct exporter exporter;
	struct options options;
	int status;

	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	log_open("xbeat-exporter", false);
	event_set_log_callback(on_libevent_message);
	limits_raise_descriptors();
	status = options_parse(argc, argv, &options);
	if (status >= 0)
		return status;
	status = exporter_start(&exporter, &options) ? EXIT_FAILURE : EXIT_SUCCESS;
	if (status == EXIT_SUCCESS)
		exporter_run(&exporter);
	exporter_stop(&exporter);
	return status;
}
