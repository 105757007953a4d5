/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text on the screen, line by line. */
#ifndef XBEAT_CTL_SCREEN_LINES_H
#define XBEAT_CTL_SCREEN_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
	char *text; /* owned; each line is ended by a NUL in it */
	char **list;
	size_t count;
};

/* Splits text and takes ownership of it; NULL: no lines. Aborts without memory. */
struct lines lines_split(char *text);
void lines_free(struct lines *lines);

/* Draws the lines from first on; characters that differ from those of before (NULL: no other) are
 * marked. */
void lines_draw(const struct lines *lines, const struct lines *before, int top, int height,
		size_t first);

/* What a key moves first to, so that no line is passed by: the key is one of terminal.h. */
size_t lines_scroll(const struct lines *lines, size_t first, int height, int key);

#endif
