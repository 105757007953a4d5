/* SPDX-License-Identifier: GPL-2.0-or-later */
/* auth_hmac: keys from the configuration and from files, and what is refused instead of running
 * unsigned. */
#include "tests/unit/config/fixture.h"
#include "user/config/print/print.h"
#include "user/lib/array.h"
#include <errno.h>

#define LITERAL "Correct-Horse-Battery-Staple-2026-xbeat"
#define HEX "hex:a1b2c3d4e5f60718293a4b5c6d7e8f90112233445566778899aabbccddeeff01"
#define TEN "0123456789"
#define HMAC(lines) INSTANCE VIPS "auth_hmac {\n" lines "\n}\n}"

static const char *file_text;
static size_t file_length;

static int read_secret(const char *path, char **text, size_t *length,
		       char reason[static CONFIG_REASON_BYTES])
{
	if (!file_text) {
		snprintf(reason, CONFIG_REASON_BYTES, "missing key file %s", path);
		return -ENOENT;
	}
	*text = malloc(file_length + 1);
	memcpy(*text, file_text, file_length + 1);
	*length = file_length;
	return 0;
}

/* Parses; returns NULL after an error, with all diagnostics in *messages, to be freed. */
static struct config *parse(const char *text, char **messages)
{
	struct config_environment environment = fixture_node;
	struct diagnostics diagnostics = {0};
	struct config *config = NULL;
	size_t bytes;
	FILE *stream = open_memstream(messages, &bytes);

	environment.read_secret = read_secret;
	config_parse("a.conf", text, strlen(text), &environment, &config, &diagnostics);
	for (size_t i = 0; i < diagnostics.count; i++)
		fprintf(stream, "%u:%u: %s\n", diagnostics.entries[i].line,
			diagnostics.entries[i].column, diagnostics.entries[i].text);
	fclose(stream);
	diagnostics_free(&diagnostics);
	return config;
}

static struct config *parse_well(const char *text)
{
	char *messages;
	struct config *config = parse(text, &messages);

	assert_string_equal(messages, "");
	free(messages);
	assert_non_null(config);
	return config;
}

static void defaults(void **state)
{
	struct config *config = parse_well(HMAC("key 7 " LITERAL "\nactive_key 7"));
	const struct config_signing *signing = &config->instances[0].signing;

	(void)state;
	assert_int_equal(signing->mode, XB_SIGNED_ENFORCE);
	assert_false(signing->monotonic);
	assert_int_equal(signing->window_s, 5);
	assert_int_equal(signing->key_count, 1);
	assert_int_equal(signing->active_key, 7);
	config_free(config);
	config = parse_well(INSTANCE VIPS "}");
	assert_int_equal(config->instances[0].signing.mode, XB_SIGNED_NONE);
	config_free(config);
	config = parse_well(INSTANCE VIPS "advert_int 7\nauth_hmac {\nkey 7 " LITERAL
					  "\nactive_key 7\n}\n}");
	assert_int_equal(config->instances[0].signing.window_s, 21);
	config_free(config);
}

/* Each form of the same 32 bytes. */
static void forms_of_a_key(void **state)
{
	static const char *const forms[] = {
		"hex:3031323334353637383930313233343536373839303132333435363738393031",
		"\"hex:30 31 323334353637 3839303132333435363738393031323334353637383930 31\"",
		"\"" TEN TEN TEN "01\"",
	};
	uint64_t expected = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		char text[512];
		struct config *config;

		snprintf(text, sizeof(text),
			 INSTANCE VIPS "auth_hmac {\nkey 1 %s\nactive_key 1\n}\n}", forms[i]);
		config = parse_well(text);
		if (!expected)
			expected = config->instances[0].signing.keys[0].digest;
		assert_int_equal(config->instances[0].signing.keys[0].digest, expected);
		config_free(config);
	}
}

static const struct {
	const char *what, *text;
	const char *messages;
} refused[] = {
	{"none", HMAC("active_key 1"),
	 "6:1: auth_hmac has no key; add \"key 1-255 VALUE|hex:DIGITS|file:PATH\"\n"},
	{"short", HMAC("key 1 " TEN TEN TEN "1\nactive_key 1"),
	 "7:7: key 1 has 31 bytes; write one of 32 to 64 bytes, the same on all nodes\n"},
	{"long", HMAC("key 1 " TEN TEN TEN TEN TEN TEN "12345\nactive_key 1"),
	 "7:7: key 1 has 65 bytes; write one of 32 to 64 bytes, the same on all nodes\n"},
	{"no digits", HMAC("key 1 hex:" TEN TEN TEN TEN TEN TEN "abcxx\nactive_key 1"),
	 "7:7: key 1 has no value in hexadecimal digits; write \"key 1-255 VALUE|hex:DIGITS|file:PATH\"\n"},
	{"blanks", HMAC("key 1 " LITERAL " secret\nactive_key 1"),
	 "7:7: the value of key 1 has blanks; write it in quotes\n"},
	{"id", HMAC("key 256 " LITERAL "\nkey 0 " LITERAL),
	 "7:5: '256' is not a key id; 1 to 255 is allowed\n"
	 "8:5: '0' is not a key id; 1 to 255 is allowed\n"},
	{"twice", HMAC("key 1 " LITERAL "\nkey 1 " HEX "\nactive_key 1"),
	 "8:5: key 1 is given twice; give each key its own id\n"},
	{"no active key", HMAC("key 1 " LITERAL),
	 "6:1: auth_hmac has no active_key; add \"active_key 1\", the key that signs\n"},
	{"undefined active key", HMAC("key 1 " LITERAL "\nactive_key 2"),
	 "6:1: active_key 2 is none of the keys of auth_hmac; add \"key 2 VALUE\"\n"},
	{"mode", HMAC("key 1 " LITERAL "\nactive_key 1\nmode strict"),
	 "9:6: unknown mode 'strict'; write \"mode enforce|permissive|receive-only\"\n"},
	{"missing file", HMAC("key 1 file:/k\nactive_key 1"), "7:7: missing key file /k\n"},
	{"relative file", HMAC("key 1 file:k\nactive_key 1"),
	 "7:7: 'k' is not an absolute path; write \"file:/PATH\"\n"},
};

static void wrong_ones_are_refused(void **state)
{
	(void)state;
	file_text = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		char *messages;

		print_message("    %s\n", refused[i].what);
		assert_null(parse(refused[i].text, &messages));
		assert_string_equal(messages, refused[i].messages);
		free(messages);
	}
}

static struct config *parse_with_file(const char *text, size_t length, char **messages)
{
	file_text = text;
	file_length = length;
	return parse(HMAC("key 1 file:/k\nactive_key 1"), messages);
}

static void files(void **state)
{
	struct config *config;
	char *messages;

	(void)state;
	config = parse_with_file(HEX "\r\n\n", strlen(HEX) + 3, &messages);
	assert_non_null(config);
	assert_string_equal(config->instances[0].signing.keys[0].file, "/k");
	config_free(config);
	free(messages);
	assert_null(parse_with_file(LITERAL "\0", sizeof(LITERAL), &messages));
	assert_non_null(strstr(messages, "7:7: the key file /k is not a text"));
	free(messages);
	assert_null(parse_with_file(
		HEX "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
		    "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n",
		139, &messages));
	assert_non_null(strstr(messages, "has 139 bytes, at most 138 are allowed"));
	free(messages);
	/* A file names no other file. */
	assert_null(parse_with_file("file:/other", 11, &messages));
	assert_non_null(strstr(messages, "key 1 has 11 bytes"));
	free(messages);
}

static const struct config_case warned[] = {
	{INSTANCE VIPS
	 "version 2\nauthentication {\nauth_type PASS\nauth_pass 1\n}\nauth_hmac {\nkey 1 " LITERAL
	 "\nactive_key 1\n}\n}",
	 "7:1: warning: authentication has no effect with auth_hmac; remove one\n"},
	{INSTANCE VIPS "auth_hmac {\nkey 1 " LITERAL
		       "\nactive_key 1\nanti_replay monotonic\ntime_window 9\n}\n}",
	 "6:1: warning: time_window has no effect with anti_replay monotonic; remove one\n"},
	{INSTANCE "strict_mode\n" VIPS "auth_hmac {\nkey 1 " LITERAL
		  "\nactive_key 1\nmode permissive\n}\n}",
	 "7:1: warning: mode permissive has no effect with strict_mode, which enforces; remove one\n"},
	/* A second block adds to the first. */
	{INSTANCE VIPS "auth_hmac {\nkey 1 " LITERAL "\n}\nauth_hmac {\nkey 2 " HEX
		       "\nactive_key 2\n}\n}",
	 ""},
};

static void what_has_no_effect_is_warned_of(void **state)
{
	(void)state;
	RUN_CASES(warned);
}

/* A reload must see another key, and no reader must see a key. */
static void printed_keys_are_digests(void **state)
{
	struct config *first = parse_well(HMAC("key 7 " LITERAL "\nactive_key 7"));
	struct config *second = parse_well(HMAC("key 7 " HEX "\nactive_key 7"));
	char *texts[] = {config_print_instance(&first->instances[0]),
			 config_print_instance(&second->instances[0])};

	(void)state;
	assert_null(strstr(texts[0], "Horse"));
	assert_null(strstr(texts[1], "a1b2c3"));
	assert_non_null(strstr(texts[0], "key 7 hidden # digest "));
	assert_non_null(strstr(texts[0], "active_key 7\n"));
	assert_non_null(strstr(texts[0], "time_window 5\n"));
	assert_non_null(strstr(texts[0], "mode enforce\n"));
	assert_string_not_equal(texts[0], texts[1]);
	free(texts[0]);
	free(texts[1]);
	config_free(first);
	config_free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(forms_of_a_key),
		cmocka_unit_test(wrong_ones_are_refused),
		cmocka_unit_test(files),
		cmocka_unit_test(what_has_no_effect_is_warned_of),
		cmocka_unit_test(printed_keys_are_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
