// SPDX-License-Identifier: GPL-2.0-or-later
/* See text_format.h. */
#include "user/lib/text/text_format.h"
#include "user/lib/limits.h"
#include <stdio.h>

char *text_format(const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		limits_out_of_memory();
	return text;
}
