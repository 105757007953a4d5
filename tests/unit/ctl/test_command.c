// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of xbeatctl: verbs and their abbreviations, options, completeness of the
 * help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/ctl/command.h"
#include "user/ctl/show/width.h"
#include "user/ctl/verb.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
	{"peersx", VERB_UNKNOWN, "peers"},
	{"sattus", VERB_UNKNOWN, "status"},
	{"nothing", VERB_UNKNOWN, ""},
	{"", VERB_UNKNOWN, ""},
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

			assert_true(length <= WIDTH_DEFAULT - EXAMPLE_INDENT);
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

/* A value is no verb, and a word after "--" is no option. */
static void values_before_the_verb(void **state)
{
	struct command command;

	(void)state;
	assert_int_equal(parse("-i status peers", &command), COMMAND_OK);
	assert_string_equal(command.verb->name, "peers");
	assert_int_equal(parse("--socket status -t 1m failover VI_1", &command), COMMAND_OK);
	assert_string_equal(command.verb->name, "failover");
	assert_int_equal(parse("-jistatus peers", &command), COMMAND_OK);
	assert_string_equal(command.daemon_name, "status");
	assert_int_equal(parse("explain -- -j", &command), COMMAND_OK);
	assert_string_equal(command.arguments[0], "-j");
}

/* Parses a line; text: what goes to standard error meanwhile. */
static enum command_status parse_logged(const char *line, char *text, size_t room)
{
	int file = memfd_create("stderr", 0), before = dup(STDERR_FILENO);
	struct command command;
	enum command_status status;
	ssize_t bytes;

	assert_true(file >= 0 && dup2(file, STDERR_FILENO) >= 0);
	status = parse(line, &command);
	assert_true(dup2(before, STDERR_FILENO) >= 0);
	bytes = pread(file, text, room - 1, 0);
	assert_true(bytes > 0);
	text[bytes] = '\0';
	close(file);
	close(before);
	return status;
}

static void mistyped_options_are_named(void **state)
{
	static const struct {
		const char *line, *message;
	} cases[] = {
		{"peers --jsn", "unknown option '--jsn'; did you mean '--json'?"},
		{"peers --jsn=1", "unknown option '--jsn=1'; did you mean '--json'?"},
		{"peers --quick", "unknown option '--quick'"},
		{"peers --folow", "unknown option '--folow'"},
		{"peers --follow", "peers does not accept --follow; it is an option of events"},
		{"peers -f", "peers does not accept --follow; it is an option of events"},
		{"failover a --fo", "'--fo' is ambiguous: it may be --follow or --for"},
		{"drain --force=yes", "option '--force' takes no value"},
		{"failover a --for", "option '--for' needs a value"},
		{"failover a -t", "option '-t' needs a value"},
		{"peers -q", "unknown option '-q'"},
		{"paers", "unknown verb 'paers'; did you mean 'peers'?"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char logged[512];
		enum command_status status = parse_logged(cases[i].line, logged, sizeof(logged));

		assert_int_equal(status, COMMAND_USAGE);
		logged[strcspn(logged, "\n")] = '\0';
		assert_non_null(strchr(logged, ' '));
		assert_string_equal(strchr(logged, ' ') + 1, cases[i].message);
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
		"genkey -j",
		"peers -q",
		"peers --quick",
		"peers -i",
		"peers -i ../x",
		"peers -i a/b",
		"peers -i a -s /b",
		"status extra",
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
		cmocka_unit_test(values_before_the_verb),
		cmocka_unit_test(mistyped_options_are_named),
		cmocka_unit_test(arguments_are_kept),
		cmocka_unit_test(arguments_become_parameters),
		cmocka_unit_test(wrong_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
