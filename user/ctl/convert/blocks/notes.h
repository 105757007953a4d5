/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a conversion cannot express: a text with its reason, and the lines where it stands. */
#ifndef XBEAT_CTL_CONVERT_BLOCKS_NOTES_H
#define XBEAT_CTL_CONVERT_BLOCKS_NOTES_H

#include "user/config/print/printer.h"
#include <jansson.h>

struct notes {
	json_t *list; /* objects of text and lines, in the order of the file */
	json_t *seen; /* the same ones by their text */
};

void notes_init(struct notes *notes);
void notes_free(struct notes *notes);

/* line: 0: the file as a whole. A text that is known gets one more line. */
void notes_add(struct notes *notes, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Writes each as a comment, "# line 12: text". */
void notes_write(const struct notes *notes, struct config_printer *printer);

#endif
