// SPDX-License-Identifier: GPL-2.0-or-later
/* The keywords of global_defs: their values, and the errors of invalid ones. */
#include "tests/unit/config/fixture.h"
#include "user/lib/time.h"

static void wrong_globals(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "}\nglobal_defs { vrrp_rt_priority 100\nrouter_idd x\n}",
		 "7:32: error: vrrp_rt_priority 100 is out of range; 1 to 99 is allowed\n"
		 "8:1: error: unknown keyword 'router_idd' in global_defs; did you mean 'router_id'?\n"},
		{INSTANCE VIPS "}\nglobal_defs { vrrp_rt_priority 10\nno_realtime\n}",
		 "8:1: error: no_realtime contradicts vrrp_rt_priority on line 7; keep one of them\n"},
		{INSTANCE VIPS "}\nglobal_defs {\nvrrp_mcast_group4 10.0.0.1\n"
			       "vrrp_mcast_group6 224.0.0.19\n}",
		 "8:19: error: '10.0.0.1' is not a multicast group for adverts; write \"vrrp_mcast_group4 ADDRESS\" with an address in 224.0.0.0/4, or ffx2::\n"
		 "9:19: error: vrrp_mcast_group6 takes an IPv6 address, not 224.0.0.19\n"},
		{INSTANCE VIPS "}\nglobal_defs {\nvrrp_version 4\nvrrp_strict maybe\n"
			       "vrrp_min_garp 1\nvrrp_garp_interval x\nvrrp_gna_interval 5000\n"
			       "vrrp_startup_delay 5000\nvmac_prefix elevenbytes\n"
			       "default_interface a/b\n}",
		 "8:14: error: vrrp_version 4 is out of range; 2 to 3 is allowed\n"
		 "9:13: error: 'maybe' is neither on nor off; write \"vrrp_strict [on|off]\"\n"
		 "10:15: error: '1' is neither on nor off; write \"vrrp_min_garp [on|off]\"\n"
		 "11:20: error: 'x' is not a duration; write \"vrrp_garp_interval SECONDS\"\n"
		 "12:19: error: vrrp_gna_interval 5000 is out of range; 0s to 4294s is allowed\n"
		 "13:20: error: vrrp_startup_delay 5000 is out of range; 0s to 4294s is allowed\n"
		 "14:13: error: vmac_prefix 'elevenbytes' has the wrong length; 1 to 10 bytes are allowed\n"
		 "15:19: error: 'a/b' is not a valid interface name; write a name of 1 to 15 characters, as \"ip link\" shows it\n"},
		{INSTANCE VIPS "}\nglobal_defs {\nvrrp_priority -21\nvrrp_priority x\n"
			       "script_user\nenable_script_security on\n"
			       "vrrp_check_unicast_src off\n}",
		 "8:15: error: vrrp_priority -21 is out of range; -20 to 19 is allowed\n"
		 "9:1: warning: vrrp_priority is already set on line 8; the last one counts, as in keepalived; keep one of them\n"
		 "9:15: error: 'x' is not a whole number; write \"vrrp_priority NUMBER\"\n"
		 "10:1: error: script_user lacks a value; write \"script_user USER [GROUP]\"\n"
		 "11:24: warning: unexpected 'on' after enable_script_security; it is ignored, as in keepalived; write \"enable_script_security\", one statement per line\n"
		 "12:24: warning: unexpected 'off' after vrrp_check_unicast_src; it is ignored, as in keepalived; write \"vrrp_check_unicast_src\", one statement per line\n"},
		{INSTANCE VIPS "}\nglobal_defs {\nstate_dump_file keepalived.data\n"
			       "stats_dump_file\njson_version 3\n}",
		 "8:17: error: state_dump_file takes an absolute path, not 'keepalived.data'\n"
		 "9:1: error: stats_dump_file lacks a value; write \"stats_dump_file PATH\"\n"
		 "10:14: error: json_version 3 is out of range; 1 to 2 is allowed\n"},
		{INSTANCE VIPS "}\nglobal_defs {\nvrrp_garp_master_delay -1\n"
			       "vrrp_garp_master_repeat 0\nvrrp_garp_master_refresh 86401\n"
			       "vrrp_garp_master_refresh_repeat 1001\n"
			       "vrrp_garp_lower_prio_delay x\nvrrp_garp_lower_prio_repeat 1001\n"
			       "vrrp_down_timer_adverts 101\nvrrp_lower_prio_no_advert 0\n"
			       "vrrp_higher_prio_send_advert 1\n}",
		 "8:24: error: '-1' is not a duration; write \"vrrp_garp_master_delay SECONDS\"\n"
		 "9:25: error: vrrp_garp_master_repeat 0 is out of range; 1 to 1000 is allowed\n"
		 "10:26: error: vrrp_garp_master_refresh 86401 is out of range; 0s to 86400s is allowed\n"
		 "11:33: error: vrrp_garp_master_refresh_repeat 1001 is out of range; 1 to 1000 is allowed\n"
		 "12:28: error: 'x' is not a duration; write \"vrrp_garp_lower_prio_delay SECONDS\"\n"
		 "13:29: error: vrrp_garp_lower_prio_repeat 1001 is out of range; 0 to 1000 is allowed\n"
		 "14:25: error: vrrp_down_timer_adverts 101 is out of range; 1 to 100 is allowed\n"
		 "15:27: error: '0' is neither on nor off; write \"vrrp_lower_prio_no_advert [on|off]\"\n"
		 "16:30: error: '1' is neither on nor off; write \"vrrp_higher_prio_send_advert [on|off]\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void process_errors(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "}\nglobal_defs {\numask 8x\numask 01777\numask IWGRP | IW\n"
			       "startup_script\nstartup_script_timeout 0\n"
			       "shutdown_script_timeout 1001\n}",
		 "8:7: error: '8x' is not a umask; write 0 to 0777, or names as IWGRP|IRWXO\n"
		 "9:1: warning: umask is already set on line 8; the last one counts, as in keepalived; keep one of them\n"
		 "9:7: error: '01777' is not a umask; write 0 to 0777, or names as IWGRP|IRWXO\n"
		 "10:1: warning: umask is already set on line 9; the last one counts, as in keepalived; keep one of them\n"
		 "10:7: error: 'IWGRP' is not a umask; write 0 to 0777, or names as IWGRP|IRWXO\n"
		 "11:1: error: startup_script lacks a value; write \"startup_script \"PROGRAM [ARGUMENT ...]\" [USER [GROUP]]\"\n"
		 "12:24: error: startup_script_timeout 0 is out of range; 1s to 1000s is allowed\n"
		 "13:25: error: shutdown_script_timeout 1001 is out of range; 1s to 1000s is allowed\n"},
		{INSTANCE VIPS "}\nnet_namespace a/b\ninstance\nglobal_defs {\nnet_namespace ..\n"
			       "instance an-instance-whose-name-is-too-long\ninstance b\n}",
		 "7:15: error: 'a/b' is not the name of a network namespace; \"ip netns\" lists them\n"
		 "8:1: error: instance lacks a value; write \"instance NAME\"\n"
		 "10:15: error: '..' is not the name of a network namespace; \"ip netns\" lists them\n"
		 "11:10: error: instance 'an-instance-whose-name-is-too-long' cannot be part of paths; use up to 31 letters, digits, - and _\n"
		 "12:1: warning: instance is already set on line 11; the first one counts, as in keepalived; keep one of them\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void values(void **state)
{
	struct config *config = fixture_parse(
		"global_defs {\nvrrp_priority -5\nscript_user nobody nogroup\nenable_script_security\n"
		"vrrp_startup_delay 5.5\nvrrp_garp_interval 0.001\n"
		"vrrp_gna_interval 0.000001\n"
		"state_dump_file /s\nstats_dump_file /t\njson_dump_file /j\njson_version 2\n"
		"config_save_dir /c\n"
		"vrrp_check_unicast_src\n}\n" INSTANCE VIPS "}",
		"");

	(void)state;
	assert_int_equal(config->nice, -5);
	assert_string_equal(config->script_user.user, "nobody");
	assert_string_equal(config->script_user.group, "nogroup");
	assert_true(config->script_security);
	assert_int_equal(config->startup_delay_ns, 5500 * NS_PER_MS);
	assert_int_equal(config->garp_interval_ns, NS_PER_MS);
	assert_int_equal(config->gna_interval_ns, NS_PER_US);
	assert_string_equal(config->state_dump_file, "/s");
	assert_string_equal(config->stats_dump_file, "/t");
	assert_string_equal(config->json_dump_file, "/j");
	assert_string_equal(config->config_save_dir, "/c");
	assert_int_equal(config->json_version, 2);
	config_free(config);
}

/* keepalived takes a path from its own directory. */
static void relative_save_directory(void **state)
{
	struct config *config = fixture_parse(
		"global_defs {\nconfig_save_dir saved\n}\n" INSTANCE VIPS "}",
		"2:17: warning: config_save_dir ignored: write an absolute path, not 'saved'\n");

	(void)state;
	assert_null(config->config_save_dir);
	config_free(config);
}

/* global_defs applies to earlier instances, too; an instance's own keyword has precedence. */
static void inherited_values(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE VIPS
		"}\nvrrp_instance W { interface eth1\nvirtual_router_id 1\n"
		"virtual_ipaddress { fe80::9 }\n"
		"down_timer_adverts 5\nlower_prio_no_advert off\n"
		"garp_master_repeat 6\nstrict_mode no\n}\n"
		"global_defs {\nvrrp_strict\nvrrp_down_timer_adverts 4\nvrrp_lower_prio_no_advert\n"
		"vrrp_higher_prio_send_advert yes\nvrrp_garp_master_repeat 2\n"
		"vrrp_garp_master_delay 9\nvrrp_mcast_group4 224.0.0.19\n"
		"vrrp_mcast_group6 ff02::13\n}",
		"");
	const struct config_instance *strict = &config->instances[0];
	const struct config_instance *own = &config->instances[1];

	(void)state;
	assert_true(strict->strict);
	assert_int_equal(strict->down_timer_adverts, 3);
	assert_int_equal(strict->garp_repeat, 2);
	assert_int_equal(strict->garp_lower_prio_repeat, 0);
	assert_true(strict->lower_prio_no_advert);
	assert_false(strict->higher_prio_send_advert);
	check_address(&strict->group, "224.0.0.19");
	assert_false(own->strict);
	assert_int_equal(own->down_timer_adverts, 5);
	assert_int_equal(own->garp_repeat, 6);
	/* As in keepalived: it follows the global keyword, not the instance's. */
	assert_int_equal(own->garp_lower_prio_repeat, 2);
	assert_int_equal(own->garp_lower_prio_delay_ns, 9 * NS_PER_SECOND);
	assert_false(own->lower_prio_no_advert);
	assert_true(own->higher_prio_send_advert);
	check_address(&own->group, "ff02::13");
	config_free(config);
}

static void few_gratuitous_arps(void **state)
{
	struct config *config =
		fixture_parse("global_defs {\nvrrp_min_garp\n}\n" INSTANCE VIPS "}", "");

	(void)state;
	assert_int_equal(config->instances[0].garp_repeat, 1);
	assert_int_equal(config->instances[0].garp_delay_ns, 0);
	assert_int_equal(config->instances[0].garp_lower_prio_repeat, 1);
	config_free(config);

	config = fixture_parse(
		"global_defs {\nvrrp_garp_master_repeat 3\nvrrp_min_garp on\n}\n" INSTANCE VIPS "}",
		"");
	assert_int_equal(config->instances[0].garp_repeat, 3);
	assert_int_equal(config->instances[0].garp_delay_ns, 0);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_globals),    cmocka_unit_test(process_errors),
		cmocka_unit_test(values),	    cmocka_unit_test(relative_save_directory),
		cmocka_unit_test(inherited_values), cmocka_unit_test(few_gratuitous_arps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
