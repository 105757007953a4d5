/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Twins of integers that readers with double-precision numbers round. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/lib/cleanup.h"
#include "user/lib/text/json_text.h"
#include <cmocka.h>

static const struct {
	const char *before, *after;
} rows[] = {
	{"{\"n\":9007199254740992}", "{\"n\":9007199254740992}"},
	{"{\"n\":9007199254740993}", "{\"n\":9007199254740993,\"n_text\":\"9007199254740993\"}"},
	{"{\"n\":-9007199254740993}", "{\"n\":-9007199254740993,\"n_text\":\"-9007199254740993\"}"},
	{"{\"t\":\"9007199254740993\",\"d\":1e300}", "{\"t\":\"9007199254740993\",\"d\":1e300}"},
	{"[{\"a\":{\"n\":9223372036854775807,\"m\":1}}]",
	 "[{\"a\":{\"n\":9223372036854775807,\"m\":1,\"n_text\":\"9223372036854775807\"}}]"},
	{"[9007199254740993]", "[9007199254740993]"},
};

static void test_twins(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *json = json_loads(rows[i].before, 0, NULL);
		json_t *after = json_loads(rows[i].after, 0, NULL);
		_cleanup_free_ char *text = NULL;

		for (int twice = 0; twice < 2; twice++)
			json_add_twins(json);
		text = json_dumps(json, JSON_COMPACT);
		if (!json_equal(json, after))
			fail_msg("%s", text);
		json_decref(json);
		json_decref(after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_twins)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
