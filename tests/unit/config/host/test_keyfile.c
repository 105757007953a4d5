// SPDX-License-Identifier: GPL-2.0-or-later
/* Key files: what is accepted, the byte order, and the location of each error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/config/host/keyfile.h"
#include "user/lib/cleanup.h"
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#define KEY_A "000102030405060708090a0b0c0d0e0f"
#define KEY_B "FFEEDDCCBBAA99887766554433221100"

/* An exact-size heap copy, so that the address sanitizer sees a read past the end. */
static int parse(const char *text, struct xb_key *keys, size_t *count, struct diagnostics *found)
{
	size_t length = strlen(text);
	_cleanup_free_ char *copy = malloc(length ? length : 1);

	assert_non_null(copy);
	memcpy(copy, text, length);
	return keyfile_parse("k", copy, length, keys, count, found);
}

static void words_are_little_endian(void **state)
{
	struct xb_key keys[XB_KEYS_MAX];
	struct diagnostics found = {0};
	size_t count;

	(void)state;
	assert_int_equal(parse("7 " KEY_A "\n", keys, &count, &found), 0);
	assert_int_equal(count, 1);
	assert_int_equal(keys[0].id, 7);
	assert_int_equal(keys[0].valid, 1);
	assert_true(keys[0].word[0] == UINT64_C(0x0706050403020100));
	assert_true(keys[0].word[1] == UINT64_C(0x0f0e0d0c0b0a0908));
	assert_int_equal(keys[1].valid, 0);
	assert_int_equal(found.count, 0);
}

static void accepted_forms(void **state)
{
	static const char *const texts[] = {
		"1 " KEY_A "\n0 " KEY_B "\n",
		"1 " KEY_A "\n0 " KEY_B,
		"# both\n\n\t1\t" KEY_A "  # signs\r\n  0 " KEY_B "# old\n#end",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct xb_key keys[XB_KEYS_MAX];
		struct diagnostics found = {0};
		size_t count;

		assert_int_equal(parse(texts[i], keys, &count, &found), 0);
		assert_int_equal(count, 2);
		assert_int_equal(keys[0].id, 1);
		assert_int_equal(keys[1].id, 0);
		assert_true(keys[1].word[0] == UINT64_C(0x8899aabbccddeeff));
	}
}

static const struct {
	const char *text;
	unsigned line;
	unsigned column;
	const char *message;
} errors[] = {
	{"", 0, 0, "no key in the file; make one with xbeatctl genkey"},
	{"# nothing\n\n", 0, 0, "no key in the file; make one with xbeatctl genkey"},
	{"\n  x1 " KEY_A, 2, 3, "invalid key id; write \"ID KEY\" with an ID of 0 to 255"},
	{"256 " KEY_A, 1, 1, "invalid key id; write \"ID KEY\" with an ID of 0 to 255"},
	{KEY_A, 1, 1, "invalid key id; write \"ID KEY\" with an ID of 0 to 255"},
	{"1\n", 1, 2,
	 "missing or invalid key; write 32 hexadecimal digits, as xbeatctl genkey prints them"},
	{"1 " KEY_A "0", 1, 3,
	 "missing or invalid key; write 32 hexadecimal digits, as xbeatctl genkey prints them"},
	{"1 g00102030405060708090a0b0c0d0e0f", 1, 3,
	 "missing or invalid key; write 32 hexadecimal digits, as xbeatctl genkey prints them"},
	{"1 " KEY_A " more", 1, 36, "unexpected text after the key; write \"ID KEY\""},
	{"1 " KEY_A "\n1 " KEY_B, 2, 1,
	 "key id 1 is already used on line 1; give each key its own id"},
	{"1 " KEY_A "\n2 " KEY_B "\n3 " KEY_A, 3, 1,
	 "more than two keys; keep the key that signs and the key it replaces"},
};

static void errors_have_locations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct xb_key keys[XB_KEYS_MAX];
		struct diagnostics found = {0};
		size_t count = 99;

		assert_int_equal(parse(errors[i].text, keys, &count, &found), -EINVAL);
		assert_int_equal(count, 99);
		assert_int_equal(found.error_count, 1);
		assert_int_equal(found.entries[0].line, errors[i].line);
		assert_int_equal(found.entries[0].column, errors[i].column);
		assert_string_equal(found.entries[0].text, errors[i].message);
		diagnostics_free(&found);
	}
}

static void all_errors_in_one_run(void **state)
{
	struct xb_key keys[XB_KEYS_MAX];
	struct diagnostics found = {0};
	size_t count;

	(void)state;
	assert_int_equal(parse("x\n1 " KEY_A "\n2 y\n", keys, &count, &found), -EINVAL);
	assert_int_equal(found.error_count, 2);
	assert_int_equal(found.entries[1].line, 3);
	diagnostics_free(&found);
}

static void written_files_can_be_read(void **state)
{
	static const uint8_t key[KEYFILE_KEY_BYTES] = {0xff, 1, 2, 3, 4, 5, 6, 7, 0x80};
	struct xb_key keys[XB_KEYS_MAX];
	struct diagnostics found = {0};
	char line[KEYFILE_LINE_BYTES];
	size_t count;

	(void)state;
	assert_string_equal(keyfile_format(255, key, line),
			    "255 ff010203040506078000000000000000\n");
	assert_int_equal(parse(line, keys, &count, &found), 0);
	assert_int_equal(keys[0].id, 255);
	assert_true(keys[0].word[0] == UINT64_C(0x07060504030201ff));
	assert_true(keys[0].word[1] == UINT64_C(0x80));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_little_endian),
		cmocka_unit_test(accepted_forms),
		cmocka_unit_test(errors_have_locations),
		cmocka_unit_test(all_errors_in_one_run),
		cmocka_unit_test(written_files_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
