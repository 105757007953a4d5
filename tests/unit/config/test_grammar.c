// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Definitions, conditions and loops: the resulting text, and the errors of invalid ones with their
 * locations. The rules and examples are keepalived's.
 */
#include "tests/unit/config/fixture.h"
#include "user/config/syntax/preprocess.h"

struct expansion {
	const char *text;
	const char *result; /* without empty lines */
};

static char *variable(const char *name)
{
	static char site[] = "north # \"!\"\n$A", circle[] = "${_ENV CIRCLE}";

	return !strcmp(name, "SITE") ? site : !strcmp(name, "CIRCLE") ? circle : NULL;
}

static const struct config_environment node = {
	.config_id = "main",
	.directory = "/etc/xbeat",
	.variable = variable,
};

/* Returns the lexer's input, without empty lines and trailing blanks. */
static char *preprocess(const char *file, const char *text, struct diagnostics *diagnostics)
{
	struct config_preprocessor preprocessor;
	char *out = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&out, &bytes);
	size_t pending = 0;

	config_preprocess(&preprocessor, file, text, strlen(text), &node, diagnostics);
	for (size_t i = 0; i < preprocessor.out.length; i++) {
		char byte = preprocessor.out.bytes[i];

		if (byte == '\n')
			pending = ftell(stream) ? (size_t)-1 : 0;
		else if (byte == ' ' && pending != (size_t)-1)
			pending++;
		else {
			if (pending == (size_t)-1)
				fputc('\n', stream);
			else
				fprintf(stream, "%*s", (int)pending, "");
			pending = 0;
			fputc(byte, stream);
		}
	}
	config_preprocess_free(&preprocessor);
	fclose(stream);
	return out;
}

static void expect(const struct expansion *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct diagnostics diagnostics = {0};
		char *out = preprocess("test.conf", cases[i].text, &diagnostics);
		char *messages = fixture_render(&diagnostics);

		assert_string_equal(messages, "");
		assert_string_equal(out, cases[i].result);
		free(messages);
		free(out);
		diagnostics_free(&diagnostics);
	}
}

#define EXPECT(cases) expect(cases, sizeof(cases) / sizeof((cases)[0]))

static void definitions(void **state)
{
	static const struct expansion cases[] = {
		{"$A=1\nb${A}c $A\nd$A", "b1c 1\nd1"},
		/* Without braces, a blank or the end must follow. */
		{"$A=1\n$A.5 $Ab $A{ \"$A\" \"${A}\"", "$A.5 $Ab $A{\"$A\" \"1\""},
		{"$A=\na${A}b", "ab"},
		{"$A= x y # comment\n$A z", "x y z"},
		{"$A=\"b # c\" ! d\n$A", "\"b # c\""},
		{"$A=b\\#c\n$A", "b\\#c"},
		/* Late and recursive expansion: keepalived's example. */
		{"$BASE=10.2.${SUB}\n$SUB=0\n${BASE}.100/32\n$SUB=10\n${BASE}.100/32",
		 "10.2.0.100/32\n10.2.10.100/32"},
		{"$A=${B} x\n$B=y\n$A z", "y x z"},
		/* Undefined names are unchanged; blanks after braces are ignored. */
		{"$ ${ ${} ${A $A ${A} ${ A } $1A=2", "$ ${${}${A $A ${A} ${A }$1A=2"},
		{"a $A=1\n$A =2\nb$A", "a $A=1\n$A =2\nb$A"},
		/* A statement may begin after a brace. */
		{"a {$B=1\nb$B\n}", "a {\nb1\n}"},
		{"$OPEN={\na $OPEN\n}", "a {\n}"},
		{"$_X=1\na$_X", "a1"},
	};

	(void)state;
	EXPECT(cases);
}

static void several_lines(void **state)
{
	static const struct expansion cases[] = {
		{"$A= \\\nb {\\\n  c # d \\\n }\ne\n$A\nx${A}y", "e\nb {\nc\n}\nxb {\nc\n}y"},
		{"$A=b \\\nc\n$A", "b\nc"},
		{"$A= \\\n  b\nc$A", "cb"},
		/* An empty line ends it, as in keepalived. */
		{"$A= \\\nb \\\n\nc\n$A", "c\nb"},
		{"$A= \\\n$B=1 \\\nc$B \\\n$B=2 \\\nc$B\n$A\n", "c1\nc2"},
		{"$VI= \\\nvrrp_instance VI_${N} { \\\n@main priority 130 \\\n@low priority 120 \\\n}\n"
		 "$N=0\n$VI\n$N=1\n$VI",
		 "vrrp_instance VI_0 {\npriority 130\n}\nvrrp_instance VI_1 {\npriority 130\n}"},
		{"$A=b \\", ""},
		{"$A=b \\\r\nc\r\n$A\r\nd \\\ne", "b\nc\nd \\\ne"},
	};

	(void)state;
	EXPECT(cases);
}

static void conditions(void **state)
{
	static const struct expansion cases[] = {
		{"@main a\n@other b\n@^main c\n@^other d", "a\nd"},
		{" @main @^other a\n@main @other b", "a"},
		{"@ a\n@^ b\n@mai c\n@mains d", "b"},
		{"@main $P=1\n@other $P=2\n@other $Q=3 \\\n4\na$P\nb$Q", "a1\nb$Q"},
		{"$IF=@main\n$NOT=@^main\n$IF a\n$NOT b", "a"},
		{"a { @other b }\nc\n}", "a {\nc\n}"},
		{"a @main b", "a @main b"},
	};

	(void)state;
	EXPECT(cases);
}

static void predefined(void **state)
{
	static const struct expansion cases[] = {
		{"a${_INSTANCE}b $_INSTANCE", "amainb main"},
		{"${_PWD}/x \"${_PWD}\"", "/etc/xbeat/x \"/etc/xbeat\""},
		{"${_HASH}a \"${_HASH}\" b${_BANG} # c", "\\#a \"#\" b\\!"},
		{"\"${_ENV SITE}\"", "\"north # \"\\!\" $A\""},
		{"$A=x\n${_ENV SITE} ${_ENV NONE} ${_ENV}",
		 "north \\# \"!\" x ${_ENV NONE} ${_ENV}"},
		{"${_RANDOM 3 3} ${_RANDOM 0 0}", "3 0"},
		{"${_RANDOM x} ${_RANDOM 5 3} ${_RANDOM 1 2 3} ${_RANDOM 99999999999}",
		 "${_RANDOM x} ${_RANDOM 5 3} ${_RANDOM 1 2 3} ${_RANDOM 99999999999}"},
	};
	static const struct {
		const char *file, *directory;
	} places[] = {
		{"a.conf", "/etc/xbeat"},
		{"b/a.conf", "/etc/xbeat/b"},
		{"/a.conf", "/"},
		{"/b/c/a.conf", "/b/c"},
	};

	(void)state;
	EXPECT(cases);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct diagnostics diagnostics = {0};
		char *out = preprocess(places[i].file, "$_PWD", &diagnostics);

		assert_string_equal(out, places[i].directory);
		free(out);
	}
}

/* Every value occurs, none is out of range, and the same seed gives the same values. */
static void random_numbers(void **state)
{
	char text[200 * 16] = "", *first, *second;
	struct diagnostics diagnostics = {0};
	unsigned seen = 0;

	(void)state;
	for (int i = 0; i < 200; i++)
		strcat(text, "${_RANDOM 2 5}\n");
	first = preprocess("test.conf", text, &diagnostics);
	second = preprocess("test.conf", text, &diagnostics);
	assert_string_equal(first, second);
	for (const char *byte = first; *byte; byte += byte[1] ? 2 : 1) {
		assert_in_range(*byte, '2', '5');
		seen |= 1U << (*byte - '2');
	}
	assert_int_equal(seen, 15);
	free(first);
	free(second);
}

static void loops(void **state)
{
	static const struct expansion cases[] = {
		{"~SEQ(S, 0, 3) 10.0.${S}.1", "10.0.0.1\n10.0.1.1\n10.0.2.1\n10.0.3.1"},
		{"~SEQ(I,2) a$I\n~SEQ(I,-2) b$I\n~SEQ(I,3,1) c$I\n~SEQ(I,1,2,4)d$I",
		 "a1\na2\nb-1\nb-2\nc3\nc2\nc1\nd1\nd3"},
		{"~SEQx(I,0x90,0x10,0xb0) a${I}:1", "a90:1\naa0:1\nab0:1"},
		{"~SEQ (I,010,9) a$I", "a8\na9"},
		{"~SEQ(I,9223372036854775806,2,9223372036854775807) a$I", "a9223372036854775806"},
		{"~LST(L, a,, b c ) x${L}y", "xay\nxy\nxb cy"},
		{"~LST({IP, IP1}, {10,1},{20,4}) ~SEQ(I,168,2,170) 192.${I}.${IP}.${IP1}",
		 "192.168.10.1\n192.170.10.1\n192.168.20.4\n192.170.20.4"},
		{"$N=2\n~SEQ(I,1,$N ) a\n~SEQ(I,1,${N}) b$I", "a\na\nb1\nb2"},
		{"$N=7\n~SEQ(N,1,2) a$N\nb$N", "a1\na2\nb2"},
		{"$V= \\\na$I { \\\n}\n~SEQ(I,1,2) $V", "a1 {\n}\na2 {\n}"},
		{"$V= \\\n~SEQ(I,1,2) a$I \\\nb\n$V", "a1\na2\nb"},
		{"@other ~SEQ(I,1,2) a\n~SEQ(I,1,2) @other b\n~SEQ(I,1,2) @main c$I", "c1\nc2"},
		{"~SEQ(I,1,2) $W=${I}\na$W", "a2"},
		{"~SEQ(I,1,2)\n~FOO(I,1,2) a\n~SEQX(I,1,2) b\nc ~SEQ(I,1,2)",
		 "~FOO(I,1,2) a\n~SEQX(I,1,2) b\nc ~SEQ(I,1,2)"},
	};

	(void)state;
	EXPECT(cases);
}

static void expect_error(const char *text, const char *expected)
{
	struct diagnostics diagnostics = {0};
	char *out = preprocess("test.conf", text, &diagnostics);
	char *messages = fixture_render(&diagnostics);

	assert_string_equal(messages, expected);
	free(messages);
	free(out);
	diagnostics_free(&diagnostics);
}

static void wrong_loops(void **state)
{
	(void)state;
	expect_error("~SEQ(I,1,2 a", "1:1: error: the loop's '(' is not closed; add ')'\n");
	expect_error(
		"~SEQ(I,a)\n~SEQ(I)\n ~SEQ(I,1,1,1,1) a\n~SEQ(I,1.5)\n~SEQ(I,1,)\n"
		"~SEQ(I,99999999999999999999)",
		"1:1: error: the loop has invalid numbers; write ~SEQ(NAME,[START,[STEP,]]END)\n"
		"2:1: error: the loop has invalid numbers; write ~SEQ(NAME,[START,[STEP,]]END)\n"
		"3:2: error: the loop has invalid numbers; write ~SEQ(NAME,[START,[STEP,]]END)\n"
		"4:1: error: the loop has invalid numbers; write ~SEQ(NAME,[START,[STEP,]]END)\n"
		"5:1: error: the loop has invalid numbers; write ~SEQ(NAME,[START,[STEP,]]END)\n"
		"6:1: error: the loop has invalid numbers; write ~SEQ(NAME,[START,[STEP,]]END)\n");
	expect_error("~SEQ(I,1,0,2) a\n~SEQ(I,5,1,2) a\n~SEQx(I,-1,2) a",
		     "1:1: error: steps of 0 do not lead from 1 to 2; correct the step\n"
		     "2:1: error: steps of 1 do not lead from 5 to 2; correct the step\n"
		     "3:1: error: ~SEQx takes no negative numbers; use ~SEQ\n");
	expect_error("~SEQ(1I,2) a\n~LST(,a) b\n~SEQ(_PWD,1) c",
		     "1:1: error: '1I' is not a valid loop name; use letters, digits and _\n"
		     "2:1: error: '' is not a valid loop name; use letters, digits and _\n"
		     "3:1: error: $_PWD is predefined by xbeat; choose another name\n");
	expect_error(
		"~LST(L) a\n~LST({A,B},{1,2},{3}) b\n~LST(A,{1,2}) c",
		"1:1: error: the loop has no values; write ~LST(NAME,VALUE,...)\n"
		"2:1: error: '{3}' has 1 value(s) for 2 name(s); give each name one value\n"
		"3:1: error: '{1,2}' has 2 value(s) for 1 name(s); give each name one value\n");
}

static void cycles(void **state)
{
	(void)state;
	expect_error(
		"$A=${A}\na$A",
		"1:4: error: the definition of $A refers to itself: it is used by $A; break the cycle\n");
	expect_error(
		"$A=${B}\n$B= x${C}\n$C=${A}\na$A",
		"3:4: error: the definition of $A refers to itself: it is used by $C, which is used by $B, which is used by $A; break the cycle\n");
	expect_error(
		"$A= \\\n~SEQ(I,1,2) $A\n$A",
		"2:13: error: the definition of $A refers to itself: it is used by $A; break the cycle\n"
		"2:13: error: the definition of $A refers to itself: it is used by $A; break the cycle\n");
	/* A new value of the name is another definition. */
	expect_error("$A= \\\n$A=x \\\na$A\n$A", "");
	expect_error("$_HASH=x",
		     "1:1: error: $_HASH is predefined by xbeat; choose another name\n");
}

/* Checks that the last diagnostic contains a text. */
static void expect_end(const char *text, const char *messages)
{
	struct diagnostics diagnostics = {0};
	char *out = preprocess("test.conf", text, &diagnostics);

	assert_true(diagnostics.count > 0);
	if (!strstr(diagnostics.entries[diagnostics.count - 1].text, messages))
		fail_msg("%s", diagnostics.entries[diagnostics.count - 1].text);
	free(out);
	diagnostics_free(&diagnostics);
}

/* A short text cannot cause long runs or exhaust the memory. */
static void limits(void **state)
{
	char chain[60 * 16] = "", loops_in_loops[40 * 16] = "";

	(void)state;
	for (int i = 0; i < 60; i++)
		sprintf(chain + strlen(chain), "$A%d=${A%d}\n", i, i + 1);
	strcat(chain, "$A0 ");
	expect_end(chain,
		   "$A32 is nested more than 32 definitions deep; simplify them (from $A31, ");
	for (int i = 0; i < 17; i++)
		strcat(loops_in_loops, "~SEQ(I,1,1) ");
	expect_end(loops_in_loops, "loops are nested too deeply; use fewer levels");
	expect_end("${_ENV CIRCLE}", "$_ENV is nested more than 32 definitions deep");
	expect_end("~SEQ(I,1,9223372036854775807)", "expand to too much text");
	expect_end("~SEQ(I,1,999999) ~SEQ(J,1,999999) $X=a", "expand to too much text");
	expect_end("$A=${B}${B}${B}${B}\n$B=${C}${C}${C}${C}\n$C=${D}${D}${D}${D}\n"
		   "$D=${E}${E}${E}${E}\n$E=${F}${F}${F}${F}\n$F=${G}${G}${G}${G}\n"
		   "$G=${H}${H}${H}${H}\n$H=${I}${I}${I}${I}\n$I=\n$A",
		   "expand to too much text");
}

static void lines(void **state)
{
	char text[1100];

	(void)state;
	expect_error("a\x01\x02 b\n\"\x1b[31m\"",
		     "1:2: error: control character; the file must be plain text\n"
		     "2:2: error: control character; the file must be plain text\n");
	/* Of pages and columns, as some editors have them. */
	expect_error("\f\na\v b\f{\n}\r\n\f", "");
	memset(text, 'x', sizeof(text));
	text[1023] = '\n';
	text[sizeof(text) - 1] = '\0';
	expect_error(text, "");
	text[1023] = 'x';
	text[1024] = '\n';
	expect_error(text, "1:1024: error: line is longer than 1023 bytes; split it\n");
}

#define ROUTER                                                                                     \
	"vrrp_instance V {\nversion 3\ninterface eth0\nvirtual_router_id 1\n"                      \
	"virtual_ipaddress { 10.0.0.9 }\n"

/* An error names the location in the file, and the definitions that the text was expanded from. */
static void source_locations(void **state)
{
	static const struct config_case cases[] = {
		{"$P=  300\n" ROUTER "priority $P\n}",
		 "1:6: error: priority 300 is out of range; 1 to 255 is allowed (from $P, used on line 7)\n"},
		{"$P=00\n" ROUTER "priority 3${P}\n}",
		 "7:10: error: priority 300 is out of range; 1 to 255 is allowed (from $P, used on line 7)\n"},
		{"$P=${Q}\n$Q=300\n" ROUTER "priority $P\n}",
		 "2:4: error: priority 300 is out of range; 1 to 255 is allowed (from $Q, used on line 1, from $P, used on line 8)\n"},
		{"$A= \\\n  prioritty 1 \\\n  nonsense\n" ROUTER "$A\n}",
		 "2:3: error: unknown keyword 'prioritty' in vrrp_instance; did you mean 'priority'? (from $A, used on line 9)\n"
		 "3:3: error: unknown keyword 'nonsense' in vrrp_instance; see xbeat.conf(5) for the valid keywords (from $A, used on line 9)\n"},
		{ROUTER "}\n~SEQ(I,1,3) priorit 1\n",
		 "7:13: error: unknown keyword 'priorit'; valid keywords: global_defs, heartbeat, vrrp_instance, vrrp_sync_group, track_group, vrrp_script, vrrp_track_process, vrrp_track_file, track_file, vrrp_app, virtual_server, virtual_server_group, vrrp_check, bfd_instance, SSL, static_routes, static_rules, net_namespace, instance, use_pid_dir, garp_group, interface_up_down_delays, static_ipaddress\n"},
		{ROUTER "@main @^other  priority 0\n}",
		 "6:25: error: priority 0 is out of range; 1 to 255 is allowed\n"},
		{ROUTER "~LST(P,100, 300) priority $P\n}",
		 "6:13: error: priority 300 is out of range; 1 to 255 is allowed (from $P, used on line 6)\n"
		 "6:18: warning: priority is already set on line 6; the last one counts, as in keepalived; keep one of them\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions),	    cmocka_unit_test(several_lines),
		cmocka_unit_test(conditions),	    cmocka_unit_test(predefined),
		cmocka_unit_test(random_numbers),   cmocka_unit_test(loops),
		cmocka_unit_test(wrong_loops),	    cmocka_unit_test(cycles),
		cmocka_unit_test(limits),	    cmocka_unit_test(lines),
		cmocka_unit_test(source_locations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
