/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Limits how often lines of one kind are logged: LOG_LIMIT_LINES in LOG_LIMIT_NS, then they are
 * counted, and the count is one line. What repeats a thousand times a second must not hide the rest,
 * nor make the journal drop all lines of the daemon.
 *
 * For one thread. The memory is fixed: when more kinds are busy than it holds, the others are not
 * limited.
 */
#ifndef XBEAT_LIB_LOG_LIMIT_H
#define XBEAT_LIB_LOG_LIMIT_H

#include "user/lib/log.h"
#include "user/lib/time.h"

#define LOG_LIMIT_LINES 10
#define LOG_LIMIT_NS (10 * NS_PER_SECOND)

/* Lines of one kind that were not logged. */
struct log_suppressed {
	unsigned long count;
	int priority;
	char event[16], peer[40], instance[40]; /* "": none */
	char line[160]; /* the beginning of the last one */
};

/* What lines have in common: their format and subject; of the format "%s" the whole line. subject
 * may be NULL. */
uint64_t log_limit_kind(const char *format, const struct log_subject *subject, const char *line);

/* Returns whether a line may be logged at this time; if not, it is counted. */
bool log_limit_allows(uint64_t kind, uint64_t now_ns, int priority,
		      const struct log_subject *subject, const char *line);

/* Takes the count of a kind whose time has passed, or of any if all is true. Returns whether there
 * is one. */
bool log_limit_take(uint64_t now_ns, bool all, struct log_suppressed *suppressed);

#endif
