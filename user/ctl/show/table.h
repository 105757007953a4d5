/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables that fit a terminal. Columns are as wide as their cells; in a table wider than the output
 * (width.h) the widest of the columns that may shrink are narrowed, and their cells wrap.
 */
#ifndef XBEAT_CTL_SHOW_TABLE_H
#define XBEAT_CTL_SHOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX 9

enum table_align {
	TABLE_LEFT,
	TABLE_RIGHT,
};

struct table_column {
	const char *title;
	enum table_align align;
	size_t width_min; /* limit of shrinking; 0: does not shrink */
};

/* A row of cells or, if note is set, a text below the row above. */
struct table_row {
	char *cells[TABLE_COLUMNS_MAX];
	char *note;
};

struct table {
	const struct table_column *columns; /* borrowed */
	size_t column_count;
	struct table_row *rows;
	size_t row_count;
	bool bare; /* without titles */
};

/* Appends a row; cells: column_count texts, copied. Allocation failure aborts. */
void table_add(struct table *table, const char *const cells[]);

/* Appends a text, wrapped and indented below the last row. */
void table_note(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

void table_print(const struct table *table, FILE *stream);

void table_free(struct table *table);

#define _cleanup_table_ __attribute__((cleanup(table_free)))

#endif
