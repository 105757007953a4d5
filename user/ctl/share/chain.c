// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "xbeatctl chain": the next programs. The daemon opens a program by the path of its pin, because it
 * may not find one by its id; so xbeatctl pins such a program for the time of the request.
 */
#include "user/ctl/call/output.h"
#include "user/ctl/call/query.h"
#include "user/ctl/call/run.h"
#include "user/ctl/call/verb.h"
#include "user/ctl/share/share.h"
#include "user/kernel/share/program.h"
#include "user/kernel/system/bpffs.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Calls the method, and prints its list with what has become of it. */
static enum command_status call(const struct command *command, const char *method,
				json_t *parameters, const char *done)
{
	json_t *result;
	enum command_status status = query_ask(command, method, parameters, &result);

	if (status != COMMAND_OK)
		return status;
	if (done && !command->json)
		printf("%s\n", done);
	output_result(command, result);
	json_decref(result);
	return output_finish();
}

static json_t *parameters(const char *path, const char *interface)
{
	return json_pack("{s:s*, s:s*}", "path", path, "interface", interface);
}

static enum command_status add_path(const struct command *command, const char *path)
{
	const char *interface = command->argument_count > 2 ? command->arguments[2] : NULL;

	return call(command, "chain_add", parameters(path, interface), NULL);
}

/* A program by its id or name. */
static enum command_status add_found(const struct command *command)
{
	char path[BPFFS_PATH_BYTES], reason[PROGRAM_REASON_BYTES];
	_cleanup_close_ int fd = program_open(command->arguments[1], reason);
	enum command_status status;
	int error;

	if (fd < 0) {
		log_error("%s", reason);
		return COMMAND_FAILED;
	}
	snprintf(path, sizeof(path), BPFFS_XBEAT "/next_%d", (int)getpid());
	error = bpffs_pin(fd, path);
	if (error) {
		log_error("cannot pin the program at %s for xbeatd: %s; is xbeatd running?", path,
			  limits_strerror(-error));
		return COMMAND_FAILED;
	}
	status = add_path(command, path);
	unlink(path);
	return status;
}

static enum command_status add(const struct command *command)
{
	if (command->arguments[1][0] == '/')
		return add_path(command, command->arguments[1]);
	if (geteuid() == 0)
		return add_found(command);
	log_error("only root may hand packets to another program; run this as root");
	return COMMAND_NOT_PERMITTED;
}

static enum command_status remove_next(const struct command *command)
{
	const char *interface = command->argument_count > 1 ? command->arguments[1] : NULL;

	return call(command, "chain_remove", parameters(NULL, interface), "removed:");
}

/* Of the interfaces and programs that are named. */
static enum command_status show(const struct command *command)
{
	static const struct names names = {
		.what = "interface or program",
		.parts = {{.list = "", .keys = {"interface", "program"}}},
	};
	int word = command->argument_count > 0; /* "show" */
	struct verb verb = *command->verb;
	struct command shown = *command;

	verb.names = &names;
	shown.verb = &verb;
	shown.arguments += word;
	shown.argument_count -= word;
	return run_method(&shown);
}

enum command_status share_chain(const struct command *command)
{
	static const struct {
		const char *word;
		int arguments_min, arguments_max;
		enum command_status (*run)(const struct command *command);
	} forms[] = {
		{"show", 1, VERB_NAMES_MAX, show},
		{"add", 2, 3, add},
		{"remove", 1, 2, remove_next},
	};

	if (command->argument_count == 0)
		return show(command);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
		if (!strcmp(command->arguments[0], forms[i].word) &&
		    command->argument_count >= forms[i].arguments_min &&
		    command->argument_count <= forms[i].arguments_max)
			return forms[i].run(command);
	log_error(
		"write: xbeatctl chain [show [INTERFACE...]], xbeatctl chain add PATH|ID|NAME [INTERFACE], "
		"or xbeatctl chain remove [INTERFACE]");
	return COMMAND_USAGE;
}
