// SPDX-License-Identifier: GPL-2.0-or-later
/* What can be tracked by name: vrrp_script, vrrp_track_process, track_file, vrrp_app. */
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/named.h"
#include "user/config/blocks/track.h"
#include "user/config/blocks/unsupported.h"
#include <stdlib.h>
#include <string.h>

#define APP_NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

#define SECONDS_MAX_NS ((uint64_t)UINT32_MAX * NS_PER_US)
#define DELAY_MAX_NS (3600 * NS_PER_SECOND)

/* The keyword's offset is that of the weight, its bytes the offset of the reverse flag. */
void config_read_weights(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	const struct config_weight_range range = {
		.limit = (int)keyword->maximum,
		.usage = keyword->usage,
	};
	char *target = block->target;

	config_read_weight(parser, &statement->tokens[1], statement->count - 1, &range,
			   (int *)(void *)(target + keyword->offset),
			   (bool *)(target + keyword->bytes));
}

/* Reads a block that requires a keyword. Returns its entry. */
static void *read_thing(struct config_parser *parser, const struct config_named_type *type,
			const struct config_statement *statement, const char *required)
{
	struct config_block block;

	config_read_named(parser, type, statement, &block);
	if (!config_block_seen(&block, required))
		config_error(parser, block.location, "%s %s has no %s; add one", type->block.name,
			     block.name, required);
	return block.target;
}

static const struct config_keyword script_keywords[] = {
	{
		.name = "script",
		.usage = "script \"PROGRAM [ARGUMENT ...]\"",
		.read = config_read_program,
		.values_minimum = 1,
		.values_maximum = CONFIG_VALUES_ANY,
		CONFIG_FIELD(struct config_script, command),
	},
	{
		.name = "user",
		.usage = "user USER [GROUP]",
		.read = config_read_user,
		.values_minimum = 1,
		.values_maximum = 2,
		CONFIG_FIELD(struct config_script, command),
	},
	CONFIG_SECONDS("interval", struct config_script, interval_ns, NS_PER_MS, SECONDS_MAX_NS),
	CONFIG_SECONDS("timeout", struct config_script, timeout_ns, NS_PER_MS, SECONDS_MAX_NS),
	CONFIG_U32("rise", struct config_script, rise, 1, 2147483647),
	CONFIG_U32("fall", struct config_script, fall, 1, 2147483647),
	CONFIG_WEIGHT_ROW(struct config_script, 253),
	CONFIG_FLAG("init_fail", struct config_script, init_fail, true),
};

static const struct config_script script_defaults = {
	.interval_ns = NS_PER_SECOND,
	.rise = 1,
	.fall = 1,
};

static const struct config_named_type script_type = {
	.block =
		{
			.name = "vrrp_script",
			.keywords = script_keywords,
			.keyword_count = ARRAY_SIZE(script_keywords),
			.unsupported = &config_unsupported_none,
		},
	CONFIG_NAMED(struct config_script, &script_defaults, scripts, script_count),
};

void config_read_script(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	struct config_script *script = read_thing(parser, &script_type, statement, "script");

	(void)block;
	(void)keyword;
	if (!script->timeout_ns)
		script->timeout_ns = script->interval_ns;
}

static void read_process_command(struct config_parser *parser, struct config_block *block,
				 const struct config_keyword *keyword,
				 const struct config_statement *statement)
{
	struct config_process *process = block->target;

	process->command = config_statement_arguments(parser, keyword, statement);
	if (process->command && process->command[1])
		process->match_parameters = true;
}

static void read_param_match(struct config_parser *parser, struct config_block *block,
			     const struct config_keyword *keyword,
			     const struct config_statement *statement)
{
	struct config_process *process = block->target;
	const struct config_token *token = &statement->tokens[1];

	process->match_parameters = true;
	if (statement->count == 1)
		return;
	process->match_partial = !strcmp(token->text, "partial");
	process->match_initial = !strcmp(token->text, "initial");
	if (!process->match_partial && !process->match_initial)
		config_error(parser, token->location, "unknown param_match '%s'; write \"%s\"",
			     token->text, keyword->usage);
}

static void read_delay(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	struct config_process *process = block->target;

	config_read_duration(parser, block, keyword, statement);
	process->terminate_delay_ns = process->fork_delay_ns;
}

#define PROCESS struct config_process

static const struct config_keyword process_keywords[] = {
	{
		.name = "process",
		.usage = "process PROGRAM [PARAMETER ...]",
		.read = read_process_command,
		.flags = CONFIG_FIRST_COUNTS,
		.values_minimum = 1,
		.values_maximum = CONFIG_VALUES_ANY,
	},
	{
		.name = "param_match",
		.usage = "param_match [initial|partial]",
		.read = read_param_match,
		.values_maximum = 1,
	},
	CONFIG_WEIGHT_ROW(PROCESS, 254),
	CONFIG_U32("quorum", PROCESS, quorum, 1, 65535),
	CONFIG_U32("quorum_max", PROCESS, quorum_max, 0, 65535),
	CONFIG_SECONDS("fork_delay", PROCESS, fork_delay_ns, NS_PER_US, DELAY_MAX_NS),
	CONFIG_SECONDS("terminate_delay", PROCESS, terminate_delay_ns, NS_PER_US, DELAY_MAX_NS),
	{
		.name = "delay",
		.usage = "delay SECONDS",
		.read = read_delay,
		.flags = CONFIG_BARE_SECONDS,
		CONFIG_ONE_VALUE,
		CONFIG_FIELD(PROCESS, fork_delay_ns),
		.minimum = NS_PER_US,
		.maximum = DELAY_MAX_NS,
	},
	CONFIG_FLAG("full_command", PROCESS, full_command, true),
};

static const struct config_process process_defaults = {
	.quorum = 1,
	.quorum_max = UINT32_MAX,
};

static const struct config_named_type process_type = {
	.block =
		{
			.name = "vrrp_track_process",
			.keywords = process_keywords,
			.keyword_count = ARRAY_SIZE(process_keywords),
			.unsupported = &config_unsupported_none,
		},
	CONFIG_NAMED(struct config_process, &process_defaults, processes, process_count),
};

/* "quorum_max 0" means that no such process may run, so the default quorum of 1 does not apply. */
static void finalize_quorum(struct config_parser *parser, struct config_process *process)
{
	if (process->quorum_max == 0 && process->quorum == 1)
		process->quorum = 0;
	if (process->quorum > process->quorum_max)
		config_error(
			parser, process->location,
			"quorum_max %u of vrrp_track_process %s is below its quorum %u; raise quorum_max",
			process->quorum_max, process->name, process->quorum);
}

void config_read_process(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	(void)block;
	(void)keyword;
	finalize_quorum(parser, read_thing(parser, &process_type, statement, "process"));
}

static void read_init_file(struct config_parser *parser, struct config_block *block,
			   const struct config_keyword *keyword,
			   const struct config_statement *statement)
{
	struct config_file *file = block->target;
	size_t count = statement->count;
	int64_t value = 0;

	file->init = true;
	file->init_overwrite = !strcmp(statement->tokens[count - 1].text, "overwrite");
	if (file->init_overwrite)
		count--;
	if (count > 1 && (count > 2 || config_parse_signed(statement->tokens[1].text, &value) ||
			  value < INT32_MIN || value > INT32_MAX))
		config_error(parser, statement->tokens[1].location,
			     "'%s' is not a value of a file; write \"%s\"",
			     statement->tokens[1].text, keyword->usage);
	else
		file->init_value = (int32_t)value;
}

static const struct config_keyword file_keywords[] = {
	{
		.name = "file",
		.usage = "file PATH",
		.read = config_read_string,
		.flags = CONFIG_FIRST_COUNTS,
		CONFIG_ONE_VALUE,
		CONFIG_FIELD(struct config_file, path),
	},
	CONFIG_WEIGHT_ROW(struct config_file, 254),
	{
		.name = "init_file",
		.usage = "init_file [NUMBER] [overwrite]",
		.read = read_init_file,
		.values_maximum = 2,
	},
};

static const struct config_file file_defaults = {
	.weight = 1,
};

static const struct config_named_type file_type = {
	.block =
		{
			.name = "track_file",
			.keywords = file_keywords,
			.keyword_count = ARRAY_SIZE(file_keywords),
			.unsupported = &config_unsupported_none,
		},
	CONFIG_NAMED(struct config_file, &file_defaults, files, file_count),
};

void config_read_file(struct config_parser *parser, struct config_block *block,
		      const struct config_keyword *keyword,
		      const struct config_statement *statement)
{
	(void)block;
	(void)keyword;
	read_thing(parser, &file_type, statement, "file");
}

#define APP struct config_app

/* The kernel's limit of a socket's path. */
#define SOCKET_PATH_BYTES 108

static void read_notify_socket(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	const struct config_token *token = &statement->tokens[1];

	if (token->text[0] != '/' || strlen(token->text) >= SOCKET_PATH_BYTES)
		config_error(parser, token->location,
			     "notify_socket takes an absolute path of at most %d bytes, not '%s'",
			     SOCKET_PATH_BYTES - 1, token->text);
	else
		config_read_string(parser, block, keyword, statement);
}

/* The last one counts, its group as well. */
static void read_app_user(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	struct config_app *app = block->target;

	config_store_text(parser, &statement->tokens[1], keyword->name, app->user,
			  sizeof(app->user));
	app->group[0] = '\0';
	if (statement->count > 2)
		config_store_text(parser, &statement->tokens[2], keyword->name, app->group,
				  sizeof(app->group));
}

static const struct config_keyword app_keywords[] = {
	{
		.name = "timeout",
		.usage = "timeout 1s",
		.read = config_read_duration,
		CONFIG_ONE_VALUE,
		CONFIG_FIELD(APP, timeout_ns),
		.minimum = NS_PER_MS,
		.maximum = 3600 * NS_PER_SECOND,
	},
	{
		.name = "user",
		.usage = "user USER [GROUP]",
		.read = read_app_user,
		.values_minimum = 1,
		.values_maximum = 2,
	},
	{
		.name = "notify_socket",
		.usage = "notify_socket PATH",
		.read = read_notify_socket,
		CONFIG_ONE_VALUE,
		CONFIG_FIELD(APP, notify_socket),
	},
	CONFIG_WEIGHT_ROW(APP, 253),
};

static const struct config_app app_defaults = {
	.timeout_ns = NS_PER_SECOND,
	.uid = UINT32_MAX,
	.gid = UINT32_MAX,
};

static const struct config_named_type app_type = {
	.block =
		{
			.name = "vrrp_app",
			.keywords = app_keywords,
			.keyword_count = ARRAY_SIZE(app_keywords),
			.unsupported = &config_unsupported_none,
			.own = true,
		},
	CONFIG_NAMED(struct config_app, &app_defaults, apps, app_count),
};

/* The name appears in maps, messages and command lines. */
static void check_app_name(struct config_parser *parser, const struct config_token *token)
{
	if (!*token->text || strlen(token->text) >= XB_NAME_BYTES ||
	    token->text[strspn(token->text, APP_NAME_LETTERS)])
		config_error(
			parser, token->location,
			"'%s' is not a valid application name; write 1 to %d letters, digits, '_', '.' or '-'",
			token->text, XB_NAME_BYTES - 1);
}

static void check_notify_socket(struct config_parser *parser, const struct config_block *block)
{
	const struct config_app *app = block->target, *others = parser->config->apps;

	for (size_t i = 0; app->notify_socket && &others[i] != app; i++)
		if (others[i].notify_socket && !strcmp(others[i].notify_socket, app->notify_socket))
			config_error(
				parser, block->location,
				"vrrp_app %s has the notify_socket of vrrp_app %s; name another path",
				app->name, others[i].name);
}

void config_read_app(struct config_parser *parser, struct config_block *block,
		     const struct config_keyword *keyword, const struct config_statement *statement)
{
	struct config_block app;

	(void)block;
	(void)keyword;
	check_app_name(parser, &statement->tokens[1]);
	config_read_named(parser, &app_type, statement, &app);
	check_notify_socket(parser, &app);
	if (parser->config->app_count == XB_APPS_MAX + 1)
		config_error(
			parser, app.location,
			"vrrp_app %s exceeds the limit of %d applications (heartbeats carry one bit for each); remove one",
			app.name, XB_APPS_MAX);
}
