/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of unknown encoding as JSON: names from files, output of programs. */
#ifndef XBEAT_LIB_TEXT_JSON_TEXT_H
#define XBEAT_LIB_TEXT_JSON_TEXT_H

#include <jansson.h>

/* Larger integers are rounded by readers that have only double-precision numbers (RFC 8259). */
#define JSON_INTEGER_EXACT_MAX ((json_int_t)1 << 53)
#define JSON_TWIN_SUFFIX "_text"

/* Returns text as a new JSON string; if it is not UTF-8, with what is not and
 * control characters escaped. */
json_t *json_text(const char *text);

/* Adds a twin, a string of its digits, to each member that is a larger integer, at any depth: to
 * "epoch" the member "epoch_text". */
void json_add_twins(json_t *json);

/* Appends a line of at most 511 bytes to an array. */
void json_say(json_t *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
