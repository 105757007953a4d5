// SPDX-License-Identifier: GPL-2.0-or-later
/* The heartbeat block: its values, its defaults, the errors of invalid values. */
#include "tests/unit/config/fixture.h"
#include "user/lib/time.h"

#define HEARTBEAT                                                                                  \
	"heartbeat h {\ninterface eth0\nkey_file k\nnode 1 a 10.0.0.1\nnode 2 b 10.0.0.2\n"

static void heartbeat_defaults(void **state)
{
	struct config *config = fixture_parse("global_defs { no_realtime }\n"
					      "heartbeat h { interface eth0\n key_file k\n"
					      "node 1 a 10.0.0.1\n node 255 b 10.0.0.2 }\n",
					      "");

	(void)state;
	assert_true(config->no_realtime);
	assert_int_equal(config->heartbeat->port, 694);
	assert_int_equal(config->heartbeat->cluster_id, 1);
	assert_int_equal(config->heartbeat->interval_ns, 10 * NS_PER_MS);
	assert_int_equal(config->heartbeat->multiplier, 3);
	assert_false(config->heartbeat->multiplier_auto);
	assert_int_equal(config->heartbeat->detection_min_ns, 20 * NS_PER_MS);
	assert_int_equal(config->heartbeat->detection_max_ns, 500 * NS_PER_MS);
	assert_int_equal(config->heartbeat->daemon_timeout_ns, 3 * NS_PER_SECOND);
	assert_int_equal(config->heartbeat->guard_timeout_ns, 3 * NS_PER_SECOND);
	assert_int_equal(config->heartbeat->restart_grace_ns, NS_PER_SECOND);
	assert_false(config->heartbeat->release_isolated);
	config_free(config);
}

static void routed_links(void **state)
{
	struct config *config =
		fixture_parse("heartbeat h {\ninterface eth0\ninterface eth1 routed\nkey_file k\n"
			      "node 1 a 10.0.0.1 10.0.1.1\nnode 2 b 10.0.0.2 10.0.1.2\n}",
			      "");

	(void)state;
	assert_int_equal(config->heartbeat->interface_count, 2);
	assert_false(config->heartbeat->routed[0]);
	assert_true(config->heartbeat->routed[1]);
	config_free(config);
}

static void wrong_heartbeat_values(void **state)
{
	static const struct config_case cases[] = {
		{HEARTBEAT "interval 10\n}",
		 "6:10: error: interval 10 has no unit; write 10ms or 10s\n"},
		{HEARTBEAT "interval 900us\n}",
		 "6:10: error: interval 900us is out of range; 1ms to 60s is allowed\n"},
		{HEARTBEAT "multiplier 1\nport 65536\ncluster_id 0\n}",
		 "6:12: error: multiplier 1 is out of range; 2 to 50 is allowed\n"
		 "7:6: error: port 65536 is out of range; 1 to 65535 is allowed\n"
		 "8:12: error: cluster_id 0 is out of range; 1 to 65535 is allowed\n"},
		{HEARTBEAT "key_file k2\ninterface eth0\n}",
		 "6:1: error: key_file is already set on line 3; keep one of them\n"
		 "7:11: error: interface eth0 is already link 0; keep one of them\n"},
		{HEARTBEAT "node 3 c\nnode 4 d witness\nnode 0 e 10.0.0.5\nnode 256 f 10.0.0.6\n}",
		 "6:1: error: node lacks a value; write \"node ID NAME ADDRESS... [witness]\"\n"
		 "7:1: error: node lacks an address; write \"node ID NAME ADDRESS... [witness]\"\n"
		 "8:6: error: '0' is not a node id; 1 to 255 is allowed\n"
		 "9:6: error: '256' is not a node id; 1 to 255 is allowed\n"},
		{HEARTBEAT "node 3 sixteen-bytes-xx x.y\nnode 4 d 224.0.0.1\n"
			   "node 5 e 10.0.0.5 10.0.0.6 10.0.0.7 10.0.0.8 10.0.0.9\n}",
		 "6:8: error: node name 'sixteen-bytes-xx' has the wrong length; 1 to 15 bytes are allowed\n"
		 "6:25: error: 'x.y' is not an IP address; write \"node ID NAME ADDRESS... [witness]\"\n"
		 "7:10: error: 224.0.0.1 cannot be a node's address; write a unicast address of its interface\n"
		 "8:46: error: address 10.0.0.9 exceeds the limit of 4 addresses per node; remove one\n"},
		{HEARTBEAT "interface e1\ninterface e2\ninterface e3\ninterface e4\n}",
		 "4:1: error: node a lists 1 address(es) for 4 interface(s); write one address per interface, in the order of the interfaces\n"
		 "5:1: error: node b lists 1 address(es) for 4 interface(s); write one address per interface, in the order of the interfaces\n"
		 "9:11: error: interface e4 exceeds the limit of 4 interfaces; remove one\n"},
		{HEARTBEAT "interface e1 route\n}",
		 "6:14: error: 'route' is not understood; write \"interface NAME [routed]\"\n"},
		{HEARTBEAT "intervall 10ms\nsmtp_alert\n}",
		 "6:1: error: unknown keyword 'intervall' in heartbeat; did you mean 'interval'?\n"
		 "7:1: error: unknown keyword 'smtp_alert' in heartbeat; valid keywords: interface, port, cluster_id, key_file, interval, multiplier, detection_min, detection_max, daemon_timeout, guard_timeout, restart_grace, on_isolated, mode, node\n"},
		{HEARTBEAT "}\nheartbeat g { interval 10 }",
		 "7:1: error: a second heartbeat block is not supported; keep this one or \"h\" on line 1\n"},
		{"heartbeat { }\nheartbeat sixteen-bytes-xx {\nnode 1 a 10.0.0.1\n"
		 "node 2 b 10.0.0.2\nkey_file \"\"\ninterface a\n}",
		 "1:1: error: heartbeat lacks a value; write \"heartbeat NAME { ... }\"\n"
		 "2:11: error: heartbeat name 'sixteen-bytes-xx' has the wrong length; 1 to 15 bytes are allowed\n"
		 "5:10: error: key_file is empty; write \"key_file PATH\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void detection(void **state)
{
	struct config *config = fixture_parse(
		HEARTBEAT "interval 20ms\nmultiplier auto\ndetection_max 300ms\n}", "");

	(void)state;
	assert_true(config->heartbeat->multiplier_auto);
	assert_int_equal(config->heartbeat->detection_min_ns, 40 * NS_PER_MS);
	assert_int_equal(config->heartbeat->detection_max_ns, 300 * NS_PER_MS);
	config_free(config);

	config = fixture_parse(
		HEARTBEAT "detection_min 25ms\ndetection_max 90ms\n}",
		"6:1: warning: detection_min has no effect without \"multiplier auto\"; add it, or remove detection_min\n"
		"7:1: warning: detection_max has no effect without \"multiplier auto\"; add it, or remove detection_max\n");
	assert_int_equal(config->heartbeat->detection_min_ns, 20 * NS_PER_MS);
	assert_int_equal(config->heartbeat->detection_max_ns, 500 * NS_PER_MS);
	config_free(config);
}

static void guard(void **state)
{
	struct config *config = fixture_parse(HEARTBEAT "daemon_timeout 50ms\n}", "");

	(void)state;
	assert_int_equal(config->heartbeat->guard_timeout_ns, 100 * NS_PER_MS);
	config_free(config);

	config = fixture_parse(HEARTBEAT "guard_timeout 500ms\nrestart_grace 0ms\n}", "");
	assert_int_equal(config->heartbeat->guard_timeout_ns, 500 * NS_PER_MS);
	assert_int_equal(config->heartbeat->restart_grace_ns, 0);
	config_free(config);

	config = fixture_parse(
		HEARTBEAT "guard_timeout 5s\nrestart_grace 5s\n}",
		"6:1: warning: guard_timeout 5s is longer than daemon_timeout 3s: no node takes over from a hung node before its guard expires; lower guard_timeout\n"
		"7:1: warning: restart_grace 5s is not shorter than guard_timeout 5s: the guard of a dead daemon expires first and ends the wait for its restart; lower restart_grace\n");
	assert_int_equal(config->heartbeat->restart_grace_ns, 5 * NS_PER_SECOND);
	config_free(config);
}

static void isolation(void **state)
{
	struct config *config =
		fixture_parse(HEARTBEAT "node 3 c 10.0.0.3 witness\non_isolated release\n}", "");

	(void)state;
	assert_true(config->heartbeat->release_isolated);
	config_free(config);
	config = fixture_parse(HEARTBEAT "on_isolated keep\n}", "");
	assert_false(config->heartbeat->release_isolated);
	config_free(config);
}

static void mode(void **state)
{
	struct config *config = fixture_parse(HEARTBEAT "}", "");

	(void)state;
	assert_int_equal(config->heartbeat->mode, CONFIG_XDP_AUTO);
	config_free(config);
	config = fixture_parse(HEARTBEAT "mode generic\n}", "");
	assert_int_equal(config->heartbeat->mode, CONFIG_XDP_GENERIC);
	config_free(config);
	config = fixture_parse(HEARTBEAT "mode native\n}", "");
	assert_int_equal(config->heartbeat->mode, CONFIG_XDP_NATIVE);
	config_free(config);
	config = fixture_parse(HEARTBEAT "mode none\n}", "");
	assert_int_equal(config->heartbeat->mode, CONFIG_XDP_NONE);
	config_free(config);
	config = fixture_parse(
		HEARTBEAT "mode driver\n}",
		"6:6: error: 'driver' is not a mode; write \"mode auto|native|generic|none\"\n");
	config_free(config);
}

/* A reload may change these settings only. */
static void retiming(void **state)
{
	struct config *running = fixture_parse(HEARTBEAT "node 3 c 10.0.0.3\n}", "");
	struct config *wanted = fixture_parse(
		HEARTBEAT "interval 20ms\nmultiplier 4\ndaemon_timeout 2s\nguard_timeout 1s\n"
			  "restart_grace 500ms\non_isolated release\nnode 3 c 10.0.0.3\n}",
		"");
	struct config_heartbeat *heartbeat = running->heartbeat;

	(void)state;
	config_heartbeat_retime(heartbeat, wanted->heartbeat);
	assert_int_equal(heartbeat->daemon_timeout_ns, 2 * NS_PER_SECOND);
	assert_int_equal(heartbeat->guard_timeout_ns, NS_PER_SECOND);
	assert_int_equal(heartbeat->restart_grace_ns, 500 * NS_PER_MS);
	assert_true(heartbeat->release_isolated);
	assert_int_equal(heartbeat->interval_ns, 10 * NS_PER_MS);
	assert_int_equal(heartbeat->multiplier, 3);
	config_free(running);
	config_free(wanted);
}

static void invalid_times(void **state)
{
	static const struct config_case cases[] = {
		{HEARTBEAT "multiplier outo\n}",
		 "6:12: error: 'outo' is not a whole number; write \"multiplier 2-50|auto\"\n"},
		{HEARTBEAT "multiplier auto\ndetection_min 19ms\n}",
		 "7:1: error: detection_min 19ms is shorter than 2 intervals (20ms); raise detection_min\n"},
		{HEARTBEAT "multiplier auto\ndetection_min 90ms\ndetection_max 90ms\n}",
		 "8:1: error: detection_min 90ms is not shorter than detection_max 90ms; lower detection_min or raise detection_max\n"},
		{HEARTBEAT "multiplier auto\ndetection_min 500ms\n}",
		 "7:1: error: detection_min 500ms is not shorter than detection_max 500ms; lower detection_min or raise detection_max\n"},
		{HEARTBEAT "guard_timeout 99ms\nrestart_grace 3601s\n}",
		 "6:15: error: guard_timeout 99ms is out of range; 100ms to 3600s is allowed\n"
		 "7:15: error: restart_grace 3601s is out of range; 0s to 3600s is allowed\n"},
		{HEARTBEAT "guard_timeout 3\nguard_timout 3s\n}",
		 "6:15: error: guard_timeout 3 has no unit; write 3ms or 3s\n"
		 "7:1: error: unknown keyword 'guard_timout' in heartbeat; did you mean 'guard_timeout'?\n"},
		{HEARTBEAT "interval 1s\nguard_timeout 1s\n}",
		 "7:1: error: guard_timeout 1s is not longer than the interval of heartbeat h (1s), at which the guard is extended; raise guard_timeout\n"},
		{HEARTBEAT "on_isolated release\n}",
		 "6:1: error: on_isolated release needs at least 2 other nodes: the death of the only one would look like isolation, and no node would keep the addresses; add a witness, or write \"on_isolated keep\"\n"},
		{HEARTBEAT "on_isolated relase\n}",
		 "6:13: error: 'relase' is neither release nor keep; write \"on_isolated release|keep\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heartbeat_defaults), cmocka_unit_test(wrong_heartbeat_values),
		cmocka_unit_test(detection),	      cmocka_unit_test(guard),
		cmocka_unit_test(isolation),	      cmocka_unit_test(retiming),
		cmocka_unit_test(invalid_times),      cmocka_unit_test(mode),
		cmocka_unit_test(routed_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
