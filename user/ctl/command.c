// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line of xbeatctl. getopt permutes argv, so options may precede and follow the verb.
 */
#include "user/ctl/command.h"
#include "user/ctl/show/units.h"
#include "user/ctl/verb.h"
#include "user/lib/log.h"
#include <getopt.h>
#include <stddef.h>
#include <string.h>

/* Have no letter: they are not to be given by habit. */
#define OPTION_FORCE 1
#define OPTION_KEEP 2

static const struct option long_options[] = {
	{"json", no_argument, NULL, 'j'},
	{"follow", no_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"instance", required_argument, NULL, 'i'},
	{"socket", required_argument, NULL, 's'},
	{"for", required_argument, NULL, 't'},
	{"force", no_argument, NULL, OPTION_FORCE},
	{"keep", no_argument, NULL, OPTION_KEEP},
	{0},
};

static enum command_status usage_error(void)
{
	log_error("see: xbeatctl help");
	return COMMAND_USAGE;
}

/* Options that only some verbs accept, and the message of the other verbs. */
static const struct {
	unsigned accepts;
	const char *refusal;
} restricted[] = {
	{VERB_ACCEPTS_JSON, "has no JSON output: remove -j"},
	{VERB_ACCEPTS_FOLLOW, "cannot be followed: only events accepts -f"},
	{VERB_ACCEPTS_DURATION, "takes no duration: only failover accepts -t"},
	{VERB_ACCEPTS_FORCE, "cannot be forced: only failover and drain accept --force"},
	{VERB_ACCEPTS_KEEP, "keeps nothing: only stop accepts --keep"},
};

static bool take_duration(struct command *command, const char *text)
{
	if (!duration_parse(text, &command->duration_ns))
		log_error("'%s' is not a duration; write 30s, 10m or 2h", text);
	return command->duration_ns > 0;
}

static bool take_option(struct command *command, int option, char **argv)
{
	switch (option) {
	case 'j':
		command->json = true;
		return true;
	case 'f':
		command->follow = true;
		return true;
	case 'h':
		command->help = true;
		return true;
	case 'i':
		command->daemon_name = optarg;
		return true;
	case 's':
		command->socket = optarg;
		return true;
	case 't':
		return take_duration(command, optarg);
	case OPTION_FORCE:
		command->force = true;
		return true;
	case OPTION_KEEP:
		command->keep = true;
		return true;
	case ':':
		log_error("option '-%c' needs a value", optopt);
		return false;
	default:
		/* getopt leaves 0 in optopt for a long option. */
		if (optopt)
			log_error("unknown option '-%c'", optopt);
		else
			log_error("unknown option '%s'", argv[optind - 1]);
		return false;
	}
}

static bool parse_options(int argc, char **argv, struct command *command)
{
	int option;

	optind = 0; /* resets getopt: tests parse several command lines */
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":jfhi:s:t:", long_options, NULL)) != -1)
		if (!take_option(command, option, argv))
			return false;
	return true;
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

static unsigned restricted_options(const struct command *command)
{
	return (command->json ? VERB_ACCEPTS_JSON : 0u) |
	       (command->follow ? VERB_ACCEPTS_FOLLOW : 0u) |
	       (command->duration_ns ? VERB_ACCEPTS_DURATION : 0u) |
	       (command->force ? VERB_ACCEPTS_FORCE : 0u) |
	       (command->keep ? VERB_ACCEPTS_KEEP : 0u);
}

static bool check_accepted(const struct command *command)
{
	const struct verb *verb = command->verb;
	unsigned refused = restricted_options(command) & ~verb->accepts;

	for (size_t i = 0; i < sizeof(restricted) / sizeof(restricted[0]); i++)
		if (refused & restricted[i].accepts) {
			log_error("%s %s", verb->name, restricted[i].refusal);
			return false;
		}
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
		log_error("unknown verb '%s'; verbs are %s", text, candidates);
		return false;
	}
}

enum command_status command_parse(int argc, char **argv, struct command *command)
{
	struct command parsed = {0};

	if (!parse_options(argc, argv, &parsed) || !check_target(&parsed))
		return usage_error();
	if (optind < argc) {
		if (!find_verb(argv[optind], &parsed.verb))
			return COMMAND_USAGE;
		parsed.arguments = argv + optind + 1;
		parsed.argument_count = argc - optind - 1;
	} else if (!parsed.help) {
		log_error("missing verb");
		return usage_error();
	}
	if (parsed.verb && !parsed.help && !check_accepted(&parsed))
		return usage_error();
	*command = parsed;
	return COMMAND_OK;
}

enum command_status command_run(const struct command *command)
{
	if (command->help)
		return verb_help(command->verb);
	return command->verb->run(command);
}
