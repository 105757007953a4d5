// SPDX-License-Identifier: GPL-2.0-or-later
/* What may follow on a command line, from the usage of its verb. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/ctl/usage.h"
#include "user/ctl/verb.h"
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define ARGUMENTS_MAX 8

static const char node[] = "remove NODE | add NAME id N address|witness...";

static const struct {
	const char *usage;
	const char *arguments[ARGUMENTS_MAX];
	const char *next;
} cases[] = {
	{"", {NULL}, ""},
	{"INSTANCE", {NULL}, "INSTANCE "},
	{"INSTANCE", {"VI_1"}, ""},
	{"[NODE|INSTANCE...]", {"a", "b"}, "NODE INSTANCE "},
	{"INSTANCE N|default", {"VI_1"}, "N default "},
	{"[APP...] | beat APP", {NULL}, "APP beat "},
	{"[APP...] | beat APP", {"web"}, "APP "},
	{"[APP...] | beat APP", {"beat"}, "APP "},
	{"[APP...] | beat APP", {"beat", "web"}, ""},
	{"[add [ID] | retire ID]", {NULL}, "add retire "},
	{"[add [ID] | retire ID]", {"add"}, "ID "},
	{node, {NULL}, "remove add "},
	{node, {"remove"}, "NODE "},
	{node, {"add", "x"}, "id "},
	{node, {"add", "x", "id", "3"}, "address witness "},
	{node, {"add", "x", "id", "3", "witness"}, "address witness "},
	{node, {"add", "x", "address"}, ""},
	{node, {"change"}, ""},
};

static void note(void *context, const char *text, size_t length)
{
	char *found = context;

	snprintf(found + strlen(found), 64 - strlen(found), "%.*s ", (int)length, text);
}

static void what_may_follow(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char found[64] = "";
		size_t count = 0;

		while (count < ARGUMENTS_MAX && cases[i].arguments[count])
			count++;
		usage_next(cases[i].usage, cases[i].arguments, count, note, found);
		assert_string_equal(found, cases[i].next);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_may_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
