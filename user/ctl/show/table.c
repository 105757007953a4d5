// SPDX-License-Identifier: GPL-2.0-or-later
/* Tables for people: see table.h. */
#include "user/ctl/show/table.h"
#include "user/ctl/show/text.h"
#include "user/ctl/show/width.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/text/text_format.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define GAP_COLUMNS 2
#define NOTE_INDENT 4

static struct table_row *append_row(struct table *table)
{
	struct table_row *rows =
		reallocarray(table->rows, table->row_count + 1, sizeof(*table->rows));

	if (!rows)
		limits_out_of_memory();
	table->rows = rows;
	rows[table->row_count] = (struct table_row){0};
	return &rows[table->row_count++];
}

void table_add(struct table *table, const char *const cells[])
{
	struct table_row *row = append_row(table);

	for (size_t i = 0; i < table->column_count; i++)
		row->cells[i] = text_printable(cells[i]);
}

void table_note(struct table *table, const char *format, ...)
{
	struct table_row *row = append_row(table);
	_cleanup_free_ char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = text_format(format, arguments);
	va_end(arguments);
	row->note = text_printable(text);
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t columns_of(const char *text)
{
	return text_columns(text, strlen(text));
}

static void measure(const struct table *table, size_t widths[])
{
	for (size_t i = 0; i < table->column_count; i++) {
		widths[i] = table->bare ? 0 : columns_of(table->columns[i].title);
		for (size_t row = 0; row < table->row_count; row++)
			if (table->rows[row].cells[i])
				widths[i] =
					larger(widths[i], columns_of(table->rows[row].cells[i]));
	}
}

static size_t total_width(const struct table *table, const size_t widths[])
{
	size_t total = GAP_COLUMNS * (table->column_count - 1);

	for (size_t i = 0; i < table->column_count; i++)
		total += widths[i];
	return total;
}

static bool may_shrink(const struct table *table, const size_t widths[], size_t column)
{
	size_t width_min = table->columns[column].width_min;

	return width_min > 0 && widths[column] > width_min;
}

/*
 * Narrows the widest column that may shrink until the table fits or no column may shrink further.
 */
static void shrink(const struct table *table, size_t widths[])
{
	while (total_width(table, widths) > width_columns()) {
		size_t widest = table->column_count;

		for (size_t i = 0; i < table->column_count; i++)
			if (may_shrink(table, widths, i) &&
			    (widest == table->column_count || widths[i] > widths[widest]))
				widest = i;
		if (widest == table->column_count)
			return;
		widths[widest]--;
	}
}

/* Prints one line of a row; cells then point to the rest, for the next line. */
static void print_line(const struct table *table, const size_t widths[], const char *cells[],
		       FILE *stream)
{
	size_t owed_blanks = 0; /* printed only before text: no line ends in blanks */

	for (size_t i = 0; i < table->column_count; i++) {
		const char *next;
		size_t length = text_line(cells[i], widths[i], &next);
		size_t columns = text_columns(cells[i], length);
		size_t fill = widths[i] > columns ? widths[i] - columns : 0;
		size_t before = table->columns[i].align == TABLE_RIGHT ? fill : 0;

		if (length > 0) {
			fprintf(stream, "%*s%.*s", (int)(owed_blanks + before), "", (int)length,
				cells[i]);
			owed_blanks = fill - before + GAP_COLUMNS;
		} else {
			owed_blanks += widths[i] + GAP_COLUMNS;
		}
		cells[i] = next;
	}
	fputc('\n', stream);
}

static size_t bytes_left(const struct table *table, const char *cells[])
{
	size_t bytes = 0;

	for (size_t i = 0; i < table->column_count; i++)
		bytes += strlen(cells[i]);
	return bytes;
}

static void print_row(const struct table *table, const size_t widths[], const char *cells[],
		      FILE *stream)
{
	do {
		print_line(table, widths, cells, stream);
	} while (bytes_left(table, cells) > 0);
}

static void print_titles(const struct table *table, const size_t widths[], FILE *stream)
{
	const char *cells[TABLE_COLUMNS_MAX];

	for (size_t i = 0; i < table->column_count; i++)
		cells[i] = table->columns[i].title;
	print_row(table, widths, cells, stream);
}

void table_print(const struct table *table, FILE *stream)
{
	size_t widths[TABLE_COLUMNS_MAX];

	measure(table, widths);
	shrink(table, widths);
	if (!table->bare)
		print_titles(table, widths, stream);
	for (size_t row = 0; row < table->row_count; row++) {
		const char *cells[TABLE_COLUMNS_MAX];

		if (table->rows[row].note) {
			text_print_wrapped(stream, NOTE_INDENT, table->rows[row].note);
			continue;
		}
		for (size_t i = 0; i < table->column_count; i++)
			cells[i] = table->rows[row].cells[i];
		print_row(table, widths, cells, stream);
	}
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->row_count; i++) {
		for (size_t column = 0; column < table->column_count; column++)
			free(table->rows[i].cells[column]);
		free(table->rows[i].note);
	}
	free(table->rows);
	table->rows = NULL;
	table->row_count = 0;
}
