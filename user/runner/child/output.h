/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The output of a check: its bytes are counted, and its last line is kept. */
#ifndef XBEAT_RUNNER_CHILD_OUTPUT_H
#define XBEAT_RUNNER_CHILD_OUTPUT_H

#include "user/runner/child/report.h"
#include <stddef.h>

struct runner_output {
	size_t bytes; /* all that was written */
	size_t length; /* of the current line */
	char line[RUNNER_OUTPUT_BYTES];
	char last[RUNNER_OUTPUT_BYTES]; /* the last line that was not empty */
};

void runner_output_take(struct runner_output *output, const char *bytes, size_t count);

/* Returns the last line that was not empty, complete or not, with control characters escaped. */
const char *runner_output_last(struct runner_output *output);

#endif
