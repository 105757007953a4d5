// SPDX-License-Identifier: GPL-2.0-or-later
/* What keepalived takes without a word: values given twice, words too many, long lines. */
#include "tests/unit/config/fixture.h"

/* Of two values keepalived takes the last, of some the first: its own dump shows which. */
static void values_given_twice(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE "priority 100\npriority 110\nstate BACKUP\nstate MASTER\n"
			 "preempt\nnopreempt\nnotify /a\nnotify /b\n"
			 "authentication {\nauth_type PASS\nauth_pass a\nauth_pass b\n}\n"
			 "version 2\n" VIPS "}",
		"6:1: warning: priority is already set on line 5; the last one counts, as in keepalived; keep one of them\n"
		"8:1: warning: state is already set on line 7; the first one counts, as in keepalived; keep one of them\n"
		"10:1: warning: nopreempt contradicts preempt on line 9; the last one counts, as in keepalived; keep one of them\n"
		"12:1: warning: notify is already set on line 11; the first one counts, as in keepalived; keep one of them\n"
		"16:1: warning: auth_pass is already set on line 15; the last one counts, as in keepalived; keep one of them\n");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_int_equal(instance->priority, 110);
	assert_false(instance->start_as_master);
	assert_false(instance->preempt);
	assert_string_equal(instance->notify.commands[CONFIG_NOTIFY_ANY].arguments[0], "/a");
	assert_memory_equal(instance->password, "b\0\0\0\0\0\0\0", 8);
	config_free(config);
}

static void words_too_many(void **state)
{
	struct config *config = fixture_parse(
		"global_defs {\nenable_script_security true\nrouter_id two words\n}\n" INSTANCE
		"nopreempt yes\naccept on\npriority 90 state MASTER\n" VIPS "}",
		"2:24: warning: unexpected 'true' after enable_script_security; it is ignored, as in keepalived; write \"enable_script_security\", one statement per line\n"
		"3:15: warning: unexpected 'words' after router_id; it is ignored, as in keepalived; write \"router_id NAME\", one statement per line\n"
		"9:11: warning: unexpected 'yes' after nopreempt; it is ignored, as in keepalived; write \"nopreempt\", one statement per line\n"
		"10:8: warning: unexpected 'on' after accept; it is ignored, as in keepalived; write \"accept\", one statement per line\n"
		"11:13: warning: unexpected 'state' after priority; it is ignored, as in keepalived; write \"priority 1-255\", one statement per line\n");

	(void)state;
	assert_true(config->script_security);
	assert_string_equal(config->router_id, "two");
	assert_false(config->instances[0].preempt);
	assert_int_equal(config->instances[0].priority, 90);
	assert_false(config->instances[0].start_as_master);
	config_free(config);
}

/* Without a name of one word keepalived skips the block. */
static void names_of_two_words(void **state)
{
	static const struct config_case cases[] = {
		{"vrrp_instance web server {\ninterface eth0\nvirtual_router_id 1\n" VIPS "}",
		 "1:19: error: unexpected 'server' after vrrp_instance; write \"vrrp_instance NAME { ... }\", one statement per line\n"},
		{"vrrp_sync_group G on {\ngroup { A B }\n}\n" INSTANCE VIPS "}",
		 "1:19: error: unexpected 'on' after vrrp_sync_group; write \"vrrp_sync_group NAME { ... }\", one statement per line\n"
		 "2:9: error: vrrp_instance A is not defined; add it, or remove it from the group\n"
		 "2:11: error: vrrp_instance B is not defined; add it, or remove it from the group\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

#define MEMBERS 200

/* As many words of a line count as stand there. */
static void a_long_line(void **state)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);
	struct config *config;

	(void)state;
	fprintf(out, "vrrp_sync_group G { group {");
	for (int i = 1; i <= MEMBERS; i++)
		fprintf(out, " V%d", i);
	fprintf(out, " } }\n");
	for (int i = 1; i <= MEMBERS; i++)
		fprintf(out,
			"vrrp_instance V%d {\ninterface eth0\nvirtual_router_id %d\n"
			"virtual_ipaddress { 10.0.0.%d }\n}\n",
			i, i, i);
	fclose(out);
	config = fixture_parse(text, "");
	assert_int_equal(config->groups[0].member_count, MEMBERS);
	assert_int_equal(config->groups[0].members[MEMBERS - 1], MEMBERS - 1);
	config_free(config);
	free(text);
}

/* Each message names what a reader of the file does not see. */
static void what_is_not_seen(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "\xc2\xa0priority 100\n" VIPS "}",
		 "5:1: error: a no-break space (bytes c2 a0) in '\xc2\xa0priority'; write a plain blank\n"},
		{"\xef\xbb\xbf# saved by another system\n" INSTANCE VIPS "}",
		 "1:1: error: a byte order mark (bytes ef bb bf) in '\xef\xbb\xbf'; save the file without it\n"},
		{INSTANCE "nopreempt\xe2\x80\x8b\n" VIPS "}",
		 "5:1: error: a zero-width space (bytes e2 80 8b) in 'nopreempt\xe2\x80\x8b'; remove it\n"},
		{INSTANCE "pri\xd0\xberity 100\n" VIPS "}",
		 "5:1: error: byte 0xd0 in 'pri\xd0\xberity', which no keyword has; write plain letters and blanks\n"},
		{INSTANCE "state BACK\n" VIPS "}",
		 "5:7: error: unknown state 'BACK'; did you mean 'BACKUP'?\n"},
		{INSTANCE "state SLAVE\n" VIPS "}",
		 "5:7: error: unknown state 'SLAVE'; write \"state MASTER|BACKUP\"\n"},
		{INSTANCE "state master\nPRIORITY 100\n" VIPS "}",
		 "5:7: error: unknown state 'master'; did you mean 'MASTER'?\n"
		 "6:1: error: unknown keyword 'PRIORITY' in vrrp_instance; did you mean 'priority'?\n"},
		{INSTANCE "unicast_peer {\n10.0.0.2 10.0.0.3\n}\n" VIPS "}",
		 "6:10: error: '10.0.0.3' is not a TTL limit of a peer; write \"ADDRESS [min_ttl 0-255] [max_ttl 0-255]\"\n"},
		{INSTANCE "track_interface { eth0@if9 }\n" VIPS "}",
		 "5:19: warning: 'eth0@if9' has an '@', which \"ip link\" puts after a name; if so, write it without: 'eth0'\n"},
		/* The warning explains the error. */
		{"virtual_server 10.0.0.1 80 {\n}\n",
		 "1:1: warning: virtual_server has no real_server; it is ignored, as in keepalived; add one\n"
		 "0:0: error: nothing is configured; add a heartbeat, vrrp_instance or virtual_server block\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

/* One run reports all errors of a file, also those inside of a block whose name is wrong. */
static void errors_in_a_misnamed_block(void **state)
{
	static const struct config_case cases[] = {
		{"vrrp_instance A B {\nstate BACK\ninterface eth0\nvirtual_router_id 1\n" VIPS "}",
		 "1:17: error: unexpected 'B' after vrrp_instance; write \"vrrp_instance NAME { ... }\", one statement per line\n"
		 "2:7: error: unknown state 'BACK'; did you mean 'BACKUP'?\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_given_twice), cmocka_unit_test(words_too_many),
		cmocka_unit_test(names_of_two_words), cmocka_unit_test(a_long_line),
		cmocka_unit_test(what_is_not_seen),   cmocka_unit_test(errors_in_a_misnamed_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
