// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of xbeatctl: verbs and their beginnings, options, the completeness of the help. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <user/ctl/command.h>
#include <user/ctl/text.h>
#include <user/ctl/verb.h>

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
	{"e", VERB_FOUND, "events"},
	{"v", VERB_AMBIGUOUS, "vrrp or version"},
	{"peersx", VERB_UNKNOWN,
	 "status, peers, vrrp, drops, events, genkey, check, version or help"},
	{"", VERB_UNKNOWN, "status, peers, vrrp, drops, events, genkey, check, version or help"},
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
	(void)state;
	for (size_t i = 0; i < verb_count; i++) {
		const char *example = verbs[i].example;

		assert_non_null(verbs[i].run);
		assert_true(*verbs[i].summary && *verbs[i].help);
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
		assert_string_equal(command.instance, "blue");
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
		cmocka_unit_test(wrong_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
