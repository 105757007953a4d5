/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Quantities for people: two or three significant digits and a unit. Values are cut, not rounded. */
#ifndef XBEAT_CTL_UNITS_H
#define XBEAT_CTL_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#define UNITS_TEXT_BYTES 24
#define UNITS_TIME_BYTES 32

/* "512 ns", "1.2 ms", "31 s", "2 h 5 min"; returns text. */
const char *units_duration(uint64_t duration_ns, char text[static UNITS_TEXT_BYTES]);

/*
 * Parses "30s", "10m", "2h", "1d": a whole number and its unit.
 * Returns success; not for zero, and not for more than 10,000 days.
 */
bool units_parse_duration(const char *text, uint64_t *duration_ns);

/* "120034", "1.2M"; returns text. */
const char *units_count(uint64_t count, char text[static UNITS_TEXT_BYTES]);

/* Local time with milliseconds, "2026-03-01 12:00:00.031"; returns text. */
const char *units_local_time(uint64_t unix_ns, char text[static UNITS_TIME_BYTES]);

#endif
