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

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_of_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
