/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removed routes and rules, by rtnetlink's notifications (RTNLGRP_IPV4_ROUTE, _IPV6_ROUTE,
 * _IPV4_RULE, _IPV6_RULE). A router may receive a full BGP table while this listens, so a socket
 * filter passes only what concerns the destinations of the configuration; the daemon is not woken
 * for others.
 *
 * A route that replaces another one is not reported as a removal, but as RTM_NEWROUTE with
 * NLM_F_REPLACE.
 */
#include "user/net/netlink/route_monitor.h"
#include "user/config/model/config.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/net/netlink/address.h"
#include "user/net/netlink/netlink.h"
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Of the filter, but for two instructions of each destination. */
#define FILTER_HEAD 16
#define ROUTE_ATTRIBUTES (NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct rtmsg)))

bool route_is_tracked(const struct config_route *route)
{
	/* The kernel removes one that expires, as configured. */
	return !route->no_track && !route->expires_s.given;
}

bool rule_is_tracked(const struct config_rule *rule)
{
	return !rule->no_track;
}

static bool concerns(const struct route_event *event, const struct config_route *route)
{
	return route_is_tracked(route) && event->family == route->family &&
	       event->prefix_length == route->destination.length &&
	       event->table == netlink_route_table(route) &&
	       address_equal(&event->destination, &route->destination.address);
}

static bool read_route(const struct nlmsghdr *message, struct route_event *event)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	const struct nlattr *found[RTA_TABLE + 1] = {0};

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*route))
		return false;
	netlink_attributes(message, sizeof(*route), found, RTA_TABLE + 1);
	*event = (struct route_event){
		.family = route->rtm_family == AF_INET ? 4 : 6,
		.prefix_length = route->rtm_dst_len,
		.table = found[RTA_TABLE] ? mnl_attr_get_u32(found[RTA_TABLE]) : route->rtm_table,
	};
	if (found[RTA_DST])
		return netlink_read_address(found[RTA_DST], route->rtm_family, &event->destination);
	if (event->family == 4)
		event->destination = address_from_ipv4(INADDR_ANY);
	return true;
}

static int on_message(const struct nlmsghdr *message, void *context)
{
	const struct route_monitor *monitor = context;
	struct route_event event = {.is_rule = message->nlmsg_type == RTM_DELRULE};

	if (event.is_rule || read_route(message, &event))
		monitor->handlers->on_removed(monitor->context, &event);
	return MNL_CB_OK;
}

static void on_overrun(void *context)
{
	const struct route_monitor *monitor = context;

	monitor->handlers->on_overrun(monitor->context);
}

/* The first 32 bits of the destination, in this machine's byte order. */
static uint32_t first_word(const struct config_route *route)
{
	const struct xb_address *address = &route->destination.address;
	uint32_t word;

	if (route->family == 4)
		return ntohl(address_to_ipv4(address));
	memcpy(&word, address->bytes, sizeof(word));
	return ntohl(word);
}

static void add(struct sock_fprog *filter, struct sock_filter instruction)
{
	filter->filter[filter->len++] = instruction;
}

/*
 * Loads the destination's first 32 bits, 0 for "default", of a route that was removed or replaced;
 * rules pass, all else is dropped. A load gives a number in this machine's byte order, as if it were
 * in network byte order in the message, which the fields of its head are not.
 */
static void add_head(struct sock_fprog *filter)
{
	const struct sock_filter head[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELRULE), 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 0, 2),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_flags)),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, htons(NLM_F_REPLACE), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, RTA_DST),
		BPF_STMT(BPF_LD | BPF_W | BPF_IMM, ROUTE_ATTRIBUTES),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)),
		/* The attribute's offset; 0: there is none. */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, sizeof(struct nlattr)),
	};

	for (size_t i = 0; i < sizeof(head) / sizeof(head[0]); i++)
		add(filter, head[i]);
}

/* The routes of each instance, then the static ones. */
static const struct config_route_list *routes_at(const struct config *config, size_t i)
{
	return i < config->instance_count ? &config->instances[i].routes : &config->static_routes;
}

static size_t count_routes(const struct config *config)
{
	size_t count = 0;

	for (size_t i = 0; i <= config->instance_count; i++)
		count += routes_at(config, i)->count;
	return count;
}

static bool has_rules(const struct config *config)
{
	for (size_t i = 0; i < config->instance_count; i++)
		if (config->instances[i].rules.count)
			return true;
	return config->static_rules.count;
}

static void add_destinations(struct sock_fprog *filter, const struct config *config, bool compare)
{
	for (size_t i = 0; compare && i <= config->instance_count; i++) {
		const struct config_route_list *routes = routes_at(config, i);

		for (size_t k = 0; k < routes->count; k++) {
			const struct sock_filter equal = BPF_JUMP(
				BPF_JMP | BPF_JEQ | BPF_K, first_word(&routes->entries[k]), 0, 1);

			add(filter, equal);
			add(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, UINT32_MAX));
		}
	}
	add(filter, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, compare ? 0 : UINT32_MAX));
}

bool route_event_concerns(const struct route_event *event, const struct config_route_list *routes,
			  const struct config_rule_list *rules)
{
	if (!event || event->is_rule)
		return !event || rules->count;
	for (size_t i = 0; i < routes->count; i++)
		if (concerns(event, &routes->entries[i]))
			return true;
	return false;
}

/* compare: whether destinations are compared; else all that is removed passes. */
static int watch(struct route_monitor *monitor, const struct config *config, bool compare)
{
	static const int groups[] = {RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE,
				     RTNLGRP_IPV6_RULE};
	_cleanup_free_ struct sock_filter *instructions =
		calloc(BPF_MAXINSNS, sizeof(*instructions));
	struct sock_fprog filter = {.filter = instructions};

	if (!instructions)
		return -ENOMEM;
	add_head(&filter);
	add_destinations(&filter, config, compare);
	if (monitor->listener.socket)
		return netlink_listener_filter(&monitor->listener, &filter);
	monitor->listener = (struct netlink_listener){
		.take = on_message, .on_overrun = on_overrun, .context = monitor};
	return netlink_listener_start(&monitor->listener, monitor->base, groups,
				      sizeof(groups) / sizeof(groups[0]), &filter);
}

int route_monitor_watch(struct route_monitor *monitor, const struct config *config)
{
	size_t count = count_routes(config);
	int error = -ENOMEM;

	if (!count && !has_rules(config)) {
		route_monitor_stop(monitor);
		return 0;
	}
	if (FILTER_HEAD + 2 * count < BPF_MAXINSNS)
		error = watch(monitor, config, true);
	if (error == -ENOMEM) /* net.core.optmem_max limits filters, too */
		error = watch(monitor, config, false);
	return error;
}

void route_monitor_stop(struct route_monitor *monitor)
{
	netlink_listener_stop(&monitor->listener);
}
