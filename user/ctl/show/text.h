/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for an 80-column terminal: wrapped, and without control characters. */
#ifndef XBEAT_CTL_SHOW_TEXT_H
#define XBEAT_CTL_SHOW_TEXT_H

#include <stddef.h>
#include <stdio.h>

#define TEXT_COLUMNS 80

/*
 * Returns how many bytes of text fit on a line of width columns: up to a blank if there is one,
 * else width. *next: the start of the next line.
 */
size_t text_line(const char *text, size_t width, const char **next);

/* Prints text wrapped to TEXT_COLUMNS, each line indented. */
void text_print_wrapped(FILE *stream, size_t indent, const char *text);

/*
 * Prints a text likewise, without control characters. The first line begins with a label shorter
 * than label_columns; the others are indented.
 */
void text_print_labelled(FILE *stream, size_t label_columns, const char *label, const char *format,
			 ...) __attribute__((format(printf, 4, 5)));

/* Replaces control characters, which could control the terminal, by "?"; returns text. */
char *text_make_printable(char *text);

#endif
