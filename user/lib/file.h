/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole small files, at start only. */
#ifndef XBEAT_LIB_FILE_H
#define XBEAT_LIB_FILE_H

#include <stddef.h>

/* Reads path into *text (to be freed; NUL-terminated), *length without the NUL.
 * Returns 0 or a negative errno (-EFBIG over 1 MiB, -EISDIR for a directory). */
int file_read(const char *path, char **text, size_t *length);

#endif
