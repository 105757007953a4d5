/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes and rules of virtual_routes, virtual_rules, static_routes and static_rules: what a line
 * gives, with names as numbers. Lists are freed with config_routes_free() and config_rules_free().
 */
#ifndef XBEAT_CONFIG_MODEL_ROUTE_H
#define XBEAT_CONFIG_MODEL_ROUTE_H

#include "user/config/model/location.h"
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

/* What fits into one attribute of netlink, whose length has 16 bits: 65535 / 44, rounded down. */
#define CONFIG_NEXT_HOPS_MAX 1024
#define CONFIG_RULE_PRIORITY_ASSIGNED 16384 /* of the first rule without one; then downwards */

#define CONFIG_TRACK_GROUP_BYTES 64

/* "given" is the first member of each of these; if it is false, the line does not set the value. */
struct config_number {
	bool given;
	bool locked; /* "mtu lock 1400" */
	uint32_t value;
};

struct config_pair {
	bool given;
	uint32_t first, second; /* first and last, realm from and to, mark and mask */
};

struct config_prefix {
	bool given;
	bool any_family; /* "default": only while a line is read */
	uint8_t length;
	struct xb_address address;
};

struct config_congestion_control {
	char name[16]; /* the kernel's TCP_CA_NAME_MAX; "": not given */
	bool locked;
};

#define CONFIG_MPLS_LABEL_MAX 1048575
#define CONFIG_MPLS_LABELS_MAX 16

/* "encap": packets leave in another header. */
struct config_encap {
	bool given;
	uint16_t type; /* LWTUNNEL_ENCAP_MPLS, _IP, _IP6 or _ILA */
	struct config_number id; /* ip and ip6, to flags: of the tunnel */
	struct config_prefix destination, source;
	struct config_number tos, ttl, flags;
	uint32_t labels[CONFIG_MPLS_LABELS_MAX]; /* mpls */
	size_t label_count;
	uint64_t locator; /* ila */
};

struct config_next_hop {
	struct config_prefix gateway; /* an IPv4 route may have an IPv6 one (RFC 8950) */
	char interface[XB_NAME_BYTES]; /* "": see netlink_add_route() */
	struct config_number weight; /* 1..256 */
	struct config_pair realms;
	struct config_encap encap;
	bool onlink;
};

struct config_route {
	uint8_t family; /* 4 or 6 */
	struct config_number type; /* RTN_*; not given: unicast */
	struct config_prefix destination; /* always given */
	struct config_prefix from; /* IPv6: source-specific routing */
	struct config_prefix source; /* "src": the source address that this machine then uses */
	struct config_number table; /* not given: main, or local for types that belong there */
	struct config_number scope; /* RT_SCOPE_*; not given: implied by type and gateway */
	struct config_number protocol; /* RTPROT_*; not given: keepalived's */
	struct config_number metric;
	struct config_number tos; /* IPv4 */
	struct config_number preference; /* ICMPV6_ROUTER_PREF_* */
	struct config_number expires_s; /* IPv6 */
	struct config_number metrics[RTAX_MAX + 1]; /* in kernel units: rtt ms/8 … */
	struct config_congestion_control congestion_control;
	struct config_next_hop *next_hops; /* two or more: multipath; never NULL */
	size_t next_hop_count; /* 0: neither gateway nor interface, next_hops[0] is empty */
	bool append; /* after the routes to the same destination, not before them */
	bool prepend; /* before them, as without it */
	bool add; /* only if there is none */
	bool no_track; /* not restored if something else removes it */
	char track_group[CONFIG_TRACK_GROUP_BYTES]; /* whose instances need it; "": none */
	struct config_location location;
};

struct config_rule {
	uint8_t family; /* 4 or 6 */
	bool invert; /* "not" */
	struct config_prefix from, to;
	struct config_number tos;
	struct config_pair mark; /* and mask */
	char input_interface[XB_NAME_BYTES], output_interface[XB_NAME_BYTES];
	struct config_number ip_protocol;
	struct config_pair source_ports, destination_ports, uids; /* first and last */
	struct config_number tunnel_id;
	/* What happens to a matching packet: exactly one of these four. */
	struct config_number table;
	struct config_number goto_priority;
	struct config_number action; /* FR_ACT_NOP, _BLACKHOLE, _UNREACHABLE, _PROHIBIT */
	bool l3mdev; /* the table of the packet's VRF */
	struct config_pair realms; /* only with a table, as the next two */
	struct config_number suppress_prefix_length;
	struct config_number suppress_interface_group;
	struct config_number priority; /* always given */
	bool priority_assigned; /* the line has no priority */
	struct config_number protocol; /* RTPROT_*; not given: keepalived's */
	bool no_track;
	char track_group[CONFIG_TRACK_GROUP_BYTES];
	struct config_location location;
};

struct config_route_list {
	struct config_route *entries;
	size_t count;
};

struct config_rule_list {
	struct config_rule *entries;
	size_t count;
};

/* Free what the lists own, not the lists themselves. */
void config_routes_free(struct config_route_list *routes);
void config_rules_free(struct config_rule_list *rules);

#endif
