// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of virtual_routes and virtual_rules: the meaning of each as printed (and parsed again, with
 * the same result), and the errors of invalid ones.
 */
#include "tests/unit/config/fixture.h"
#include "user/config/print/print.h"

#define BEFORE                                                                                     \
	"global_defs {\nvrrp_version 3\n}\nvrrp_instance V {\ninterface eth0\n"                    \
	"virtual_router_id 1\nvirtual_ipaddress {\n10.0.0.9\n}\n"

/* A line and its printed form; NULL: the same. */
struct line_case {
	const char *line;
	const char *printed;
};

/* A line and its diagnostics, from the column on. */
struct wrong_case {
	const char *line;
	const char *messages;
};

static const struct line_case routes[] = {
	{"192.0.2.0/24 via 10.0.0.1", "to 192.0.2.0/24 via 10.0.0.1"},
	{"to 192.0.2.0/24 via 10.0.0.1 dev eth0", NULL},
	{"192.0.2.1 gw 10.0.0.1 oif eth0", "to 192.0.2.1/32 via 10.0.0.1 dev eth0"},
	{"192.0.2.1 gateway 10.0.0.1", "to 192.0.2.1/32 via 10.0.0.1"},
	{"dev eth0 192.0.2.0/24", "to 192.0.2.0/24 dev eth0"},
	{"default via 10.0.0.1", "to 0.0.0.0/0 via 10.0.0.1"},
	{"0.0.0.0/0 via 10.0.0.1", "to 0.0.0.0/0 via 10.0.0.1"},
	{"all dev eth0", "to 0.0.0.0/0 dev eth0"},
	{"default via 2001:db8::1", "to ::/0 via 2001:db8::1"},
	{"default inet6 dev eth0", "to ::/0 dev eth0"},
	{"default src 2001:db8::5 dev eth0", "to ::/0 src 2001:db8::5 dev eth0"},
	{"src 10.0.0.9 to 192.0.2.0/24 via 10.0.0.1 dev eth0",
	 "to 192.0.2.0/24 src 10.0.0.9 via 10.0.0.1 dev eth0"},
	{"src 10.0.0.9 192.0.2.0/24 dev eth0", "to 192.0.2.0/24 src 10.0.0.9 dev eth0"},
	{"192.0.2.0/24 via 10.0.0.1 or 10.0.0.2 dev eth0",
	 "to 192.0.2.0/24 nexthop via 10.0.0.1 dev eth0 nexthop via 10.0.0.2 dev eth0"},
	{"192.0.2.0/24 dev eth0 via 10.0.0.1 or 10.0.0.2",
	 "to 192.0.2.0/24 nexthop via 10.0.0.1 dev eth0 nexthop via 10.0.0.2 dev eth0"},
	{"192.0.2.0/24 via 10.0.0.1 dev eth0 or 10.0.1.2 dev eth1",
	 "to 192.0.2.0/24 nexthop via 10.0.0.1 dev eth0 nexthop via 10.0.1.2 dev eth1"},
	{"to 192.0.2.0/24 table 100 nexthop via 10.0.0.1 dev eth0 weight 1 onlink nexthop via 10.0.0.2 weight 256 realms 4/5",
	 NULL},
	{"192.0.2.0/24 nexthop via 10.0.0.1", "to 192.0.2.0/24 via 10.0.0.1"},
	{"192.0.2.0/24 via inet6 fe80::1 dev eth0", "to 192.0.2.0/24 via fe80::1 dev eth0"},
	{"blackhole 192.0.2.0/24", "blackhole to 192.0.2.0/24"},
	{"unreachable default metric 4278198272", "unreachable to 0.0.0.0/0 metric 4278198272"},
	{"prohibit to 2001:db8::/32", NULL},
	{"throw to 192.0.2.0/24 table 7", NULL},
	{"unicast to 192.0.2.0/24 dev eth0", NULL},
	{"local 192.0.2.0/24 dev lo", "local to 192.0.2.0/24 dev lo"},
	{"to 2001:db8::/64 from 2001:db8:1::/48 dev eth0", NULL},
	{"to 2001:db8::/64 pref high expires 20 dev eth0", NULL},
	{"2001:db8::/64 dev eth0 pref low", "to 2001:db8::/64 pref low dev eth0"},
	{"192.0.2.0/24 dev eth0 table main", "to 192.0.2.0/24 table main dev eth0"},
	{"192.0.2.0/24 dev eth0 table 254", "to 192.0.2.0/24 table main dev eth0"},
	{"192.0.2.0/24 dev eth0 table 0x10", "to 192.0.2.0/24 table 16 dev eth0"},
	{"to 192.0.2.0/24 table 4294967295 dev eth0", NULL},
	{"192.0.2.0/24 dev eth0 scope 253", "to 192.0.2.0/24 scope link dev eth0"},
	{"192.0.2.0/24 dev eth0 tos 0x10", "to 192.0.2.0/24 tos 16 dev eth0"},
	{"192.0.2.0/24 dev eth0 dsfield AF11", "to 192.0.2.0/24 tos AF11 dev eth0"},
	{"192.0.2.0/24 dev eth0 proto 12", "to 192.0.2.0/24 protocol bird dev eth0"},
	{"192.0.2.0/24 dev eth0 preference 5", "to 192.0.2.0/24 metric 5 dev eth0"},
	{"192.0.2.0/24 dev eth0 priority 5", "to 192.0.2.0/24 metric 5 dev eth0"},
	{"to 192.0.2.0/24 encap ip id 5 dst 10.9.9.9 src 10.9.9.1 tos AF11 ttl 9 flags 4", NULL},
	{"192.0.2.0/24 encap ip6 dst 2001:db8::9 tc 3 hoplimit 7 via 10.0.0.1 dev eth0",
	 "to 192.0.2.0/24 via 10.0.0.1 dev eth0 encap ip6 dst 2001:db8::9 tc 3 hoplimit 7"},
	{"192.0.2.0/24 encap mpls 100/200/1048575 via 10.0.0.1",
	 "to 192.0.2.0/24 via 10.0.0.1 encap mpls 100/200/1048575"},
	{"2001:db8::/64 encap ila 1:0:ffff:2 dev eth0",
	 "to 2001:db8::/64 dev eth0 encap ila 1:0:ffff:2"},
	{"to 192.0.2.0/24 nexthop via 10.0.0.1 encap mpls 16 nexthop via 10.0.0.2 encap ip id 7 onlink",
	 NULL},
	{"to 192.0.2.0/24 prepend dev eth0", NULL},
	{"to 192.0.2.0/24 add dev eth0", NULL},
	{"192.0.2.0/24 dev eth0 realms 5", "to 192.0.2.0/24 dev eth0 realms 0/5"},
	{"to 192.0.2.0/24 mtu lock 1400 advmss lock 40 reordering 4 window 5 cwnd 6 initcwnd 8 initrwnd 9 ssthresh lock 7 hoplimit 64 quickack 1 fastopen_no_cookie 1 features ecn "
	 "congctl lock cubic append no_track dev eth0",
	 NULL},
	{"192.0.2.0/24 dev eth0 rtt 1.5s rttvar 250 rto_min lock 30ms",
	 "to 192.0.2.0/24 rtt 1500ms rttvar 250ms rto_min lock 30ms dev eth0"},
};

static const struct line_case rules[] = {
	{"from 192.0.2.0/24 table 1 priority 5", NULL},
	{"to 192.0.2.0/24 lookup main preference 5", "to 192.0.2.0/24 table main priority 5"},
	{"table 1 order 5", "table 1 priority 5"},
	{"table 1 pref 5", "table 1 priority 5"},
	{"from all to any table 1 priority 0", "table 1 priority 0"},
	{"inet6 table 1 priority 5", NULL},
	{"table 1 priority 5 inet6 from all", "inet6 table 1 priority 5"},
	{"from 2001:db8::/32 to default table 4 priority 31",
	 "from 2001:db8::/32 table 4 priority 31"},
	{"not from 192.0.2.1 table 1 priority 5", "not from 192.0.2.1/32 table 1 priority 5"},
	{"fwmark 24/12 table 1 priority 5", "fwmark 0x18/0xc table 1 priority 5"},
	{"fwmark 0x24 table 1 priority 5", "fwmark 0x24/0xffffffff table 1 priority 5"},
	{"dev eth0 oif eth1 table 1 priority 5", "iif eth0 oif eth1 table 1 priority 5"},
	{"iif lo table 1 priority 5", NULL},
	{"tos 16 table 1 priority 5", NULL},
	{"ip_proto UDP sport 10-20 dport 20 table 1 priority 5",
	 "ipproto udp sport 10-20 dport 20-20 table 1 priority 5"},
	{"ipproto 47 table 1 priority 5", "ipproto gre table 1 priority 5"},
	{"uidrange 0-4294967295 table 1 priority 5", NULL},
	{"tunnel-id 7 table 1 priority 5", NULL},
	{"table 1 realms 30/20 priority 5", NULL},
	{"goto 40 priority 5", NULL},
	{"nop priority 5", NULL},
	{"type blackhole priority 5", "blackhole priority 5"},
	{"prohibit from 192.0.2.1 priority 5", "from 192.0.2.1/32 prohibit priority 5"},
	{"unreachable priority 5", NULL},
	{"l3mdev priority 5 protocol 99", NULL},
	{"table main sup_pl 0 sup_group default priority 5",
	 "table main suppress_prefixlength 0 suppress_ifgroup default priority 5"},
	{"table 1 priority 5 no_track", NULL},
	{"from 192.0.2.1/24 table 1 priority 5", NULL},
};

#define ROUTE_FORM                                                                                 \
	"\"[TYPE] ADDRESS/LENGTH|default [via GATEWAY] [dev NAME] [table TABLE] [src ADDRESS] "    \
	"[metric NUMBER]\"\n"

static const struct wrong_case wrong_routes[] = {
	{"dev eth0", "1: error: the route has no destination; write " ROUTE_FORM},
	{"192.0.2.0/33 dev eth0",
	 "1: error: unknown option '192.0.2.0/33' in a route; write " ROUTE_FORM},
	{"192.0.2.0/24 dve eth0",
	 "14: error: unknown option 'dve' in a route; did you mean 'dev'?\n"},
	{"192.0.2.0/24 dev eth0 matric 5",
	 "23: error: unknown option 'matric' in a route; did you mean 'metric'?\n"},
	{"192.0.2.0/24 via", "14: error: via lacks a value; write " ROUTE_FORM},
	{"192.0.2.0/24 dev eth0 mtu lock", "27: error: lock lacks a value; write " ROUTE_FORM},
	{"192.0.2.0/24 via 10.0.0.0/8",
	 "18: error: '10.0.0.0/8' is not a value of via; write an address without a prefix length\n"},
	{"192.0.2.0/24 dev eth0 dev eth1",
	 "23: error: dev repeats a setting that the route already has; keep one of them\n"},
	{"192.0.2.0/24 dev eth0 metric 5 priority 6",
	 "32: error: priority repeats a setting that the route already has; keep one of them\n"},
	{"192.0.2.0/24 dev eth0 table blue",
	 "29: error: 'blue' is not a value of table; write default, main, local or 0 to 4294967295, or add it to rt_tables of iproute2\n"},
	{"192.0.2.0/24 dev eth0 table 4294967296",
	 "29: error: '4294967296' is not a value of table; write default, main, local or 0 to 4294967295\n"},
	{"192.0.2.0/24 dev eth0 hoplimit 256",
	 "32: error: '256' is not a value of hoplimit; write 0 to 255\n"},
	{"192.0.2.0/24 dev eth0 rtt 1us",
	 "27: error: '1us' is not a value of rtt; write 0 to 536870911\n"},
	{"192.0.2.0/24 dev eth0 congctl a-very-long-name",
	 "31: error: congctl 'a-very-long-name' has the wrong length; 1 to 15 bytes are allowed\n"},
	{"192.0.2.0/24 dev eth0 features foo",
	 "32: error: 'foo' is not a value of features; write ecn or 1 to 1\n"},
	{"192.0.2.0/24 dev a/b",
	 "18: error: 'a/b' is not a valid interface name; write a name of 1 to 15 characters, as \"ip link\" shows it\n"},
	{"2001:db8::/64 via 10.0.0.1",
	 "1: error: an IPv6 route has an IPv4 gateway; write an IPv6 gateway\n"},
	{"192.0.2.0/24 dev eth0 src 2001:db8::1",
	 "1: error: the route mixes IPv4 and IPv6 addresses; use one family\n"},
	{"192.0.2.0/24 inet6 dev eth0",
	 "1: error: the route mixes IPv4 and IPv6 addresses; use one family\n"},
	{"192.0.2.0/24 dev eth0 pref high",
	 "1: error: pref is valid only in an IPv6 route; remove it\n"},
	{"2001:db8::/64 dev eth0 tos 16",
	 "1: error: tos is valid only in an IPv4 route; remove it\n"},
	{"2001:db8::/64 dev eth0 realms 5",
	 "1: error: realms is valid only in an IPv4 route; remove it\n"},
	{"192.0.2.0/24 via 10.0.0.1 nexthop via 10.0.0.2",
	 "27: error: a gateway or interface precedes nexthop; write each gateway as \"nexthop via GATEWAY dev NAME\"\n"},
	{"192.0.2.0/24 nexthop via 10.0.0.1 table 5",
	 "35: error: 'table' after nexthop, where only via, dev, weight, realms, encap and onlink are valid; write it before the first nexthop\n"},
	{"192.0.2.0/24 nexthop via 10.0.0.1 weight 257",
	 "42: error: '257' is not a value of weight; write 1 to 256\n"},
	{"192.0.2.0/24 encap seg6 mode encap",
	 "20: error: unknown encapsulation 'seg6'; write mpls, ip, ip6 or ila\n"},
	{"192.0.2.0/24 encap", "14: error: encap lacks a value; write " ROUTE_FORM},
	{"192.0.2.0/24 encap ip ttl 5 dev eth0",
	 "20: error: encap ip has no destination; write \"encap ip dst ADDRESS\"\n"},
	{"192.0.2.0/24 encap ip dst 2001:db8::1 dev eth0",
	 "20: error: encap ip has an address of the other family; write encap ip6\n"},
	{"192.0.2.0/24 encap ip6 dst 10.9.9.9 dev eth0",
	 "20: error: encap ip6 has an address of the other family; write encap ip\n"},
	{"192.0.2.0/24 encap ip dst 10.9.9.9 ttl 256",
	 "40: error: '256' is not a value of ttl; write 0 to 255\n"},
	{"192.0.2.0/24 encap mpls 100/x",
	 "25: error: '100/x' is not a stack of labels; write up to 16 of 0 to 1048575: LABEL/LABEL...\n"},
	{"192.0.2.0/24 encap mpls 1048576",
	 "25: error: '1048576' is not a stack of labels; write up to 16 of 0 to 1048575: LABEL/LABEL...\n"},
	{"192.0.2.0/24 encap ila 1:2:3",
	 "24: error: '1:2:3' is not a locator; write 4 hexadecimal numbers: a:b:c:d\n"},
	{"192.0.2.0/24 dev eth0 ttl-propagate enabled",
	 "23: warning: keepalived's 'ttl-propagate' of a route is not supported; the kernel uses it in MPLS routes only\n"},
	{"192.0.2.0/24 dev eth0 vrf blue",
	 "23: error: keepalived's 'vrf' of a route is not supported; write \"table NUMBER\" with the VRF's table\n"},
	{"nat 192.0.2.0/24",
	 "1: error: keepalived's 'nat' of a route is not supported; use the firewall's rules\n"},
	{"192.0.2.77/25 dev eth0",
	 "1: warning: the destination has bits set beyond its prefix length; 192.0.2.0/25 is used\n"},
	{"2001:db8:ffff::/33 dev eth0",
	 "1: warning: the destination has bits set beyond its prefix length; 2001:db8:8000::/33 is used\n"},
	{"192.0.2.0/24 dev eth0 track_group G",
	 "1: warning: track_group has no effect on what an instance adds itself; remove it\n"},
};

#define ACTIONS                                                                                    \
	"action; write one of table, goto, l3mdev, nop, blackhole, unreachable and prohibit\n"

static const struct wrong_case wrong_rules[] = {
	{"from 192.0.2.1 priority 5", "1: error: the rule has no " ACTIONS},
	{"table 5 goto 7 priority 5", "1: error: the rule has more than one " ACTIONS},
	{"goto 5 priority 5",
	 "1: error: goto 5 does not lead forward from priority 5; write a higher number\n"},
	{"goto 5",
	 "1: error: a rule with goto needs a priority of its own; add \"priority NUMBER\"\n"},
	{"nop realms 4 priority 5",
	 "1: error: realms, suppress_prefixlength and suppress_ifgroup need a table; add \"table TABLE\" or remove them\n"},
	{"from 192.0.2.1 to 2001:db8::1 table 5 priority 5",
	 "1: error: the rule mixes IPv4 and IPv6 addresses; use one family\n"},
	{"from 2001:db8::1 table 5 realms 4 priority 5",
	 "1: error: realms is valid only in an IPv4 rule; remove it\n"},
	{"192.0.2.1 table 5 priority 5",
	 "1: error: unknown option '192.0.2.1' in a rule; write \"[not] [from ADDRESS/LENGTH] [to ADDRESS/LENGTH] [iif NAME] [fwmark MARK] table TABLE priority NUMBER\"\n"},
	{"from 192.0.2.1 tabel 5 priority 5",
	 "16: error: unknown option 'tabel' in a rule; did you mean 'table'?\n"},
	{"table 0 priority 5",
	 "7: error: '0' is not a value of table; write default, main, local or 1 to 4294967295\n"},
	{"fwmark 4294967296 table 5 priority 5",
	 "8: error: '4294967296' is not a value of fwmark; write MARK or MARK/MASK with numbers of 0 to 4294967295\n"},
	{"sport 20-10 table 5 priority 5",
	 "7: error: '20-10' is not a range of sport; write FIRST-LAST with a FIRST of at least 1 that is not above LAST\n"},
	{"nat 192.0.2.1 priority 5",
	 "1: error: keepalived's 'nat' of a rule is not supported; use the firewall's rules\n"},
	{"table 5",
	 "1: warning: the rule has no priority; as in keepalived it gets 16384, which changes with the rules before it: add \"priority NUMBER\"\n"},
};

/* The location of the line that follows BEFORE. */
#define LINE "11:"

static struct config *parse_lines(const char *block, const char *line, const char *messages)
{
	char text[2048];

	snprintf(text, sizeof(text), BEFORE "%s {\n%s\n}\n}\n", block, line);
	return fixture_parse(text, messages);
}

static char *print_only_entry(const struct config *config)
{
	const struct config_instance *instance = &config->instances[0];
	char *text = NULL;
	size_t bytes = 0;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	assert_int_equal(instance->routes.count + instance->rules.count, 1);
	if (instance->routes.count)
		config_route_print(out, &instance->routes.entries[0]);
	else
		config_rule_print(out, &instance->rules.entries[0]);
	fclose(out);
	return text;
}

static void check_line(const char *block, const char *line, const char *expected)
{
	struct config *config = parse_lines(block, line, "");
	char *printed = print_only_entry(config);

	assert_string_equal(printed, expected);
	free(printed);
	config_free(config);
}

static void check_lines(const char *block, const struct line_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *printed = cases[i].printed ? cases[i].printed : cases[i].line;

		check_line(block, cases[i].line, printed);
		check_line(block, printed, printed);
	}
}

static void check_wrong(const char *block, const struct wrong_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char messages[512];

		snprintf(messages, sizeof(messages), LINE "%s", cases[i].messages);
		config_free(parse_lines(block, cases[i].line, messages));
	}
}

#define CHECK(check, block, cases) check(block, cases, sizeof(cases) / sizeof((cases)[0]))

static void route_lines(void **state)
{
	(void)state;
	CHECK(check_lines, "virtual_routes", routes);
}

static void rule_lines(void **state)
{
	(void)state;
	CHECK(check_lines, "virtual_rules", rules);
}

static void wrong_route_lines(void **state)
{
	(void)state;
	CHECK(check_wrong, "virtual_routes", wrong_routes);
}

static void wrong_rule_lines(void **state)
{
	(void)state;
	CHECK(check_wrong, "virtual_rules", wrong_rules);
}

/* A truncated line is rejected or has a meaning: for the sanitizers. */
static void cut_lines(const char *block, const struct line_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t length = 1; length < strlen(cases[i].line); length++) {
			struct diagnostics diagnostics = {0};
			struct config *config = NULL;
			char text[2048];

			snprintf(text, sizeof(text), BEFORE "%s {\n%.*s\n}\n}\n", block,
				 (int)length, cases[i].line);
			config_parse("test.conf", text, strlen(text), &fixture_node, &config,
				     &diagnostics);
			assert_int_equal(!config, diagnostics.error_count > 0);
			config_free(config);
			diagnostics_free(&diagnostics);
		}
	}
}

static void truncated_lines(void **state)
{
	(void)state;
	CHECK(cut_lines, "virtual_routes", routes);
	CHECK(cut_lines, "virtual_rules", rules);
}

#define HOP "nexthop via 10.0.0.1 dev eth0 weight 3 "
#define HOPS HOP HOP HOP HOP HOP HOP HOP HOP HOP HOP HOP HOP HOP HOP HOP HOP
#define TIMES_8(text) text text text text text text text text

/* As many gateways as stand there, no more than fit into an attribute of netlink. */
static void many_next_hops(void **state)
{
	struct config *config = fixture_parse("$H=" HOPS "\n" BEFORE
					      "virtual_routes {\n192.0.2.0/24 " TIMES_8("$H ")
						      TIMES_8("$H ") "\n}\n}\n",
					      "");
	const struct config_route *route = &config->instances[0].routes.entries[0];

	(void)state;
	assert_int_equal(route->next_hop_count, 256);
	assert_int_equal(route->next_hops[255].weight.value, 3);
	config_free(config);
	assert_null(fixture_parse(
		"$H=" HOPS "\n$I=" TIMES_8("$H ") "\n" BEFORE
						  "virtual_routes {\n192.0.2.0/24 " TIMES_8(
							  "$I ") "nexthop\n}\n}\n",
		"13:38: error: more than 1024 gateways in a route; remove some\n"));
}

/* The kernel's units: 1/8 ms, 1/4 ms, and ms. */
static void times_are_scaled(void **state)
{
	struct config *config = parse_lines(
		"virtual_routes", "192.0.2.0/24 dev eth0 rtt 10ms rttvar 10 rto_min 1s", "");
	const struct config_number *metrics = config->instances[0].routes.entries[0].metrics;

	(void)state;
	assert_int_equal(metrics[RTAX_RTT].value, 80);
	assert_int_equal(metrics[RTAX_RTTVAR].value, 40);
	assert_int_equal(metrics[RTAX_RTO_MIN].value, 1000);
	config_free(config);
}

static void static_blocks(void **state)
{
	struct config *config = fixture_parse(
		"static_routes {\n192.0.2.0/24 dev eth0\ndefault via 10.0.0.1 table 5\n}\n"
		"static_rules {\ntable 5 priority 7\n}\n" BEFORE "}\n",
		"");

	(void)state;
	assert_int_equal(config->static_routes.count, 2);
	assert_int_equal(config->static_rules.count, 1);
	assert_int_equal(config->static_rules.entries[0].table.value, 5);
	assert_int_equal(config->instances[0].routes.count, 0);
	config_free(config);
}

/* Counted over the whole file, including static rules. */
static void assigned_priorities(void **state)
{
	static const char advice[] =
		", which changes with the rules before it: add \"priority NUMBER\"\n";
	char messages[512];
	struct config *config;

	(void)state;
	snprintf(
		messages, sizeof(messages),
		"2:1: warning: the rule has no priority; as in keepalived it gets 16384%s15:1: warning: the rule has no priority; as in keepalived it gets 16383%s",
		advice, advice);
	config = fixture_parse("static_rules {\ntable 5\n}\n" BEFORE
			       "virtual_rules {\ntable 6 priority 9\ntable 7\n}\n}\n",
			       messages);
	assert_int_equal(config->instances[0].rules.entries[1].priority.value, 16383);
	config_free(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(route_lines),	       cmocka_unit_test(rule_lines),
		cmocka_unit_test(wrong_route_lines),   cmocka_unit_test(wrong_rule_lines),
		cmocka_unit_test(truncated_lines),     cmocka_unit_test(many_next_hops),
		cmocka_unit_test(times_are_scaled),    cmocka_unit_test(static_blocks),
		cmocka_unit_test(assigned_priorities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
