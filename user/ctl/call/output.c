// SPDX-License-Identifier: GPL-2.0-or-later
/* Standard output, with error checks. */
#include "user/ctl/call/output.h"
#include "user/ctl/call/verb.h"
#include "user/ctl/view/detail.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/printable.h"
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
	_cleanup_free_ char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	_cleanup_free_ char *printable = text ? printable_text(text, PRINTABLE_JSON) : NULL;

	if (!printable)
		limits_out_of_memory();
	puts(printable);
}

void output_result(const struct command *command, const json_t *answer)
{
	if (command->json) {
		output_json(answer);
	} else if (command->brief) {
		brief_print(command->verb->brief, answer, stdout);
	} else {
		command->verb->print(answer, stdout);
		if (command->detail)
			detail_print(answer, stdout);
	}
}
