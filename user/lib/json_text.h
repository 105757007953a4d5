/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of unknown encoding as JSON: names from files, output of programs. */
#ifndef XBEAT_LIB_JSON_TEXT_H
#define XBEAT_LIB_JSON_TEXT_H

#include <jansson.h>

/* Returns text as a new JSON string; if it is not UTF-8, with what is not and
 * control characters escaped. */
json_t *json_text(const char *text);

/* Appends a line of at most 511 bytes to an array. */
void json_say(json_t *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
