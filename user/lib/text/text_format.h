/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formatted text of any length. */
#ifndef XBEAT_LIB_TEXT_TEXT_FORMAT_H
#define XBEAT_LIB_TEXT_TEXT_FORMAT_H

#include <stdarg.h>

/* As vasprintf(3). Returns the text, to be freed. */
char *text_format(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

#endif
