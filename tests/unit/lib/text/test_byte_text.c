/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes as texts and back. */
#include "user/lib/text/byte_text.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* after the four that it needs */
#include <cmocka.h>

static void every_byte_comes_back(void **state)
{
	uint8_t bytes[512], parsed[4 * 512];
	const char *wrong;
	char *text;

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		bytes[i] = (uint8_t)i;
		bytes[511 - i] = (uint8_t)i;
	}
	text = byte_text_new(bytes, sizeof(bytes));
	assert_null(strpbrk(text, "\"#!$\r\n\t"));
	assert_int_equal(byte_text_parse(text, parsed, &wrong), sizeof(bytes));
	assert_memory_equal(parsed, bytes, sizeof(bytes));
	free(text);
}

static void no_escapes(void **state)
{
	static const char *const texts[] = {"\\",    "a\\q",  "\\x",   "\\x1",
					    "\\x1g", "\\X00", "\\\\\\"};
	uint8_t bytes[16];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		const char *wrong = NULL;

		assert_int_equal(byte_text_parse(texts[i], bytes, &wrong), -EINVAL);
		assert_ptr_equal(wrong, strrchr(texts[i], '\\'));
	}
}

static void no_escape_is_cut(void **state)
{
	char text[7];

	(void)state;
	assert_int_equal(byte_text_print((const uint8_t *)"abc\0d", 5, text, sizeof(text)), 3);
	assert_string_equal(text, "abc");
	assert_int_equal(byte_text_print((const uint8_t *)"ab\0d", 4, text, sizeof(text)), 3);
	assert_string_equal(text, "ab\\x00");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(no_escapes),
		cmocka_unit_test(no_escape_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
