/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See saved_file.h. */
#include "user/daemon/handover/saved_file.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xbeat/paths.h>

static void path_of(const char *daemon_name, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, XB_SAVED_FILE, daemon_name);
}

int saved_file_write(const char *daemon_name, json_t *saved)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX];
	int error;

	path_of(daemon_name, path);
	json_object_set_new(saved, "saved_ns", json_integer((json_int_t)clock_now_ns()));
	text = json_dumps(saved, JSON_COMPACT);
	error = text ? file_replace(path, text) : -ENOMEM;
	if (error)
		log_warning(
			"cannot write %s: %s; a restart forgets what an operator has changed (xbeatctl drain, failover, priority)",
			path, limits_strerror(-error));
	return error;
}

json_t *saved_file_read(const char *daemon_name)
{
	_cleanup_free_ char *text = NULL;
	json_t *saved = NULL;
	char path[PATH_MAX];
	size_t length;
	int error;

	path_of(daemon_name, path);
	error = file_read(path, &text, &length);
	if (error == -ENOENT)
		return NULL;
	if (!error)
		saved = json_loads(text, 0, NULL);
	if (!json_is_object(saved))
		log_warning(
			"cannot read %s: %s; what an operator changed before the restart is forgotten",
			path, error ? limits_strerror(-error) : "it is not JSON");
	else if (time_reached(clock_now_ns(),
			      (uint64_t)json_integer_value(json_object_get(saved, "saved_ns"))))
		return saved;
	json_decref(saved);
	return NULL;
}

void saved_file_remove(const char *daemon_name)
{
	char path[PATH_MAX];

	path_of(daemon_name, path);
	unlink(path);
}
