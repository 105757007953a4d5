// SPDX-License-Identifier: GPL-2.0-or-later
/* The parser: the result of valid files, the errors of invalid ones, recovery after errors. */
#include "tests/unit/config/fixture.h"
#include "user/lib/time.h"
#include <linux/rtnetlink.h>

#define HEARTBEAT                                                                                  \
	"heartbeat h {\ninterface eth0\nkey_file k\nnode 1 a 10.0.0.1\nnode 2 b 10.0.0.2\n"

static const char example[] =
	"global_defs {\n"
	"    router_id node-b\n"
	"    vrrp_version 3\n"
	"    vrrp_rt_priority 60\n"
	"    vrrp_garp_master_refresh 60\n"
	"}\n"
	"heartbeat lan {\n"
	"    interface eth0   # several: a link each\n"
	"    interface eth1\n"
	"    port 1694\n"
	"    cluster_id 7\n"
	"    key_file \"/etc/xbeat/lan key\"\n"
	"    interval 20ms\n"
	"    multiplier 4\n"
	"    daemon_timeout 2s\n"
	"    node 1 node-a 10.0.0.1 fd00::1\n"
	"    node 2 node-b 10.0.0.2 fd00::2\n"
	"    node 3 judge  10.0.0.3 fd00::3 witness\n"
	"}\n"
	"vrrp_instance VI_1 {\n"
	"    interface eth0\n"
	"    state BACKUP\n"
	"    virtual_router_id 51\n"
	"    priority 150\n"
	"    advert_int 0.25\n"
	"    nopreempt\n"
	"    mcast_src_ip 10.0.0.2\n"
	"    garp_master_delay 1\n"
	"    garp_master_repeat 2\n"
	"    garp_master_refresh_repeat 3\n"
	"    heartbeat lan\n"
	"    virtual_ipaddress {\n"
	"        10.0.0.100/24 brd + dev eth1 scope link label eth1:x\n"
	"        10.0.0.101\n"
	"    }\n"
	"}\n"
	"vrrp_instance VI_2 { interface eth1\n virtual_router_id 52\n virtual_ipaddress { 10.1.0.1/16 } }\n";

static void globals_and_heartbeat(void **state)
{
	struct config *config = fixture_parse(example, "");
	const struct config_heartbeat *heartbeat = config->heartbeat;

	(void)state;
	assert_string_equal(config->router_id, "node-b");
	assert_int_equal(config->realtime_priority, 60);
	assert_string_equal(heartbeat->name, "lan");
	assert_int_equal(heartbeat->location.line, 7);
	assert_int_equal(heartbeat->interface_count, 2);
	assert_string_equal(heartbeat->interfaces[1], "eth1");
	assert_int_equal(heartbeat->port, 1694);
	assert_int_equal(heartbeat->cluster_id, 7);
	assert_string_equal(heartbeat->key_file, "/etc/xbeat/lan key");
	assert_int_equal(heartbeat->interval_ns, 20 * NS_PER_MS);
	assert_int_equal(heartbeat->multiplier, 4);
	assert_int_equal(heartbeat->daemon_timeout_ns, 2 * NS_PER_SECOND);
	assert_int_equal(heartbeat->node_count, 3);
	assert_int_equal(heartbeat->nodes[2].id, 3);
	assert_string_equal(heartbeat->nodes[2].name, "judge");
	assert_int_equal(heartbeat->nodes[2].address_count, 2);
	check_address(&heartbeat->nodes[2].addresses[1], "fd00::3");
	assert_true(heartbeat->nodes[2].witness);
	assert_false(heartbeat->nodes[1].witness);
	config_free(config);
}

static void instance_values(void **state)
{
	struct config *config = fixture_parse(example, "");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_int_equal(config->instance_count, 2);
	assert_string_equal(instance->name, "VI_1");
	assert_string_equal(instance->interface, "eth0");
	assert_int_equal(instance->vrid, 51);
	assert_int_equal(instance->version, 3);
	assert_int_equal(instance->family, 4);
	assert_int_equal(instance->priority, 150);
	assert_false(instance->start_as_master);
	assert_false(instance->preempt);
	assert_int_equal(instance->advert_interval_ns, 250 * NS_PER_MS);
	assert_true(instance->has_source);
	check_address(&instance->source, "10.0.0.2");
	assert_int_equal(instance->garp_delay_ns, NS_PER_SECOND);
	assert_int_equal(instance->garp_repeat, 2);
	assert_int_equal(instance->garp_refresh_ns, 60 * NS_PER_SECOND);
	assert_int_equal(instance->garp_refresh_repeat, 3);
	assert_string_equal(instance->heartbeat, "lan");
	config_free(config);
}

static void address_values(void **state)
{
	struct config *config = fixture_parse(example, "");
	const struct config_vip *vips = config->instances[0].vips;

	(void)state;
	assert_int_equal(config->instances[0].vip_count, 2);
	check_address(&vips[0].address, "10.0.0.100");
	assert_int_equal(vips[0].prefix_length, 24);
	assert_true(vips[0].has_broadcast);
	check_address(&vips[0].broadcast, "10.0.0.255");
	assert_string_equal(vips[0].interface, "eth1");
	assert_int_equal(vips[0].scope, RT_SCOPE_LINK);
	assert_string_equal(vips[0].label, "eth1:x");
	assert_int_equal(vips[1].prefix_length, 32);
	assert_string_equal(vips[1].interface, "eth0");
	assert_string_equal(vips[1].label, "");
	assert_int_equal(vips[1].scope, RT_SCOPE_UNIVERSE);
	assert_false(vips[1].has_broadcast);
	config_free(config);
}

/* The other forms that the grammar allows. */
static void other_forms(void **state)
{
	static const char *const texts[] = {
		V3 "vrrp_instance V\n{\ninterface eth0\n\nvirtual_router_id 1\n" VIPS "}",
		V3 "vrrp_instance \"V\"{interface \"eth0\"\nvirtual_router_id 1\n"
		   "virtual_ipaddress{10.0.0.9}}",
		"vrrp_instance V { version 3 # own\ninterface eth0\nvirtual_router_id 1 ! id\n" VIPS
		"}",
		"vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\n" VIPS "}\n"
		"global_defs { vrrp_version 3 }",
		INSTANCE "preempt\nadvert_int 40.95\n" VIPS
			 "virtual_ipaddress { 10.0.0.10 brd - }\n}",
		INSTANCE "advert_int 10ms\n" VIPS "}",
		V3 "global_defs { router_id x }\n"
		   "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\n" VIPS "}",
		INSTANCE "debug 4\n" VIPS "}\nglobal_defs { vrrp_skip_check_adv_addr }",
	};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct config *config = fixture_parse(texts[i], "");

		assert_string_equal(config->instances[0].name, "V");
		assert_string_equal(config->instances[0].interface, "eth0");
		assert_int_equal(config->instances[0].version, 3);
		config_free(config);
	}
	config_free(fixture_parse(texts[5], ""));
	config_free(fixture_parse(texts[6], ""));
	config_free(fixture_parse(texts[7], ""));
}

static void unsupported_keywords(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "}\nSSL { password x\n}\nlinkbeat_interfaces { }\n",
		 "9:1: warning: keepalived's 'linkbeat_interfaces' is not supported; the kernel reports the state of links\n"},
		{INSTANCE VIPS "qqqqqq\n}",
		 "6:1: error: unknown keyword 'qqqqqq' in vrrp_instance; see xbeat.conf(5) for the valid keywords\n"},
		{INSTANCE VIPS "track_script { a { b }\n c }\nnotify \"x } y\" root\n}",
		 "6:16: error: vrrp_script a is not defined; add \"vrrp_script a { ... }\"\n"
		 "7:2: error: vrrp_script c is not defined; add \"vrrp_script c { ... }\"\n"},
		{INSTANCE VIPS "track_bfd { b }\n}",
		 "6:1: error: keepalived's 'track_bfd' in vrrp_instance is not supported; BFD sessions serve the checks of server pools only: remove it, and watch the other machine with a heartbeat block and \"track_peer NODE\", or a service with vrrp_check\n"},
		{"includes x\n" INSTANCE VIPS "}",
		 "1:1: error: unknown keyword 'includes'; valid keywords: global_defs, heartbeat, vrrp_instance, vrrp_sync_group, track_group, vrrp_script, vrrp_track_process, vrrp_track_file, track_file, vrrp_app, virtual_server, virtual_server_group, vrrp_check, bfd_instance, SSL, static_routes, static_rules, net_namespace, instance, use_pid_dir, garp_group, interface_up_down_delays, static_ipaddress\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void braces(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "}\n}\nfoo bar { x { } }\n{ y }\n",
		 "7:1: error: '}' without a '{'; remove it\n"
		 "8:1: error: unknown keyword 'foo'; valid keywords: global_defs, heartbeat, vrrp_instance, vrrp_sync_group, track_group, vrrp_script, vrrp_track_process, vrrp_track_file, track_file, vrrp_app, virtual_server, virtual_server_group, vrrp_check, bfd_instance, SSL, static_routes, static_rules, net_namespace, instance, use_pid_dir, garp_group, interface_up_down_delays, static_ipaddress\n"
		 "9:1: error: '{' without a keyword; write \"KEYWORD {\"\n"},
		{INSTANCE VIPS, "2:1: error: vrrp_instance is not closed; add '}'\n"},
		{INSTANCE "virtual_ipaddress { 10.0.0.9\n",
		 "2:1: error: vrrp_instance is not closed; add '}'\n"
		 "5:1: error: virtual_ipaddress is not closed; add '}'\n"},
		{INSTANCE VIPS "}\nlinkbeat_interfaces a { x {\n }",
		 "7:1: error: the block is not closed; add '}'\n"
		 "7:1: warning: keepalived's 'linkbeat_interfaces' is not supported; the kernel reports the state of links\n"},
		/* One missing brace is one error, and the next block is read. */
		{INSTANCE VIPS "vrrp_instance W { interface eth0\nvirtual_router_id 2\n"
			       "virtual_ipaddress { 10.0.0.8 }\npriority 300\n}\n",
		 "6:1: error: 'vrrp_instance' inside the vrrp_instance block that begins on line 2; close that block with '}' first\n"
		 "9:10: error: priority 300 is out of range; 1 to 255 is allowed\n"},
		{INSTANCE VIPS HEARTBEAT "port 700 700\n}\n",
		 "6:1: error: 'heartbeat' inside the vrrp_instance block that begins on line 2; close that block with '}' first\n"
		 "11:10: error: the second port is the first one; name the one that is to be used, or write one port\n"},
		{INSTANCE VIPS HEARTBEAT "port 0\n}\n",
		 "6:1: error: 'heartbeat' inside the vrrp_instance block that begins on line 2; close that block with '}' first\n"
		 "11:6: error: port 0 is out of range; 1 to 65535 is allowed\n"},
		{INSTANCE "virtual_ipaddress {\n10.0.0.9\ntrack_file f {\n}\n}\n",
		 "7:1: error: 'track_file' inside the virtual_ipaddress block that begins on line 5; close that block with '}' first\n"
		 "7:12: error: unexpected 'f' before '{'; write \"track_file { NAME [weight NUMBER [reverse]] ... }\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void nothing_configured(void **state)
{
	static const struct config_case cases[] = {
		{"",
		 "0:0: error: nothing is configured; add a heartbeat, vrrp_instance or virtual_server block\n"},
		{"# only a comment",
		 "0:0: error: nothing is configured; add a heartbeat, vrrp_instance or virtual_server block\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

/* On failure the caller's pointer is unchanged. */
static void output_untouched_on_error(void **state)
{
	struct diagnostics diagnostics = {0};
	struct config *config = (struct config *)&diagnostics;

	(void)state;
	assert_int_not_equal(config_parse("f", "x", 1, &fixture_node, &config, &diagnostics), 0);
	assert_ptr_equal(config, &diagnostics);
	assert_int_equal(diagnostics.error_count, 1);
	diagnostics_free(&diagnostics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globals_and_heartbeat),
		cmocka_unit_test(instance_values),
		cmocka_unit_test(address_values),
		cmocka_unit_test(other_forms),
		cmocka_unit_test(unsupported_keywords),
		cmocka_unit_test(braces),
		cmocka_unit_test(nothing_configured),
		cmocka_unit_test(output_untouched_on_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
