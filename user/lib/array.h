/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes and exchanges; growing arrays and copies of texts, which abort when out of memory. */
#ifndef XBEAT_LIB_ARRAY_H
#define XBEAT_LIB_ARRAY_H

#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Exchanges two variables of the same type. */
#define SWAP(a, b)                                                                                 \
	do {                                                                                       \
		__typeof__(a) swapped = (a);                                                       \
		(a) = (b);                                                                         \
		(b) = swapped;                                                                     \
	} while (0)

/*
 * Grows an array by one zeroed entry and increments *count. Returns the array, which may have
 * moved.
 */
void *array_grow(void *array, size_t *count, size_t entry_bytes) __attribute__((returns_nonnull));

/* Returns a copy of text, to be freed. */
char *text_copy(const char *text);

#endif
