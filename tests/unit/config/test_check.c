// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of a configuration as a whole, and which of its nodes this machine is. */
#include "tests/unit/config/fixture.h"
#include "user/lib/address.h"
#include <errno.h>

#define HEARTBEAT(nodes) "heartbeat h {\ninterface eth0\nkey_file k\n" nodes "}\n"
#define TWO_LINKS(nodes) "heartbeat h {\ninterface eth0\ninterface eth1\nkey_file k\n" nodes "}\n"

/* One line per instance keeps the locations simple. */
#define ROUTER(name, interface, vrid, more)                                                        \
	"vrrp_instance " name " {\ninterface " interface "\nvirtual_router_id " vrid "\n" more "}" \
	"\n"
#define VIP(address) "virtual_ipaddress { " address " }\n"

static void heartbeats(void **state)
{
	static const struct config_case cases[] = {
		{HEARTBEAT("node 1 a 10.0.0.1\n"),
		 "1:1: error: heartbeat h has fewer than 2 usable nodes; add \"node ID NAME ADDRESS\" for this node and for each of the others\n"},
		{HEARTBEAT("node 1 a 10.0.0.1\nnode 1 b 10.0.0.2\nnode 3 a 10.0.0.2\n"),
		 "5:1: error: node id 1 is already used on line 4; give each node its own id\n"
		 "6:1: error: address 10.0.0.2 is already used on line 5; give each node its own address\n"
		 "6:1: error: node name a is already used on line 4; give each node its own name\n"},
		{TWO_LINKS("node 1 a 10.0.0.1 10.1.0.1\nnode 2 b 10.0.0.2\n"),
		 "6:1: error: node b lists 1 address(es) for 2 interface(s); write one address per interface, in the order of the interfaces\n"},
		{TWO_LINKS("node 1 a 10.0.0.1 fd00::1\nnode 2 b fd00::2 10.0.0.2\n"),
		 "6:1: error: address 1 of node b has a different family than that of node a on line 5; use one address family per interface\n"
		 "6:1: error: address 2 of node b has a different family than that of node a on line 5; use one address family per interface\n"},
		{HEARTBEAT("node 1 a 10.0.0.1\nnode 2 b 10.0.0.2\ninterval 3s\n"),
		 "1:1: error: daemon_timeout 3s of heartbeat h is not longer than its interval 3s; raise daemon_timeout\n"},
		{"heartbeat h {\nkey_file /k\nnode 1 a 10.0.0.1\nnode 2 b 10.0.0.2\n}\n",
		 "1:1: error: heartbeat h has no interface; add \"interface NAME\"\n"},
		{"heartbeat h {\n}\n",
		 "1:1: error: heartbeat h has fewer than 2 usable nodes; add \"node ID NAME ADDRESS\" for this node and for each of the others\n"
		 "1:1: error: heartbeat h has no interface; add \"interface NAME\"\n"
		 "1:1: error: heartbeat h has no key_file; add \"key_file PATH\"\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

static void versions(void **state)
{
	static const struct {
		const char *text;
		uint8_t version;
	} cases[] = {
		{ROUTER("V", "eth0", "1", VIP("10.0.0.9")), 2},
		{V3 ROUTER("V", "eth0", "1", VIP("10.0.0.9")), 3},
		{V3 ROUTER("V", "eth0", "1", "version 2\n" VIP("10.0.0.9")), 2},
		{ROUTER("V", "eth0", "1", VIP("10.0.0.9")) V3, 3},
		{"global_defs { vrrp_version 2 }\n" ROUTER("V", "eth0", "1", VIP("fe80::9")), 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config *config = fixture_parse(cases[i].text, "");

		assert_int_equal(config->instances[0].version, cases[i].version);
		config_free(config);
	}
}

static void pairs_of_instances(void **state)
{
	static const struct config_case cases[] = {
		{V3 ROUTER("V", "eth0", "1", VIP("10.0.0.8"))
			 ROUTER("V", "eth0", "2", VIP("10.0.0.9")),
		 "7:1: error: vrrp_instance V is already defined on line 2; give each instance its own name\n"},
		{V3 ROUTER("V", "eth0", "1", VIP("10.0.0.8"))
			 ROUTER("W", "eth0", "1", VIP("10.0.0.9")),
		 "7:1: error: virtual_router_id 1 on eth0 is already used by vrrp_instance V on line 2; give each instance its own\n"},
		{V3 ROUTER("V", "eth0", "1", VIP("10.0.0.8"))
			 ROUTER("W", "eth1", "1", VIP("10.0.0.9")),
		 ""},
		{V3 ROUTER("V", "eth0", "1", VIP("10.0.0.8/24"))
			 ROUTER("W", "eth1", "2", VIP("10.0.0.8")),
		 "10:21: warning: 10.0.0.8 is also an address of vrrp_instance V on line 5, on another interface; remove one if this is not intended\n"},
		{V3 ROUTER("V", "eth0", "1", VIP("10.0.0.8/24"))
			 ROUTER("W", "eth0", "2", VIP("10.0.0.8")),
		 "10:21: error: 10.0.0.8 already belongs to vrrp_instance V on line 5; keep it in one instance\n"},
		/* Link-local addresses are separate on each link. */
		{ROUTER("V", "eth0", "1", VIP("fe80::1")) ROUTER("W", "eth1", "1", VIP("fe80::1")),
		 ""},
		/* The same VRID in both families. */
		{ROUTER("V", "eth0", "1", VIP("10.0.0.8")) ROUTER("W", "eth0", "1", VIP("fe80::1")),
		 ""},
		{ROUTER("V", "eth0", "1", VIP("fe80::2")) ROUTER("W", "eth0", "1", VIP("fe80::1")),
		 "6:1: error: virtual_router_id 1 on eth0 is already used by vrrp_instance V on line 1; give each instance its own\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

#define NODES "node 1 a 10.0.0.1\nnode 2 b 10.0.0.2\n"

static void references(void **state)
{
	static const struct config_case cases[] = {
		{V3 ROUTER("V", "eth0", "1", "heartbeat h\n" VIP("10.0.0.9")),
		 "2:1: error: vrrp_instance V uses heartbeat h, which is not defined; add \"heartbeat h { ... }\"\n"},
		{V3 HEARTBEAT(NODES) ROUTER("V", "eth0", "1", "heartbeat g\n" VIP("10.0.0.9")),
		 "8:1: error: vrrp_instance V uses heartbeat g, which is not defined; add \"heartbeat g { ... }\"\n"},
		/* The heartbeat block may come later. */
		{V3 ROUTER("V", "eth0", "1", "heartbeat h\n" VIP("10.0.0.9")) HEARTBEAT(NODES), ""},
		{V3 HEARTBEAT(NODES) ROUTER("V", "eth0", "1", "heartbeat h\n" VIP("10.0.0.8"))
			 ROUTER("W", "eth1", "1", "heartbeat h\n" VIP("10.0.0.9")),
		 "14:1: error: virtual_router_id 1 is already used by vrrp_instance V on line 8, and both use heartbeat h; give each instance its own\n"},
	};

	(void)state;
	RUN_CASES(cases);
}

/* A text of count instances, one per line from line 7 on; with_heartbeat: all use heartbeat h. */
static char *many_instances(unsigned count, const char *heartbeat)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	fputs(HEARTBEAT(NODES), stream);
	for (unsigned i = 0; i < count; i++)
		fprintf(stream,
			"vrrp_instance V%u { version 3\ninterface e%u\nvirtual_router_id %u\n"
			"%s\nvirtual_ipaddress { 10.1.%u.%u } }\n",
			i, i, i % 255 + 1, heartbeat, i / 250, i % 250 + 1);
	fclose(stream);
	return text;
}

static void too_many_instances(void **state)
{
	static const struct {
		unsigned count;
		const char *heartbeat;
		const char *diagnostics;
	} cases[] = {
		{16, "heartbeat h", ""},
		{17, "heartbeat h",
		 "87:1: error: vrrp_instance V16 exceeds the limit of 16 instances with a heartbeat; remove \"heartbeat\" from some\n"},
		{256, "", ""},
		{257, "", "1287:1: error: 257 instances exceed the limit of 256; remove some\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = many_instances(cases[i].count, cases[i].heartbeat);

		config_free(fixture_parse(text, cases[i].diagnostics));
		free(text);
	}
}

static void too_many_addresses(void **state)
{
	char *text = NULL;
	size_t bytes = 0;
	FILE *stream = open_memstream(&text, &bytes);

	(void)state;
	fputs(V3 "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n",
	      stream);
	for (unsigned i = 0; i < 258; i++)
		fprintf(stream, "10.0.%u.%u\n", i / 200, i % 200 + 1);
	fputs("}\n}\n", stream);
	fclose(stream);
	fixture_parse(
		text,
		"261:1: error: 10.0.1.56 is one address too many for vrrp_instance V: an advert carries at most 255; move it to virtual_ipaddress_excluded, or split the instance\n");
	free(text);
}

#define THREE_NODES                                                                                \
	TWO_LINKS("node 1 a 10.0.0.1 10.1.0.1\nnode 2 b 10.0.0.2 10.1.0.2\n"                       \
		  "node 3 c 10.0.0.3 10.1.0.3\n")

/* Returns the index of the node with these local addresses, at most four. */
static int find(const char *text, const char *const *local)
{
	struct config *config = fixture_parse(text, "");
	struct xb_address addresses[4];
	size_t count = 0;
	int found;

	for (; local[count]; count++)
		assert_int_equal(address_parse(local[count], &addresses[count]), 0);
	found = config_find_own_node(config, addresses, count);
	config_free(config);
	return found;
}

static void own_node(void **state)
{
	static const char *const none[] = {NULL};
	static const char *const half[] = {"10.0.0.2", "10.1.0.9", NULL};
	static const char *const halves[] = {"10.0.0.2", "10.1.0.3", NULL};
	static const char *const more[] = {"10.0.0.2", "10.0.0.3", "10.1.0.3", NULL};
	static const char *const second[] = {"192.0.2.1", "10.1.0.2", "10.0.0.2", NULL};
	static const char *const both[] = {"10.0.0.2", "10.1.0.2", "10.0.0.3", "10.1.0.3", NULL};

	(void)state;
	assert_int_equal(find(THREE_NODES, none), -ENOENT);
	assert_int_equal(find(THREE_NODES, half), 1);
	assert_int_equal(find(THREE_NODES, halves), -EEXIST);
	assert_int_equal(find(THREE_NODES, more), 2);
	assert_int_equal(find(THREE_NODES, second), 1);
	assert_int_equal(find(THREE_NODES, both), -EEXIST);
	assert_int_equal(find("global_defs { router_id c }\n" THREE_NODES, second), 2);
	/* A router_id that names no node is ignored. */
	assert_int_equal(find("global_defs { router_id LVS_DEVEL }\n" THREE_NODES, second), 1);
	assert_int_equal(find(V3 ROUTER("V", "eth0", "1", VIP("10.0.0.9")), second), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heartbeats),	      cmocka_unit_test(versions),
		cmocka_unit_test(pairs_of_instances), cmocka_unit_test(references),
		cmocka_unit_test(too_many_instances), cmocka_unit_test(too_many_addresses),
		cmocka_unit_test(own_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
