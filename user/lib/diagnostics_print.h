/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How diagnostics look to people and editors: "file:line:column: error: text". */
#ifndef XBEAT_LIB_DIAGNOSTICS_PRINT_H
#define XBEAT_LIB_DIAGNOSTICS_PRINT_H

#include "user/lib/diagnostics.h"
#include <stdio.h>

/* Prints each entry on a line; one about a file as a whole (line 0) has no position. */
void diagnostics_print(const struct diagnostics *diagnostics, FILE *stream);

/* Returns one as such a line, without its newline (to be freed); aborts without memory. */
char *diagnostics_line(const struct diagnostic *entry);

#endif
