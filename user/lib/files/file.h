/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes complete small files, and finds files by pattern. May block: not for the event
 * loop. */
#ifndef XBEAT_LIB_FILES_FILE_H
#define XBEAT_LIB_FILES_FILE_H

#include <stddef.h>

/* Reads path into *text (to be freed; NUL-terminated), *length without the NUL.
 * Returns 0 or a negative errno (-EFBIG over 64 MiB, -EISDIR for a directory). */
int file_read(const char *path, char **text, size_t *length);

/* The same for an open file, which stays open. */
int file_read_open(int fd, char **text, size_t *length);

/* Writes a whole text to an open file. Returns 0 or a negative errno. */
int file_write_all(int fd, const char *text);

/* Writes a text as path, which only its owner can read, at once: through path.new, which is renamed.
 * Returns 0 or a negative errno. */
int file_replace(const char *path, const char *text);

/* Finds the files that match a pattern of glob(7), sorted; *paths and its entries are to be freed.
 * Returns 0, also without a match, or a negative errno. */
int file_find(const char *pattern, char ***paths, size_t *count);

#endif
