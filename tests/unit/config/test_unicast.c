// SPDX-License-Identifier: GPL-2.0-or-later
/* Source, unicast peers, multicast group and interface of adverts. */
#include "tests/unit/config/fixture.h"

#define PEERS "unicast_peer {\n10.0.0.2\n}\n"
#define NO_INTERFACE V3 "vrrp_instance V {\nvirtual_router_id 1\n"

static void peers(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE "unicast_src_ip 10.0.0.1\nmcast_src_ip 10.0.0.1/24\n"
			 "unicast_peer {\n10.0.0.2 min_ttl 3 max_ttl 64\n10.0.0.1\n}\n"
			 "unicast_peer {\n10.0.0.3/24 max_ttl 0\n}\nunicast_ttl 0\n" VIPS "}",
		"");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_true(instance->has_source);
	check_address(&instance->source, "10.0.0.1");
	/* A file for all nodes also lists the node itself. */
	assert_int_equal(instance->unicast_peer_count, 2);
	check_address(&instance->unicast_peers[0].address, "10.0.0.2");
	assert_int_equal(instance->unicast_peers[0].ttl_minimum, 3);
	assert_int_equal(instance->unicast_peers[0].ttl_maximum, 64);
	assert_true(instance->unicast_peers[0].has_ttl_bounds);
	check_address(&instance->unicast_peers[1].address, "10.0.0.3");
	assert_int_equal(instance->unicast_peers[1].ttl_minimum, 0);
	assert_int_equal(instance->unicast_peers[1].ttl_maximum, 0);
	assert_int_equal(instance->unicast_ttl, 0);
	config_free(config);

	config = fixture_parse(INSTANCE PEERS VIPS "}", "");
	assert_int_equal(config->instances[0].unicast_peers[0].ttl_maximum, 255);
	assert_false(config->instances[0].unicast_peers[0].has_ttl_bounds);
	config_free(config);
}

static void groups(void **state)
{
	struct config *config =
		fixture_parse(INSTANCE "mcast_dst_ip ff12::18\nmcast_src_ip fe80::1\n"
				       "virtual_ipaddress { fe80::9 }\n}",
			      "");

	(void)state;
	assert_true(config->instances[0].has_group);
	check_address(&config->instances[0].group, "ff12::18");
	config_free(config);

	config = fixture_parse(INSTANCE "native_ipv6\nvirtual_ipaddress { fe80::9 }\n}", "");
	assert_false(config->instances[0].has_group);
	check_address(&config->instances[0].group, "ff02::12");
	config_free(config);

	config = fixture_parse(
		INSTANCE "mcast_dst_ip 224.0.0.19\n" PEERS VIPS "}",
		"5:1: warning: mcast_dst_ip has no effect with unicast_peer; remove one\n");
	assert_false(config->instances[0].has_group);
	config_free(config);
}

static void without_interface(void **state)
{
	static const struct config_case cases[] = {
		{NO_INTERFACE "unicast_src_ip 10.0.0.1\n" PEERS VIPS "}", ""},
		{NO_INTERFACE "unicast_src_ip 10.0.0.1\n" PEERS
			      "virtual_ipaddress {\n10.0.0.9 use_vmac\n}\n}",
		 "9:1: error: use_vmac of an address needs its interface; add \"dev NAME\"\n"},
		{NO_INTERFACE "vrf blue\nunicast_src_ip 10.0.0.1\n" PEERS VIPS "}", ""},
		{INSTANCE "vrf blue\nunicast_src_ip 10.0.0.1\n" PEERS VIPS "}",
		 "5:1: warning: vrf has no effect with \"interface\", as in keepalived: the instance is in the VRF that eth0 is in; remove one\n"},
		{NO_INTERFACE PEERS VIPS "}",
		 "2:1: error: vrrp_instance V has no interface; add \"interface NAME\"\n"},
		{NO_INTERFACE "unicast_src_ip fe80::1\nunicast_peer {\nfe80::2\n}\n"
			      "virtual_ipaddress { fe80::9 }\n}",
		 "2:1: error: vrrp_instance V has no interface, and a link-local source address does not determine one; add \"interface NAME\"\n"},
		{NO_INTERFACE "unicast_src_ip 10.0.0.1\nuse_vmac\nvmac_xmit_base\n" PEERS VIPS "}",
		 "5:1: error: use_vmac needs an interface for the virtual MAC address; add \"interface NAME\"\n"},
		/* The source addresses distinguish the two. */
		{NO_INTERFACE "unicast_src_ip 10.0.0.1\n" PEERS VIPS "}\nvrrp_instance W {\n"
			      "virtual_router_id 1\nunicast_src_ip 10.1.0.1\n" PEERS
			      "virtual_ipaddress { 10.1.0.9 dev eth1 }\n}",
		 ""},
		{NO_INTERFACE "unicast_src_ip 10.0.0.1\n" PEERS VIPS "}\nvrrp_instance W {\n"
			      "virtual_router_id 1\nunicast_src_ip 10.0.0.1\n" PEERS
			      "virtual_ipaddress { 10.1.0.9 dev eth1 }\n}",
		 "10:1: error: virtual_router_id 1 on its source address is already used by vrrp_instance V on line 2; give each instance its own\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

#define PEER_USAGE "ADDRESS [min_ttl 0-255] [max_ttl 0-255]"

static void wrong_peers(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "unicast_peer {\n10.0.0.2\n10.0.0.x\n224.0.0.18\n10.0.0.2\n}\n" VIPS "}",
		 "7:1: error: '10.0.0.x' is not a unicast address; write \"" PEER_USAGE "\"\n"
		 "8:1: error: '224.0.0.18' is not a unicast address; write \"" PEER_USAGE "\"\n"
		 "9:1: warning: 10.0.0.2 is already listed on line 6; this one is ignored\n"},
		{INSTANCE "unicast_peer {\n10.0.0.1\n10.0.0.2 min_ttl 256\n10.0.0.3 ttl 1\n"
			  "10.0.0.4 max_ttl\n10.0.0.5 min_ttl 9 max_ttl 8\n}\n" VIPS "}",
		 "7:10: error: 'min_ttl 256' is not a TTL limit of a peer; write \"" PEER_USAGE
		 "\"\n"
		 "8:10: error: 'ttl 1' is not a TTL limit of a peer; write \"" PEER_USAGE "\"\n"
		 "9:10: error: 'max_ttl' is not a TTL limit of a peer; write \"" PEER_USAGE "\"\n"
		 "10:1: error: min_ttl 9 of 10.0.0.5 is above its max_ttl 8, so that all adverts would be dropped; lower min_ttl\n"},
		{INSTANCE "unicast_peer {\n10.0.0.2\nfe80::2\n}\nunicast_src_ip fe80::1\n" VIPS "}",
		 "7:1: error: fe80::2 has a different address family than vrrp_instance V (IPv4); use one family\n"
		 "9:1: error: fe80::1 has a different address family than vrrp_instance V (IPv4); use one family\n"},
		{INSTANCE PEERS "unicast_ttl 256\n" VIPS "}",
		 "8:13: error: unicast_ttl 256 is out of range; 0 to 255 is allowed\n"},
		{INSTANCE "unicast_peer\ncheck_unicast_src on\n" VIPS "}",
		 "5:1: error: unicast_peer has no block; write \"unicast_peer { " PEER_USAGE
		 " ... }\"\n"
		 "5:1: warning: vrrp_instance V has no peer in unicast_peer, so its adverts are multicast; add the other nodes, or remove unicast_peer\n"
		 "6:19: warning: unexpected 'on' after check_unicast_src; it is ignored, as in keepalived; write \"check_unicast_src\", one statement per line\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void multicast_after_all(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "unicast_src_ip 10.0.0.1\n" VIPS "}",
		 "5:1: warning: vrrp_instance V has no peer in unicast_peer, so its adverts are multicast; add the other nodes, or remove unicast_src_ip\n"},
		{INSTANCE "check_unicast_src\n" VIPS "}",
		 "5:1: warning: vrrp_instance V has no peer in unicast_peer, so its adverts are multicast; add the other nodes, or remove check_unicast_src\n"},
		{INSTANCE "unicast_peer {\n}\n" VIPS "}",
		 "5:1: warning: vrrp_instance V has no peer in unicast_peer, so its adverts are multicast; add the other nodes, or remove unicast_peer\n"},
		{INSTANCE "unicast_fault_no_peer\n" VIPS "}",
		 "5:1: error: vrrp_instance V has no unicast peer, and unicast_fault_no_peer would keep it from starting; add \"unicast_peer { ADDRESS ... }\"\n"},
		{INSTANCE "unicast_fault_no_peer\n" PEERS VIPS "}", ""},
	};

	(void)state;
	RUN_CASES(cases);
}

static void wrong_sources_and_groups(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "mcast_src_ip 10.0.0.1\nunicast_src_ip 10.0.0.2\n" PEERS VIPS "}",
		 "6:16: error: vrrp_instance V already has another source address; keep one of mcast_src_ip and unicast_src_ip\n"},
		{INSTANCE "mcast_src_ip 224.0.0.1\n" VIPS "}",
		 "5:14: error: '224.0.0.1' is not a unicast address; write \"mcast_src_ip ADDRESS\"\n"},
		{INSTANCE "unicast_src_ip x\n" PEERS VIPS "}",
		 "5:16: error: 'x' is not a unicast address; write \"unicast_src_ip ADDRESS\"\n"},
		{INSTANCE "mcast_dst_ip 10.0.0.1\n" VIPS "}",
		 "5:14: error: '10.0.0.1' is not a multicast group for adverts; write \"mcast_dst_ip ADDRESS\" with an address in 224.0.0.0/4, or ffx2::\n"},
		{INSTANCE "mcast_dst_ip ff05::18\n" VIPS "}",
		 "5:14: error: 'ff05::18' is not a multicast group for adverts; write \"mcast_dst_ip ADDRESS\" with an address in 224.0.0.0/4, or ffx2::\n"},
		{INSTANCE "mcast_dst_ip ff02::18\n" VIPS "}",
		 "5:1: error: ff02::18 has a different address family than vrrp_instance V (IPv4); use one family\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peers),
		cmocka_unit_test(groups),
		cmocka_unit_test(without_interface),
		cmocka_unit_test(wrong_peers),
		cmocka_unit_test(multicast_after_all),
		cmocka_unit_test(wrong_sources_and_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
