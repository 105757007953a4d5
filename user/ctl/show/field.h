/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of JSON objects as cells of tables. A field that is missing or has another type is shown
 * as FIELD_UNKNOWN.
 */
#ifndef XBEAT_CTL_SHOW_FIELD_H
#define XBEAT_CTL_SHOW_FIELD_H

#include "user/ctl/show/units.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define FIELD_UNKNOWN "-"

/* Returns false, with *value untouched, if the field is no number or negative. */
bool field_number(const json_t *object, const char *name, uint64_t *value);

/* Returns the text, borrowed from object, or FIELD_UNKNOWN. */
const char *field_text(const json_t *object, const char *name);

/* The verdict on a peer; degraded: up, but not on all its links. */
const char *field_verdict(const json_t *peer);

/* Each returns text, or FIELD_UNKNOWN. */
const char *field_count(const json_t *object, const char *name, char text[static UNITS_TEXT_BYTES]);
const char *field_duration(const json_t *object, const char *name,
			   char text[static UNITS_TEXT_BYTES]);

/* "a, b, c" of an array of texts; to be freed. Allocation failure aborts. */
char *field_list(const json_t *array, const char *separator);

/* Returns how long ago a "..._unix_ns" was, or FIELD_UNKNOWN. */
const char *field_age(const json_t *object, const char *name, char text[static UNITS_TEXT_BYTES]);

/* Returns when a "..._unix_ns" was, in local time, or FIELD_UNKNOWN. */
const char *field_time(const json_t *object, const char *name, char text[static UNITS_TIME_BYTES]);

/* "up -> down" of an event, or its only state; to be freed. */
char *field_change(const json_t *event);

/*
 * How long a state has lasted: the age that the daemon reports, which clock steps do not change;
 * for older daemons, computed from the time.
 */
const char *field_state_age(const json_t *object, char text[static UNITS_TEXT_BYTES]);

#endif
