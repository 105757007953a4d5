// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl import [FILE]": what xbeatd makes of a keepalived configuration, and how to change
 * over.
 */
#include "user/ctl/file/import.h"
#include "user/ctl/call/output.h"
#include "user/ctl/file/load.h"
#include "user/ctl/file/local.h"
#include "user/ctl/file/location.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/text.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/lib/text/json_text.h"
#include "user/lib/text/text_format.h"
#include <stdarg.h>
#include <string.h>

#define CONFIG_FILE "/etc/xbeat/xbeat.conf" /* that xbeatd reads without -c */
#define PLAIN_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-:@%"

/* What is different has one entry for each text, with all its locations. seen: the entries by their
 * text, as a file may have a hundred thousand. */
static json_t *group_of(json_t *groups, json_t *seen, const char *text)
{
	json_t *wanted = json_text(text);
	json_t *group = json_object_get(seen, json_string_value(wanted));

	if (group) {
		json_decref(wanted);
		return group;
	}
	group = json_pack("{s:o, s:[]}", "text", wanted, "locations");
	json_array_append_new(groups, group);
	json_object_set(seen, json_string_value(wanted), group);
	return group;
}

/* Returns the groups of one severity. */
static json_t *groups_json(const struct diagnostics *diagnostics, enum diagnostic_severity severity)
{
	json_t *groups = json_array(), *seen = json_object();

	for (size_t i = 0; i < diagnostics->count; i++) {
		const struct diagnostic *entry = &diagnostics->entries[i];

		if (entry->severity == severity)
			json_array_append_new(
				json_object_get(group_of(groups, seen, entry->text), "locations"),
				location_json(entry));
	}
	json_decref(seen);
	return groups;
}

/* The path as one argument of a shell's command, to be freed. */
static char *shell_argument(const char *path)
{
	size_t bytes;
	char *text;
	FILE *memory;

	if (!path[strspn(path, PLAIN_CHARACTERS)])
		return text_copy(path);
	memory = open_memstream(&text, &bytes);
	if (!memory)
		limits_out_of_memory();
	fputc('\'', memory);
	for (; *path; path++)
		if (*path == '\'')
			fputs("'\\''", memory);
		else
			fputc(*path, memory);
	fputc('\'', memory);
	fclose(memory);
	return text;
}

/* Adds a step; its command, by a format, is "" if there is none. */
static void __attribute__((format(printf, 3, 4)))
add_step(json_t *steps, const char *text, const char *format, ...)
{
	json_t *step = json_pack("{s:s}", "text", text);
	_cleanup_free_ char *command = NULL;
	va_list arguments;

	va_start(arguments, format);
	command = text_format(format, arguments);
	va_end(arguments);
	if (*command)
		json_object_set_new(step, "command", json_text(command));
	json_array_append_new(steps, step);
}

/* A file that includes others, whose names may be relative, is used where it is. */
static void add_file_steps(json_t *steps, const char *argument, bool in_place)
{
	if (in_place) {
		add_step(
			steps,
			"Check the file as xbeatd does. It includes other files and stays where it is.",
			"xbeatd -t -c %s", argument);
		return;
	}
	if (strcmp(argument, CONFIG_FILE))
		add_step(steps, "Install the file.", "install -D -m 600 %s " CONFIG_FILE, argument);
	add_step(steps, "Check it as xbeatd does.", "xbeatd -t");
}

static void add_heartbeat_steps(json_t *steps, const json_t *heartbeat)
{
	if (!json_object_get(heartbeat, "block"))
		return;
	add_step(steps,
		 "When all nodes run xbeatd: make a key for heartbeats, and copy it to all nodes.",
		 "(umask 077; mkdir -p /etc/xbeat; xbeatctl genkey > /etc/xbeat/lan.key)");
	add_step(
		steps,
		"Add the heartbeat block to the file of each node, and \"heartbeat lan\" to the instances. Then restart xbeatd, Backups first.",
		"%s", "");
}

static json_t *steps_to_run(const char *path, const struct config *config, const json_t *heartbeat)
{
	_cleanup_free_ char *argument = shell_argument(path);
	_cleanup_free_ char *name =
		shell_argument(config->instance_count > 0 ? config->instances[0].name : "");
	bool in_place = config->source_count > 1;
	json_t *steps = json_array();

	add_file_steps(steps, argument, in_place);
	add_step(steps, "Stop keepalived, Backups first.", "systemctl disable --now keepalived");
	add_step(steps, "Start xbeatd.", "xbeatd%s%s", in_place ? " -c " : "",
		 in_place ? argument : "");
	add_step(steps, "See what it does, and why.", "xbeatctl status; xbeatctl vrrp%s%s",
		 *name ? "; xbeatctl explain " : "", name);
	add_heartbeat_steps(steps, heartbeat);
	return steps;
}

static json_t *steps_to_mend(const char *path)
{
	_cleanup_free_ char *argument = shell_argument(path);
	json_t *steps = json_array();

	add_step(steps, "Correct the errors, and import the file again.", "xbeatctl import %s",
		 argument);
	return steps;
}

/* config: NULL if it was refused. */
static json_t *import_json(const char *path, const struct config *config,
			   const struct diagnostics *diagnostics)
{
	json_t *differences = groups_json(diagnostics, DIAGNOSTIC_WARNING);
	const char *result = !config				? "refused"
			     : json_array_size(differences) > 0 ? "works_with_differences"
								: "works";
	json_t *import = json_pack("{s:o, s:s, s:o, s:o}", "file", json_text(path), "result",
				   result, "errors", groups_json(diagnostics, DIAGNOSTIC_ERROR),
				   "differences", differences);
	json_t *heartbeat;

	if (!config) {
		json_object_set_new(import, "next", steps_to_mend(path));
		return import;
	}
	heartbeat = import_heartbeat(config);
	json_object_set_new(import, "works", import_works(config));
	json_object_set_new(import, "heartbeat", heartbeat);
	json_object_set_new(import, "next", steps_to_run(path, config, heartbeat));
	return import;
}

static enum command_status print_import(const struct command *command, const json_t *import,
					bool accepted)
{
	enum command_status status;

	if (command->json)
		output_json(import);
	else
		show_import(import, stdout);
	status = output_finish();
	return status == COMMAND_OK && !accepted ? COMMAND_FAILED : status;
}

static enum command_status import_keepalived(const struct command *command, const char *path)
{
	struct diagnostics diagnostics = {0};
	struct config *config;
	enum command_status status = load_configuration(command, path, &config, &diagnostics);

	if (status == COMMAND_OK) {
		json_t *import = import_json(path, config, &diagnostics);

		status = print_import(command, import, config != NULL);
		json_decref(import);
	}
	config_free(config);
	diagnostics_free(&diagnostics);
	return status;
}

enum command_status local_import(const struct command *command)
{
	const char *path =
		command->argument_count > 0 ? command->arguments[0] : import_default_file(command);
	_cleanup_free_ char *text = NULL;
	size_t length;
	/* That it cannot be read is reported where it is read as a configuration. */
	int error = file_read(path, &text, &length);
	enum convert_source source = import_source(command, error ? NULL : text);

	if (error || source == CONVERT_KEEPALIVED)
		return import_keepalived(command, path);
	return import_converted(command, source, path, text);
}
