/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes as a line of a configuration writes them: \r, \n, \t, \\ and \xHH, all others as they are. A
 * printed text needs no more than quotes in a configuration.
 */
#ifndef XBEAT_LIB_TEXT_BYTE_TEXT_H
#define XBEAT_LIB_TEXT_BYTE_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Resolves the escapes; bytes has room for strlen(text). Returns how many bytes there are, or
 * -EINVAL with *wrong, what is no escape. */
ssize_t byte_text_parse(const char *text, uint8_t *bytes, const char **wrong);

/* Writes at most room bytes, of which one is for the NUL. Returns how many of the bytes it holds. */
size_t byte_text_print(const uint8_t *bytes, size_t count, char *text, size_t room);

/* The text of all, to be freed. */
char *byte_text_new(const uint8_t *bytes, size_t count);

#endif
