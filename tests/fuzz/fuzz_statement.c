/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements of other nodes: one that is read is the same after it was written and read again, agrees
 * with itself, and can be compared with another one. */
#include "tests/fuzz/input.h"
#include "user/core/compare.h"
#include <stdlib.h>
#include <string.h>

static void count(void *context, const struct disagreement *disagreement)
{
	size_t *total = context;

	if (!disagreement->subject[0] || !disagreement->what[0])
		abort();
	(*total)++;
}

/* Twice, because what it cannot keep (nodes with one id) is lost at the first time. */
static void check_again(const struct statement *statement)
{
	struct statement again;
	uint8_t *bytes, *same;
	size_t length, same_length, total = 0;

	bytes = statement_encode(statement, &length);
	if (statement_decode(bytes, length, &again))
		abort();
	same = statement_encode(&again, &same_length);
	if (same_length != length || memcmp(same, bytes, length) != 0)
		abort();
	compare_statements(statement, &again, count, &total);
	compare_statements(&again, statement, count, &total);
	statement_free(&again);
	free(bytes);
	free(same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct statement statement, half;
	uint8_t *bytes = malloc(size ? size : 1); /* exact size: a read past its end is detected */
	size_t total = 0;

	memcpy(bytes, data, size);
	if (statement_decode(bytes, size, &statement) == 0 && size <= STATEMENT_BYTES_MAX)
		check_again(&statement);
	statement_decode(bytes, size / 2, &half);
	compare_statements(&statement, &half, count, &total);
	statement_free(&half);
	statement_free(&statement);
	free(bytes);
	return 0;
}
