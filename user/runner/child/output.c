/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last line of an output; of one that is too long, its beginning. */
#include "user/runner/child/output.h"
#include <string.h>

static void end_line(struct runner_output *output)
{
	while (output->length > 0 && output->line[output->length - 1] == ' ')
		output->length--;
	if (output->length > 0) {
		memcpy(output->last, output->line, output->length);
		output->last[output->length] = '\0';
	}
	output->length = 0;
}

/* Logs and terminals get no control characters. */
static char printable(char byte)
{
	if (byte == '\t')
		return ' ';
	return (unsigned char)byte < ' ' || byte == 0x7f ? '?' : byte;
}

void runner_output_take(struct runner_output *output, const char *bytes, size_t count)
{
	output->bytes += count;
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\n')
			end_line(output);
		else if (output->length < sizeof(output->line) - 1)
			output->line[output->length++] = printable(bytes[i]);
	}
}

const char *runner_output_last(struct runner_output *output)
{
	end_line(output);
	return output->last;
}
