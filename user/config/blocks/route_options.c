// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options of a route and of its next hops, each with its field, in the order in which routes
 * are printed.
 */
#include "user/config/blocks/route.h"
#include "user/config/syntax/options.h"
#include <linux/icmpv6.h>
#include <linux/rtnetlink.h>
#include <string.h>

#define ROUTE(field) .offset = offsetof(struct config_route, field)
#define HOP(field) .offset = offsetof(struct config_next_hop, field)
#define TYPE(keyword, number)                                                                      \
	{                                                                                          \
		.name = (keyword), .kind = &config_kind_constant, ROUTE(type), .value = (number)   \
	}
#define METRIC(keyword, index, highest)                                                            \
	{                                                                                          \
		.name = (keyword), .kind = &config_kind_number, ROUTE(metrics[index]),             \
		.maximum = (highest), .lockable = true                                             \
	}
/* per_ms: kernel units per millisecond. */
#define METRIC_TIME(keyword, index, per_ms)                                                        \
	{                                                                                          \
		.name = (keyword), .kind = &config_kind_time, ROUTE(metrics[index]),               \
		.maximum = UINT32_MAX / (per_ms), .value = (per_ms), .lockable = true              \
	}

static const struct config_name preference_names[] = {
	{"low", ICMPV6_ROUTER_PREF_LOW},
	{"medium", ICMPV6_ROUTER_PREF_MEDIUM},
	{"high", ICMPV6_ROUTER_PREF_HIGH},
	{0},
};

static const struct config_name feature_names[] = {
	{"ecn", RTAX_FEATURE_ECN},
	{0},
};

#define METRIC_FIELD .kind = &config_kind_number, ROUTE(metric), .maximum = UINT32_MAX
#define TOS_FIELD                                                                                  \
	.kind = &config_kind_name, ROUTE(tos), .names = config_tos_names,                          \
	.names_file = "rt_dsfield", .maximum = UINT8_MAX, .family = 4
#define PROTOCOL_FIELD                                                                             \
	.kind = &config_kind_name, ROUTE(protocol), .names = config_protocol_names,                \
	.names_file = "rt_protos", .maximum = UINT8_MAX

static const struct config_option route_entries[] = {
	TYPE("unicast", RTN_UNICAST),
	TYPE("local", RTN_LOCAL),
	TYPE("broadcast", RTN_BROADCAST),
	TYPE("anycast", RTN_ANYCAST),
	TYPE("multicast", RTN_MULTICAST),
	TYPE("throw", RTN_THROW),
	TYPE("unreachable", RTN_UNREACHABLE),
	TYPE("prohibit", RTN_PROHIBIT),
	TYPE("blackhole", RTN_BLACKHOLE),
	{.name = "to", .kind = &config_kind_prefix, ROUTE(destination)},
	{.name = "from", .kind = &config_kind_prefix, ROUTE(from), .family = 6},
	{.name = "src", .kind = &config_kind_address, ROUTE(source)},
	{
		.name = "table",
		.kind = &config_kind_name,
		ROUTE(table),
		.names = config_table_names,
		.names_file = "rt_tables",
		.maximum = UINT32_MAX,
	},
	{
		.name = "scope",
		.kind = &config_kind_name,
		ROUTE(scope),
		.names = config_scope_names,
		.names_file = "rt_scopes",
		.maximum = UINT8_MAX,
	},
	{.name = "metric", METRIC_FIELD},
	CONFIG_OPTION_ALIAS("priority", METRIC_FIELD),
	CONFIG_OPTION_ALIAS("preference", METRIC_FIELD),
	{.name = "tos", TOS_FIELD},
	CONFIG_OPTION_ALIAS("dsfield", TOS_FIELD),
	{.name = "protocol", PROTOCOL_FIELD},
	CONFIG_OPTION_ALIAS("proto", PROTOCOL_FIELD),
	{
		.name = "pref",
		.kind = &config_kind_name,
		ROUTE(preference),
		.names = preference_names,
		.maximum = ICMPV6_ROUTER_PREF_LOW, /* the highest number */
		.family = 6,
	},
	{
		.name = "expires",
		.kind = &config_kind_number,
		ROUTE(expires_s),
		.minimum = 1,
		.maximum = INT32_MAX,
		.family = 6,
	},
	METRIC("mtu", RTAX_MTU, UINT32_MAX),
	METRIC("advmss", RTAX_ADVMSS, UINT32_MAX),
	METRIC_TIME("rtt", RTAX_RTT, 8),
	METRIC_TIME("rttvar", RTAX_RTTVAR, 4),
	METRIC_TIME("rto_min", RTAX_RTO_MIN, 1),
	METRIC("reordering", RTAX_REORDERING, UINT32_MAX),
	METRIC("window", RTAX_WINDOW, UINT32_MAX),
	METRIC("cwnd", RTAX_CWND, UINT32_MAX),
	METRIC("initcwnd", RTAX_INITCWND, UINT32_MAX),
	METRIC("initrwnd", RTAX_INITRWND, UINT32_MAX),
	METRIC("ssthresh", RTAX_SSTHRESH, UINT32_MAX),
	METRIC("hoplimit", RTAX_HOPLIMIT, UINT8_MAX),
	METRIC("quickack", RTAX_QUICKACK, 1),
	METRIC("fastopen_no_cookie", RTAX_FASTOPEN_NO_COOKIE, 1),
	{
		.name = "features",
		.kind = &config_kind_name,
		ROUTE(metrics[RTAX_FEATURES]),
		.names = feature_names,
		.minimum = RTAX_FEATURE_ECN,
		.maximum = RTAX_FEATURE_ECN,
	},
	{
		.name = "congctl",
		.kind = &config_kind_congestion_control,
		ROUTE(congestion_control),
		.lockable = true,
	},
	{.name = "append", .kind = &config_kind_flag, ROUTE(append)},
	{.name = "prepend", .kind = &config_kind_flag, ROUTE(prepend)},
	{.name = "add", .kind = &config_kind_flag, ROUTE(add)},
	{.name = "no_track", .kind = &config_kind_flag, ROUTE(no_track)},
	CONFIG_OPTION_TRACK_GROUP(ROUTE(track_group)),
	CONFIG_OPTION_REFUSED("as", "remove it"),
	CONFIG_OPTION_REFUSED("nat", "use the firewall's rules"),
	CONFIG_OPTION_REFUSED("nhid", "write each gateway as \"nexthop via GATEWAY dev NAME\""),
	{
		.name = "ttl-propagate",
		.kind = &config_kind_ignored,
		.instead = "the kernel uses it in MPLS routes only",
	},
	CONFIG_OPTION_REFUSED("vrf", "write \"table NUMBER\" with the VRF's table"),
	CONFIG_OPTION_REFUSED("xresolve", "remove the route"),
};

const struct config_options config_route_options = CONFIG_OPTIONS(route_entries);

static void read_gateway(struct config_line *line, const struct config_option *option, void *field)
{
	/* "via inet6 ADDRESS": the family is redundant. */
	if (line->next < line->count && (!strcmp(line->tokens[line->next].text, "inet") ||
					 !strcmp(line->tokens[line->next].text, "inet6")))
		line->next++;
	config_kind_address.read(line, option, field);
}

static void print_gateway(FILE *out, const struct config_option *option, const void *field)
{
	config_kind_address.print(out, option, field);
}

/* Has no family: an IPv4 route may have a gateway of either. */
const struct config_option_kind config_kind_gateway = {read_gateway, print_gateway, NULL};

#define GATEWAY_FIELD .kind = &config_kind_gateway, HOP(gateway)
#define INTERFACE_FIELD .kind = &config_kind_interface, HOP(interface)

static const struct config_option next_hop_entries[] = {
	{.name = "via", GATEWAY_FIELD},
	CONFIG_OPTION_ALIAS("gw", GATEWAY_FIELD),
	CONFIG_OPTION_ALIAS("gateway", GATEWAY_FIELD),
	{.name = "dev", INTERFACE_FIELD},
	CONFIG_OPTION_ALIAS("oif", INTERFACE_FIELD),
	{
		.name = "weight",
		.kind = &config_kind_number,
		HOP(weight),
		.minimum = 1,
		.maximum = 256,
	},
	{
		.name = "realms",
		.kind = &config_kind_realms,
		HOP(realms),
		.names_file = "rt_realms",
		.maximum = UINT16_MAX,
		.family = 4,
	},
	{.name = "encap", .kind = &config_kind_encap, HOP(encap)},
	{.name = "onlink", .kind = &config_kind_flag, HOP(onlink)},
};

const struct config_options config_next_hop_options = CONFIG_OPTIONS(next_hop_entries);
