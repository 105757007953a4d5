/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for an 80-column terminal: wrapping, and nothing that could steer the terminal. */
#ifndef XBEAT_CTL_SHOW_TEXT_H
#define XBEAT_CTL_SHOW_TEXT_H

#include <stddef.h>
#include <stdio.h>

#define TEXT_COLUMNS 80

/*
 * Returns how many bytes of text go on a line of width columns: up to a blank if there is one,
 * else a hard cut. *next: where the following line begins.
 */
size_t text_line(const char *text, size_t width, const char **next);

/* Prints text wrapped to TEXT_COLUMNS, each line indented. */
void text_print_wrapped(FILE *stream, size_t indent, const char *text);

/*
 * Prints a text likewise, without control characters, the first line beginning with a label of less
 * than label_columns.
 */
void text_print_labelled(FILE *stream, size_t label_columns, const char *label, const char *format,
			 ...) __attribute__((format(printf, 4, 5)));

/* Replaces control characters, which names and reasons have no business to contain; returns text. */
char *text_make_printable(char *text);

#endif
