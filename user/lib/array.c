/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growing arrays and copies of texts; see array.h. */
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *array_grow(void *array, size_t *count, size_t entry_bytes)
{
	/* Room for the next power of two, so that callers keep no capacity. */
	if ((*count & (*count - 1)) == 0) {
		array = reallocarray(array, *count ? 2 * *count : 1, entry_bytes);
		if (!array)
			limits_out_of_memory();
	}
	memset((char *)array + *count * entry_bytes, 0, entry_bytes);
	++*count;
	return array;
}

char *text_copy(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		limits_out_of_memory();
	return copy;
}
