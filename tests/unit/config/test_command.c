// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Command values: keepalived's quotes and escapes, users, notify and FIFOs. The expected arguments
 * are those of keepalived 2.2.7 for the same lines.
 */
#include "tests/unit/config/fixture.h"

static char *joined(char *const words[])
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	for (; *words; words++)
		fprintf(stream, "[%s]", *words);
	fclose(stream);
	return text;
}

static void check_arguments(const struct config_command *command, const char *expected)
{
	char *text = joined(command->arguments);

	assert_string_equal(text, expected);
	free(text);
}

static void arguments(void **state)
{
	static const struct {
		const char *line;
		const char *arguments;
	} cases[] = {
		{"/bin/true", "[/bin/true]"},
		{"\"/bin/true a  b\"", "[/bin/true][a][b]"},
		{"\"/bin/echo 'a  b' c\"", "[/bin/echo][a  b][c]"},
		{"'/bin/echo \"a  b\" c'", "[/bin/echo][a  b][c]"},
		{"'/bin/echo a  b'", "[/bin/echo][a][b]"},
		{"/bin/ec\"ho a\"b", "[/bin/echo][ab]"},
		{"\"/bin/echo '' a\"", "[/bin/echo][][a]"},
		{"\"/bin/echo \\\\101 \\\\x41 \\\\\\\\102\"", "[/bin/echo][A][A][\\102]"},
		{"\"/bin/echo \\101\\0502 \\cA\"", "[/bin/echo][A(2][\001]"},
		{"\"/bin/echo 'a\\nb\\tc' d\"", "[/bin/echo][a\nb\tc][d]"},
		{"\"/bin/echo a\\nb\"", "[/bin/echo][a][b]"},
		{"\"/bin/echo # ! }\"", "[/bin/echo][#][!][}]"},
		{"\"</dev/tcp/127.0.0.1/80\"", "[/bin/sh][-c][</dev/tcp/127.0.0.1/80]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config *config;
		char text[512];

		snprintf(text, sizeof(text), INSTANCE VIPS "notify %s root\n}", cases[i].line);
		config = fixture_parse(text, "");
		check_arguments(&config->instances[0].notify.commands[CONFIG_NOTIFY_ANY],
				cases[i].arguments);
		assert_string_equal(config->instances[0].notify.commands[0].user, "root");
		config_free(config);
	}
}

static void users(void **state)
{
	static const struct {
		const char *text;
		const char *user, *group;
	} cases[] = {
		{"", "", ""},
		{"www", "www", ""},
		{"www data", "www", "data"},
		{"www:data", "www", "data"},
		{"www :data", "www", "data"},
		{"1000 33", "1000", "33"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct config_command *command;
		struct config *config;
		char text[512];

		snprintf(text, sizeof(text), INSTANCE VIPS "notify_fault \"/bin/a b\" %s\n}",
			 cases[i].text);
		config = fixture_parse(text, "");
		command = &config->instances[0].notify.commands[CONFIG_NOTIFY_FAULT];
		check_arguments(command, "[/bin/a][b]");
		assert_string_equal(command->user, cases[i].user);
		assert_string_equal(command->group, cases[i].group);
		assert_int_equal(command->location.line, 6);
		config_free(config);
	}
}

static void notify(void **state)
{
	static const char text[] = INSTANCE VIPS "notify a\nnotify_master b\nnotify_backup c\n"
						 "notify_fault d\nnotify_stop e\nnotify_deleted f\n"
						 "notify_master_rx_lower_pri g\n"
						 "notify_priority_changes yes\n}";
	static const char *const expected[CONFIG_NOTIFY_KINDS] = {
		[CONFIG_NOTIFY_ANY] = "[a]",
		[CONFIG_NOTIFY_MASTER] = "[b]",
		[CONFIG_NOTIFY_BACKUP] = "[c]",
		[CONFIG_NOTIFY_FAULT] = "[d]",
		[CONFIG_NOTIFY_STOP] = "[e]",
		[CONFIG_NOTIFY_DELETED] = "[f]",
		[CONFIG_NOTIFY_MASTER_RX_LOWER_PRI] = "[g]",
	};
	struct config *config = fixture_parse(text, "");

	(void)state;
	for (size_t i = 0; i < CONFIG_NOTIFY_KINDS; i++)
		check_arguments(&config->instances[0].notify.commands[i], expected[i]);
	assert_true(config->instances[0].notify.deleted);
	assert_true(config->instances[0].notify.priority_changes);
	config_free(config);
	config = fixture_parse(INSTANCE VIPS "notify_deleted\n}", "");
	assert_true(config->instances[0].notify.deleted);
	assert_null(config->instances[0].notify.commands[CONFIG_NOTIFY_DELETED].arguments);
	config_free(config);
}

static void fifos(void **state)
{
	static const char text[] =
		"global_defs {\nnotify_fifo \"/run/a b\" u g\n"
		"vrrp_notify_fifo /run/c\nvrrp_notify_priority_changes\n"
		"notify_fifo_script \"/bin/d e\" h\n"
		"vrrp_notify_fifo_script f\nscript_user i:j\n}\n" INSTANCE VIPS "}";
	struct config *config = fixture_parse(text, "");

	(void)state;
	assert_string_equal(config->notify_fifo, "/run/a b");
	assert_string_equal(config->notify_fifo_owner.user, "u");
	assert_string_equal(config->notify_fifo_owner.group, "g");
	assert_string_equal(config->vrrp_notify_fifo, "/run/c");
	assert_string_equal(config->vrrp_notify_fifo_owner.user, "");
	check_arguments(&config->notify_fifo_script, "[/bin/d][e]");
	assert_string_equal(config->notify_fifo_script.user, "h");
	check_arguments(&config->vrrp_notify_fifo_script, "[f]");
	assert_string_equal(config->script_user.user, "i");
	assert_string_equal(config->script_user.group, "j");
	assert_true(config->instances[0].notify.priority_changes);
	config_free(config);
}

static void bad(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "notify\n}",
		 "6:1: error: notify lacks a value; write \"notify \"PROGRAM [ARGUMENT ...]\" [USER [GROUP]]\"\n"},
		{INSTANCE VIPS "notify \"\"\n}",
		 "6:8: error: notify is empty; write \"notify \"PROGRAM [ARGUMENT ...]\" [USER [GROUP]]\"\n"},
		{INSTANCE VIPS "notify \"a 'b\"\n}",
		 "6:8: error: a quote in notify is not closed; write \"notify \"PROGRAM [ARGUMENT ...]\" [USER [GROUP]]\" with \" or ' around text that belongs together\n"},
		{INSTANCE VIPS "notify a b c d\n}",
		 "6:8: error: unexpected 'd' after notify; write \"notify \"PROGRAM [ARGUMENT ...]\" [USER [GROUP]]\", with the arguments inside the quotes\n"},
		{INSTANCE VIPS "notify a\nnotify b\n}",
		 "7:1: warning: notify is already set on line 6; the first one counts, as in keepalived; keep one of them\n"},
		{INSTANCE VIPS "notify a uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu\n}",
		 "6:8: error: user 'uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu' has the wrong length; 1 to 32 bytes are allowed\n"},
		{INSTANCE VIPS "notify a \"b c\"\nnotify_stop a b:\\n\n}",
		 "6:8: error: the name of a user contains a blank, quote, colon or control character; write the name as the system has it\n"
		 "7:13: error: the name of a group contains a blank, quote, colon or control character; write the name as the system has it\n"},
		{INSTANCE VIPS "notify a b ::c\n}",
		 "6:8: error: the name of a group contains a blank, quote, colon or control character; write the name as the system has it\n"},
		{INSTANCE VIPS "notify_priority_changes maybe\n}",
		 "6:25: error: 'maybe' is neither on nor off; write \"notify_priority_changes [on|off]\"\n"},
		{"global_defs {\nnotify_fifo /a\nvrrp_notify_fifo /a\n}\n" INSTANCE VIPS "}",
		 "3:18: error: notify_fifo and vrrp_notify_fifo are both /a; give each its own path\n"},
		{"global_defs {\nnotify_fifo /a\n}\nglobal_defs {\nnotify_fifo /b\n}\n" INSTANCE
			 VIPS "}",
		 "5:1: warning: notify_fifo is already set in an earlier global_defs; the first one counts, as in keepalived; keep one of them\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments), cmocka_unit_test(users), cmocka_unit_test(notify),
		cmocka_unit_test(fifos),     cmocka_unit_test(bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
