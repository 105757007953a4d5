// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vrrp_script, vrrp_track_process and track_file: each keyword with a valid and an invalid value.
 */
#include "tests/unit/config/fixture.h"
#include "user/lib/time.h"

#define ANY INSTANCE VIPS "}\n"

static void script(void **state)
{
	struct config *config = fixture_parse(
		ANY
		"vrrp_script s {\nscript \"/bin/x y\"\n}\n"
		"vrrp_script t {\nscript /bin/x\ninterval 2.5\ntimeout 3\nrise 2\nfall 3\nweight -253 reverse\nuser u g\ninit_fail\n}\n",
		"");
	const struct config_script *s = &config->scripts[0], *t = &config->scripts[1];

	(void)state;
	assert_int_equal(config->script_count, 2);
	assert_string_equal(s->command.arguments[1], "y");
	assert_int_equal(s->interval_ns, NS_PER_SECOND);
	assert_int_equal(s->timeout_ns, NS_PER_SECOND);
	assert_int_equal(s->rise, 1);
	assert_int_equal(s->fall, 1);
	assert_int_equal(s->weight, 0);
	assert_false(s->reverse || s->init_fail);
	assert_int_equal(t->interval_ns, 2500 * NS_PER_MS);
	assert_int_equal(t->timeout_ns, 3 * NS_PER_SECOND);
	assert_int_equal(t->rise, 2);
	assert_int_equal(t->fall, 3);
	assert_int_equal(t->weight, -253);
	assert_true(t->reverse && t->init_fail);
	assert_string_equal(t->command.user, "u");
	assert_string_equal(t->command.group, "g");
	config_free(config);
}

static void script_without_quotes(void **state)
{
	struct config *config = fixture_parse(
		ANY "vrrp_script s {\nscript pidof \"a b\" nginx\n}\n",
		"8:8: warning: script has arguments outside quotes, which keepalived ignores; write \"script \"PROGRAM [ARGUMENT ...]\"\"\n");

	(void)state;
	assert_string_equal(config->scripts[0].command.arguments[0], "pidof");
	assert_string_equal(config->scripts[0].command.arguments[1], "a b");
	assert_string_equal(config->scripts[0].command.arguments[2], "nginx");
	assert_null(config->scripts[0].command.arguments[3]);
	config_free(config);
}

static void bad_script(void **state)
{
	static const struct config_case cases[] = {
		{ANY "vrrp_script s {\nweight 1\n}",
		 "7:1: error: vrrp_script s has no script; add one\n"},
		{ANY
		 "vrrp_script s {\nscript x\nweight 254\ninterval 0\ntimeout x\nrise 0\nfall 0\n}",
		 "9:8: error: weight 254 is out of range; -253 to 253 is allowed\n"
		 "10:10: error: interval 0 is out of range; 1ms to 4294967295us is allowed\n"
		 "11:9: error: 'x' is not a duration; write \"timeout SECONDS\"\n"
		 "12:6: error: rise 0 is out of range; 1 to 2147483647 is allowed\n"
		 "13:6: error: fall 0 is out of range; 1 to 2147483647 is allowed\n"},
		{ANY "vrrp_script s {\nscript x\nweight x\nuser\n}",
		 "9:8: error: 'x' is not a weight; write \"weight NUMBER [reverse]\"\n"
		 "10:1: error: user lacks a value; write \"user USER [GROUP]\"\n"},
		{ANY "vrrp_script s {\nscript x\nweight 3 noreverse\n}",
		 "9:10: error: unexpected 'noreverse' after a weight; write \"weight NUMBER [reverse]\"\n"},
		{ANY "vrrp_script s { script x }\nvrrp_script s { script x }",
		 "8:1: error: vrrp_script s is already defined on line 7; give each its own name\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void process(void **state)
{
	struct config *config = fixture_parse(
		ANY "vrrp_track_process p {\nprocess nginx\n}\n"
		    "vrrp_track_process q {\nprocess \"/bin/a b\" c\nparam_match partial\n"
		    "weight -254 reverse\nquorum 2\nquorum_max 3\ndelay 0.5\nfull_command\n}\n"
		    "vrrp_track_process r {\nprocess z\nparam_match\nquorum_max 0\nfork_delay 1\n"
		    "terminate_delay 2\n}\n"
		    "vrrp_track_process s {\nprocess z y\nparam_match initial\n}\n",
		"");
	const struct config_process *p = config->processes;

	(void)state;
	assert_int_equal(p[0].quorum, 1);
	assert_int_equal(p[0].quorum_max, UINT32_MAX);
	assert_int_equal(p[0].weight, 0);
	assert_false(p[0].match_parameters || p[0].full_command || p[0].match_partial);
	assert_string_equal(p[1].command[0], "/bin/a b");
	assert_string_equal(p[1].command[1], "c");
	assert_true(p[1].match_parameters && p[1].match_partial && p[1].full_command);
	assert_int_equal(p[1].weight, -254);
	assert_true(p[1].reverse);
	assert_int_equal(p[1].quorum, 2);
	assert_int_equal(p[1].quorum_max, 3);
	assert_int_equal(p[1].fork_delay_ns, NS_PER_SECOND / 2);
	assert_int_equal(p[1].terminate_delay_ns, NS_PER_SECOND / 2);
	assert_true(p[2].match_parameters && !p[2].match_partial);
	assert_int_equal(p[2].quorum, 0);
	assert_int_equal(p[2].quorum_max, 0);
	assert_int_equal(p[2].fork_delay_ns, NS_PER_SECOND);
	assert_int_equal(p[2].terminate_delay_ns, 2 * NS_PER_SECOND);
	assert_true(p[3].match_initial);
	config_free(config);
}

static void bad_process(void **state)
{
	static const struct config_case cases[] = {
		{ANY "vrrp_track_process p { }",
		 "7:1: error: vrrp_track_process p has no process; add one\n"},
		{ANY
		 "vrrp_track_process p {\nprocess x\nquorum 70000\nparam_match all\nweight 255\ndelay 4000\n}",
		 "9:8: error: quorum 70000 is out of range; 1 to 65535 is allowed\n"
		 "10:13: error: unknown param_match 'all'; write \"param_match [initial|partial]\"\n"
		 "11:8: error: weight 255 is out of range; -254 to 254 is allowed\n"
		 "12:7: error: delay 4000 is out of range; 1us to 3600s is allowed\n"},
		{ANY "vrrp_track_process p {\nprocess x\nquorum 3\nquorum_max 2\n}",
		 "7:1: error: quorum_max 2 of vrrp_track_process p is below its quorum 3; raise quorum_max\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void file(void **state)
{
	struct config *config =
		fixture_parse(ANY "track_file f {\nfile /run/x\n}\n"
				  "vrrp_track_file g {\nfile \"/run/y z\"\nweight -254 reverse\n"
				  "init_file -7 overwrite\n}\n"
				  "track_file h {\nfile /a\ninit_file overwrite\n}\n"
				  "track_file i {\nfile /a\ninit_file 8\n}\n",
			      "");
	const struct config_file *files = config->files;

	(void)state;
	assert_int_equal(files[0].weight, 1);
	assert_false(files[0].init);
	assert_string_equal(files[1].path, "/run/y z");
	assert_int_equal(files[1].weight, -254);
	assert_true(files[1].reverse && files[1].init && files[1].init_overwrite);
	assert_int_equal(files[1].init_value, -7);
	assert_true(files[2].init && files[2].init_overwrite);
	assert_int_equal(files[2].init_value, 0);
	assert_true(files[3].init && !files[3].init_overwrite);
	assert_int_equal(files[3].init_value, 8);
	config_free(config);
}

static void bad_file(void **state)
{
	static const struct config_case cases[] = {
		{ANY "track_file f { }", "7:1: error: track_file f has no file; add one\n"},
		{ANY "track_file f {\nfile /x\nweight 255\ninit_file x\n}",
		 "9:8: error: weight 255 is out of range; -254 to 254 is allowed\n"
		 "10:11: error: 'x' is not a value of a file; write \"init_file [NUMBER] [overwrite]\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(script),      cmocka_unit_test(script_without_quotes),
		cmocka_unit_test(bad_script),  cmocka_unit_test(process),
		cmocka_unit_test(bad_process), cmocka_unit_test(file),
		cmocka_unit_test(bad_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
