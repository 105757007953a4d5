/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations as people read and write them. */
#ifndef XBEAT_LIB_TEXT_DURATION_H
#define XBEAT_LIB_TEXT_DURATION_H

#include "user/lib/time.h"

#define DURATION_TEXT_BYTES 32

/*
 * "512 ns", "1.2 ms", "31 s", "2 h 5 min": two or three significant digits, cut and not rounded.
 * Returns text.
 */
const char *duration_format(uint64_t duration_ns, char text[static DURATION_TEXT_BYTES]);

/* By value, to be an argument of printf: duration_text(duration_ns).text */
struct duration_text {
	char text[DURATION_TEXT_BYTES];
};

/* "78.1 µs", "609 ms", "3.61 s": three significant digits, rounded. */
struct duration_text duration_text(uint64_t duration_ns);

/*
 * Parses "30s", "10m", "2h", "1d": a whole number and its unit. Returns whether text is a duration;
 * 0 and more than 10,000 days are refused.
 */
bool duration_parse(const char *text, uint64_t *duration_ns);

/* For printf's "%.1f ms" and "%.1f s", where several figures of one sentence are compared. */
static inline double duration_ms(uint64_t duration_ns)
{
	return (double)duration_ns / (double)NS_PER_MS;
}

static inline double duration_s(uint64_t duration_ns)
{
	return (double)duration_ns / (double)NS_PER_SECOND;
}

#endif
