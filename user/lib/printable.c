// SPDX-License-Identifier: GPL-2.0-or-later
/* Escapes what could control a terminal; see printable.h. UTF-8: RFC 3629. */
#include "user/lib/printable.h"
#include "user/lib/array.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE_BYTES 8 /* the longest is \u202e */

struct character {
	uint32_t code; /* of an invalid sequence: its first byte */
	size_t length;
	bool valid;
};

/* By the first byte: the length, and the smallest code that is not overlong. */
static const struct {
	uint8_t mask, lead;
	size_t length;
	uint32_t code_min;
} sequences[] = {
	{0x80, 0x00, 1, 0},
	{0xe0, 0xc0, 2, 0x80},
	{0xf0, 0xe0, 3, 0x800},
	{0xf8, 0xf0, 4, 0x10000},
};

static bool is_code(uint32_t code, uint32_t code_min)
{
	return code >= code_min && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/* The NUL at the end of the text is no continuation byte. */
static struct character read_character(const char *text)
{
	const uint8_t *bytes = (const uint8_t *)text;
	struct character character = {.code = bytes[0], .length = 1};

	for (size_t i = 0; i < ARRAY_SIZE(sequences); i++) {
		uint32_t code = bytes[0] & (uint8_t)~sequences[i].mask;
		size_t length = 1;

		if ((bytes[0] & sequences[i].mask) != sequences[i].lead)
			continue;
		while (length < sequences[i].length && (bytes[length] & 0xc0) == 0x80)
			code = code << 6 | (bytes[length++] & 0x3f);
		if (length == sequences[i].length && is_code(code, sequences[i].code_min))
			character = (struct character){code, length, true};
	}
	return character;
}

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c || code == 0x200e ||
	       code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

static bool stays(const struct character *character, enum printable_form form)
{
	if (!character->valid)
		return false;
	if (character->code == '\n' || character->code == '\t')
		return form != PRINTABLE_LINE;
	return !is_control(character->code);
}

/* Returns the length. */
static size_t escape(const struct character *character, enum printable_form form,
		     char text[static ESCAPE_BYTES])
{
	static const char letters[0x20] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r'};
	uint32_t code = character->code;
	const char *format = "\\x%02x";

	if (form != PRINTABLE_JSON && code < sizeof(letters) && letters[code])
		return (size_t)snprintf(text, ESCAPE_BYTES, "\\%c", letters[code]);
	if (form == PRINTABLE_JSON || (character->valid && code >= 0x80))
		format = "\\u%04x";
	return (size_t)snprintf(text, ESCAPE_BYTES, format, code);
}

size_t printable_copy(char *out, size_t room, const char *text, enum printable_form form)
{
	size_t used = 0;

	while (*text) {
		struct character character = read_character(text);
		char escaped[ESCAPE_BYTES];
		bool kept = stays(&character, form);
		size_t length = kept ? character.length : escape(&character, form, escaped);

		if (used + length >= room)
			break;
		memcpy(out + used, kept ? text : escaped, length);
		used += length;
		text += character.length;
	}
	out[used] = '\0';
	return used;
}

char *printable_text(const char *text, enum printable_form form)
{
	size_t room = strlen(text) * (ESCAPE_BYTES - 2) + 1;
	char *escaped = malloc(room), *fitted;

	if (!escaped)
		return NULL;
	fitted = realloc(escaped, printable_copy(escaped, room, text, form) + 1);
	return fitted ? fitted : escaped;
}
