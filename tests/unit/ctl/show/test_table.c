// SPDX-License-Identifier: GPL-2.0-or-later
/* The printed form of counts and times, wrapping, tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/ctl/show/table.h"
#include "user/ctl/show/text.h"
#include "user/ctl/show/units.h"
#include "user/ctl/show/width.h"
#include "user/lib/cleanup.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static void counts_are_short(void **state)
{
	char text[UNITS_TEXT_BYTES];

	(void)state;
	assert_string_equal(units_count(999999, text), "999999");
	assert_string_equal(units_count(1200000, text), "1.2M");
	assert_string_equal(units_count(UINT64_C(12345678901), text), "12G");
	assert_string_equal(units_count(UINT64_MAX, text), "18446744T");
}

static void times_are_local(void **state)
{
	char text[UNITS_TIME_BYTES];

	(void)state;
	setenv("TZ", "UTC-2", 1);
	tzset();
	assert_string_equal(units_local_time(UINT64_C(1772366400031999999), text),
			    "2026-03-01 14:00:00.031");
}

static void lines_break_at_blanks(void **state)
{
	const char *next;

	(void)state;
	assert_int_equal(text_line("one two", 10, &next), 7);
	assert_string_equal(next, "");
	assert_int_equal(text_line("one  two", 6, &next), 4);
	assert_string_equal(next, "two");
	assert_int_equal(text_line("one two", 3, &next), 3);
	assert_string_equal(next, "two");
	assert_int_equal(text_line("onetwo", 4, &next), 4);
	assert_string_equal(next, "wo");
	assert_int_equal(text_line("on\u0145wo", 3, &next), 4);
	assert_string_equal(next, "wo");
	assert_int_equal(text_line("\u0145\u0145 wo", 3, &next), 4);
	assert_string_equal(next, "wo");
	assert_int_equal(text_line("\u0145\u0145", 2, &next), 4);
	assert_string_equal(next, "");
	assert_int_equal(text_line("\U0001f600a", 1, &next), 4);
	assert_string_equal(next, "a");
}

static void no_control_characters_reach_a_terminal(void **state)
{
	char *text = text_printable("a\033[2Jb\nc\177");

	(void)state;
	assert_string_equal(text, "a\\x1b[2Jb\\nc\\x7f");
	free(text);
}

static char *printed(const struct table *table)
{
	char *text = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&text, &bytes);

	assert_non_null(memory);
	table_print(table, memory);
	fclose(memory);
	return text;
}

static void assert_printed(const struct table *table, const char *expected)
{
	_cleanup_free_ char *text = printed(table);

	assert_string_equal(text, expected);
}

static void columns_are_as_wide_as_their_cells(void **state)
{
	static const struct table_column columns[] = {
		{"NAME", TABLE_LEFT, 0},
		{"N", TABLE_RIGHT, 0},
		{"X", TABLE_LEFT, 0},
	};
	_cleanup_table_ struct table table = {.columns = columns, .column_count = 3};

	(void)state;
	table_add(&table, (const char *const[]){"a", "100", ""});
	table_note(&table, "note %d", 1);
	table_add(&table, (const char *const[]){"longer", "2", "y\n"});
	assert_printed(&table, "NAME      N  X\n"
			       "a       100\n"
			       "    note 1\n"
			       "longer    2  y\\n\n");
}

static void columns_are_counted_in_characters(void **state)
{
	static const struct table_column columns[] = {
		{"NAME", TABLE_LEFT, 0},
		{"N", TABLE_RIGHT, 0},
	};
	_cleanup_table_ struct table table = {.columns = columns, .column_count = 2};

	(void)state;
	table_add(&table, (const char *const[]){"\u0145\u0145", "1"});
	table_add(&table, (const char *const[]){"abcde", "\u0145"});
	assert_printed(&table, "NAME   N\n"
			       "\u0145\u0145     1\n"
			       "abcde  \u0145\n");
}

static void wide_tables_wrap_where_they_may(void **state)
{
	static const struct table_column columns[] = {
		{"NAME", TABLE_LEFT, 0},
		{"TEXT", TABLE_LEFT, 10},
	};
	_cleanup_table_ struct table table = {.columns = columns, .column_count = 2};
	_cleanup_free_ char *text = NULL;
	char name[61];

	(void)state;
	memset(name, 'n', 60);
	name[60] = '\0';
	table_add(&table, (const char *const[]){name, "some words that need two lines"});
	text = printed(&table);
	assert_int_equal(strcspn(text, "\n"), 66); /* the column heads */
	assert_memory_equal(text + 67, name, 60);
	assert_string_equal(
		text + 67 + 60,
		"  some words that\n"
		"                                                              need two lines\n");
}

/* Of wrapped text, for an output that is a file. */
static void the_width_of_the_output(void **state)
{
	static const struct {
		const char *columns;
		size_t width;
	} cases[] = {
		{"100", 100},
		{"1000", WIDTH_MAX},
		{"3", WIDTH_MIN},
		{"0", WIDTH_UNLIMITED},
		{"-", WIDTH_UNLIMITED},
		{"80x", WIDTH_UNLIMITED},
		{NULL, WIDTH_UNLIMITED},
	};
	int file = memfd_create("output", 0);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (cases[i].columns)
			setenv("COLUMNS", cases[i].columns, 1);
		else
			unsetenv("COLUMNS");
		width_follow(file);
		assert_int_equal(width_columns(), cases[i].width);
	}
	close(file);
	width_set(WIDTH_DEFAULT);
}

static void texts_use_the_width(void **state)
{
	char text[128], *printed_text = NULL;
	size_t bytes;
	FILE *memory = open_memstream(&printed_text, &bytes);

	(void)state;
	memset(text, 'a', 100);
	text[50] = ' ';
	text[100] = '\0';
	text_print_wrapped(memory, 4, text);
	width_set(120);
	text_print_wrapped(memory, 4, text);
	text_print_labelled(memory, 8, "label", "%s", text);
	width_set(WIDTH_DEFAULT);
	fclose(memory);
	assert_int_equal(strcspn(printed_text, "\n"), 4 + 50);
	assert_int_equal(bytes, (4 + 50 + 1) + (4 + 49 + 1) + (4 + 100 + 1) + (8 + 100 + 1));
	free(printed_text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_are_short),
		cmocka_unit_test(times_are_local),
		cmocka_unit_test(lines_break_at_blanks),
		cmocka_unit_test(no_control_characters_reach_a_terminal),
		cmocka_unit_test(columns_are_as_wide_as_their_cells),
		cmocka_unit_test(columns_are_counted_in_characters),
		cmocka_unit_test(wide_tables_wrap_where_they_may),
		cmocka_unit_test(the_width_of_the_output),
		cmocka_unit_test(texts_use_the_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
