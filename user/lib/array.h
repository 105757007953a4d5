/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growing arrays and copies of texts; both abort when out of memory. */
#ifndef XBEAT_LIB_ARRAY_H
#define XBEAT_LIB_ARRAY_H

#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Grows an array by one zeroed entry and increments *count. Returns the array, which may have
 * moved.
 */
void *array_grow(void *array, size_t *count, size_t entry_bytes) __attribute__((returns_nonnull));

/* Returns a copy of text, to be freed. */
char *text_copy(const char *text);

#endif
