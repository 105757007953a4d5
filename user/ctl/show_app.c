// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl app": a row for each application; and a beat for those that have no library. */
#include "user/app/request.h"
#include "user/ctl/field.h"
#include "user/ctl/output.h"
#include "user/ctl/show.h"
#include "user/ctl/table.h"
#include "user/lib/cleanup.h"
#include "user/lib/log.h"
#include <errno.h>
#include <string.h>
#include <xbeat/app.h>
#include <xbeat/paths.h>

static const struct table_column columns[] = {
	{"NAME", TABLE_LEFT, 6},     {"STATE", TABLE_LEFT, 0},	 {"LAST BEAT", TABLE_RIGHT, 0},
	{"TIMEOUT", TABLE_RIGHT, 0}, {"OPENED", TABLE_RIGHT, 0}, {"TRACKED BY", TABLE_LEFT, 10},
};

static void note_opener(struct table *table, const json_t *app)
{
	uint64_t uid, pid;

	if (!field_number(app, "opened_by_uid", &uid) || !field_number(app, "opened_by_pid", &pid))
		return;
	if (pid)
		table_note(table, "opened by process %llu of user %llu", (unsigned long long)pid,
			   (unsigned long long)uid);
	else
		table_note(table, "opened by user %llu, from another process namespace",
			   (unsigned long long)uid);
}

static void add_app(struct table *table, const json_t *app)
{
	char age[UNITS_TEXT_BYTES], timeout[UNITS_TEXT_BYTES], opened[UNITS_TEXT_BYTES];
	const json_t *trackers = json_object_get(app, "tracked_by");
	_cleanup_free_ char *names = field_list(trackers, ", ");
	const char *const cells[] = {
		field_text(app, "name"),
		field_text(app, "state"),
		field_duration(app, "beat_age_ns", age),
		field_duration(app, "timeout_ns", timeout),
		field_age(app, "opened_unix_ns", opened),
		json_array_size(trackers) ? names : "nobody",
	};

	table_add(table, cells);
	note_opener(table, app);
}

void show_apps(const json_t *list, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = sizeof(columns) / sizeof(columns[0]),
	};
	const json_t *app;
	size_t index;

	if (json_array_size(list) == 0) {
		fputs("there are no applications (vrrp_app)\n", stream);
		return;
	}
	json_array_foreach(list, index, app) add_app(&table, app);
	table_print(&table, stream);
}

static enum command_status complain(const char *name, int error)
{
	switch (error) {
	case -ECONNREFUSED:
		log_error(
			"no xbeatd with a vrrp_app is listening there; start xbeatd with a configuration that has a vrrp_app %s, or name the daemon with -i",
			name);
		return COMMAND_NOT_RUNNING;
	case -EPERM:
		log_error("not permitted to beat for %s; be root, in the group " XB_GROUP
			  ", or the user of its vrrp_app",
			  name);
		return COMMAND_NOT_PERMITTED;
	case -ENOENT:
		log_error("xbeatd's configuration has no vrrp_app %s; see: xbeatctl app", name);
		return COMMAND_FAILED;
	case -EINVAL:
		log_error("'%s' cannot be the name of an application", name);
		return COMMAND_USAGE;
	default:
		log_error("cannot beat for %s: %s", name, strerror(-error));
		return COMMAND_FAILED;
	}
}

static enum command_status beat(const struct command *command)
{
	const char *name = command->arguments[1];
	int error = 0;
	struct xbeat_app *app = command->socket
					? xbeat_app_open_at(command->socket, name, &error)
					: xbeat_app_open(command->daemon_name, name, &error);

	if (!app)
		return complain(name, error);
	error = xbeat_app_beat(app);
	xbeat_app_close(app);
	return error ? complain(name, -ECONNREFUSED) : COMMAND_OK;
}

enum command_status show_app_run(const struct command *command)
{
	if (command->argument_count == 0)
		return show_run(command);
	if (command->argument_count == 2 && !strcmp(command->arguments[0], "beat"))
		return beat(command);
	log_error("write: xbeatctl app, or: xbeatctl app beat NAME");
	return COMMAND_USAGE;
}
