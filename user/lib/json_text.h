/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of unknown encoding as JSON: names from files, what programs print. */
#ifndef XBEAT_LIB_JSON_TEXT_H
#define XBEAT_LIB_JSON_TEXT_H

#include <jansson.h>

/* Returns text as a new JSON string; if it is no UTF-8, with '?' for each byte above 127. */
json_t *json_text(const char *text);

/* Adds a line of at most 511 bytes to an array. */
void json_say(json_t *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
