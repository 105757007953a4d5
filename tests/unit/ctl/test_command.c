// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of xbeatctl: verbs and their abbreviations, options, completeness of the
 * help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/ctl/command.h"
#include "user/ctl/show/text.h"
#include "user/ctl/verb.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 8
#define EXAMPLE_INDENT 4

static const struct {
	const char *text;
	enum verb_match match;
	const char *name_or_candidates;
} lookups[] = {
	{"peers", VERB_FOUND, "peers"},
	{"pe", VERB_FOUND, "peers"},
	{"ver", VERB_FOUND, "version"},
	{"ev", VERB_FOUND, "events"},
	{"dr", VERB_AMBIGUOUS, "drops or drain"},
	{"re", VERB_AMBIGUOUS, "resume, reload or restart"},
	{"v", VERB_AMBIGUOUS, "vrrp or version"},
	{"peersx", VERB_UNKNOWN,
	 "status, cluster, peers, vrrp, explain, tracking, app, drops, events, config, failover, resume, drain, priority, reload, node, restart, stop, genkey, check, import, version or help"},
	{"", VERB_UNKNOWN,
	 "status, cluster, peers, vrrp, explain, tracking, app, drops, events, config, failover, resume, drain, priority, reload, node, restart, stop, genkey, check, import, version or help"},
};

static void verbs_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lookups) / sizeof(lookups[0]); i++) {
		char candidates[VERB_CANDIDATES_BYTES];
		const struct verb *verb = NULL;
		enum verb_match match = verb_find(lookups[i].text, &verb, candidates);

		assert_int_equal(match, lookups[i].match);
		assert_string_equal(match == VERB_FOUND ? verb->name : candidates,
				    lookups[i].name_or_candidates);
	}
}

static void every_verb_is_complete(void **state)
{
	const struct verb *verb;

	(void)state;
	for (size_t i = 0; (verb = verb_at(i)); i++) {
		const char *example = verb->example;

		assert_non_null(verb->run);
		assert_true(*verb->summary && *verb->help);
		assert_non_null(strstr(example, "xbeatctl "));
		while (*example) {
			size_t length = strcspn(example, "\n");

			assert_true(length <= TEXT_COLUMNS - EXAMPLE_INDENT);
			assert_int_equal(example[length], '\n');
			example += length + 1;
		}
	}
}

/* Parses "xbeatctl " and the words of line; the command borrows from static memory. */
static enum command_status parse(const char *line, struct command *command)
{
	static char copy[128];
	static char *words[WORDS_MAX + 1];
	int count = 0;
	char *rest = copy;

	snprintf(copy, sizeof(copy), "xbeatctl %s", line);
	for (char *word; (word = strsep(&rest, " ")) && count < WORDS_MAX;)
		if (*word)
			words[count++] = word;
	words[count] = NULL;
	return command_parse(count, words, command);
}

static void options_before_and_after_the_verb(void **state)
{
	static const char *const lines[] = {
		"-j -f -i blue events",
		"events -j -f -i blue",
		"-j events -fi blue",
		"ev --json --follow --instance=blue",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct command command;

		assert_int_equal(parse(lines[i], &command), COMMAND_OK);
		assert_string_equal(command.verb->name, "events");
		assert_true(command.json && command.follow && !command.help);
		assert_string_equal(command.daemon_name, "blue");
		assert_null(command.socket);
		assert_int_equal(command.argument_count, 0);
	}
}

static void arguments_are_kept(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(parse("check /etc/x -i a", &command), COMMAND_OK);
	assert_int_equal(command.argument_count, 1);
	assert_string_equal(command.arguments[0], "/etc/x");
	assert_int_equal(parse("genkey", &command), COMMAND_OK);
	assert_int_equal(command.argument_count, 0);
	assert_int_equal(parse("-h", &command), COMMAND_OK);
	assert_true(command.help);
	assert_null(command.verb);
	assert_int_equal(parse("check -h", &command), COMMAND_OK);
	assert_true(command.help);
}

static const struct {
	const char *line;
	const char *parameters; /* NULL: refused */
} parameters[] = {
	{"failover VI_1", "{\"instance\":\"VI_1\"}"},
	{"failover VI_1 -t 30s", "{\"instance\":\"VI_1\",\"duration_ns\":30000000000}"},
	{"--for=10m failover VI_1", "{\"instance\":\"VI_1\",\"duration_ns\":600000000000}"},
	{"failover \xff", NULL},
	{"failover VI_1 --force", "{\"instance\":\"VI_1\",\"force\":true}"},
	{"drain", "{}"},
	{"drain --force", "{\"force\":true}"},
	{"resume", "{}"},
	{"resume VI_1", "{\"instance\":\"VI_1\"}"},
	{"priority VI_1 254", "{\"instance\":\"VI_1\",\"priority\":254}"},
	{"priority VI_1 default", "{\"instance\":\"VI_1\",\"priority\":0}"},
	{"priority VI_1 0", NULL},
	{"priority VI_1 255", NULL},
	{"priority VI_1 +7", NULL},
	{"priority VI_1 7x", NULL},
	{"priority VI_1 Default", NULL},
	{"explain VI_1", "{\"instance\":\"VI_1\"}"},
};

static void arguments_become_parameters(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		struct command command;
		json_t *made;
		char *text;

		assert_int_equal(parse(parameters[i].line, &command), COMMAND_OK);
		made = command.verb->parameters(&command);
		text = made ? json_dumps(made, JSON_COMPACT) : NULL;
		if (parameters[i].parameters)
			assert_string_equal(text, parameters[i].parameters);
		else
			assert_null(made);
		free(text);
		json_decref(made);
	}
}

static void wrong_usage(void **state)
{
	static const char *const lines[] = {
		"",
		"v",
		"nothing",
		"check",
		"check a b",
		"peers -f",
		"check a -j",
		"peers -q",
		"peers --quick",
		"peers -i",
		"peers -i ../x",
		"peers -i a/b",
		"peers -i a -s /b",
		"peers extra",
		"failover",
		"failover a b",
		"failover a -t",
		"failover a -t 0s",
		"failover a -t 10",
		"failover a -t 1.5h",
		"failover a -t -1s",
		"failover a -t 10001d",
		"failover a --for soon",
		"resume a -t 1s",
		"resume a b",
		"drain a",
		"resume --force",
		"failover a --force=yes",
		"priority a",
		"priority a 1 2",
		"explain",
		"reload -f",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct command command = {.argument_count = 99};

		assert_int_equal(parse(lines[i], &command), COMMAND_USAGE);
		assert_int_equal(command.argument_count, 99);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(verbs_are_found),
		cmocka_unit_test(every_verb_is_complete),
		cmocka_unit_test(options_before_and_after_the_verb),
		cmocka_unit_test(arguments_are_kept),
		cmocka_unit_test(arguments_become_parameters),
		cmocka_unit_test(wrong_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
