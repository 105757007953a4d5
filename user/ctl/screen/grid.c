// SPDX-License-Identifier: GPL-2.0-or-later
/* A table on the screen: see grid.h. */
#include "user/ctl/screen/grid.h"
#include "user/ctl/show/text.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2

const char *grid_order_name(enum grid_order order)
{
	static const char *const names[GRID_ORDERS] = {"name", "state", "age"};

	return names[order];
}

struct grid_row *grid_add(struct grid *grid)
{
	struct grid_row *row;

	if (grid->count == grid->capacity) {
		grid->capacity = grid->capacity ? 2 * grid->capacity : 16;
		grid->rows = realloc(grid->rows, grid->capacity * sizeof(*grid->rows));
		if (!grid->rows)
			limits_out_of_memory();
	}
	row = &grid->rows[grid->count++];
	memset(row, 0, sizeof(*row));
	return row;
}

void grid_cell(struct grid_row *row, size_t column, const char *text)
{
	snprintf(row->cells[column], GRID_CELL_BYTES, "%s", text);
}

static int by_name(const void *a, const void *b)
{
	const struct grid_row *first = a, *second = b;

	return strcmp(first->cells[0], second->cells[0]);
}

/* The worst first. */
static int by_severity(const void *a, const void *b)
{
	const struct grid_row *first = a, *second = b;

	if (first->severity != second->severity)
		return second->severity - first->severity;
	return by_name(a, b);
}

/* What has changed last first. */
static int by_age(const void *a, const void *b)
{
	const struct grid_row *first = a, *second = b;

	if (first->age_ns != second->age_ns)
		return first->age_ns < second->age_ns ? -1 : 1;
	return by_name(a, b);
}

void grid_sort(struct grid *grid, enum grid_order order)
{
	static int (*const comparisons[GRID_ORDERS])(const void *a, const void *b) = {
		by_name, by_severity, by_age};

	if (grid->count)
		qsort(grid->rows, grid->count, sizeof(*grid->rows), comparisons[order]);
}

static void measure(const struct grid *grid, int widths[static GRID_COLUMNS_MAX])
{
	for (size_t k = 0; k < grid->column_count; k++) {
		const struct grid_column *column = &grid->columns[k];

		widths[k] = (int)strlen(column->title);
		for (size_t i = 0; i < grid->count; i++) {
			const char *cell = grid->rows[i].cells[k];
			int width = (int)text_columns(cell, strlen(cell));

			if (width > widths[k])
				widths[k] = width;
		}
		if (column->columns_max && widths[k] > column->columns_max)
			widths[k] = column->columns_max;
	}
	widths[grid->column_count - 1] = terminal_columns();
}

static void draw_cell(int row, int column, int width, bool right, enum terminal_style style,
		      const char *text)
{
	char padded[2 * GRID_CELL_BYTES];

	if (right)
		snprintf(padded, sizeof(padded), "%*s", width, text);
	else
		snprintf(padded, sizeof(padded), "%s", text);
	terminal_put(row, column, width, style, padded);
}

/* row: NULL: the titles. */
static void draw_row(const struct grid *grid, const struct grid_row *row, int line, bool marked,
		     const int widths[static GRID_COLUMNS_MAX])
{
	enum terminal_style all = marked ? TERMINAL_MARKED : TERMINAL_PLAIN;
	int column = 0;

	if (!row)
		all = TERMINAL_HEAD;
	terminal_put(line, 0, terminal_columns(), all, "");
	for (size_t k = 0; k < grid->column_count; k++) {
		enum terminal_style style = row && k == 1 && !marked ? row->style : all;

		draw_cell(line, column, widths[k], grid->columns[k].right, style,
			  row ? row->cells[k] : grid->columns[k].title);
		column += widths[k] + GAP;
	}
}

static size_t first_shown(const struct grid *grid, size_t shown, int marked, bool last)
{
	if (grid->count <= shown)
		return 0;
	if (last)
		return grid->count - shown;
	if (marked < 0 || (size_t)marked < shown)
		return 0;
	return (size_t)marked - shown + 1;
}

int grid_draw(const struct grid *grid, int top, int height, int marked, bool last)
{
	int widths[GRID_COLUMNS_MAX];
	size_t shown, first;

	if (height < 2)
		return 0;
	shown = (size_t)height - 1;
	if (shown > grid->count)
		shown = grid->count;
	first = first_shown(grid, shown, marked, last);
	measure(grid, widths);
	draw_row(grid, NULL, top, false, widths);
	for (size_t i = 0; i < shown; i++)
		draw_row(grid, &grid->rows[first + i], top + 1 + (int)i, (int)(first + i) == marked,
			 widths);
	return 1 + (int)shown;
}

void grid_clear(struct grid *grid)
{
	free(grid->rows);
	grid->rows = NULL;
	grid->count = grid->capacity = 0;
}
