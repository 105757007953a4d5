/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of "xbeatctl top", made of the daemon's answers. */
#ifndef XBEAT_CTL_SCREEN_ROWS_H
#define XBEAT_CTL_SCREEN_ROWS_H

#include "user/ctl/screen/grid.h"
#include <jansson.h>

/* Each fills an empty grid. */
void rows_peers(struct grid *grid, const json_t *snapshot);
void rows_instances(struct grid *grid, const json_t *snapshot);
void rows_events(struct grid *grid, const json_t *events);

/* Writes "pools: 2 of 3 up; servers: 5 up, 1 down"; "" without pools. Returns its style. */
enum terminal_style rows_pools_line(const json_t *snapshot, char *line, size_t bytes);

#endif
