// SPDX-License-Identifier: GPL-2.0-or-later
/* No control character passes, whatever the input; checked by the C library's decoder of UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/lib/array.h"
#include "user/lib/printable.h"
#include <cmocka.h>
#include <jansson.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>

#define ROUNDS 200000
#define TEXT_BYTES 24

static const struct {
	const char *text, *line, *lines;
} cases[] = {
	{"plain text, 100 %", "plain text, 100 %", "plain text, 100 %"},
	{"\u00e4\u20ac\U0001f600 C:\\new", "\u00e4\u20ac\U0001f600 C:\\new",
	 "\u00e4\u20ac\U0001f600 C:\\new"},
	{"\x1b[31mred\a", "\\x1b[31mred\\x07", "\\x1b[31mred\\x07"},
	{"a\tb\r\nc\x7f", "a\\tb\\r\\nc\\x7f", "a\tb\\r\nc\\x7f"},
	{"\xc2\x85\xc2\x9b\xc2\xa0", "\\u0085\\u009b\u00a0", "\\u0085\\u009b\u00a0"},
	{"\u061c\u200e\u200f", "\\u061c\\u200e\\u200f", "\\u061c\\u200e\\u200f"},
	{"\u202a\u202e\u202f", "\\u202a\\u202e\u202f", "\\u202a\\u202e\u202f"},
	{"\u2065\u2066\u2069", "\u2065\\u2066\\u2069", "\u2065\\u2066\\u2069"},
	/* A C1 byte alone, overlong, a surrogate, beyond Unicode, cut off, no lead. */
	{"\x9b", "\\x9b", "\\x9b"},
	{"\xc0\x8a\xe0\x80\x9b", "\\xc0\\x8a\\xe0\\x80\\x9b", "\\xc0\\x8a\\xe0\\x80\\x9b"},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"},
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80"},
	{"\xe2\x82", "\\xe2\\x82", "\\xe2\\x82"},
	{"\xe2\x82"
	 "a\xff",
	 "\\xe2\\x82"
	 "a\\xff",
	 "\\xe2\\x82"
	 "a\\xff"},
};

static void escapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *line = printable_text(cases[i].text, PRINTABLE_LINE);
		char *lines = printable_text(cases[i].text, PRINTABLE_LINES);

		assert_string_equal(line, cases[i].line);
		assert_string_equal(lines, cases[i].lines);
		free(line);
		free(lines);
	}
}

static void cuts_between_characters(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(printable_copy(out, sizeof(out), "12345\u20ac", PRINTABLE_LINE), 5);
	assert_string_equal(out, "12345");
	assert_int_equal(printable_copy(out, sizeof(out), "1234\u20ac5", PRINTABLE_LINE), 7);
	assert_string_equal(out, "1234\u20ac");
	assert_int_equal(printable_copy(out, sizeof(out), "1234\x1b", PRINTABLE_LINE), 4);
	assert_int_equal(printable_copy(out, 1, "1", PRINTABLE_LINE), 0);
	assert_string_equal(out, "");
}

static bool is_control(char32_t code, bool lines)
{
	if (lines && (code == '\n' || code == '\t'))
		return false;
	return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x061c || code == 0x200e ||
	       code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069);
}

static void assert_harmless(const char *text, bool lines)
{
	const char *end = text + strlen(text);
	mbstate_t decoder = {0};

	while (text < end) {
		char32_t code;
		size_t length = mbrtoc32(&code, text, (size_t)(end - text), &decoder);

		assert_in_range(length, 1, 4);
		assert_false(is_control(code, lines));
		text += length;
	}
}

/* Half of the bytes begin or continue what matters: controls in UTF-8, and broken forms of them. */
static char random_byte(void)
{
	static const uint8_t often[] = {0xc2, 0x85, 0xe2, 0x80, 0xae, 0x81, 0xa6, 0xd8,
					0x9c, 0xf0, 0x9b, 0x1b, '\n', 0xc0, 0xed, 0xa0};
	long number = random();

	if (number & 1)
		return (char)often[(number >> 8) % (long)sizeof(often)];
	return (char)(1 + (number >> 8) % 255);
}

static void nothing_passes(void **state)
{
	char text[TEXT_BYTES + 1], cut[TEXT_BYTES];

	(void)state;
	srandom(1);
	for (size_t round = 0; round < ROUNDS; round++) {
		size_t length = (size_t)random() % TEXT_BYTES;
		enum printable_form form = random() & 1 ? PRINTABLE_LINE : PRINTABLE_LINES;
		char *escaped;

		for (size_t i = 0; i < length; i++)
			text[i] = random_byte();
		text[length] = '\0';
		escaped = printable_text(text, form);
		assert_harmless(escaped, form == PRINTABLE_LINES);
		printable_copy(cut, sizeof(cut), text, form);
		assert_memory_equal(cut, escaped, strlen(cut));
		assert_harmless(cut, form == PRINTABLE_LINES);
		free(escaped);
	}
}

/* Every code once, beside a quotation mark and a backslash. */
static void json_keeps_its_meaning(void **state)
{
	(void)state;
	for (char32_t code = 1; code < 0x3000; code++) {
		char text[16], bytes[8];
		mbstate_t encoder = {0};
		size_t length = c32rtomb(bytes, code, &encoder);
		char *dumped, *escaped;
		json_t *value, *again;

		snprintf(text, sizeof(text), "\"\\%.*s\\u", (int)length, bytes);
		value = json_string(text);
		dumped = json_dumps(value, JSON_ENCODE_ANY);
		escaped = printable_text(dumped, PRINTABLE_JSON);
		again = json_loads(escaped, JSON_DECODE_ANY, NULL);
		assert_true(json_equal(value, again));
		assert_harmless(escaped, false);
		json_decref(value);
		json_decref(again);
		free(dumped);
		free(escaped);
	}
}

static int set_locale(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(cuts_between_characters),
		cmocka_unit_test(nothing_passes),
		cmocka_unit_test(json_keeps_its_meaning),
	};

	return cmocka_run_group_tests(tests, set_locale, NULL);
}
