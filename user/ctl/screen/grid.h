/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table on the screen: columns as wide as their widest cell, the last one as wide as the rest. */
#ifndef XBEAT_CTL_SCREEN_GRID_H
#define XBEAT_CTL_SCREEN_GRID_H

#include "user/ctl/screen/terminal.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GRID_COLUMNS_MAX 8
#define GRID_CELL_BYTES 256

struct grid_column {
	const char *title;
	bool right; /* aligned */
	int columns_max; /* of the screen; 0: no limit */
};

struct grid_row {
	char cells[GRID_COLUMNS_MAX][GRID_CELL_BYTES];
	enum terminal_style style; /* of the second cell, the state */
	int severity; /* the higher, the worse */
	uint64_t age_ns; /* of the state */
};

struct grid {
	const struct grid_column *columns;
	size_t column_count;
	struct grid_row *rows;
	size_t count, capacity;
};

enum grid_order { GRID_BY_NAME, GRID_BY_SEVERITY, GRID_BY_AGE, GRID_ORDERS };

const char *grid_order_name(enum grid_order order);

/* Returns a new row without text; aborts without memory. */
struct grid_row *grid_add(struct grid *grid);
void grid_cell(struct grid_row *row, size_t column, const char *text);

void grid_sort(struct grid *grid, enum grid_order order);

/* Draws the titles and as many rows as fit into height lines from top, so that the marked one (-1:
 * none) is among them; last: the last ones. Returns how many lines it has used. */
int grid_draw(const struct grid *grid, int top, int height, int marked, bool last);

void grid_clear(struct grid *grid);

#endif
