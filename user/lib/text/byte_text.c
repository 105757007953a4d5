// SPDX-License-Identifier: GPL-2.0-or-later
/* See byte_text.h. */
#include "user/lib/text/byte_text.h"
#include "user/lib/limits.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE_BYTES 5 /* \xHH and NUL */

static const char letters[] = "rnt\\", meanings[] = "\r\n\t\\";

/* Returns how long the escape is, or 0: it is none. */
static size_t parse_escape(const char *text, uint8_t *byte)
{
	const char *letter = text[1] ? strchr(letters, text[1]) : NULL;

	if (letter) {
		*byte = (uint8_t)meanings[letter - letters];
		return 2;
	}
	if (text[1] != 'x' || !isxdigit((unsigned char)text[2]) ||
	    !isxdigit((unsigned char)text[3]))
		return 0;
	*byte = (uint8_t)strtoul((char[]){text[2], text[3], '\0'}, NULL, 16);
	return 4;
}

ssize_t byte_text_parse(const char *text, uint8_t *bytes, const char **wrong)
{
	ssize_t count = 0;

	while (*text) {
		uint8_t byte = (uint8_t)*text;
		size_t length = *text == '\\' ? parse_escape(text, &byte) : 1;

		if (!length) {
			*wrong = text;
			return -EINVAL;
		}
		bytes[count++] = byte;
		text += length;
	}
	return count;
}

/* Those that begin a comment, a definition or a quote in a configuration are escaped, too. */
static size_t escape(uint8_t byte, char text[static ESCAPE_BYTES])
{
	const char *meaning = byte ? strchr(meanings, byte) : NULL;

	if (meaning)
		return (size_t)snprintf(text, ESCAPE_BYTES, "\\%c", letters[meaning - meanings]);
	if (byte < ' ' || byte > '~' || strchr("\"#!$", byte))
		return (size_t)snprintf(text, ESCAPE_BYTES, "\\x%02x", byte);
	return (size_t)snprintf(text, ESCAPE_BYTES, "%c", byte);
}

size_t byte_text_print(const uint8_t *bytes, size_t count, char *text, size_t room)
{
	size_t used = 0, i = 0;

	for (; i < count; i++) {
		char escaped[ESCAPE_BYTES];
		size_t length = escape(bytes[i], escaped);

		if (used + length >= room)
			break;
		memcpy(text + used, escaped, length);
		used += length;
	}
	text[used] = '\0';
	return i;
}

char *byte_text_new(const uint8_t *bytes, size_t count)
{
	size_t room = (ESCAPE_BYTES - 1) * count + 1;
	char *text = malloc(room);

	if (!text)
		limits_out_of_memory();
	byte_text_print(bytes, count, text, room);
	return text;
}
