// SPDX-License-Identifier: GPL-2.0-or-later
/* Lists of addresses and their options. */
#include "tests/unit/config/fixture.h"
#include "user/config/blocks/instance.h"
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

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

static void wrong_addresses(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "virtual_ipaddress {\n10.0.0.300\n10.0.0.1/33\n}\n}",
		 "6:1: error: '10.0.0.300' is not an address; write \"" CONFIG_VIP_USAGE "\"\n"
		 "7:1: error: '10.0.0.1/33' is not an address; write \"" CONFIG_VIP_USAGE "\"\n"},
		{INSTANCE "virtual_ipaddress {\n10.0.0.1\n224.0.0.5\nfd00::1\n}\n}",
		 "7:1: error: 224.0.0.5 cannot be a virtual address; write a unicast address\n"
		 "8:1: error: fd00::1 cannot be advertised: vrrp_instance V is IPv4; move it to virtual_ipaddress_excluded\n"},
		{INSTANCE "virtual_ipaddress {\nfe80::1\n10.0.0.1\n}\n}",
		 "7:1: error: 10.0.0.1 cannot be advertised: vrrp_instance V is IPv6; move it to virtual_ipaddress_excluded\n"},
		{INSTANCE "native_ipv6\n" VIPS "}",
		 "6:21: error: 10.0.0.9 cannot be advertised: vrrp_instance V is IPv6; move it to virtual_ipaddress_excluded\n"},
		{INSTANCE
		 "virtual_ipaddress {\n10.0.0.1 lable x\n10.0.0.2 qqqqqq\n10.0.0.3 dev\n}\n}",
		 "6:10: error: unknown option 'lable' after an address; did you mean 'label'?\n"
		 "7:10: error: unknown option 'qqqqqq' after an address; write \"" CONFIG_VIP_USAGE
		 "\"\n"
		 "8:10: error: dev lacks a value; write \"" CONFIG_VIP_USAGE "\"\n"},
		{INSTANCE "virtual_ipaddress {\n10.0.0.1 brd +\n10.0.0.2 scope moon\n"
			  "10.0.0.3 label sixteen-bytes-xx\n}\n}",
		 "6:14: error: '+' is not a broadcast address; write an IPv4 address, or + or - with a prefix length of 1 to 30\n"
		 "7:16: error: unknown scope 'moon'; write global, site, link, host, nowhere or 0 to 255\n"
		 "8:16: error: label 'sixteen-bytes-xx' has the wrong length; 1 to 15 bytes are allowed\n"},
		{INSTANCE "virtual_ipaddress {\n10.0.0.1/24 -nodad home peer 10.0.0.2 dev eth1\n"
			  "10.0.0.3 use_vmac track_group g\n10.0.0.3\nfoo\n}\n}",
		 "6:1: warning: the prefix length of 10.0.0.1/24 has no effect with a peer; write it after the peer\n"
		 "6:13: warning: -nodad is for IPv6 addresses only; it is ignored\n"
		 "6:20: warning: home is for IPv6 addresses only; it is ignored\n"
		 "7:1: warning: track_group has no effect on what an instance adds itself; remove it\n"
		 "8:1: warning: 10.0.0.3 is already listed on line 7; it is held once and advertised twice, as by keepalived; remove one of them on all nodes\n"
		 "9:1: error: 'foo' is not an address; write \"" CONFIG_VIP_USAGE "\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void wrong_ipv6_and_static_addresses(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "virtual_ipaddress {\nfe80::1 brd +\nfe80::2 label x\n"
			  "fe80::3 peer 10.0.0.1\nfe80::4 preferred_lft never\n"
			  "fe80::5 preferred_lft 4294967296\nfe80::6 dev a/b\n}\n}",
		 "6:13: error: IPv6 has no broadcast address; remove \"brd +\"\n"
		 "7:15: warning: IPv6 addresses have no labels; 'x' is ignored\n"
		 "8:14: error: '10.0.0.1' is not a peer address; write \"peer ADDRESS[/LENGTH]\" with an IPv6 address\n"
		 "9:23: error: 'never' is not a lifetime; write \"preferred_lft forever\" or 0 to 4294967295 seconds\n"
		 "10:23: error: '4294967296' is not a lifetime; write \"preferred_lft forever\" or 0 to 4294967295 seconds\n"
		 "11:13: error: 'a/b' is not a valid interface name; write a name of 1 to 15 characters, as \"ip link\" shows it\n"},
		{INSTANCE VIPS "virtual_ipaddress_excluded {\n10.0.0.9\n10.0.0.x\n}\n}",
		 "7:1: warning: 10.0.0.9 is already listed on line 5; this one is ignored\n"
		 "8:1: error: '10.0.0.x' is not an address; write \"" CONFIG_VIP_USAGE "\"\n"},
		{INSTANCE "virtual_ipaddress {\n}\n}",
		 "2:1: error: vrrp_instance V has no virtual_ipaddress, and adverts of version 3 must list an address; add one, or write no_virtual_ipaddress on all its nodes\n"},
		{INSTANCE "virtual_ipaddress_excluded {\n10.0.0.1\n}\n}",
		 "2:1: error: vrrp_instance V has no virtual_ipaddress, and adverts of version 3 must list an address; add one, or write no_virtual_ipaddress on all its nodes\n"},
		{"static_ipaddress {\n10.0.0.1/24 dev eth1\n10.0.0.1 dev eth1\n10.0.0.1 dev eth2\n"
		 "10.0.0.256\n}\n",
		 "3:1: warning: 10.0.0.1 is already listed on line 2; this one is ignored\n"
		 "5:1: error: '10.0.0.256' is not an address; write \"" CONFIG_VIP_USAGE "\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void options(void **state)
{
	struct config *config =
		fixture_parse(INSTANCE "virtual_ipaddress {\n"
				       "fe80::1/64 scope 5 -nodad noprefixroute dev lo\n"
				       "fd00::1 home mngtmpaddr autojoin no_track\n"
				       "fd00::2 preferred_lft forever peer fd00::3/64\n"
				       "fd00::4/64 preferred_lft 7 nodad\n}\n}",
			      "");
	const struct config_vip *vips = config->instances[0].vips;

	(void)state;
	assert_int_equal(config->instances[0].family, 6);
	assert_int_equal(vips[0].flags, IFA_F_NOPREFIXROUTE);
	assert_int_equal(vips[0].scope, 5);
	assert_true(vips[0].has_interface);
	assert_string_equal(vips[0].interface, "lo");
	assert_int_equal(vips[0].preferred_lifetime_s, UINT32_MAX);
	assert_int_equal(vips[1].flags,
			 IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_MCAUTOJOIN);
	assert_true(vips[1].no_track);
	assert_false(vips[1].has_interface);
	assert_string_equal(vips[1].interface, "eth0");
	/* As in keepalived, an address of full length is deprecated, so that it is no source
	 * address. */
	assert_int_equal(vips[1].preferred_lifetime_s, 0);
	assert_int_equal(vips[2].preferred_lifetime_s, UINT32_MAX);
	assert_true(vips[2].has_peer);
	check_address(&vips[2].peer, "fd00::3");
	assert_int_equal(vips[2].peer_prefix_length, 64);
	assert_int_equal(vips[3].preferred_lifetime_s, 7);
	assert_int_equal(vips[3].flags, IFA_F_NODAD);
	config_free(config);
}

static void peer_length(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE "virtual_ipaddress {\n10.0.0.1/24 peer 10.0.0.2/30\n}\n}",
		"6:1: warning: the prefix length of 10.0.0.1/24 has no effect with a peer; write it after the peer\n");

	(void)state;
	assert_int_equal(config->instances[0].vips[0].prefix_length, 32);
	assert_int_equal(config->instances[0].vips[0].peer_prefix_length, 30);
	config_free(config);
}

/* Advertised addresses come first, in their order; then excluded ones, of any family. */
static void excluded(void **state)
{
	static const char *const order[] = {"10.0.0.1", "10.0.0.3", "fd00::2", "10.0.0.4"};
	struct config *config = fixture_parse(
		INSTANCE "virtual_ipaddress { 10.0.0.1 }\nvirtual_ipaddress_excluded { fd00::2 }\n"
			 "virtual_ipaddress { 10.0.0.3 }\n"
			 "virtual_ipaddress_excluded { 10.0.0.4 dev eth1 }\n}",
		"");
	const struct config_instance *instance = &config->instances[0];

	(void)state;
	assert_int_equal(instance->advertised_count, 2);
	assert_int_equal(instance->vip_count, 4);
	for (size_t i = 0; i < 4; i++) {
		check_address(&instance->vips[i].address, order[i]);
		assert_int_equal(instance->vips[i].excluded, i >= 2);
	}
	config_free(config);
}

static void static_addresses(void **state)
{
	struct config *config = fixture_parse(
		"static_ipaddress {\n10.0.0.1/24\n10.0.0.2 dev lo scope host\n}\n", "");

	(void)state;
	assert_int_equal(config->static_address_count, 2);
	assert_string_equal(config->static_addresses[0].interface, "eth0");
	assert_string_equal(config->static_addresses[1].interface, "lo");
	assert_int_equal(config->static_addresses[1].scope, RT_SCOPE_HOST);
	config_free(config);

	config = fixture_parse("static_ipaddress {\n10.0.0.1/24\n}\n"
			       "global_defs {\ndefault_interface eth7\n}\n",
			       "");
	assert_string_equal(config->static_addresses[0].interface, "eth7");
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(broadcasts),
		cmocka_unit_test(wrong_addresses),
		cmocka_unit_test(wrong_ipv6_and_static_addresses),
		cmocka_unit_test(options),
		cmocka_unit_test(excluded),
		cmocka_unit_test(peer_length),
		cmocka_unit_test(static_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
