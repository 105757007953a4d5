// SPDX-License-Identifier: GPL-2.0-or-later
/* A vrrp_instance: its values and defaults, which setting clears which, and invalid ones. */
#include "tests/unit/config/fixture.h"
#include "user/lib/time.h"

static void instance_defaults(void **state)
{
	struct config *config = fixture_parse(INSTANCE VIPS "}\n", "");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_string_equal(config->router_id, "");
	assert_int_equal(config->realtime_priority, 0);
	assert_false(config->no_realtime);
	assert_null(config->heartbeat);
	assert_int_equal(instance->priority, 100);
	assert_false(instance->start_as_master);
	assert_true(instance->preempt);
	assert_int_equal(instance->preempt_delay_ns, 0);
	assert_int_equal(instance->advert_interval_ns, NS_PER_SECOND);
	assert_false(instance->has_source);
	assert_int_equal(instance->garp_delay_ns, 5 * NS_PER_SECOND);
	assert_int_equal(instance->garp_repeat, 5);
	assert_int_equal(instance->garp_refresh_ns, 0);
	assert_int_equal(instance->garp_refresh_repeat, 1);
	assert_string_equal(instance->heartbeat, "");
	config_free(config);
}

/* Which setting clears which: as in keepalived, but reported. */
static void settings_that_clear_others(void **state)
{
	struct config *config;

	(void)state;
	config = fixture_parse(
		INSTANCE "state MASTER\n" VIPS "}",
		"5:1: warning: state MASTER without a priority means priority 255, the owner of the addresses; add \"priority 1-254\" if this node does not own them\n");
	assert_int_equal(config->instances[0].priority, 255);
	config_free(config);

	config = fixture_parse(INSTANCE "priority 255\n" VIPS "}", "");
	assert_true(config->instances[0].start_as_master);
	config_free(config);

	config = fixture_parse(
		INSTANCE "state MASTER\npriority 200\nnopreempt\npreempt_delay 3\n" VIPS "}",
		"7:1: warning: nopreempt has no effect with state MASTER; remove one\n"
		"8:1: warning: preempt_delay has no effect with state MASTER; remove one\n");
	assert_true(config->instances[0].preempt);
	assert_int_equal(config->instances[0].preempt_delay_ns, 0);
	config_free(config);

	config = fixture_parse(
		INSTANCE "state BACKUP\npriority 255\nnopreempt\n" VIPS "}",
		"7:1: warning: nopreempt has no effect with priority 255; remove one\n");
	assert_true(config->instances[0].preempt);
	config_free(config);

	config = fixture_parse(
		INSTANCE "nopreempt\npreempt_delay 3\n" VIPS "}",
		"6:1: warning: preempt_delay has no effect with nopreempt; remove one\n");
	assert_false(config->instances[0].preempt);
	assert_int_equal(config->instances[0].preempt_delay_ns, 0);
	config_free(config);

	config = fixture_parse(
		INSTANCE "preempt_delay 4.12\nadvert_int 0.125\n" VIPS "}",
		"6:1: warning: advert_int is rounded to 130ms; version 3 allows multiples of 10ms\n");
	assert_int_equal(config->instances[0].preempt_delay_ns, 4120 * NS_PER_MS);
	assert_int_equal(config->instances[0].advert_interval_ns, 130 * NS_PER_MS);
	config_free(config);
}

static void an_instance_without_addresses(void **state)
{
	(void)state;
	config_free(fixture_parse(INSTANCE "no_virtual_ipaddress\n}", ""));
	config_free(fixture_parse(INSTANCE "no_virtual_ipaddress\n" VIPS "}", ""));
	config_free(fixture_parse(
		INSTANCE "version 2\n}",
		"2:1: warning: vrrp_instance V has no virtual_ipaddress; it takes over no address\n"));
	config_free(fixture_parse(
		INSTANCE "version 2\nvirtual_ipaddress_excluded {\n10.0.0.1\n}\n}",
		"2:1: warning: vrrp_instance V has no virtual_ipaddress; it lists no address in its adverts\n"));
}

/* The name that keepalived's release notes give to timer_expired_backup. */
static void other_name_of_timer_expired(void **state)
{
	struct config *config =
		fixture_parse(INSTANCE "nopreempt\nthread_timer_expired 240\n" VIPS "}", "");

	(void)state;
	assert_int_equal(config->instances[0].timer_expired_priority, 240);
	config_free(config);
	config_free(fixture_parse(
		INSTANCE "thread_timer_expired\n" VIPS "}",
		"5:1: warning: thread_timer_expired has no effect with preemption (nopreempt is not set); remove one\n"));
}

static void wrong_instance_values(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "state MASTR\n" VIPS "}",
		 "5:7: error: unknown state 'MASTR'; did you mean 'MASTER'?\n"},
		{INSTANCE "priority 0\n" VIPS "}",
		 "5:10: error: priority 0 is out of range; 1 to 255 is allowed\n"},
		{INSTANCE "priority 10.5\n" VIPS "}",
		 "5:10: error: '10.5' is not a whole number; write \"priority 1-255\"\n"},
		{INSTANCE "priority 99999999999999999999\n" VIPS "}",
		 "5:10: error: priority 99999999999999999999 is out of range; 1 to 255 is allowed\n"},
		{INSTANCE "priority\n" VIPS "}",
		 "5:1: error: priority lacks a value; write \"priority 1-255\"\n"},
		{INSTANCE "priority 1 2\n" VIPS "}",
		 "5:12: warning: unexpected '2' after priority; it is ignored, as in keepalived; write \"priority 1-255\", one statement per line\n"},
		{INSTANCE "priority 1\npriority 2\n" VIPS "}",
		 "6:1: warning: priority is already set on line 5; the last one counts, as in keepalived; keep one of them\n"},
		{INSTANCE "priority 1 { a { b } }\n" VIPS "}",
		 "5:1: error: priority takes no block; write \"priority 1-255\"\n"},
		{INSTANCE "advert_int 0.009\n" VIPS "}",
		 "5:12: error: advert_int 0.009 is out of range; 10ms to 255s is allowed\n"},
		{INSTANCE "advert_int fast\n" VIPS "}",
		 "5:12: error: 'fast' is not a duration; write \"advert_int SECONDS\"\n"},
		{INSTANCE "preempt_delay 1001\n" VIPS "}",
		 "5:15: error: preempt_delay 1001 is out of range; 0s to 1000s is allowed\n"},
		{INSTANCE "mcast_src_ip fe80::1\n" VIPS "}",
		 "5:1: error: fe80::1 has a different address family than vrrp_instance V (IPv4); use one family\n"},
		{INSTANCE "version 4\nstrict_mode maybe\ndown_timer_adverts 0\n"
			  "lower_prio_no_advert 1\nhigher_prio_send_advert 0\n" VIPS "}",
		 "5:9: error: version 4 is out of range; 2 to 3 is allowed\n"
		 "6:13: error: 'maybe' is neither on nor off; write \"strict_mode [on|off]\"\n"
		 "7:20: error: down_timer_adverts 0 is out of range; 1 to 100 is allowed\n"
		 "8:22: error: '1' is neither on nor off; write \"lower_prio_no_advert [on|off]\"\n"
		 "9:25: error: '0' is neither on nor off; write \"higher_prio_send_advert [on|off]\"\n"},
		{INSTANCE "garp_master_delay -1\ngarp_master_repeat 0\n"
			  "garp_master_refresh 86401\ngarp_master_refresh_repeat 1001\n"
			  "garp_lower_prio_delay 86401\ngarp_lower_prio_repeat 1001\n" VIPS "}",
		 "5:19: error: '-1' is not a duration; write \"garp_master_delay SECONDS\"\n"
		 "6:20: error: garp_master_repeat 0 is out of range; 1 to 1000 is allowed\n"
		 "7:21: error: garp_master_refresh 86401 is out of range; 0s to 86400s is allowed\n"
		 "8:28: error: garp_master_refresh_repeat 1001 is out of range; 1 to 1000 is allowed\n"
		 "9:23: error: garp_lower_prio_delay 86401 is out of range; 0s to 86400s is allowed\n"
		 "10:24: error: garp_lower_prio_repeat 1001 is out of range; 0 to 1000 is allowed\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void wrong_instance_keywords(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "preempt\nnopreempt\naccept\nno_accept\n" VIPS "}",
		 "6:1: warning: nopreempt contradicts preempt on line 5; the last one counts, as in keepalived; keep one of them\n"
		 "8:1: warning: no_accept contradicts accept on line 7; the last one counts, as in keepalived; keep one of them\n"},
		{INSTANCE "timer_expired_backup 255\nnative_ipv6 on\n" VIPS "}",
		 "5:22: error: timer_expired_backup 255 is out of range; 1 to 254 is allowed\n"
		 "6:13: warning: unexpected 'on' after native_ipv6; it is ignored, as in keepalived; write \"native_ipv6\", one statement per line\n"
		 "7:21: error: 10.0.0.9 cannot be advertised: vrrp_instance V is IPv6; move it to virtual_ipaddress_excluded\n"},
		{INSTANCE
		 "promote_secondaries on\ndont_track_primary on\nvirtual_router_id 2\n" VIPS "}",
		 "5:21: warning: unexpected 'on' after promote_secondaries; it is ignored, as in keepalived; write \"promote_secondaries\", one statement per line\n"
		 "6:20: warning: unexpected 'on' after dont_track_primary; it is ignored, as in keepalived; write \"dont_track_primary\", one statement per line\n"
		 "7:1: warning: virtual_router_id is already set on line 4; the last one counts, as in keepalived; keep one of them\n"},
		{INSTANCE "advert_int 40.96\n" VIPS "}",
		 "5:1: error: advert_int is out of range; version 3 allows 10ms to 40.95s\n"},
		{INSTANCE "advert_int 256\n" VIPS "}",
		 "5:12: error: advert_int 256 is out of range; 10ms to 255s is allowed\n"},
		{INSTANCE "heartbeat sixteen-bytes-xx\n" VIPS "}",
		 "5:11: error: heartbeat 'sixteen-bytes-xx' has the wrong length; 1 to 15 bytes are allowed\n"},
		{INSTANCE "nopreempt on\n" VIPS "}",
		 "5:11: warning: unexpected 'on' after nopreempt; it is ignored, as in keepalived; write \"nopreempt\", one statement per line\n"},
		{INSTANCE "virtual_ipaddress\n}",
		 "5:1: error: virtual_ipaddress has no block; write \"virtual_ipaddress { ADDRESS[/LENGTH] ... }\"\n"},
		{V3 "vrrp_instance V { interface lo\nvirtual_router_id 0\n" VIPS "}",
		 "2:29: error: the loopback interface reaches no other node; name the interface that does\n"
		 "3:19: error: virtual_router_id 0 is out of range; 1 to 255 is allowed\n"},
		{V3 "vrrp_instance V { interface a/b\nvirtual_router_id 9\n" VIPS "}",
		 "2:29: error: 'a/b' is not a valid interface name; write a name of 1 to 15 characters, as \"ip link\" shows it\n"},
		{V3 "vrrp_instance V { }",
		 "2:1: error: vrrp_instance V has no interface; add \"interface NAME\"\n"
		 "2:1: error: vrrp_instance V has no virtual_ipaddress, and adverts of version 3 must list an address; add one, or write no_virtual_ipaddress on all its nodes\n"
		 "2:1: error: vrrp_instance V has no virtual_router_id; add \"virtual_router_id 1-255\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void every_default(void **state)
{
	struct config *config = fixture_parse("vrrp_instance V {\ninterface eth0\n"
					      "virtual_router_id 1\n" VIPS "}\n",
					      "");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_int_equal(instance->version, 2);
	assert_int_equal(instance->family, 4);
	assert_int_equal(instance->down_timer_adverts, 3);
	assert_int_equal(instance->timer_expired_priority, 0);
	assert_false(instance->lower_prio_no_advert);
	assert_false(instance->higher_prio_send_advert);
	assert_false(instance->has_group);
	check_address(&instance->group, "224.0.0.18");
	assert_int_equal(instance->unicast_peer_count, 0);
	assert_int_equal(instance->unicast_ttl, 255);
	assert_int_equal(instance->authentication, CONFIG_AUTHENTICATION_NONE);
	assert_false(instance->use_vmac);
	assert_string_equal(instance->vmac.name, "");
	assert_false(instance->vmac_xmit_base);
	assert_true(instance->accept);
	assert_false(instance->strict);
	assert_false(instance->dont_track_primary);
	assert_false(instance->promote_secondaries);
	assert_int_equal(instance->garp_lower_prio_delay_ns, 5 * NS_PER_SECOND);
	assert_int_equal(instance->garp_lower_prio_repeat, 5);
	config_free(config);
}

static void every_value(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE "version 2\nadvert_int 255\ndown_timer_adverts 7\nnopreempt\n"
			 "timer_expired_backup\nlower_prio_no_advert\nhigher_prio_send_advert on\n"
			 "no_accept\ndont_track_primary\npromote_secondaries\n"
			 "garp_lower_prio_delay 0.5\ngarp_lower_prio_repeat 0\n"
			 "check_unicast_src\nunicast_ttl 64\nunicast_src_ip 10.0.0.1\n"
			 "unicast_peer {\n10.0.0.2\n}\n" VIPS "}",
		"");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_int_equal(instance->version, 2);
	assert_int_equal(instance->advert_interval_ns, 255 * NS_PER_SECOND);
	assert_int_equal(instance->down_timer_adverts, 7);
	assert_int_equal(instance->timer_expired_priority, 254);
	assert_true(instance->lower_prio_no_advert);
	assert_true(instance->higher_prio_send_advert);
	assert_false(instance->accept);
	assert_true(instance->dont_track_primary);
	assert_true(instance->promote_secondaries);
	assert_int_equal(instance->garp_lower_prio_delay_ns, 500 * NS_PER_MS);
	assert_int_equal(instance->garp_lower_prio_repeat, 0);
	assert_int_equal(instance->unicast_ttl, 64);
	config_free(config);
}

/* Each has a global form, which the instance's own overrides. */
static void options_of_2_4(void **state)
{
	struct config *config = fixture_parse(
		"global_defs {\nvrrp_owner_ignore_adverts\nv3_checksum_as_v2\n"
		"vrrp_delay_after_boot 90\nuse_symlink_paths\nset_supplementary_groups\n}\n" INSTANCE
			VIPS "}\nvrrp_instance W {\ninterface eth0\nvirtual_router_id 2\n"
		"owner_ignore_adverts off\nv3_checksum_as_v2 off\n"
		"virtual_ipaddress { 10.0.0.8 }\n}\n",
		"");

	(void)state;
	assert_int_equal(config->delay_after_boot_ns, 90 * NS_PER_SECOND);
	assert_true(config->instances[0].owner_ignore_adverts);
	assert_true(config->instances[0].plain_checksum);
	assert_false(config->instances[1].owner_ignore_adverts);
	assert_false(config->instances[1].plain_checksum);
	config_free(config);
}

/* Halves are rounded up, as in keepalived; never to 0. */
static void rounded_intervals(void **state)
{
	static const struct {
		const char *text;
		uint64_t interval_ns;
		const char *diagnostics;
	} cases[] = {
		{"version 2\nadvert_int 1.4\n", NS_PER_SECOND,
		 "6:1: warning: advert_int is rounded to 1s; version 2 allows multiples of 1s\n"},
		{"version 2\nadvert_int 1.5\n", 2 * NS_PER_SECOND,
		 "6:1: warning: advert_int is rounded to 2s; version 2 allows multiples of 1s\n"},
		{"version 2\nadvert_int 0.2\n", NS_PER_SECOND,
		 "6:1: warning: advert_int is rounded to 1s; version 2 allows multiples of 1s\n"},
		{"version 3\nadvert_int 0.014\n", 10 * NS_PER_MS,
		 "6:1: warning: advert_int is rounded to 10ms; version 3 allows multiples of 10ms\n"},
		{"version 3\nadvert_int 0.015\n", 20 * NS_PER_MS,
		 "6:1: warning: advert_int is rounded to 20ms; version 3 allows multiples of 10ms\n"},
		{"version 3\nadvert_int 40.95\n", 4095 * NS_PER_CENTISECOND, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[300];
		struct config *config;

		snprintf(text, sizeof(text), INSTANCE "%s" VIPS "}", cases[i].text);
		config = fixture_parse(text, cases[i].diagnostics);
		assert_int_equal(config->instances[0].advert_interval_ns, cases[i].interval_ns);
		config_free(config);
	}
}

static void without_effect(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE "timer_expired_backup 200\n" VIPS "}",
		"5:1: warning: timer_expired_backup has no effect with preemption (nopreempt is not set); remove one\n");
	static const struct config_case cases[] = {
		{INSTANCE "version 2\nvirtual_ipaddress { fe80::9 }\n}",
		 "5:1: warning: version has no effect with IPv6, which needs version 3; remove one\n"},
		{INSTANCE "priority 255\nnopreempt\n" VIPS "}",
		 "6:1: warning: nopreempt has no effect with priority 255; remove one\n"},
	};

	(void)state;
	assert_int_equal(config->instances[0].timer_expired_priority, 0);
	config_free(config);
	RUN_CASES(cases);
}

#define VERSION_2 "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\n"

static void authentication(void **state)
{
	static const struct config_case cases[] = {
		{VERSION_2 "authentication {\nauth_type AH\nauth_pass x\n}\n" VIPS "}",
		 "5:11: error: auth_type AH is not supported; use PASS on all nodes, or heartbeats, which are authenticated\n"},
		{VERSION_2 "authentication {\nauth_type SHA\n}\n" VIPS "}",
		 "5:11: error: unknown auth_type 'SHA'; write \"auth_type PASS|NONE\"\n"},
		{VERSION_2 "authentication {\nauth_type PASS\n}\n" VIPS "}",
		 "4:1: error: auth_type PASS has no auth_pass; add \"auth_pass PASSWORD\"\n"},
		{VERSION_2 "authentication {\nauth_type PASS\nauth_pass \"\"\n}\n" VIPS "}",
		 "6:11: error: auth_pass is empty; write \"auth_pass PASSWORD\"\n"},
		{VERSION_2 "authentication {\nauth_pass x\n}\n" VIPS "}",
		 "4:1: warning: auth_pass has no effect without \"auth_type PASS\"; add it, or remove the block\n"},
		{VERSION_2 "authentication { auth_type PASS auth_pass x }\n" VIPS "}",
		 "4:1: error: auth_type PASS has no auth_pass; add \"auth_pass PASSWORD\"\n"
		 "4:33: warning: unexpected 'auth_pass' after auth_type; it is ignored, as in keepalived; write \"auth_type PASS|NONE\", one statement per line\n"},
		{VERSION_2 "authentication {\nauth_type NONE\nauth_pas x\n}\n" VIPS "}",
		 "6:1: error: unknown keyword 'auth_pas' in authentication; did you mean 'auth_pass'?\n"},
	};
	struct config *config = fixture_parse(
		VERSION_2 "authentication {\nauth_type PASS\nauth_pass 123456789\n}\n" VIPS "}",
		"6:11: warning: auth_pass is truncated to its first 8 characters, because an advert has no room for more; shorten it\n");

	(void)state;
	assert_int_equal(config->instances[0].authentication, CONFIG_AUTHENTICATION_PASS);
	assert_memory_equal(config->instances[0].password, "12345678", 8);
	config_free(config);

	config = fixture_parse(
		INSTANCE "authentication {\nauth_type PASS\nauth_pass 1\n}\n" VIPS "}",
		"5:1: warning: authentication has no effect with VRRP version 3; remove one\n");
	assert_int_equal(config->instances[0].authentication, CONFIG_AUTHENTICATION_NONE);
	config_free(config);
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instance_defaults),
		cmocka_unit_test(settings_that_clear_others),
		cmocka_unit_test(wrong_instance_values),
		cmocka_unit_test(options_of_2_4),
		cmocka_unit_test(an_instance_without_addresses),
		cmocka_unit_test(other_name_of_timer_expired),
		cmocka_unit_test(wrong_instance_keywords),
		cmocka_unit_test(every_default),
		cmocka_unit_test(every_value),
		cmocka_unit_test(rounded_intervals),
		cmocka_unit_test(without_effect),
		cmocka_unit_test(authentication),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
