/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts and times for people: two or three significant digits, cut and not rounded. */
#ifndef XBEAT_CTL_SHOW_UNITS_H
#define XBEAT_CTL_SHOW_UNITS_H

#include "user/lib/text/duration.h"

/* Room for a count or a duration. */
#define UNITS_TEXT_BYTES DURATION_TEXT_BYTES
#define UNITS_TIME_BYTES 32

/* "120034", "1.2M"; returns text. */
const char *units_count(uint64_t count, char text[static UNITS_TEXT_BYTES]);

/* Local time with milliseconds, "2026-03-01 12:00:00.031"; returns text. */
const char *units_local_time(uint64_t unix_ns, char text[static UNITS_TIME_BYTES]);

#endif
