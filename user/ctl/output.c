// SPDX-License-Identifier: GPL-2.0-or-later
/* Standard output, with error checks. */
#include "user/ctl/output.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum command_status output_finish(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return COMMAND_OK;
	if (errno != EPIPE)
		log_error("cannot write the output: %s", strerror(errno));
	return COMMAND_FAILED;
}

void output_json(const json_t *value)
{
	json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
	putchar('\n');
}
