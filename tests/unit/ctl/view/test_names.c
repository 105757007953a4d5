// SPDX-License-Identifier: GPL-2.0-or-later
/* Names on the command line: what they leave of an answer, and what is no name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/ctl/view/names.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const struct names nodes = {
	.what = "node",
	.parts = {{"", {"name", "addresses"}, false, NULL, NULL}},
};

static const struct names cluster = {
	.what = "node or instance",
	.parts = {{"nodes", {"name"}, false, NULL, NULL},
		  {"instances", {"name"}, false, NULL, NULL},
		  {"disagreements", {"nodes", "subject"}, true, NULL, NULL}},
};

static const struct names subjects = {
	.what = "subject",
	.after_kind = true,
	.parts = {{"", {"subject"}, false, NULL, NULL}},
};

static const struct names servers = {
	.what = "subject",
	.ports = true,
	.parts = {{.list = "", .keys = {"subject"}}},
};

static const struct names reasons = {.what = "reason", .members = true};

static const char list[] =
	"[{\"name\":\"node-a\",\"addresses\":[\"10.0.0.1/24\",\"fd00::1/64\"]},{\"name\":\"node-b\"},{\"name\":\"judge\"}]";
static const char odd[] = "[{\"name\":\"VI[2]\"},{\"name\":\"VI2\"},{\"name\":\"a b\"}]";
static const char changes[] =
	"[{\"subject\":\"script chk\"},{\"subject\":\"node-b\"},{\"subject\":\"app web\"}]";
static const char whole[] =
	"{\"heartbeat\":\"lan\",\"nodes\":[{\"name\":\"a\"},{\"name\":\"b\"}],\"instances\":[{\"name\":\"VI_1\"}],\"disagreements\":[{\"subject\":\"VI_1/version\",\"nodes\":[\"b\"]},"
	"{\"subject\":\"heartbeat/key\",\"nodes\":[\"c\"]}]}";
static const char counts[] = "{\"bad_tag\":3,\"bad_ttl\":0,\"replay\":1}";

static const struct {
	const struct names *names;
	const char *answer;
	const char *patterns[3];
	const char *left; /* NULL: a pattern selects nothing */
} cases[] = {
	{&nodes, list, {NULL}, list},
	{&nodes, list, {"judge"}, "[{\"name\":\"judge\"}]"},
	{&nodes, list, {"judge", "node-b"}, "[{\"name\":\"node-b\"},{\"name\":\"judge\"}]"},
	{&nodes, list, {"node-[bc]"}, "[{\"name\":\"node-b\"}]"},
	{&nodes,
	 list,
	 {"10.0.0.1"},
	 "[{\"name\":\"node-a\",\"addresses\":[\"10.0.0.1/24\",\"fd00::1/64\"]}]"},
	{&nodes, list, {"node-"}, NULL},
	{&nodes, list, {"judge", "nodes-b"}, NULL},
	{&nodes, "[]", {"x"}, NULL},
	{&servers,
	 "[{\"subject\":\"10.0.0.1:80\"},{\"subject\":\"10.0.0.11:80\"},{\"subject\":\"[fd00::1]:80\"}]",
	 {"10.0.0.1", "fd00::1"},
	 "[{\"subject\":\"10.0.0.1:80\"},{\"subject\":\"[fd00::1]:80\"}]"},
	{&nodes, odd, {"VI[2]"}, "[{\"name\":\"VI[2]\"},{\"name\":\"VI2\"}]"},
	{&nodes, odd, {"b"}, NULL},
	{&subjects, changes, {"web"}, "[{\"subject\":\"app web\"}]"},
	{&subjects, changes, {"script chk"}, "[{\"subject\":\"script chk\"}]"},
	{&subjects, changes, {"app *"}, "[{\"subject\":\"app web\"}]"},
	{&cluster,
	 whole,
	 {"b"},
	 "{\"heartbeat\":\"lan\",\"nodes\":[{\"name\":\"b\"}],\"disagreements\":[{\"subject\":\"VI_1/version\",\"nodes\":[\"b\"]}]}"},
	{&cluster,
	 whole,
	 {"VI_*"},
	 "{\"heartbeat\":\"lan\",\"instances\":[{\"name\":\"VI_1\"}],\"disagreements\":[{\"subject\":\"VI_1/version\",\"nodes\":[\"b\"]}]}"},
	{&cluster, whole, {"c"}, NULL},
	{&reasons, counts, {"bad_*"}, "{\"bad_tag\":3,\"bad_ttl\":0}"},
	{&reasons, counts, {"bad"}, NULL},
};

static void names_leave_what_they_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *answer = json_loads(cases[i].answer, 0, NULL);
		char *patterns[3];
		int count = 0;
		bool selected;

		while (count < 3 && cases[i].patterns[count]) {
			patterns[count] = strdup(cases[i].patterns[count]);
			count++;
		}
		selected = names_select(cases[i].names, patterns, count, &answer);
		assert_int_equal(selected, cases[i].left != NULL);
		if (cases[i].left) {
			char *text = json_dumps(answer, JSON_COMPACT);

			assert_string_equal(text, cases[i].left);
			free(text);
		}
		while (count-- > 0)
			free(patterns[count]);
		json_decref(answer);
	}
}

static void all_names_are_listed(void **state)
{
	static const struct {
		const struct names *names;
		const char *answer, *list;
	} lists[] = {
		{&nodes, list, "[\"node-a\",\"node-b\",\"judge\"]"},
		{&nodes, "[{\"name\":\"a\"},{\"name\":\"a\"}]", "[\"a\"]"},
		{&cluster, whole, "[\"a\",\"b\",\"VI_1\"]"},
		{&reasons, counts, "[\"bad_tag\",\"bad_ttl\",\"replay\"]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		json_t *answer = json_loads(lists[i].answer, 0, NULL);
		json_t *found = names_list(lists[i].names, answer);
		char *text = json_dumps(found, JSON_COMPACT);

		assert_string_equal(text, lists[i].list);
		free(text);
		json_decref(found);
		json_decref(answer);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_leave_what_they_name),
		cmocka_unit_test(all_names_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
