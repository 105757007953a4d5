/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last line of an output; of one that is too long, its beginning. */
#include "user/runner/child/output.h"
#include "user/lib/printable.h"

static void end_line(struct runner_output *output)
{
	while (output->length > 0 && output->line[output->length - 1] == ' ')
		output->length--;
	output->line[output->length] = '\0';
	if (output->length > 0)
		printable_copy(output->last, sizeof(output->last), output->line, PRINTABLE_LINE);
	output->length = 0;
}

/* A tab is a blank; a NUL would end the line. */
static char readable(char byte)
{
	if (byte == '\t')
		return ' ';
	return byte ? byte : '?';
}

void runner_output_take(struct runner_output *output, const char *bytes, size_t count)
{
	output->bytes += count;
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\n')
			end_line(output);
		else if (output->length < sizeof(output->line) - 1)
			output->line[output->length++] = readable(bytes[i]);
	}
}

const char *runner_output_last(struct runner_output *output)
{
	end_line(output);
	return output->last;
}
