/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names. */
#include "user/config/syntax/preprocess.h"
#include <ctype.h>
#include <string.h>

size_t config_name_length(const char *bytes, size_t length)
{
	size_t used = 0;

	if (length == 0 || isdigit((unsigned char)bytes[0]))
		return 0;
	while (used < length && (isalnum((unsigned char)bytes[used]) || bytes[used] == '_'))
		used++;
	return used;
}

size_t config_definition_length(const char *bytes, size_t length)
{
	size_t name;

	if (length == 0 || bytes[0] != '$')
		return 0;
	name = config_name_length(bytes + 1, length - 1);
	return name > 0 && 1 + name < length && bytes[1 + name] == '=' ? name : 0;
}
