// SPDX-License-Identifier: GPL-2.0-or-later
/* The parser: what good files become, what is said of bad ones, recovery after errors. */
#include "config_fixture.h"
#include <linux/rtnetlink.h>
#include <user/core/address.h>
#include <user/core/time.h>

#define V3 "global_defs { vrrp_version 3 }\n"
#define INSTANCE V3 "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\n"
#define VIPS "virtual_ipaddress { 10.0.0.9 }\n"
#define VIP_USAGE "ADDRESS[/LENGTH] [brd ADDRESS|+|-] [dev NAME] [scope SCOPE] [label NAME]"

static const char example[] = "global_defs {\n"
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
			      "vrrp_instance VI_2 { interface eth1\n virtual_router_id 52\n "
			      "virtual_ipaddress { 10.1.0.1/16 } }\n";

static void check_address(const struct xb_address *address, const char *expected)
{
	char text[ADDRESS_TEXT_BYTES];

	assert_string_equal(address_format(address, text), expected);
}

static void globals_and_heartbeat(void **state)
{
	struct config *config = fixture_parse(example, "");
	const struct config_heartbeat *heartbeat = config->heartbeat;

	(void)state;
	assert_string_equal(config->router_id, "node-b");
	assert_int_equal(config->realtime_priority, 60);
	assert_string_equal(heartbeat->name, "lan");
	assert_int_equal(heartbeat->position.line, 7);
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

static void instance_defaults(void **state)
{
	struct config *config = fixture_parse(INSTANCE VIPS "}\n", "");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_string_equal(config->router_id, "");
	assert_int_equal(config->realtime_priority, 50);
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

static void heartbeat_defaults(void **state)
{
	struct config *config = fixture_parse("global_defs { no_realtime }\n"
					      "heartbeat h { interface eth0\n key_file k\n"
					      "node 1 a 10.0.0.1\n node 255 b 10.0.0.2 }\n",
					      "");

	(void)state;
	assert_int_equal(config->realtime_priority, 0);
	assert_int_equal(config->heartbeat->port, 694);
	assert_int_equal(config->heartbeat->cluster_id, 1);
	assert_int_equal(config->heartbeat->interval_ns, 10 * NS_PER_MS);
	assert_int_equal(config->heartbeat->multiplier, 3);
	assert_int_equal(config->heartbeat->daemon_timeout_ns, 3 * NS_PER_SECOND);
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
}

static void broadcasts(void **state)
{
	struct config *config = fixture_parse(INSTANCE "virtual_ipaddress {\n"
						       "10.1.2.3/16 brd +\n10.1.2.4/30 brd -\n"
						       "10.1.2.5 brd 10.9.9.9\n}\n}",
					      "");
	const struct config_vip *vips = config->instances[0].vips;

	(void)state;
	check_address(&vips[0].broadcast, "10.1.255.255");
	check_address(&vips[1].broadcast, "10.1.2.4");
	check_address(&vips[2].broadcast, "10.9.9.9");
	config_free(config);
}

/* Which setting clears which, as keepalived does, but said. */
static void settings_that_clear_others(void **state)
{
	struct config *config;

	(void)state;
	config = fixture_parse(INSTANCE "state MASTER\n" VIPS "}",
			       "5:1: warning: state MASTER without a priority means 255, the owner "
			       "of the addresses; add \"priority 1-254\" if it is not\n");
	assert_int_equal(config->instances[0].priority, 255);
	config_free(config);

	config = fixture_parse(INSTANCE "priority 255\n" VIPS "}", "");
	assert_true(config->instances[0].start_as_master);
	config_free(config);

	config = fixture_parse(
		INSTANCE "state MASTER\npriority 200\nnopreempt\npreempt_delay 3\n" VIPS "}",
		"7:1: warning: nopreempt has no effect with state MASTER; remove one\n"
		"8:1: warning: preempt_delay has no effect with state MASTER; remove "
		"one\n");
	assert_true(config->instances[0].preempt);
	assert_int_equal(config->instances[0].preempt_delay_ns, 0);
	config_free(config);

	config = fixture_parse(INSTANCE "state BACKUP\npriority 255\nnopreempt\n" VIPS "}",
			       "7:1: warning: nopreempt has no effect with priority 255; remove "
			       "one\n");
	assert_true(config->instances[0].preempt);
	config_free(config);

	config = fixture_parse(INSTANCE "nopreempt\npreempt_delay 3\n" VIPS "}",
			       "6:1: warning: preempt_delay has no effect with nopreempt; remove "
			       "one\n");
	assert_false(config->instances[0].preempt);
	assert_int_equal(config->instances[0].preempt_delay_ns, 0);
	config_free(config);

	config = fixture_parse(INSTANCE "preempt_delay 4.12\nadvert_int 0.125\n" VIPS "}",
			       "6:1: warning: advert_int is cut to 120ms; write a multiple of "
			       "10ms\n");
	assert_int_equal(config->instances[0].preempt_delay_ns, 4120 * NS_PER_MS);
	assert_int_equal(config->instances[0].advert_interval_ns, 120 * NS_PER_MS);
	config_free(config);
}

static void wrong_instance_values(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "state MASTR\n" VIPS "}",
		 "5:7: error: unknown state 'MASTR'; write \"state MASTER|BACKUP\"\n"},
		{INSTANCE "priority 0\n" VIPS "}",
		 "5:10: error: priority 0 is out of range; 1 to 255 is allowed\n"},
		{INSTANCE "priority 10.5\n" VIPS "}",
		 "5:10: error: '10.5' is no whole number; write \"priority 1-255\"\n"},
		{INSTANCE "priority 99999999999999999999\n" VIPS "}",
		 "5:10: error: priority 99999999999999999999 is out of range; 1 to 255 is "
		 "allowed\n"},
		{INSTANCE "priority\n" VIPS "}",
		 "5:1: error: priority lacks a value; write \"priority 1-255\"\n"},
		{INSTANCE "priority 1 2\n" VIPS "}",
		 "5:12: error: unexpected '2' after priority; write \"priority 1-255\", one "
		 "statement a line\n"},
		{INSTANCE "priority 1\npriority 2\n" VIPS "}",
		 "6:1: error: priority was given on line 5 already; keep one of them\n"},
		{INSTANCE "priority 1 { a { b } }\n" VIPS "}",
		 "5:1: error: priority takes no block; write \"priority 1-255\"\n"},
		{INSTANCE "advert_int 0.009\n" VIPS "}",
		 "5:12: error: advert_int 0.009 is out of range; 10ms to 40950ms is allowed\n"},
		{INSTANCE "advert_int fast\n" VIPS "}",
		 "5:12: error: 'fast' is no duration; write \"advert_int SECONDS\"\n"},
		{INSTANCE "preempt_delay 1001\n" VIPS "}",
		 "5:15: error: preempt_delay 1001 is out of range; 0s to 1000s is allowed\n"},
		{INSTANCE "mcast_src_ip fe80::1\n" VIPS "}",
		 "5:14: error: 'fe80::1' is no unicast IPv4 address; write \"mcast_src_ip "
		 "ADDRESS\"\n"},
		{INSTANCE "heartbeat sixteen-bytes-xx\n" VIPS "}",
		 "5:11: error: heartbeat 'sixteen-bytes-xx' does not fit; 1 to 15 bytes are "
		 "allowed\n"},
		{INSTANCE "nopreempt on\n" VIPS "}",
		 "5:11: error: unexpected 'on' after nopreempt; write \"nopreempt\", one statement "
		 "a line\n"},
		{INSTANCE "virtual_ipaddress\n}",
		 "5:1: error: virtual_ipaddress has no block; write \"virtual_ipaddress { "
		 "ADDRESS[/LENGTH] ... }\"\n"},
		{V3 "vrrp_instance V { interface lo\nvirtual_router_id 0\n" VIPS "}",
		 "2:29: error: the loopback interface reaches no other node; name the interface "
		 "that does\n"
		 "3:19: error: virtual_router_id 0 is out of range; 1 to 255 is allowed\n"},
		{V3 "vrrp_instance V { interface a/b\nvirtual_router_id 9\n" VIPS "}",
		 "2:29: error: 'a/b' cannot be an interface; write a name of 1 to 15 characters as "
		 "\"ip link\" shows it\n"},
		{V3 "vrrp_instance V { }",
		 "2:1: error: vrrp_instance V has no interface; add \"interface NAME\"\n"
		 "2:1: error: vrrp_instance V has no virtual_router_id; add \"virtual_router_id "
		 "1-255\"\n"
		 "2:1: warning: vrrp_instance V has no virtual_ipaddress; it moves nothing\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void wrong_addresses(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "virtual_ipaddress {\n10.0.0.300\n10.0.0.1/33\n}\n}",
		 "6:1: error: '10.0.0.300' is no address; write \"" VIP_USAGE "\"\n"
		 "7:1: error: '10.0.0.1/33' is no address; write \"" VIP_USAGE "\"\n"},
		{INSTANCE "virtual_ipaddress {\nfd00::1/64\n224.0.0.5\n}\n}",
		 "6:1: error: fd00::1/64 is IPv6, which is not served yet for virtual addresses; "
		 "remove it\n"
		 "7:1: error: 224.0.0.5 cannot be a virtual address; write a unicast address\n"},
		{INSTANCE
		 "virtual_ipaddress {\n10.0.0.1 lable x\n10.0.0.2 qqqqqq\n10.0.0.3 dev\n}\n}",
		 "6:10: error: unknown word 'lable' in virtual_ipaddress; did you mean 'label'?\n"
		 "7:10: error: unknown word 'qqqqqq' in virtual_ipaddress; write \"" VIP_USAGE
		 "\"\n"
		 "8:10: error: dev lacks a value; write \"" VIP_USAGE "\"\n"},
		{INSTANCE "virtual_ipaddress {\n10.0.0.1 brd +\n10.0.0.2 scope moon\n"
			  "10.0.0.3 label sixteen-bytes-xx\n}\n}",
		 "6:14: error: '+' is no broadcast address; write an IPv4 address, or + or - with "
		 "a "
		 "length of 1 to 30\n"
		 "7:16: error: unknown scope 'moon'; write global, site, link, host, nowhere or 0 "
		 "to 255\n"
		 "8:16: error: label 'sixteen-bytes-xx' does not fit; 1 to 15 bytes are allowed\n"},
		{INSTANCE "virtual_ipaddress {\n10.0.0.1/24 -nodad no_track peer 10.0.0.2 dev "
			  "eth1\n10.0.0.1\n}\n}",
		 "6:13: warning: keepalived's '-nodad' of an address is not served yet; it is "
		 "ignored\n"
		 "6:20: warning: keepalived's 'no_track' of an address is not served yet; it is "
		 "ignored\n"
		 "6:29: warning: keepalived's 'peer' of an address is not served yet; it is "
		 "ignored\n"
		 "7:1: warning: 10.0.0.1 was given on line 6 already; this one is ignored\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

#define HEARTBEAT                                                                                  \
	"heartbeat h {\ninterface eth0\nkey_file k\nnode 1 a 10.0.0.1\nnode 2 b 10.0.0.2\n"

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
		 "6:1: error: key_file was given on line 3 already; keep one of them\n"
		 "7:11: error: interface eth0 is link 0 already; keep one of them\n"},
		{HEARTBEAT "node 3 c\nnode 4 d witness\nnode 0 e 10.0.0.5\nnode 256 f 10.0.0.6\n}",
		 "6:1: error: node lacks a value; write \"node ID NAME ADDRESS... [witness]\"\n"
		 "7:1: error: node lacks an address; write \"node ID NAME ADDRESS... [witness]\"\n"
		 "8:6: error: '0' is no node id; 1 to 255 is allowed\n"
		 "9:6: error: '256' is no node id; 1 to 255 is allowed\n"},
		{HEARTBEAT "node 3 sixteen-bytes-xx x.y\nnode 4 d 224.0.0.1\n"
			   "node 5 e 10.0.0.5 10.0.0.6 10.0.0.7 10.0.0.8 10.0.0.9\n}",
		 "6:8: error: node name 'sixteen-bytes-xx' does not fit; 1 to 15 bytes are "
		 "allowed\n"
		 "6:25: error: 'x.y' is no IP address; write \"node ID NAME ADDRESS... "
		 "[witness]\"\n"
		 "7:10: error: 224.0.0.1 cannot be a node's address; write a unicast address of "
		 "its interface\n"
		 "8:46: error: 10.0.0.9 is one address too many; 4 are allowed\n"},
		{HEARTBEAT "interface e1\ninterface e2\ninterface e3\ninterface e4\n}",
		 "4:1: error: node a lists 1 address(es) for 4 interface(s); write one per "
		 "interface, in their order\n"
		 "5:1: error: node b lists 1 address(es) for 4 interface(s); write one per "
		 "interface, in their order\n"
		 "9:11: error: e4 is one interface too many; 4 are allowed\n"},
		{HEARTBEAT "intervall 10ms\nsmtp_alert\n}",
		 "6:1: error: unknown keyword 'intervall' in heartbeat; did you mean 'interval'?\n"
		 "7:1: error: unknown keyword 'smtp_alert' in heartbeat; known are interface, "
		 "port, "
		 "cluster_id, key_file, interval, multiplier, daemon_timeout, node\n"},
		{HEARTBEAT "}\nheartbeat g { interval 10 }",
		 "7:1: error: a second heartbeat block is not served; keep this one or \"h\" of "
		 "line 1\n"},
		{"heartbeat { }\nheartbeat sixteen-bytes-xx {\nnode 1 a 10.0.0.1\n"
		 "node 2 b 10.0.0.2\nkey_file \"\"\ninterface a\n}",
		 "1:1: error: heartbeat lacks a value; write \"heartbeat NAME { ... }\"\n"
		 "2:11: error: heartbeat name 'sixteen-bytes-xx' does not fit; 1 to 15 bytes are "
		 "allowed\n"
		 "5:10: error: key_file is empty; write \"key_file PATH\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void wrong_globals(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "}\nglobal_defs { vrrp_rt_priority 100\nrouter_idd x\n}",
		 "7:32: error: vrrp_rt_priority 100 is out of range; 1 to 99 is allowed\n"
		 "8:1: error: unknown keyword 'router_idd' in global_defs; did you mean "
		 "'router_id'?\n"},
		{INSTANCE VIPS "}\nglobal_defs { vrrp_rt_priority 10\nno_realtime\n}",
		 "8:1: error: no_realtime contradicts the vrrp_rt_priority of line 7; keep one of "
		 "them\n"},
		{INSTANCE VIPS "}\nglobal_defs { vrrp_mcast_group4 224.0.0.19\n}",
		 "7:15: error: keepalived's 'vrrp_mcast_group4' in global_defs is not served yet; "
		 "adverts would go to 224.0.0.18; remove it on all nodes\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void not_served_yet(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "unicast_peer { 10.0.0.2 }\n}",
		 "6:1: error: keepalived's 'unicast_peer' in vrrp_instance is not served yet; "
		 "adverts would go to the multicast group 224.0.0.18; remove it if the network "
		 "carries multicast\n"},
		{INSTANCE VIPS "track_script { a { b }\n c }\nnotify \"x } y\" root\n}",
		 "6:1: warning: keepalived's 'track_script' in vrrp_instance is not served yet; "
		 "the whole block is skipped\n"
		 "8:1: warning: keepalived's 'notify' in vrrp_instance is not served yet; it is "
		 "ignored\n"},
		{"includes x\n" INSTANCE VIPS "}",
		 "1:1: error: unknown keyword 'includes'; known are global_defs, heartbeat, "
		 "static_routes, static_rules, vrrp_instance\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void braces(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE VIPS "}\n}\nfoo bar { x { } }\n{ y }\n",
		 "7:1: error: '}' without a '{'; remove it\n"
		 "8:1: error: unknown keyword 'foo'; known are global_defs, heartbeat, "
		 "static_routes, static_rules, vrrp_instance\n"
		 "9:1: error: '{' without a keyword; write \"KEYWORD {\"\n"},
		{INSTANCE VIPS, "2:1: error: vrrp_instance is not closed; add '}'\n"},
		{INSTANCE "virtual_ipaddress { 10.0.0.9\n",
		 "2:1: error: vrrp_instance is not closed; add '}'\n"
		 "5:1: error: virtual_ipaddress is not closed; add '}'\n"},
		{INSTANCE VIPS "}\nvirtual_server 1.2.3.4 80 { x {\n }",
		 "7:1: error: the block is not closed; add '}'\n"
		 "7:1: warning: keepalived's 'virtual_server' is not served yet; the whole block "
		 "is skipped\n"},
		/* One forgotten brace is one error, and the block after it is read. */
		{INSTANCE VIPS "vrrp_instance W { interface eth0\nvirtual_router_id 2\n"
			       "virtual_ipaddress { 10.0.0.8 }\npriority 300\n}\n",
		 "6:1: error: 'vrrp_instance' inside vrrp_instance; close the block of line 2 with "
		 "'}' before it\n"
		 "9:10: error: priority 300 is out of range; 1 to 255 is allowed\n"},
		{INSTANCE VIPS HEARTBEAT "port 0\n}\n",
		 "6:1: error: 'heartbeat' inside vrrp_instance; close the block of line 2 with '}' "
		 "before it\n"
		 "11:6: error: port 0 is out of range; 1 to 65535 is allowed\n"},
		{INSTANCE "virtual_ipaddress {\n10.0.0.9\ntrack_file f {\n}\n}\n",
		 "7:1: error: 'track_file' inside virtual_ipaddress; close the block of line 5 "
		 "with "
		 "'}' before it\n"
		 "7:1: warning: keepalived's 'track_file' in vrrp_instance is not served yet; the "
		 "whole block is skipped\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void nothing_to_do(void **state)
{
	static const struct config_case cases[] = {
		{"",
		 "0:0: error: there is nothing to do; add a heartbeat or a vrrp_instance block\n"},
		{"# only a comment",
		 "0:0: error: there is nothing to do; add a heartbeat or a vrrp_instance block\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

/* On failure the caller's pointer stays what it was. */
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
		cmocka_unit_test(instance_defaults),
		cmocka_unit_test(heartbeat_defaults),
		cmocka_unit_test(other_forms),
		cmocka_unit_test(broadcasts),
		cmocka_unit_test(settings_that_clear_others),
		cmocka_unit_test(wrong_instance_values),
		cmocka_unit_test(wrong_addresses),
		cmocka_unit_test(wrong_heartbeat_values),
		cmocka_unit_test(wrong_globals),
		cmocka_unit_test(not_served_yet),
		cmocka_unit_test(braces),
		cmocka_unit_test(nothing_to_do),
		cmocka_unit_test(output_untouched_on_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
