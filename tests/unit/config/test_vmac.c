// SPDX-License-Identifier: GPL-2.0-or-later
/* use_vmac: the names of its interfaces, and the keywords that belong to it. */
#include "tests/unit/config/fixture.h"
#include "user/config/print/print.h"

#define ROUTER(name, interface, more)                                                              \
	"vrrp_instance " name " {\ninterface " interface "\nvirtual_router_id 51\n" more "}\n"
#define VIP(address) "virtual_ipaddress { " address " }\n"

/* names: of all instances; an empty one ends the list. */
static void check_names(const char *text, const char names[][16])
{
	struct config *config = fixture_parse(text, "");
	size_t count = 0;

	for (; *names[count]; count++)
		assert_string_equal(config->instances[count].vmac.name, names[count]);
	assert_int_equal(config->instance_count, count);
	config_free(config);
}

static void names(void **state)
{
	(void)state;
	check_names(ROUTER("V", "eth0", "use_vmac\n" VIP("10.0.0.9"))
			    ROUTER("W", "eth0", "use_vmac\n" VIP("fe80::9"))
				    ROUTER("X", "eth1", "use_vmac\n" VIP("10.1.0.9")),
		    (const char[][16]){"vrrp.51", "vrrp6.51", "vrrp1.51", ""});
	check_names(ROUTER("V", "eth0", "use_vmac\n" VIP("10.0.0.9"))
			    ROUTER("W", "eth1", "use_vmac vrrp.51\n" VIP("10.1.0.9")),
		    (const char[][16]){"vrrp1.51", "vrrp.51", ""});
	check_names("global_defs { vmac_prefix tenletters }\n" ROUTER("V", "eth0",
								      "use_vmac\n" VIP("10.0.0.9")),
		    (const char[][16]){"tenletters.51", ""});
}

static void ipv6_names(void **state)
{
	(void)state;
	check_names(ROUTER("V", "eth0", "use_vmac\n" VIP("fe80::9")),
		    (const char[][16]){"vrrp.51", ""});
	check_names(ROUTER("V", "eth0", "use_vmac\n" VIP("fe80::9"))
			    ROUTER("W", "eth0", "use_vmac\n" VIP("10.0.0.9"))
				    ROUTER("X", "eth1", "use_vmac\n" VIP("fe80::9"))
					    ROUTER("Y", "eth2", "use_vmac\n" VIP("fe80::9")),
		    (const char[][16]){"vrrp.51", "vrrp1.51", "vrrp6.51", "vrrp2.51", ""});
}

/* options: of use_vmac in an instance with VRID 1; printed: what they become. */
static void check_options(const char *options, const char *vip, const char *printed,
			  const uint8_t mac[CONFIG_MAC_BYTES])
{
	struct config *config;
	char *text;

	assert_true(asprintf(&text, INSTANCE "use_vmac %s\nvirtual_ipaddress { %s }\n}", options,
			     vip) > 0);
	config = fixture_parse(text, "");
	free(text);
	assert_memory_equal(config->instances[0].vmac.mac, mac, CONFIG_MAC_BYTES);
	text = config_print_instance(&config->instances[0]);
	if (!strstr(text, printed))
		fail_msg("'%s' is missing in\n%s", printed, text);
	free(text);
	config_free(config);
}

static void options(void **state)
{
	static const struct {
		const char *options, *vip, *printed;
		uint8_t mac[CONFIG_MAC_BYTES];
	} cases[] = {
		{"", "10.0.0.9", "use_vmac vrrp.1\n", {0, 0, 0x5e, 0, 1, 1}},
		{"", "fe80::9", "use_vmac vrrp.1\n", {0, 0, 0x5e, 0, 2, 1}},
		{"name v", "10.0.0.9", "use_vmac v\n", {0, 0, 0x5e, 0, 1, 1}},
		{"name group group 0", "10.0.0.9", "use_vmac name group\n", {0, 0, 0x5e, 0, 1, 1}},
		{"2:0:0:0:7 v", "10.0.0.9", "use_vmac v 02:00:00:00:07\n", {2, 0, 0, 0, 7, 1}},
		{"02:00:00:00:07: v", "fe80::9", "v 02:00:00:00:07\n", {2, 0, 0, 0, 7, 1}},
		{"netlink_notify_msg group 7 v 02:AB:00:00:07:09",
		 "10.0.0.9",
		 "use_vmac v 02:ab:00:00:07:09 group 7 netlink_notify_msg\n",
		 {2, 0xab, 0, 0, 7, 9}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_options(cases[i].options, cases[i].vip, cases[i].printed, cases[i].mac);
}

static void ipvlan(void **state)
{
	struct config *config = fixture_parse(
		INSTANCE "use_ipvlan private 10.0.0.5/24 eth0.100 group 7\n" VIPS "}", "");
	const struct config_instance *instance = &config->instances[0];
	char *text = config_print_instance(instance);

	(void)state;
	assert_true(instance->vmac.ipvlan && instance->vmac.has_address);
	assert_true(instance->has_source && !instance->vmac_xmit_base);
	assert_memory_equal(&instance->source, &instance->vmac.address, sizeof(instance->source));
	assert_int_equal(instance->vips[0].vmac, 0);
	assert_non_null(strstr(text, "use_ipvlan eth0.100 10.0.0.5 private group 7\n"));
	free(text);
	config_free(config);

	config = fixture_parse(INSTANCE "use_ipvlan\n" VIP("fe80::9") "}", "");
	assert_string_equal(config->instances[0].vmac.name, "vrrp.1");
	assert_true(config->instances[0].vmac_xmit_base);
	config_free(config);
}

static void flags(void **state)
{
	struct config *config = fixture_parse(INSTANCE "use_vmac v\nvmac_xmit_base\n" VIPS "}", "");

	(void)state;
	assert_true(config->instances[0].vmac_xmit_base);
	config_free(config);

	config = fixture_parse(
		INSTANCE "use_vmac\nunicast_peer {\n10.0.0.2\n}\n" VIPS "}",
		"5:1: warning: use_vmac with unicast_peer sends adverts from the interface itself; add \"vmac_xmit_base\"\n");
	assert_true(config->instances[0].vmac_xmit_base);
	config_free(config);
}

static void wrong_keywords(void **state)
{
	static const struct config_case cases[] = {
		{INSTANCE "vmac_xmit_base\n" VIPS "}",
		 "5:1: warning: vmac_xmit_base has no effect without use_vmac; remove it\n"},
		{INSTANCE "use_vmac v 02:00:00:00:01\n" VIPS "}", ""},
		{INSTANCE "use_vmac v 03:00:00:00:00:01\n" VIPS "}",
		 "5:12: error: '03:00:00:00:00:01' is not the MAC address of an interface; write six octets, as in 02:00:5e:10:00:01, or five, which virtual_router_id completes\n"},
		{INSTANCE "use_vmac 00:00:5e:00:02:33\n" VIPS "}",
		 "5:10: error: '00:00:5e:00:02:33' is the MAC address of a virtual router, which follows from its virtual_router_id; remove it\n"},
		{INSTANCE "use_ipvlan v\n" VIPS "}",
		 "5:1: error: use_ipvlan needs an address to advertise from; write \"use_ipvlan ADDRESS\"\n"},
		{INSTANCE "use_ipvlan fe80::1\n" VIPS "}",
		 "5:1: error: the address of use_ipvlan must be an IPv4 address, as vrrp_instance V is\n"},
		{INSTANCE "use_vmac group\n" VIPS "}",
		 "5:10: error: 'group' needs a value; write \"use_vmac [[name] NAME] [MAC] [group NUMBER] [netlink_notify_msg]\"\n"},
		{INSTANCE "use_vmac group servers\n" VIPS "}",
		 "5:16: error: 'servers' is not a group of interfaces; write its number, or a name of /etc/iproute2/group\n"},
		{ROUTER("V", "eth0", "use_vmac_addr\n" VIP("10.0.0.9 dev eth1"))
			 ROUTER("W", "eth1", "use_vmac\n" VIP("10.1.0.9")),
		 "7:1: error: vrrp_instance W has the same virtual MAC address on eth1 as vrrp_instance V on line 1; choose another virtual_router_id\n"},
		{INSTANCE "use_vmac v w\nvmac_xmit_base y\n" VIPS "}",
		 "5:12: error: the interface of the virtual MAC has a name already, v; remove 'w'\n"
		 "6:16: warning: unexpected 'y' after vmac_xmit_base; it is ignored, as in keepalived; write \"vmac_xmit_base\", one statement per line\n"},
		{INSTANCE "use_vmac sixteen-bytes-xx\n" VIPS "}",
		 "5:10: error: 'sixteen-bytes-xx' is not a valid interface name; write a name of 1 to 15 characters, as \"ip link\" shows it\n"},
		{INSTANCE "use_vmac all\n" VIPS "}",
		 "5:10: error: 'all' is not a valid interface name; write a name of 1 to 15 characters, as \"ip link\" shows it\n"},
		{INSTANCE "use_vmac eth0\n" VIPS "}",
		 "2:1: error: the virtual MAC interface name eth0 is already used by vrrp_instance V on line 2; choose another name\n"},
		{ROUTER("V", "eth0", "use_vmac v\n" VIP("10.0.0.9"))
			 ROUTER("W", "eth1", "use_vmac v\n" VIP("10.1.0.9")),
		 "7:1: error: the virtual MAC interface name v is already used by vrrp_instance V on line 1; choose another name\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

/* A prefix of ten letters leaves room for "9.255", not for a tenth interface of the same VRID. */
static void no_name_left(void **state)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	(void)state;
	fputs("global_defs { vmac_prefix tenletters }\n", stream);
	for (unsigned i = 0; i < 11; i++)
		fprintf(stream,
			"vrrp_instance V%u { interface eth%u\nvirtual_router_id 255\nuse_vmac\n"
			"virtual_ipaddress { 10.0.0.%u } }\n",
			i, i, i + 1);
	fclose(stream);
	fixture_parse(
		text,
		"42:1: error: no interface name of at most 15 characters with prefix \"tenletters\" is free for the virtual MAC of vrrp_instance V10; write \"use_vmac NAME\"\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),	cmocka_unit_test(ipv6_names),
		cmocka_unit_test(options),	cmocka_unit_test(ipvlan),
		cmocka_unit_test(flags),	cmocka_unit_test(wrong_keywords),
		cmocka_unit_test(no_name_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
