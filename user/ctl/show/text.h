/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for terminals: wrapped to the width of the output (width.h), control characters escaped. */
#ifndef XBEAT_CTL_SHOW_TEXT_H
#define XBEAT_CTL_SHOW_TEXT_H

#include <stddef.h>
#include <stdio.h>

/* How many columns the first bytes of text, whole characters of UTF-8, take: one each. */
size_t text_columns(const char *text, size_t bytes);

/*
 * Returns how many bytes of text fit on a line of width columns: up to a blank if there is one,
 * else as many characters as it has columns, at least one. *next: the start of the next line.
 */
size_t text_line(const char *text, size_t width, const char **next);

/* Prints text wrapped, each line indented. Words that are longer than a line stay whole. */
void text_print_wrapped(FILE *stream, size_t indent, const char *text);

/*
 * Prints a text likewise, with control characters escaped. The first line begins with a label
 * shorter than label_columns; the others are indented.
 */
void text_print_labelled(FILE *stream, size_t label_columns, const char *label, const char *format,
			 ...) __attribute__((format(printf, 4, 5)));

/* Returns a copy with control characters escaped, to be freed. */
char *text_printable(const char *text);

#endif
