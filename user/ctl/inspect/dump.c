// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl dump": all that a bug report needs, in one document. Without secrets: no keys, no
 * passwords, no arguments of programs.
 */
#include "user/config/print/redact.h"
#include "user/ctl/call/output.h"
#include "user/ctl/call/query.h"
#include "user/ctl/inspect/inspect.h"
#include "user/ctl/inspect/kernel.h"
#include "user/health/health.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/text/json_text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define LINE_BYTES 256

/* The rest of the first line of a file that begins so, with quotes removed; NULL: there is none. */
static json_t *find_line(const char *path, const char *beginning)
{
	size_t length = strlen(beginning);
	FILE *file = fopen(path, "re");
	json_t *found = NULL;
	char line[LINE_BYTES];

	while (file && !found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, beginning, length) != 0)
			continue;
		length += strspn(line + length, " \t\"");
		line[length + strcspn(line + length, "\"\n")] = '\0';
		found = json_text(line + length);
	}
	if (file)
		fclose(file);
	return found;
}

static json_t *machine_json(void)
{
	struct utsname name;
	json_t *json, *distribution;

	if (uname(&name))
		return json_object();
	json = json_pack("{s:o, s:o, s:o, s:I}", "kernel", json_text(name.release),
			 "kernel_version", json_text(name.version), "architecture",
			 json_text(name.machine), "processors_count",
			 (json_int_t)sysconf(_SC_NPROCESSORS_ONLN));
	distribution = find_line("/etc/os-release", "PRETTY_NAME=");
	if (distribution)
		json_object_set_new(json, "distribution", distribution);
	return json;
}

/* "Max locked memory  8388608  8388608  bytes": the name has 26 columns. */
static void add_limit(json_t *limits, const char *line)
{
	char soft[32], hard[32];
	int name = 26;

	if (strlen(line) <= (size_t)name || sscanf(line + name, "%31s %31s", soft, hard) != 2)
		return;
	while (name && line[name - 1] == ' ')
		name--;
	json_array_append_new(limits, json_pack("{s:s%, s:s, s:s}", "name", line, (size_t)name,
						"soft", soft, "hard", hard));
}

static json_t *limits_json(long long pid)
{
	json_t *limits = json_array();
	char path[64], line[LINE_BYTES];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%lld/limits", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "Max ", 4))
			add_limit(limits, line);
	if (file)
		fclose(file);
	return limits;
}

static void add_process(json_t *dump, const json_t *status)
{
	static const char *const fields[][2] = {
		{"VmRSS:", "memory"},	     {"VmLck:", "locked_memory"}, {"Threads:", "threads"},
		{"CapEff:", "capabilities"}, {"Seccomp:", "seccomp"},
	};
	long long pid = json_integer_value(json_object_get(status, "pid"));
	json_t *process =
		json_pack("{s:I, s:o}", "pid", (json_int_t)pid, "limits", limits_json(pid));
	char path[64];

	snprintf(path, sizeof(path), "/proc/%lld/status", pid);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		json_t *value = find_line(path, fields[i][0]);

		if (value)
			json_object_set_new(process, fields[i][1], value);
	}
	json_object_set_new(dump, "process", process);
}

/* What the daemon answers; what it refuses, as without a heartbeat block, is left out. */
static void add_answers(const struct command *command, json_t *dump)
{
	static const char *const methods[] = {"events", "keys", "log"};

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		json_t *answer = query_try(command, methods[i], json_object());

		if (answer)
			json_object_set_new(dump, methods[i], answer);
	}
}

static void add_kernel(json_t *dump, const json_t *status)
{
	struct objects objects;

	if (objects_find(&objects, status))
		return;
	json_object_set_new(dump, "programs", objects_programs_json(&objects, false));
	json_object_set_new(dump, "maps", objects_maps_json(&objects));
}

/* Only root may ask for it: so this comes first. */
static enum command_status add_configuration(const struct command *command, json_t *dump)
{
	_cleanup_free_ char *redacted = NULL;
	const char *text;
	json_t *answer;
	enum command_status status = query_ask(command, "config", json_object(), &answer);

	if (status != COMMAND_OK)
		return status;
	text = json_string_value(json_object_get(answer, "text"));
	redacted = config_redact(text ? text : "");
	json_object_set_new(dump, "configuration", json_text(redacted));
	json_decref(answer);
	return COMMAND_OK;
}

static enum command_status add_snapshot(const struct command *command, json_t *dump)
{
	const json_t *daemon;
	json_t *snapshot;
	enum command_status status =
		query_ask(command, "snapshot", json_pack("{s:b}", "histograms", true), &snapshot);

	if (status != COMMAND_OK)
		return status;
	daemon = json_object_get(snapshot, "status");
	json_object_set_new(dump, "health", health_judge(snapshot));
	json_object_set_new(dump, "snapshot", snapshot);
	add_process(dump, daemon);
	add_kernel(dump, daemon);
	return COMMAND_OK;
}

enum command_status inspect_dump(const struct command *command)
{
	json_t *dump =
		json_pack("{s:s, s:I, s:o}", "xbeatctl_version", XBEAT_VERSION, "made_unix_ns",
			  (json_int_t)clock_unix_ns(), "machine", machine_json());
	enum command_status status = add_configuration(command, dump);

	if (status == COMMAND_OK)
		status = add_snapshot(command, dump);
	if (status == COMMAND_OK) {
		add_answers(command, dump);
		json_add_twins(dump);
		output_json(dump);
		status = output_finish();
	}
	json_decref(dump);
	return status;
}
