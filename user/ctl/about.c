// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl version" and "xbeatctl help". */
#include <jansson.h>
#include <stdio.h>
#include <user/ctl/local.h>
#include <user/ctl/output.h>
#include <user/ctl/verb.h>
#include <user/lib/log.h>

enum command_status local_version(const struct command *command)
{
	json_t *version;

	if (!command->json) {
		printf("xbeatctl %s\n", XBEAT_VERSION);
		return output_finish();
	}
	version = json_pack("{s:s}", "version", XBEAT_VERSION);
	output_json(version);
	json_decref(version);
	return output_finish();
}

enum command_status local_help(const struct command *command)
{
	char candidates[VERB_CANDIDATES_BYTES];
	const struct verb *verb = NULL;

	if (command->argument_count > 0 &&
	    verb_find(command->arguments[0], &verb, candidates) != VERB_FOUND) {
		log_error("no help for '%s'; verbs are %s", command->arguments[0], candidates);
		return COMMAND_USAGE;
	}
	return verb_help(verb);
}
