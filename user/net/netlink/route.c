// SPDX-License-Identifier: GPL-2.0-or-later
/* Routes over rtnetlink. Defaults are those of ip-route(8), but for the protocol, which is
 * keepalived's. A route is removed by all that identifies it, so that another program's route to
 * the same destination stays. */
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/net/netlink/address.h"
#include "user/net/netlink/encap.h"
#include "user/net/netlink/interface_index.h"
#include "user/net/netlink/netlink.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define REQUEST_BYTES 2048 /* all but the next hops of a multipath route */
#define NEXT_HOP_BYTES (64 + NETLINK_ENCAP_BYTES) /* the largest: 8 and attributes of 20 and 8 */

static uint32_t number_or(const struct config_number *number, uint32_t otherwise)
{
	return number->given ? number->value : otherwise;
}

uint32_t netlink_route_table(const struct config_route *route)
{
	uint32_t type = number_or(&route->type, RTN_UNICAST);
	bool local = type == RTN_LOCAL || type == RTN_BROADCAST || type == RTN_ANYCAST;

	/* "table 0" means no table. */
	return number_or(&route->table, 0) ? route->table.value
	       : local			   ? RT_TABLE_LOCAL
					   : RT_TABLE_MAIN;
}

static bool has_gateway(const struct config_route *route)
{
	for (size_t i = 0; i < route->next_hop_count; i++) {
		if (route->next_hops[i].gateway.given)
			return true;
	}
	return false;
}

static uint8_t implied_scope(const struct config_route *route, uint32_t type)
{
	switch (type) {
	case RTN_LOCAL:
		return RT_SCOPE_HOST;
	case RTN_BROADCAST:
	case RTN_ANYCAST:
	case RTN_MULTICAST:
		return RT_SCOPE_LINK;
	case RTN_UNICAST:
		return has_gateway(route) || route->family == 6 ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	default:
		return RT_SCOPE_UNIVERSE;
	}
}

/* Finds the interface of a next hop; 0: the kernel finds it by the gateway. */
static int find_interface(const struct config_next_hop *next_hop, unsigned default_interface_index,
			  unsigned *index)
{
	const struct xb_address *gateway = &next_hop->gateway.address;
	bool link_local = gateway->bytes[0] == 0xfe && (gateway->bytes[1] & 0xc0) == 0x80;

	*index = 0;
	if (*next_hop->interface) {
		int found = interface_index(next_hop->interface);

		*index = found < 0 ? 0 : (unsigned)found;
		return found < 0 ? found : 0;
	}
	if (!next_hop->gateway.given || link_local)
		*index = default_interface_index;
	return 0;
}

static void put_gateway(struct nlmsghdr *header, const struct config_route *route,
			const struct config_next_hop *next_hop)
{
	struct {
		uint16_t family;
		uint8_t address[sizeof(next_hop->gateway.address.bytes)];
	} via = {.family = AF_INET6};

	if (!next_hop->gateway.given)
		return;
	if (address_family(&next_hop->gateway.address) == route->family) {
		netlink_put_address(header, RTA_GATEWAY, &next_hop->gateway.address);
		return;
	}
	memcpy(via.address, next_hop->gateway.address.bytes, sizeof(via.address));
	mnl_attr_put(header, RTA_VIA, sizeof(via), &via);
}

/* Gateway, realms and encapsulation: the same for a single hop and for one of several. */
static void put_hop_attributes(struct nlmsghdr *header, const struct config_route *route,
			       const struct config_next_hop *next_hop)
{
	put_gateway(header, route, next_hop);
	if (next_hop->realms.given)
		mnl_attr_put_u32(header, RTA_FLOW,
				 next_hop->realms.first << 16 | next_hop->realms.second);
	netlink_put_encap(header, &next_hop->encap);
}

static int put_single_hop(struct nlmsghdr *header, struct rtmsg *message,
			  const struct config_route *route, unsigned default_interface_index)
{
	const struct config_next_hop *next_hop = &route->next_hops[0];
	unsigned index;
	int error = find_interface(next_hop, default_interface_index, &index);

	if (error)
		return error;
	if (index)
		mnl_attr_put_u32(header, RTA_OIF, index);
	if (next_hop->onlink)
		message->rtm_flags |= RTNH_F_ONLINK;
	put_hop_attributes(header, route, next_hop);
	return 0;
}

static int put_multipath(struct nlmsghdr *header, const struct config_route *route,
			 unsigned default_interface_index)
{
	struct nlattr *nest = mnl_attr_nest_start(header, RTA_MULTIPATH);

	for (size_t i = 0; i < route->next_hop_count; i++) {
		const struct config_next_hop *next_hop = &route->next_hops[i];
		struct rtnexthop *hop = mnl_nlmsg_put_extra_header(header, sizeof(*hop));
		unsigned index;
		int error = find_interface(next_hop, default_interface_index, &index);

		if (error)
			return error;
		hop->rtnh_ifindex = (int)index;
		hop->rtnh_hops = (uint8_t)(number_or(&next_hop->weight, 1) - 1);
		hop->rtnh_flags = next_hop->onlink ? RTNH_F_ONLINK : 0;
		put_hop_attributes(header, route, next_hop);
		hop->rtnh_len =
			(uint16_t)((char *)mnl_nlmsg_get_payload_tail(header) - (char *)hop);
	}
	if ((char *)mnl_nlmsg_get_payload_tail(header) - (char *)nest > UINT16_MAX)
		return -E2BIG; /* with encapsulations; nla_len has 16 bits */
	mnl_attr_nest_end(header, nest);
	return 0;
}

static int put_next_hops(struct nlmsghdr *header, struct rtmsg *message,
			 const struct config_route *route, unsigned default_interface_index)
{
	bool reaches = message->rtm_type <= RTN_MULTICAST;

	/* A single hop of IPv6 with a weight is one of several. */
	if (route->next_hop_count > 1 || (route->family == 6 && route->next_hops[0].weight.given))
		return put_multipath(header, route, default_interface_index);
	/* Routes like "blackhole" lead nowhere, so they do not get the default interface. */
	return put_single_hop(header, message, route, reaches ? default_interface_index : 0);
}

/* What identifies a route; a removal needs no more. */
static void put_identity(struct nlmsghdr *header, struct rtmsg *message,
			 const struct config_route *route)
{
	message->rtm_dst_len = route->destination.length;
	netlink_put_address(header, RTA_DST, &route->destination.address);
	if (route->from.given) {
		message->rtm_src_len = route->from.length;
		netlink_put_address(header, RTA_SRC, &route->from.address);
	}
	if (route->source.given)
		netlink_put_address(header, RTA_PREFSRC, &route->source.address);
	if (route->metric.given)
		mnl_attr_put_u32(header, RTA_PRIORITY, route->metric.value);
	mnl_attr_put_u32(header, RTA_TABLE, netlink_route_table(route));
}

static void put_metrics(struct nlmsghdr *header, const struct config_route *route)
{
	const struct config_congestion_control *control = &route->congestion_control;
	uint32_t locks = control->locked ? 1 << RTAX_CC_ALGO : 0;
	struct nlattr *nest = mnl_attr_nest_start(header, RTA_METRICS);

	for (unsigned i = 0; i <= RTAX_MAX; i++) {
		if (!route->metrics[i].given)
			continue;
		mnl_attr_put_u32(header, (uint16_t)i, route->metrics[i].value);
		if (route->metrics[i].locked)
			locks |= UINT32_C(1) << i;
	}
	if (*control->name)
		mnl_attr_put_strz(header, RTAX_CC_ALGO, control->name);
	if (locks)
		mnl_attr_put_u32(header, RTAX_LOCK, locks);
	mnl_attr_nest_end(header, nest);
}

static void put_properties(struct nlmsghdr *header, const struct config_route *route)
{
	put_metrics(header, route);
	if (route->preference.given)
		mnl_attr_put_u8(header, RTA_PREF, (uint8_t)route->preference.value);
	if (route->expires_s.given)
		mnl_attr_put_u32(header, RTA_EXPIRES, route->expires_s.value);
}

/* *request: to be freed. */
static int make_request(uint16_t type, uint16_t flags, const struct config_route *route,
			unsigned default_interface_index, struct nlmsghdr **request)
{
	_cleanup_free_ char *buffer =
		calloc(1, REQUEST_BYTES + route->next_hop_count * NEXT_HOP_BYTES);
	struct nlmsghdr *header;
	uint32_t route_type = number_or(&route->type, RTN_UNICAST);
	struct rtmsg *message;
	int error;

	if (!buffer)
		return -ENOMEM;
	header = mnl_nlmsg_put_header(buffer);
	header->nlmsg_type = type;
	header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	message = mnl_nlmsg_put_extra_header(header, sizeof(*message));
	message->rtm_family = route->family == 4 ? AF_INET : AF_INET6;
	message->rtm_type = (uint8_t)route_type;
	message->rtm_protocol = (uint8_t)number_or(&route->protocol, RTPROT_KEEPALIVED);
	message->rtm_scope = (uint8_t)number_or(&route->scope, implied_scope(route, route_type));
	message->rtm_tos = (uint8_t)number_or(&route->tos, 0);
	put_identity(header, message, route);
	error = put_next_hops(header, message, route, default_interface_index);
	if (error)
		return error;
	if (type == RTM_NEWROUTE)
		put_properties(header, route);
	buffer = NULL; /* header is its address */
	*request = header;
	return 0;
}

static int change_route(struct netlink *netlink, uint16_t type, uint16_t flags,
			const struct config_route *route, unsigned default_interface_index)
{
	_cleanup_free_ struct nlmsghdr *request = NULL;
	int error = make_request(type, flags, route, default_interface_index, &request);

	return error ? error : netlink_transact(netlink, request);
}

struct nlmsghdr *netlink_route_message(const struct config_route *route,
				       unsigned default_interface_index)
{
	struct nlmsghdr *request = NULL;

	make_request(RTM_NEWROUTE, 0, route, default_interface_index, &request);
	return request;
}

/* IPv6 knows next hops as routes of their own, of which something else may have removed some.
 * Adding all of them adds none if one exists. Returns 0 if one was missing; -EEXIST; or another
 * error. */
static int add_missing_hops(struct netlink *netlink, uint16_t flags,
			    const struct config_route *route, unsigned default_interface_index)
{
	int result = -EEXIST;

	for (size_t i = 0; i < route->next_hop_count; i++) {
		struct config_next_hop next_hop = route->next_hops[i];
		struct config_route one = *route;
		int error;

		if (!next_hop.weight.given)
			next_hop.weight = (struct config_number){.given = true, .value = 1};
		one.next_hops = &next_hop;
		one.next_hop_count = 1;
		error = change_route(netlink, RTM_NEWROUTE, flags, &one, default_interface_index);
		if (error && error != -EEXIST)
			return error;
		if (!error)
			result = 0;
	}
	return result;
}

int netlink_add_route(struct netlink *netlink, const struct config_route *route,
		      unsigned default_interface_index)
{
	/* Without "add" no NLM_F_EXCL: other programs' routes to the same destination do not
	 * matter. */
	uint16_t flags =
		NLM_F_CREATE | (route->append ? NLM_F_APPEND : 0) | (route->add ? NLM_F_EXCL : 0);
	int error = change_route(netlink, RTM_NEWROUTE, flags, route, default_interface_index);

	if (error != -EEXIST || route->family != 6 || route->next_hop_count < 2)
		return error;
	return add_missing_hops(netlink, flags, route, default_interface_index);
}

int netlink_remove_route(struct netlink *netlink, const struct config_route *route,
			 unsigned default_interface_index)
{
	return change_route(netlink, RTM_DELROUTE, 0, route, default_interface_index);
}
