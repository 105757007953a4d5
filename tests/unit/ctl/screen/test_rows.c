// SPDX-License-Identifier: GPL-2.0-or-later
/* Rows of "xbeatctl top", from answers of the daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/ctl/screen/rows.h"
#include "user/lib/array.h"
#include <cmocka.h>

#define COLUMN_CHANGE 3

static void changes_of_events(void **state)
{
	static const char answer[] = "[{\"from\":\"up\",\"to\":\"down\"},"
				     "{\"from\":\"\",\"to\":\"waiting\"},"
				     "{\"from\":\"\",\"to\":\"\"},"
				     "{\"from\":\"added\",\"to\":\"\"}]";
	static const char *const expected[] = {"up -> down", "waiting", "", "added"};
	json_t *events = json_loads(answer, 0, NULL);
	struct grid grid = {0};

	(void)state;
	rows_events(&grid, events);
	assert_int_equal(grid.count, ARRAY_SIZE(expected));
	for (size_t i = 0; i < grid.count; i++)
		assert_string_equal(grid.rows[i].cells[COLUMN_CHANGE], expected[i]);
	grid_clear(&grid);
	json_decref(events);
}

static void line_of_pools(void **state)
{
	static const struct {
		const char *snapshot, *line;
		enum terminal_style style;
	} cases[] = {
		{"{}", "", TERMINAL_PLAIN},
		{"{\"pools\":{\"pools\":[{\"state\":\"up\",\"servers_by_state\":{\"up\":2}},{\"state\":\"up\",\"servers_by_state\":{\"up\":3,\"drain\":1}}]}}",
		 "pools: 2 of 2 up; servers: 5 up, 1 drain", TERMINAL_PLAIN},
		{"{\"pools\":{\"pools\":[{\"state\":\"up\",\"servers_by_state\":{\"up\":2,\"down\":1}}]}}",
		 "pools: 1 of 1 up; servers: 2 up, 1 down", TERMINAL_WARNING},
		{"{\"pools\":{\"pools\":[{\"state\":\"down\"}]}}",
		 "pools: 0 of 1 up; servers: no servers", TERMINAL_BAD},
		/* What is known of a pool of another node's address is old. */
		{"{\"pools\":{\"pools\":[{\"state\":\"down\",\"suspended\":true,\"servers_by_state\":{\"down\":1}}]}}",
		 "pools: 0 of 1 up; servers: 1 down", TERMINAL_PLAIN},
	};
	char line[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		json_t *snapshot = json_loads(cases[i].snapshot, 0, NULL);

		assert_int_equal(rows_pools_line(snapshot, line, sizeof(line)), cases[i].style);
		assert_string_equal(line, cases[i].line);
		json_decref(snapshot);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_of_events),
		cmocka_unit_test(line_of_pools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
