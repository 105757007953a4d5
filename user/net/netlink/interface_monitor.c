/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces and addresses by rtnetlink's notifications (RTNLGRP_LINK, _IPV4_IFADDR,
 * _IPV6_IFADDR). */
#include "user/net/netlink/interface_monitor.h"
#include "user/lib/cleanup.h"
#include "user/net/netlink/address.h"
#include "user/net/netlink/netlink.h"
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static bool flags_are_running(unsigned flags)
{
	return flags & IFF_UP && flags & IFF_RUNNING;
}

static void read_link(const struct interface_monitor *monitor, const struct nlmsghdr *message)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	const struct nlattr *found[IFLA_MTU + 1] = {0};
	const struct nlattr *name;
	struct interface_event event;

	/* Ports of a bridge are reported here as well; their RTM_DELLINK means "no longer a
	 * port". */
	if (mnl_nlmsg_get_payload_len(message) < sizeof(*link) || link->ifi_family != AF_UNSPEC)
		return;
	netlink_attributes(message, sizeof(*link), found, IFLA_MTU + 1);
	name = found[IFLA_IFNAME];
	if (!name)
		return;
	event = (struct interface_event){
		.interface_index = (unsigned)link->ifi_index,
		.present = message->nlmsg_type == RTM_NEWLINK,
		.running = message->nlmsg_type == RTM_NEWLINK && flags_are_running(link->ifi_flags),
		.multicast = link->ifi_flags & IFF_MULTICAST,
		.mtu = found[IFLA_MTU] ? mnl_attr_get_u32(found[IFLA_MTU]) : 0,
	};
	snprintf(event.name, sizeof(event.name), "%.*s", (int)mnl_attr_get_payload_len(name),
		 mnl_attr_get_str(name));
	monitor->handlers->on_interface(monitor->context, &event);
}

static void read_address(const struct interface_monitor *monitor, const struct nlmsghdr *message)
{
	struct netlink_address address;
	struct address_event event;

	if (!netlink_address_read(message, &address))
		return;
	event = (struct address_event){.interface_index = address.interface_index,
				       .address = address.address,
				       .prefix_length = address.prefix_length,
				       .present = message->nlmsg_type == RTM_NEWADDR};
	monitor->handlers->on_address(monitor->context, &event);
}

static int on_message(const struct nlmsghdr *message, void *context)
{
	switch (message->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		read_link(context, message);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		read_address(context, message);
		break;
	}
	return MNL_CB_OK;
}

static void on_overrun(void *context)
{
	const struct interface_monitor *monitor = context;

	monitor->handlers->on_overrun(monitor->context);
}

int interface_monitor_start(struct interface_monitor *monitor, struct event_base *base,
			    const struct interface_handlers *handlers, void *context)
{
	static const int groups[] = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR};

	*monitor = (struct interface_monitor){
		.listener = {.take = on_message, .on_overrun = on_overrun, .context = monitor},
		.handlers = handlers,
		.context = context,
	};
	return netlink_listener_start(&monitor->listener, base, groups,
				      sizeof(groups) / sizeof(groups[0]), NULL);
}

void interface_monitor_stop(struct interface_monitor *monitor)
{
	netlink_listener_stop(&monitor->listener);
}

bool interface_lookup(const char *name, struct interface_event *state)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct interface_event found = {.present = true};
	struct ifreq request = {0};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	snprintf(found.name, sizeof(found.name), "%s", name);
	if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &request))
		return false;
	found.interface_index = (unsigned)request.ifr_ifindex;
	if (ioctl(fd, SIOCGIFFLAGS, &request))
		return false;
	found.running = flags_are_running((unsigned short)request.ifr_flags);
	found.multicast = request.ifr_flags & IFF_MULTICAST;
	if (ioctl(fd, SIOCGIFMTU, &request))
		return false;
	found.mtu = (uint32_t)request.ifr_mtu;
	*state = found;
	return true;
}
