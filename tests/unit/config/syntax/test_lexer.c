// SPDX-License-Identifier: GPL-2.0-or-later
/* The lexer: tokens with their locations, for each rule of keepalived's grammar. */
#include "tests/unit/config/fixture.h"
#include "user/config/syntax/lexer.h"

/* Makes the lexer's input from a text, each line with its location in the file. */
static void split_lines(const char *text, size_t length, struct config_text *out)
{
	struct config_location location = {.line = 1, .column = 1};

	for (size_t i = 0; i < length; i++) {
		config_text_append(out, text + i, 1, location);
		location.column++;
		if (text[i] == '\n')
			location = (struct config_location){.line = location.line + 1, .column = 1};
	}
}

/* Renders tokens as "token@line:column"; {, } and ; (end of line) as themselves. */
static char *render(const char *string, struct diagnostics *diagnostics)
{
	static const char *const marks[] = {
		[CONFIG_TOKEN_END] = "",   [CONFIG_TOKEN_NEWLINE] = ";", [CONFIG_TOKEN_WORD] = "",
		[CONFIG_TOKEN_OPEN] = "{", [CONFIG_TOKEN_CLOSE] = "}",
	};
	struct config_sources sources;
	struct config_text text = {0};
	struct config_lexer lexer;
	struct config_token token;
	char *out = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&out, &bytes);

	config_sources_init(&sources, "test.conf", diagnostics);
	split_lines(string, strlen(string), &text);
	config_lexer_init(&lexer, &text, &sources);
	while ((token = config_lexer_next(&lexer)).kind != CONFIG_TOKEN_END)
		fprintf(stream, "%s%s%s@%u:%u", ftell(stream) ? " " : "", marks[token.kind],
			token.text ? token.text : "", token.location.line, token.location.column);
	assert_int_equal(config_lexer_next(&lexer).kind, CONFIG_TOKEN_END);
	config_lexer_free(&lexer);
	config_text_free(&text);
	config_sources_free(&sources);
	fclose(stream);
	return out;
}

static const struct {
	const char *text;
	const char *tokens;
} good[] = {
	{"", ""},
	{"a b\nc", "a@1:1 b@1:3 ;@1:4 c@2:1"},
	{"\ta\r\n", "a@1:2 ;@1:4"},
	{"a{b}c", "a@1:1 {@1:2 b@1:3 }@1:4 c@1:5"},
	{"a # b { \"\n! c\nd", "a@1:1 ;@1:10 ;@2:4 d@3:1"},
	{"a#b\nc!d", "a@1:1 ;@1:4 c@2:1"},
	{"a\\#b \\!c \\x", "a#b@1:1 !c@1:6 \\x@1:10"},
	{"\"a # { } ! b\" c", "a # { } ! b@1:1 c@1:15"},
	{"a\"b\"c", "a@1:1 b@1:2 c@1:5"},
	{"\"\" x", "@1:1 x@1:4"},
	{"\"a\\\" b", "a\\@1:1 b@1:6"},
	{"p ${X}y $Z", "p@1:1 ${X}y@1:3 $Z@1:9"},
	{"a $X=1", "a@1:1 $X=1@1:3"},
	{"gr\xc3\xbc\xc3\x9f e", "gr\xc3\xbc\xc3\x9f@1:1 e@1:8"},
};

static void tokens(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct diagnostics diagnostics = {0};
		char *out = render(good[i].text, &diagnostics);

		assert_string_equal(out, good[i].tokens);
		assert_int_equal(diagnostics.count, 0);
		free(out);
	}
}

static void expect_error(const char *text, const char *expected_tokens, const char *expected)
{
	struct diagnostics diagnostics = {0};
	char *out = render(text, &diagnostics), *messages = fixture_render(&diagnostics);

	if (expected_tokens)
		assert_string_equal(out, expected_tokens);
	assert_string_equal(messages, expected);
	free(messages);
	free(out);
	diagnostics_free(&diagnostics);
}

static void open_quote(void **state)
{
	(void)state;
	expect_error("a \"b c\nd", "a@1:1 b c@1:3 ;@1:7 d@2:1",
		     "1:3: error: quote is not closed; add \" on the same line\n");
	expect_error("\"", "@1:1", "1:1: error: quote is not closed; add \" on the same line\n");
}

/* They are reported with their line; this test checks only that they do not reach a terminal. */
static void control_characters(void **state)
{
	(void)state;
	expect_error("a\x01\x02 b\n\"\x1b[31m\"", "a@1:1 b@1:5 ;@1:6 ?[31m@2:1", "");
}

/* The text need not end in a NUL, and bytes after it are not read. */
static void length_is_respected(void **state)
{
	static const char bytes[] = {'a', ' ', '"', 'b'};
	struct diagnostics diagnostics = {0};
	struct config_sources sources;
	struct config_text text = {0};
	struct config_lexer lexer;

	(void)state;
	config_sources_init(&sources, "test.conf", &diagnostics);
	split_lines(bytes, 3, &text);
	config_lexer_init(&lexer, &text, &sources);
	assert_string_equal(config_lexer_next(&lexer).text, "a");
	assert_string_equal(config_lexer_next(&lexer).text, "");
	assert_int_equal(config_lexer_next(&lexer).kind, CONFIG_TOKEN_END);
	config_lexer_free(&lexer);
	config_text_free(&text);
	config_sources_free(&sources);
	diagnostics_free(&diagnostics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(open_quote),
		cmocka_unit_test(control_characters),
		cmocka_unit_test(length_is_respected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
