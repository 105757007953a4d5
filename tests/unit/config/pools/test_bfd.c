// SPDX-License-Identifier: GPL-2.0-or-later
/* bfd_instance and BFD_CHECK. */
#include "tests/unit/config/fixture.h"
#include "user/lib/array.h"
#include "user/lib/time.h"

#define HEAD "virtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n"
#define SERVER(lines) HEAD "real_server 10.0.0.2 80 {\n" lines "}\n}\n"
#define CHECK "BFD_CHECK {\nname b\n}\n"
/* Ten lines; a session's own lines begin on line 12. */
#define USER SERVER(CHECK)
#define SESSION(name, lines) "bfd_instance " name " {\n" lines "}\n"

static const struct config_check *first_check(const struct config *config)
{
	return &config->pools.list[0].servers[0].checks[0];
}

static void defaults(void **state)
{
	static const char *const addresses[] = {"10.0.0.3", "fd00::3", "127.0.0.1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		const struct config_check *check;
		struct config *config;
		char text[512];

		snprintf(text, sizeof(text), USER "bfd_instance b {\nneighbor_ip %s\n}\n",
			 addresses[i]);
		config = fixture_parse(text, "");
		check = first_check(config);
		assert_int_equal(check->kind, CONFIG_CHECK_BFD);
		assert_string_equal(check->text, "b");
		check_address(&check->target.address, addresses[i]);
		assert_int_equal(check->target.port, 3784);
		assert_true(address_is_unset(&check->bind.address));
		assert_string_equal(check->interface, "");
		assert_int_equal(check->bfd.min_rx_us, 10000);
		assert_int_equal(check->bfd.min_tx_us, 10000);
		assert_int_equal(check->bfd.idle_tx_us, 1000000);
		assert_int_equal(check->bfd.multiplier, 5);
		assert_int_equal(check->bfd.ttl, 255);
		assert_int_equal(check->bfd.max_hops, 0);
		assert_false(check->bfd.passive || check->bfd.multihop);
		config_free(config);
	}
}

static void given(void **state)
{
	struct config *config = fixture_parse(
		SESSION("b", "neighbour_ip fe80::3\nsource_ip fe80::1\ninterface eth3\n"
			     "min_rx 50.125\nmin_tx 4294967\nidle_tx 2s\nmultiplier 255\npassive\n"
			     "hoplimit 64\nmax_hops 63\nmultihop\nweight -253 reverse\nvrrp\n"
			     "checker\n") USER,
		"6:1: warning: min_tx is above 10 seconds, which is long for BFD; its unit is the millisecond\n");
	const struct config_check *check = first_check(config);

	(void)state;
	assert_int_equal(config->pools.bfd_count, 1);
	check_address(&check->target.address, "fe80::3");
	assert_int_equal(check->target.port, 4784);
	check_address(&check->bind.address, "fe80::1");
	assert_string_equal(check->interface, "eth3");
	assert_int_equal(check->bfd.min_rx_us, 50125);
	assert_int_equal(check->bfd.min_tx_us, 4294967000);
	assert_int_equal(check->bfd.idle_tx_us, 2000000);
	assert_int_equal(check->bfd.multiplier, 255);
	assert_int_equal(check->bfd.ttl, 64);
	assert_int_equal(check->bfd.max_hops, 63);
	assert_true(check->bfd.passive && check->bfd.multihop);
	config_free(config);
}

/* As many hops as ttl leave nothing to examine. */
static void any_hops(void **state)
{
	static const struct {
		const char *lines;
		uint8_t max_hops;
	} rows[] = {
		{"ttl 64\nmax_hops 63\n", 63},
		{"ttl 64\nmax_hops 64\n", CONFIG_BFD_ANY_HOPS},
		{"ttl 64\nmax_hops 255\n", CONFIG_BFD_ANY_HOPS},
		{"max_hops -1\n", CONFIG_BFD_ANY_HOPS},
		{"max_hops 254\n", 254},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct config *config;
		char text[512];

		snprintf(text, sizeof(text), USER "bfd_instance b {\nneighbor_ip fd00::3\n%s}\n",
			 rows[i].lines);
		config = fixture_parse(text, "");
		assert_int_equal(first_check(config)->bfd.max_hops, rows[i].max_hops);
		config_free(config);
	}
}

/* The session has timeouts and retries of its own, and starts at once. */
static void rules(void **state)
{
	struct config *config = fixture_parse(
		HEAD "rise 3\nretry 4\ndelay_loop 7\nwarmup 9\ndelay_before_retry 2\n"
		     "down_interval 8\nstartup { failures 3 }\nflap_damping { changes 9 }\nalpha\n"
		     "real_server 10.0.0.2 80 {\n" CHECK "}\n"
		     "real_server 10.0.0.3 80 {\nBFD_CHECK {\nname b\nrise 2\ndelay_loop 5\n"
		     "alpha off\nflap_damping { changes 8 }\n}\n}\n}\n"
		     "global_defs {\nchecker_log_all_failures on\n}\n" SESSION(
			     "b", "neighbor_ip 10.0.0.2\n"),
		"");
	const struct config_real_server *servers = config->pools.list[0].servers;
	const struct check_rules *inherited = &servers[0].checks[0].rules;
	const struct check_rules *own = &servers[1].checks[0].rules;

	(void)state;
	assert_int_equal(inherited->rise, 3);
	assert_int_equal(inherited->fall, 1);
	assert_int_equal(inherited->interval_ns, 7 * NS_PER_SECOND);
	assert_int_equal(inherited->fast_interval_ns, 7 * NS_PER_SECOND);
	assert_int_equal(inherited->down_interval_ns, 7 * NS_PER_SECOND);
	assert_int_equal(inherited->warmup_ns, 0);
	assert_int_equal(inherited->first_delay_ns, 0);
	assert_int_equal(inherited->startup_failures, 0);
	assert_int_equal(inherited->flap_changes, 9);
	assert_int_equal(inherited->initial, CHECK_INITIAL_DOWN);
	assert_int_equal(own->rise, 2);
	assert_int_equal(own->interval_ns, 5 * NS_PER_SECOND);
	assert_int_equal(own->initial, CHECK_INITIAL_UP);
	assert_int_equal(own->flap_changes, 8);
	assert_false(servers[0].checks[0].log_all_failures);
	config_free(config);
}

/* One session may serve several servers, and counts once for each. */
static void repeated(void **state)
{
	struct config *config = fixture_parse(
		HEAD "real_server 10.0.0.2 80 {\n" CHECK CHECK "BFD_CHECK {\nname c\n}\n}\n"
		     "real_server 10.0.0.3 80 {\n" CHECK
		     "}\n}\n" SESSION("b", "neighbor_ip 10.0.0.2\n")
			     SESSION("c", "neighbor_ip 10.0.0.2\nmultihop\nmax_hops 255\n")
				     SESSION("d", "neighbor_ip fe80::1\ninterface eth0\n")
					     SESSION("e", "neighbor_ip fe80::1\ninterface eth1\n"),
		"9:1: warning: BFD_CHECK b is already listed on line 6; this one is ignored, as in keepalived\n"
		"30:1: warning: no BFD_CHECK names bfd_instance d, so that no session is started; add \"BFD_CHECK { name d }\" to a real_server\n"
		"34:1: warning: no BFD_CHECK names bfd_instance e, so that no session is started; add \"BFD_CHECK { name e }\" to a real_server\n");
	const struct config_real_server *servers = config->pools.list[0].servers;

	(void)state;
	assert_int_equal(servers[0].check_count, 2);
	assert_string_equal(servers[0].checks[1].text, "c");
	assert_int_equal(servers[0].checks[1].bfd.max_hops, CONFIG_BFD_ANY_HOPS);
	assert_int_equal(servers[1].check_count, 1);
	config_free(config);
}

#define WRONG(lines, message)                                                                      \
	{                                                                                          \
		USER SESSION("b", lines), message                                                  \
	}
#define IP "neighbor_ip 10.0.0.2\n"

static void wrong_settings(void **state)
{
	static const struct config_case cases[] = {
		WRONG("min_rx 10\n",
		      "11:1: error: bfd_instance b has no neighbor_ip; add \"neighbor_ip ADDRESS\"\n"),
		WRONG("neighbor_ip 10.0.0.2/24\n",
		      "12:13: error: '10.0.0.2/24' is not an address; write \"neighbor_ip ADDRESS\"\n"),
		WRONG("neighbor_ip 224.0.0.1\n",
		      "12:13: error: neighbor_ip '224.0.0.1' is not the address of one host; write a unicast address\n"),
		WRONG("neighbor_ip ff02::1\n",
		      "12:13: error: neighbor_ip 'ff02::1' is not the address of one host; write a unicast address\n"),
		WRONG(IP "neighbour_ip 10.0.0.3\n",
		      "13:1: warning: neighbour_ip contradicts neighbor_ip on line 12; the last one counts, as in keepalived; keep one of them\n"),
		WRONG(IP "source_ip fd00::1\n",
		      "13:1: error: source_ip has another address family than neighbor_ip; write one of IPv4\n"),
		WRONG("neighbor_ip fe80::1\n",
		      "11:1: error: a link-local neighbor_ip needs an interface; add \"interface NAME\"\n"),
		WRONG(IP "min_rx 0.999\n",
		      "13:8: error: min_rx 0.999 is out of range; 1 to 4294967 milliseconds are allowed\n"),
		WRONG(IP "idle_tx 999\n",
		      "13:9: error: idle_tx 999 is out of range; 1000 to 4294967 milliseconds are allowed\n"),
		WRONG(IP "min_tx 4294968\n",
		      "13:8: error: min_tx 4294968 is out of range; 1 to 4294967 milliseconds are allowed\n"),
		WRONG(IP "min_tx 10.0001\n",
		      "13:8: error: '10.0001' is not a number of milliseconds with at most 3 decimals; write \"min_tx MILLISECONDS\"\n"),
		WRONG(IP "min_rx 10000.001\n",
		      "13:1: warning: min_rx is above 10 seconds, which is long for BFD; its unit is the millisecond\n"),
		WRONG(IP "min_rx 10000\n", ""),
		WRONG(IP "multiplier 0\n",
		      "13:12: error: multiplier 0 is out of range; 1 to 255 is allowed\n"),
		WRONG(IP "ttl 256\n",
		      "13:5: error: ttl 256 is out of range; 1 to 255 is allowed\n"),
		WRONG(IP "max_hops -2\n",
		      "13:10: error: max_hops -2 is out of range; -1 to 255 is allowed\n"),
		WRONG(IP "ttl 64\nmax_hops 65\n",
		      "14:1: warning: max_hops 65 is above ttl; it is lowered to 64, as in keepalived\n"),
		WRONG(IP "ttl 64\nmax_hops 255\n", ""),
		WRONG(IP "ttl 64\nhoplimit 65\n",
		      "14:1: warning: hoplimit contradicts ttl on line 13; the last one counts, as in keepalived; keep one of them\n"),
		WRONG(IP "multihop\n",
		      "13:1: warning: multihop without max_hops drops what has crossed a router; add \"max_hops NUMBER\"\n"),
		WRONG(IP "weight 254\n",
		      "13:8: error: weight 254 is out of range; -253 to 253 is allowed\n"),
		WRONG(IP "vrrp\n",
		      "6:1: error: bfd_instance b on line 11 is for VRRP only; add \"checker\" to it, or remove \"vrrp\"\n"),
		WRONG(IP "checker\n", ""),
	};

	(void)state;
	RUN_CASES(cases);
}

static void wrong_names(void **state)
{
	static const struct config_case cases[] = {
		{USER,
		 "6:1: error: bfd_instance b is not defined; add \"bfd_instance b { neighbor_ip ADDRESS }\"\n"},
		{SERVER("BFD_CHECK {\nname peers\n}\n") SESSION("peer", IP),
		 "6:1: error: bfd_instance peers is not defined; did you mean 'peer'?\n"
		 "11:1: warning: no BFD_CHECK names bfd_instance peer, so that no session is started; add \"BFD_CHECK { name peer }\" to a real_server\n"},
		{SERVER("BFD_CHECK {\nalpha\n}\n"),
		 "6:1: error: BFD_CHECK has no name; add \"name NAME\"\n"},
		{SERVER("BFD_CHECK {\nname b\nretry 3\n}\n") SESSION("b", IP),
		 "8:1: error: unknown keyword 'retry' in BFD_CHECK; valid keywords: name, delay_loop, rise, alpha, initial_state, flap_damping\n"},
		{SERVER("BFD_CHECK {\nname b\nalpha\ninitial_state up\n}\n") SESSION("b", IP),
		 "9:1: warning: initial_state and alpha on line 8 are one setting (alpha = initial_state down), the last one counts; keep one\n"},
		{USER SESSION("b", IP) SESSION("b", "neighbor_ip 10.0.0.3\n"),
		 "14:1: error: bfd_instance b is already defined on line 11; give each instance its own name\n"},
		{SERVER(CHECK "BFD_CHECK {\nname c\n}\n") SESSION("b", IP) SESSION("c", IP),
		 "17:1: error: bfd_instance c has neighbor_ip, source_ip and multihop of b on line 14; keep one of them, which several checks may name\n"},
		{SERVER("BFD_CHECK {\nname a1234567890123456789012345678901\n}\n")
			 SESSION("a1234567890123456789012345678901", IP),
		 "11:1: error: the name of bfd_instance a1234567890123456789012345678901 is too long; at most 31 bytes are allowed\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_hops),    cmocka_unit_test(defaults),
		cmocka_unit_test(given),       cmocka_unit_test(rules),
		cmocka_unit_test(repeated),    cmocka_unit_test(wrong_settings),
		cmocka_unit_test(wrong_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
