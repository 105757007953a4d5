// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line of xbeatctl. getopt permutes argv, so options may precede and follow the verb.
 */
#include "user/ctl/command.h"
#include "user/ctl/options.h"
#include "user/ctl/verb.h"
#include "user/lib/log.h"
#include <string.h>

static enum command_status usage_error(const struct verb *verb)
{
	log_error("see: xbeatctl help%s%s", verb ? " " : "", verb ? verb->name : "");
	return COMMAND_USAGE;
}

/* The daemon name becomes part of a path and must not lead out of XB_RUN_DIRECTORY. */
static bool check_target(const struct command *command)
{
	const char *name = command->daemon_name;

	if (name && command->socket) {
		log_error("-i and -s both name a socket; give only one of them");
		return false;
	}
	if (name && (*name == '\0' || *name == '.' || strchr(name, '/'))) {
		log_error("'%s' is not a daemon name; use the name given to xbeatd -i", name);
		return false;
	}
	return true;
}

/* Each excludes the others. */
static bool check_views(const struct command *command)
{
	if (command->json + command->brief + command->detail <= 1)
		return true;
	log_error("--json, --brief and --detail exclude each other; give only one of them");
	return false;
}

static bool check_arguments(const struct command *command)
{
	const struct verb *verb = command->verb;

	if (command->argument_count < verb->arguments_min) {
		log_error("%s needs an argument: xbeatctl %s %s", verb->name, verb->name,
			  verb->arguments);
		return false;
	}
	if (command->argument_count > verb->arguments_max) {
		log_error("%s: unexpected argument '%s'", verb->name,
			  command->arguments[verb->arguments_max]);
		return false;
	}
	return true;
}

static bool find_verb(const char *text, const struct verb **verb)
{
	char candidates[VERB_CANDIDATES_BYTES];

	switch (verb_find(text, verb, candidates)) {
	case VERB_FOUND:
		return true;
	case VERB_AMBIGUOUS:
		log_error("'%s' is ambiguous: it may be %s", text, candidates);
		return false;
	default:
		if (*candidates)
			log_error("unknown verb '%s'; did you mean '%s'?", text, candidates);
		else
			log_error("unknown verb '%s'", text);
		return false;
	}
}

/* The command that another one repeats. Parsing permutes the words, so it gets a copy of them. */
static bool check_inner(const struct command *command)
{
	char *words[VERB_NAMES_MAX + 2] = {(char *)command->verb->name};
	struct command inner;
	bool only_shows;

	if (!(command->verb->accepts & VERB_ACCEPTS_COMMAND))
		return true;
	memcpy(words + 1, command->arguments, (size_t)command->argument_count * sizeof(*words));
	if (command_parse(command->argument_count + 1, words, &inner) != COMMAND_OK)
		return false;
	only_shows = inner.help || verb_only_shows(&inner);
	if (!only_shows)
		log_error("%s repeats only commands that show something and end, not %s%s%s",
			  command->verb->name, inner.verb->name,
			  inner.argument_count > 0 ? " " : "",
			  inner.argument_count > 0 ? inner.arguments[0] : "");
	return only_shows;
}

enum command_status command_parse(int argc, char **argv, struct command *command)
{
	struct command parsed = {0};
	int verb = options_find_verb(argc, argv), end = argc, first;

	if (verb < argc && !find_verb(argv[verb], &parsed.verb))
		return usage_error(parsed.verb);
	if (parsed.verb && parsed.verb->accepts & VERB_ACCEPTS_COMMAND)
		end = verb + options_find_verb(argc - verb, argv + verb);
	first = options_parse(end, argv, &parsed);
	if (first < 0 || !check_target(&parsed))
		return usage_error(parsed.verb);
	if (!parsed.verb && !parsed.help) {
		log_error("missing verb");
		return usage_error(parsed.verb);
	}
	parsed.arguments = argv + first + 1;
	parsed.argument_count = parsed.verb ? argc - first - 1 : 0;
	if (parsed.verb && !parsed.help &&
	    !(check_views(&parsed) && check_arguments(&parsed) && check_inner(&parsed)))
		return usage_error(parsed.verb);
	*command = parsed;
	return COMMAND_OK;
}

enum command_status command_run(const struct command *command)
{
	if (command->help)
		return verb_help(command->verb);
	return command->verb->run(command);
}
