// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long an instance's addresses are answered for without its daemon, and what it does in a
 * partition.
 */
#include "tests/unit/config/fixture.h"
#include "user/lib/time.h"

#define HEARTBEAT(lines)                                                                           \
	"heartbeat h {\ninterface eth0\nkey_file k\nnode 1 a 10.0.0.1\nnode 2 b 10.0.0.2\n" lines  \
	"}\n"
#define WITNESS "node 3 c 10.0.0.3 witness\n"
#define DRIVEN(lines) INSTANCE VIPS "heartbeat h\n" lines "}\n"

static void check_guard(const char *text, uint64_t expected_ns)
{
	struct config *config = fixture_parse(text, "");

	assert_int_equal(config->instances[0].guard_timeout_ns, expected_ns);
	config_free(config);
}

static void guard_defaults(void **state)
{
	(void)state;
	check_guard(DRIVEN("") HEARTBEAT(""), 3 * NS_PER_SECOND);
	check_guard(HEARTBEAT("guard_timeout 700ms\n") DRIVEN(""), 700 * NS_PER_MS);
	check_guard(DRIVEN("guard_timeout 250ms\n") HEARTBEAT(""), 250 * NS_PER_MS);
	check_guard(INSTANCE VIPS "}\n", 3 * NS_PER_SECOND);
	check_guard(INSTANCE VIPS "advert_int 0.1\ndown_timer_adverts 5\n}\n", 500 * NS_PER_MS);
	check_guard(INSTANCE VIPS "advert_int 0.03\n}\n", 100 * NS_PER_MS);
	/* One interval would expire when the next advert is due. */
	check_guard(INSTANCE VIPS "down_timer_adverts 1\n}\n", 2 * NS_PER_SECOND);
	check_guard(INSTANCE VIPS "guard_timeout 1500ms\n}\n", 1500 * NS_PER_MS);
	/* A heartbeat block that the instance does not use has no influence. */
	check_guard(INSTANCE VIPS "advert_int 0.1\n}\n" HEARTBEAT(""), 300 * NS_PER_MS);
}

static void invalid_guards(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "guard_timeout 4s\n}\n",
		 "6:1: warning: guard_timeout 4s is longer than Backups wait (3s): if this daemon hangs, the addresses have two owners until the guard expires; lower guard_timeout\n"},
		{INSTANCE VIPS "guard_timeout 1s\n}\n",
		 "6:1: error: guard_timeout 1s is not longer than advert_int 1s, the interval at which the guard is extended; raise guard_timeout\n"},
		{INSTANCE VIPS "guard_timeout 50ms\n}\n",
		 "6:15: error: guard_timeout 50ms is out of range; 100ms to 3600s is allowed\n"},
		{DRIVEN("guard_timeout 4s\n") HEARTBEAT(""),
		 "7:1: warning: guard_timeout 4s is longer than daemon_timeout 3s: no node takes over from a hung node before its guard expires; lower guard_timeout\n"},
		{DRIVEN("guard_timeout 200ms\n") HEARTBEAT("interval 200ms\n"),
		 "7:1: error: guard_timeout 200ms is not longer than the interval of heartbeat h (200ms), at which the guard is extended; raise guard_timeout\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void partition(void **state)
{
	struct config *config = fixture_parse(DRIVEN("on_partition hold\n") HEARTBEAT(WITNESS), "");

	(void)state;
	assert_true(config->instances[0].hold_on_partition);
	config_free(config);
	config = fixture_parse(DRIVEN("on_partition take\n") HEARTBEAT(""), "");
	assert_false(config->instances[0].hold_on_partition);
	config_free(config);
	config = fixture_parse(DRIVEN("") HEARTBEAT(WITNESS), "");
	assert_false(config->instances[0].hold_on_partition);
	config_free(config);
}

static void invalid_partitions(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "on_partition take\n}\n" HEARTBEAT(WITNESS),
		 "6:1: warning: on_partition has no effect without a heartbeat; add \"heartbeat NAME\", or remove on_partition\n"},
		{DRIVEN("on_partition hold\n") HEARTBEAT(""),
		 "7:1: warning: on_partition hold has no effect with two nodes: only a third node can tell a partition from a death; add a witness, or remove on_partition\n"},
		{DRIVEN("on_partition stay\non_partitoin hold\n") HEARTBEAT(""),
		 "7:14: error: 'stay' is neither hold nor take; write \"on_partition hold|take\"\n"
		 "8:1: error: unknown keyword 'on_partitoin' in vrrp_instance; did you mean 'on_partition'?\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void routers(void **state)
{
	struct config *config = fixture_parse(
		DRIVEN("routers nodes\nadvert_int 2\nadvert_int_max 20\n") HEARTBEAT(""), "");

	(void)state;
	assert_int_equal(config->instances[0].routers, CONFIG_ROUTERS_NODES);
	assert_int_equal(config->instances[0].advert_interval_max_ns, 20 * NS_PER_SECOND);
	config_free(config);
	config = fixture_parse(DRIVEN("routers any\n") HEARTBEAT(""), "");
	assert_int_equal(config->instances[0].routers, CONFIG_ROUTERS_ANY);
	config_free(config);
	config = fixture_parse(DRIVEN("") HEARTBEAT(""), "");
	assert_int_equal(config->instances[0].routers, CONFIG_ROUTERS_LEARNT);
	assert_int_equal(config->instances[0].advert_interval_max_ns, 0);
	config_free(config);
}

static void invalid_routers(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "routers nodes\n}\n" HEARTBEAT(""),
		 "6:1: error: routers nodes needs a heartbeat; add \"heartbeat NAME\", or remove it\n"},
		{DRIVEN("routers all\n") HEARTBEAT(""),
		 "7:9: error: 'all' is neither nodes nor any; write \"routers nodes|any\"\n"},
		{DRIVEN("routers any\nadvert_int_max 2\n") HEARTBEAT(""),
		 "8:1: warning: advert_int_max has no effect without \"routers nodes\", because any router may advertise then; remove it\n"},
		{DRIVEN("advert_int_max 500ms\n") HEARTBEAT(""),
		 "7:1: error: advert_int_max 500ms is shorter than advert_int 1s; raise advert_int_max\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guard_defaults), cmocka_unit_test(invalid_guards),
		cmocka_unit_test(partition),	  cmocka_unit_test(invalid_partitions),
		cmocka_unit_test(routers),	  cmocka_unit_test(invalid_routers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
