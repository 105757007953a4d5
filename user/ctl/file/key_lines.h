/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of a key file, added, exchanged and removed without a change of the others. */
#ifndef XBEAT_CTL_FILE_KEY_LINES_H
#define XBEAT_CTL_FILE_KEY_LINES_H

#include <stddef.h>

/* Each returns a new text, to be cleared and freed, or NULL: no such line, or out of memory. */

/* With a line (which ends in a newline) after all others. */
char *key_lines_add(const char *text, const char *line);

/* With the line of key a at the place of that of key b, and the other way round; from 0. */
char *key_lines_exchange(const char *text, size_t a, size_t b);

/* Without the line of this key. */
char *key_lines_remove(const char *text, size_t key);

#endif
