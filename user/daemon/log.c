// SPDX-License-Identifier: GPL-2.0-or-later
/* The log of the running daemon: events are kept for the next one, lines that repeat are limited,
 * and the level can be changed. */
#include "user/lib/log.h"
#include "user/daemon/daemon.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <xbeat/paths.h>

#define REPORT_SECONDS 10

void daemon_keep_events(struct daemon *daemon)
{
	char path[PATH_MAX];
	int error;

	snprintf(path, sizeof(path), XB_EVENTS_FILE, daemon->daemon_name);
	error = event_log_file_open(&daemon->event_log, path, &daemon->events_file);
	if (error == -EPERM)
		log_warning(
			"events are not kept over a restart: %s is not a file that only its owner can read; remove it",
			path);
	else if (error == -EMEDIUMTYPE)
		log_info("events are not kept over a restart: " XB_RUN_DIRECTORY
			 " is on a disk, for which the daemon must not wait; mount a tmpfs there");
	else if (error)
		log_warning("events are not kept over a restart: cannot use %s: %s", path,
			    limits_strerror(-error));
}

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

json_t *daemon_call_log(void *context, struct control_call *call)
{
	(void)context;
	(void)call;
	return json_pack("{s:s}", "level", log_level_name(log_level()));
}

/* A change is logged although the new level may leave such lines out. */
json_t *daemon_call_log_level(void *context, struct control_call *call)
{
	const char *name = json_string_value(json_object_get(call->parameters, "level"));
	int before = log_level(), level = name ? log_level_named(name) : -1;
	json_t *json;

	if (level < 0)
		return control_fail(call, "invalid_parameter",
				    "level must be error, warning, notice, info or debug");
	log_set_level(LOG_DEBUG);
	log_notice("xbeatctl log: level %s, before: %s", name, log_level_name(before));
	log_set_level(level);
	json = daemon_call_log(context, call);
	json_object_set_new(json, "before", json_string(log_level_name(before)));
	return json;
}
