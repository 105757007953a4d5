/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Growing lists and copying texts; both abort without memory. */
#ifndef XBEAT_LIB_ARRAY_H
#define XBEAT_LIB_ARRAY_H

#include <stddef.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/*
 * Grows an array by one zeroed entry; aborts without memory, as everything at start does.
 * Returns the array; the new entry is at (*count)++.
 */
void *array_grow(void *array, size_t *count, size_t entry_bytes);

/* Returns a copy of text; aborts without memory. */
char *text_copy(const char *text);

#endif
