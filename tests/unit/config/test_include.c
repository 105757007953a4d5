// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Includes, from files that exist only in this test: what is read, in which order, and which errors
 * are reported.
 */
#include "tests/unit/config/fixture.h"
#include <errno.h>
#include <fnmatch.h>

#define INSTANCE_START "version 3\ninterface eth0\nvirtual_router_id 1\n"

static const struct {
	const char *path;
	const char *text; /* NULL: cannot be read */
} files[] = {
	{"circle.conf", "include back.conf"},
	{"back.conf", "\n  include circle.conf"},
	{"self.conf", "include self.conf"},
	{"secret.conf", NULL},
	{"conf.d/10-a.conf", "$A=1\n"
			     "priority ${A}0\n"},
	{"conf.d/20-b.conf", "prioritty 5\n"},
	{"sub/inner.conf", "include deep/inner.conf\n$FROM=inner"},
	{"sub/deep/inner.conf", "router_id ${_PWD}\n"},
	{"/abs/x.conf", "include y.conf"},
	{"/abs/y.conf", "router_id y"},
	{"bad.conf", "\n\nvrrp_instance W {\n  priority 0\n"},
	{"again.conf", "vrrp_instance V { " INSTANCE_START "virtual_ipaddress { 10.0.0.9 }\n}\n"},
	{"checks.conf", "include_check match\ninclude nothing1\n"},
	{"a{b.conf", "router_id brace"},
	{"empty.conf", "# nothing"},
	{"test.conf", ""},
};

#define FILE_COUNT (sizeof(files) / sizeof(files[0]))

static int find(const char *pattern, char ***paths, size_t *count)
{
	*paths = calloc(FILE_COUNT, sizeof(**paths));
	*count = 0;
	for (size_t i = 0; i < FILE_COUNT; i++) {
		if (!fnmatch(pattern, files[i].path, FNM_PATHNAME))
			(*paths)[(*count)++] = strdup(files[i].path);
	}
	return 0;
}

static int read_file(const char *path, char **text, size_t *length)
{
	for (size_t i = 0; i < FILE_COUNT; i++) {
		if (strcmp(path, files[i].path))
			continue;
		if (!files[i].text)
			return -EACCES;
		*text = strdup(files[i].text);
		*length = strlen(*text);
		return 0;
	}
	return -ENOENT;
}

static const struct config_environment node = {
	.config_id = "main",
	.directory = "/etc",
	.find = find,
	.read = read_file,
};

static char *render(const struct diagnostics *diagnostics)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	for (size_t i = 0; i < diagnostics->count; i++) {
		const struct diagnostic *entry = &diagnostics->entries[i];

		fprintf(stream, "%s:%u:%u: %s: %s\n", entry->file, entry->line, entry->column,
			entry->severity == DIAGNOSTIC_ERROR ? "error" : "warning", entry->text);
	}
	fclose(stream);
	return text;
}

/* A block without includes, so that the rest of a text may be only includes. */
#define SERVED                                                                                     \
	"vrrp_instance S {\nversion 3\ninterface eth9\nvirtual_router_id 9\n"                      \
	"virtual_ipaddress { 10.9.9.9 }\n}\n"

static struct config *parse(const char *text, const char *expected)
{
	struct diagnostics diagnostics = {0};
	struct config *config = NULL;
	int result = config_parse("test.conf", text, strlen(text), &node, &config, &diagnostics);
	char *messages = render(&diagnostics);

	assert_string_equal(messages, expected);
	assert_int_equal(result == 0, config != NULL);
	free(messages);
	diagnostics_free(&diagnostics);
	return config;
}

static void texts_are_inserted(void **state)
{
	struct config *config;

	(void)state;
	config = parse(SERVED "global_defs {\n  include sub/inner.conf # here\n}\n"
			      "vrrp_instance V {\n" INSTANCE_START "include conf.d/10*.conf\n"
			      "virtual_ipaddress { 10.0.0.${A}\n}\n}\n",
		       "");
	assert_string_equal(config->router_id, "/etc/sub/deep");
	assert_int_equal(config->instances[1].priority, 10);
	config_free(config);
	config = parse(SERVED "@other include missing.conf\n@main include again.conf\n"
			      "global_defs { include /abs/x.conf\n}\n",
		       "");
	assert_string_equal(config->router_id, "y");
	assert_int_equal(config->instance_count, 2);
	config_free(config);
}

static void source_locations(void **state)
{
	(void)state;
	parse(SERVED "\ninclude bad.conf\n",
	      "bad.conf:3:1: error: vrrp_instance W has no interface; add \"interface NAME\"\n"
	      "bad.conf:3:1: error: vrrp_instance W has no virtual_router_id; add \"virtual_router_id 1-255\"\n"
	      "bad.conf:3:1: error: vrrp_instance is not closed; add '}'\n"
	      "bad.conf:3:1: warning: vrrp_instance W has no virtual_ipaddress; it takes over no address\n"
	      "bad.conf:4:12: error: priority 0 is out of range; 1 to 255 is allowed\n");
	parse(SERVED "include again.conf\nvrrp_instance V {\n" INSTANCE_START
		     "virtual_ipaddress { 10.0.0.8 }\n}\n",
	      "test.conf:8:1: error: virtual_router_id 1 on eth0 is already used by vrrp_instance V on line 1 of again.conf; give each instance its own\n"
	      "test.conf:8:1: error: vrrp_instance V is already defined on line 1 of again.conf; give each instance its own name\n");
}

static void cycles(void **state)
{
	(void)state;
	config_free(parse(
		SERVED "include self.conf",
		"self.conf:1:1: error: self.conf includes itself through self.conf; break the cycle\n"));
	parse(SERVED "include circle.conf",
	      "back.conf:2:3: error: circle.conf includes itself through back.conf; break the cycle\n");
	parse(SERVED "include test.conf",
	      "test.conf:7:1: error: test.conf includes itself through test.conf; break the cycle\n");
}

/* As in keepalived, a missing file is an error only if the letter asks for it. */
static void missing(void **state)
{
#define NO_FILE(severity)                                                                          \
	"test.conf:7:1: " severity ": file no.conf does not exist; correct its name\n"
#define NO_MATCH "test.conf:7:1: error: no file matches no*.conf; correct the pattern\n"
#define NO_BRACE(severity)                                                                         \
	"test.conf:7:1: " severity                                                                 \
	": no file matches no.conf, an alternative in the braces; correct its name\n"
#define UNREADABLE(severity)                                                                       \
	"test.conf:7:1: " severity                                                                 \
	": cannot read the included file secret.conf: Permission denied\n"
	static const struct {
		const char *letter, *file, *wildcard, *braces, *unreadable;
	} cases[] = {
		{"", NO_FILE("warning"), "", NO_BRACE("warning"), UNREADABLE("warning")},
		{"r", NO_FILE("warning"), "", NO_BRACE("warning"), UNREADABLE("error")},
		{"m", NO_FILE("error"), "", NO_BRACE("warning"), UNREADABLE("error")},
		{"w", NO_FILE("error"), NO_MATCH, NO_BRACE("warning"), UNREADABLE("error")},
		{"b", NO_FILE("warning"), "", NO_BRACE("error"), UNREADABLE("error")},
		{"a", NO_FILE("error"), NO_MATCH, NO_BRACE("error"), UNREADABLE("error")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *const patterns[] = {"no.conf", "no*.conf", "{empty,no}.conf",
						"secret.conf"};
		const char *const expected[] = {cases[i].file, cases[i].wildcard, cases[i].braces,
						cases[i].unreadable};
		char text[512];

		for (size_t j = 0; j < 4; j++) {
			snprintf(text, sizeof(text), SERVED "include%s %s\n", cases[i].letter,
				 patterns[j]);
			config_free(parse(text, expected[j]));
		}
	}
}

static void checks(void **state)
{
	(void)state;
	/* include_check in an included file ends with that file. */
	parse(SERVED "include checks.conf\ninclude nothing2\n"
		     "global_defs {\n include_check match wildcard_match\n}\n"
		     "include n*3\ninclude_check -wildcard_match\ninclude n*4\ninclude nothing5\n"
		     "include_check +wildcard_match\ninclude n*6\ninclude_check readable\n"
		     "include nothing7\ninclude_check\ninclude n*8\ninclude_check all -foo\n",
	      "test.conf:8:1: warning: file nothing2 does not exist; correct its name\n"
	      "test.conf:12:1: error: no file matches n*3; correct the pattern\n"
	      "test.conf:15:1: error: file nothing5 does not exist; correct its name\n"
	      "test.conf:17:1: error: no file matches n*6; correct the pattern\n"
	      "test.conf:19:1: warning: file nothing7 does not exist; correct its name\n"
	      "test.conf:21:1: error: no file matches n*8; correct the pattern\n"
	      "test.conf:22:19: error: unknown check '-foo'; write readable, match, wildcard_match or brace_match\n"
	      "checks.conf:2:1: error: file nothing1 does not exist; correct its name\n");
}

static void braces(void **state)
{
	(void)state;
	/* Nested braces, empty alternatives, and an unclosed brace. */
	config_free(parse(
		SERVED "include {emp{ty,tier},e}.conf\n",
		"test.conf:7:1: warning: no file matches e.conf, an alternative in the braces; correct its name\n"
		"test.conf:7:1: warning: no file matches emptier.conf, an alternative in the braces; correct its name\n"));
	config_free(parse(
		SERVED "include empty{,x}.conf\nglobal_defs {\ninclude a{b.conf\n}",
		"test.conf:7:1: warning: no file matches emptyx.conf, an alternative in the braces; correct its name\n"));
}

static void wrong_includes(void **state)
{
	char deep[1200] = SERVED "include ";

	(void)state;
	parse(SERVED "include\nincludem   # x\nincludez empty.conf\n",
	      "test.conf:7:1: error: include lacks a file name; write \"include FILE\"\n"
	      "test.conf:8:1: error: includem lacks a file name; write \"include FILE\"\n"
	      "test.conf:9:1: error: unknown keyword 'includez'; valid keywords: global_defs, heartbeat, vrrp_instance, vrrp_sync_group, track_group, vrrp_script, vrrp_track_process, vrrp_track_file, track_file, vrrp_app, virtual_server, virtual_server_group, vrrp_check, bfd_instance, SSL, static_routes, static_rules, net_namespace, instance, use_pid_dir, garp_group, interface_up_down_delays, static_ipaddress\n");
	/* A large number of alternatives is truncated. */
	for (int i = 0; i < 100; i++)
		strcat(deep, "{a,b}");
	config_free(parse(
		SERVED "include $X/empty.conf",
		"test.conf:7:1: warning: file $X/empty.conf does not exist; correct its name\n"));
	{
		struct diagnostics diagnostics = {0};
		struct config *config = NULL;

		config_parse("test.conf", deep, strlen(deep), &node, &config, &diagnostics);
		assert_in_range(diagnostics.count, 1, 300);
		config_free(config);
		diagnostics_free(&diagnostics);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_inserted),
		cmocka_unit_test(source_locations),
		cmocka_unit_test(cycles),
		cmocka_unit_test(missing),
		cmocka_unit_test(checks),
		cmocka_unit_test(braces),
		cmocka_unit_test(wrong_includes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
