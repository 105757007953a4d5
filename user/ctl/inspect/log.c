// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl log": the level of the daemon's log. */
#include "user/lib/log.h"
#include "user/ctl/call/output.h"
#include "user/ctl/call/query.h"
#include "user/ctl/inspect/inspect.h"
#include "user/ctl/show/field.h"

static bool is_level(const char *name)
{
	if (log_level_named(name) >= 0)
		return true;
	log_error("'%s' is not a level; write error, warning, notice, info or debug", name);
	return false;
}

static void show_level(const json_t *result, FILE *stream)
{
	fprintf(stream, "%s", field_text(result, "level"));
	if (json_object_get(result, "before"))
		fprintf(stream, ", before: %s", field_text(result, "before"));
	fputs("\n", stream);
}

enum command_status inspect_log(const struct command *command)
{
	const char *level = command->argument_count ? command->arguments[0] : NULL;
	enum command_status status;
	json_t *result;

	if (level && !is_level(level))
		return COMMAND_USAGE;
	status =
		level ? query_ask(command, "log_level", json_pack("{s:s}", "level", level), &result)
		      : query_ask(command, "log", json_object(), &result);
	if (status != COMMAND_OK)
		return status;
	if (command->json)
		output_json(result);
	else
		show_level(result, stdout);
	json_decref(result);
	return output_finish();
}
