// SPDX-License-Identifier: GPL-2.0-or-later
/* The lexer: tokens with their places, for each rule of keepalived's grammar. */
#include "config_fixture.h"
#include <user/core/config_lexer.h>

/* Renders tokens as "word@line:column", with {, } and ; for the line's end. Definitions,
 * conditions and loops are "(text)". */
static char *render(const char *text, struct diagnostics *diagnostics)
{
	static const struct {
		const char *before, *after;
	} marks[] = {
		[CONFIG_TOKEN_END] = {"", ""},	       [CONFIG_TOKEN_NEWLINE] = {";", ""},
		[CONFIG_TOKEN_WORD] = {"", ""},	       [CONFIG_TOKEN_OPEN] = {"{", ""},
		[CONFIG_TOKEN_CLOSE] = {"}", ""},      [CONFIG_TOKEN_DEFINITION] = {"(", ")"},
		[CONFIG_TOKEN_CONDITION] = {"(", ")"}, [CONFIG_TOKEN_LOOP] = {"(", ")"},
	};
	struct config_lexer lexer;
	struct config_token token;
	char *out = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&out, &bytes);

	config_lexer_init(&lexer, "test.conf", text, strlen(text), diagnostics);
	while ((token = config_lexer_next(&lexer)).kind != CONFIG_TOKEN_END)
		fprintf(stream, "%s%s%s%s@%u:%u", ftell(stream) ? " " : "",
			marks[token.kind].before, token.text ? token.text : "",
			marks[token.kind].after, token.position.line, token.position.column);
	assert_int_equal(config_lexer_next(&lexer).kind, CONFIG_TOKEN_END);
	config_lexer_free(&lexer);
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
	{"$X=1 { \\\n b } \\\nc\nd", "($X)@1:1 ;@3:2 d@4:1"},
	{"a $X=1", "a@1:1 $X=1@1:3"},
	{"~SEQ(A,1,2) { b\nc", "(~SEQ)@1:1 ;@1:16 c@2:1"},
	{"@main a @b", "(@main)@1:1 a@1:7 @b@1:9"},
	{"@main $X=1", "(@main)@1:1 ($X)@1:7"},
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
	char *out = render(text, &diagnostics), *said = fixture_render(&diagnostics);

	if (expected_tokens)
		assert_string_equal(out, expected_tokens);
	assert_string_equal(said, expected);
	free(said);
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

static void control_characters(void **state)
{
	(void)state;
	expect_error("a\x01\x02 b\n\"\x1b[31m\"", "a@1:1 b@1:5 ;@1:6 ?[31m@2:1",
		     "1:2: error: control character; the file must be plain text\n"
		     "2:2: error: control character; the file must be plain text\n");
}

static void long_lines(void **state)
{
	char text[1100];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[1023] = '\n';
	text[sizeof(text) - 1] = '\0';
	expect_error(text, NULL, "");
	text[1023] = 'x';
	text[1024] = '\n';
	expect_error(text, NULL, "1:1024: error: line is longer than 1023 bytes; split it\n");
}

/* The text need not end in a NUL, and what follows it is not read. */
static void length_is_respected(void **state)
{
	static const char text[] = {'a', ' ', '"', 'b'};
	struct diagnostics diagnostics = {0};
	struct config_lexer lexer;

	(void)state;
	config_lexer_init(&lexer, "test.conf", text, 3, &diagnostics);
	assert_string_equal(config_lexer_next(&lexer).text, "a");
	assert_string_equal(config_lexer_next(&lexer).text, "");
	assert_int_equal(config_lexer_next(&lexer).kind, CONFIG_TOKEN_END);
	config_lexer_free(&lexer);
	diagnostics_free(&diagnostics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens),
		cmocka_unit_test(open_quote),
		cmocka_unit_test(control_characters),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(length_is_respected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
