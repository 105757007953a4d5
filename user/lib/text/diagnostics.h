/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors and warnings about a file, collected so that one run reports all of them. */
#ifndef XBEAT_LIB_TEXT_DIAGNOSTICS_H
#define XBEAT_LIB_TEXT_DIAGNOSTICS_H

#include <stddef.h>

enum diagnostic_severity {
	DIAGNOSTIC_WARNING,
	DIAGNOSTIC_ERROR,
};

struct diagnostic {
	enum diagnostic_severity severity;
	const char *file; /* borrowed: the caller's, or one of names */
	unsigned line; /* from 1; 0: the file as a whole */
	unsigned column; /* from 1 */
	char *text; /* "what is wrong; what would be right" */
};

struct diagnostics {
	struct diagnostic *entries;
	size_t count;
	size_t error_count;
	char **names; /* of included files */
	size_t name_count;
};

/* Appends one. Aborts when out of memory. */
void diagnostics_add(struct diagnostics *diagnostics, enum diagnostic_severity severity,
		     const char *file, unsigned line, unsigned column, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* Returns a copy of a file name that lives as long as the diagnostics. */
const char *diagnostics_name(struct diagnostics *diagnostics, const char *name);

void diagnostics_free(struct diagnostics *diagnostics);

#endif
