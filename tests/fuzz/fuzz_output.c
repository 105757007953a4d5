/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output of scripts: the last line has no control characters and does not depend on how reads split
 * it. */
#include "tests/fuzz/input.h"
#include "user/lib/printable.h"
#include "user/runner/child/output.h"
#include <stdlib.h>
#include <string.h>

static void check_text(const char *text)
{
	char again[RUNNER_OUTPUT_BYTES];

	printable_copy(again, sizeof(again), text, PRINTABLE_LINE);
	if (strlen(text) >= RUNNER_OUTPUT_BYTES || strcmp(text, again) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	uint8_t step = (uint8_t)(input_byte(&input) + 1);
	struct runner_output *pieces = calloc(1, sizeof(*pieces));
	struct runner_output *whole = calloc(1, sizeof(*whole));

	runner_output_take(whole, (const char *)input.bytes, input.left);
	while (input.left) {
		size_t taken;
		const uint8_t *bytes = input_bytes(&input, step ? step : 1, &taken);

		runner_output_take(pieces, (const char *)bytes, taken);
	}
	if (pieces->bytes != whole->bytes ||
	    strcmp(runner_output_last(pieces), runner_output_last(whole)) != 0)
		abort();
	check_text(runner_output_last(whole));
	free(pieces);
	free(whole);
	return 0;
}
