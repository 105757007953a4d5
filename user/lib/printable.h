/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from scripts, packets and files for terminals and logs, which obey control characters. C0,
 * DEL, C1 (U+0080 to U+009F), the bidirectional controls, and bytes that are not UTF-8 are escaped:
 * \n, \t, \x1b, \u202e, \xff. All other text, backslashes too, stays as it is.
 */
#ifndef XBEAT_LIB_PRINTABLE_H
#define XBEAT_LIB_PRINTABLE_H

#include <stddef.h>

enum printable_form {
	PRINTABLE_LINE,
	PRINTABLE_LINES, /* newlines and tabs stay */
	PRINTABLE_JSON, /* of a JSON value: \u escapes, which keep its meaning; newlines stay */
};

/* Escapes into room bytes, of which one is for the NUL; what does not fit is cut off, never within
 * a character or an escape. Returns the length. */
size_t printable_copy(char *out, size_t room, const char *text, enum printable_form form);

/* Returns the escaped text, to be freed; NULL: out of memory. */
char *printable_text(const char *text, enum printable_form form);

#endif
