/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Diagnostics as text: "file:line:column: error: text". */
#ifndef XBEAT_LIB_TEXT_DIAGNOSTICS_PRINT_H
#define XBEAT_LIB_TEXT_DIAGNOSTICS_PRINT_H

#include "user/lib/text/diagnostics.h"
#include <stdio.h>

/* Prints one line per entry; an entry about the whole file (line 0) has no line and column. */
void diagnostics_print(const struct diagnostics *diagnostics, FILE *stream);

/* Logs the same lines. */
void diagnostics_log(const struct diagnostics *diagnostics);

/* Returns "error" or "warning". */
const char *diagnostics_severity_name(enum diagnostic_severity severity);

/* Returns such a line without its newline, to be freed; aborts when out of memory. */
char *diagnostics_line(const struct diagnostic *entry);

#endif
