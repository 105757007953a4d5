/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces and addresses by rtnetlink's notifications (RTNLGRP_LINK, _IPV4_IFADDR,
 * _IPV6_IFADDR), through libmnl. Owns the socket that receives them. */
#include "user/net/interface_monitor.h"
#include "user/lib/cleanup.h"
#include "user/net/netlink.h"
#include "user/net/netlink_address.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Room for the notifications of thousands of interfaces that change at once (about 2 KiB each). */
#define RECEIVE_BUFFER_BYTES (8 << 20)
#define MESSAGE_BYTES_MAX 32768
/* Per turn of the loop; heartbeats and timers are handled between turns. */
#define MESSAGES_PER_TURN 64

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

/* Handles one datagram. Returns whether there may be more. */
static bool take_datagram(struct interface_monitor *monitor)
{
	char buffer[MESSAGE_BYTES_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t length = mnl_socket_recvfrom(monitor->socket, buffer, sizeof(buffer));

	if (length > 0) {
		mnl_cb_run(buffer, (size_t)length, 0, 0, on_message, monitor);
		return true;
	}
	if (length < 0 && (errno == ENOBUFS || errno == ENOSPC)) { /* dropped, or cut off */
		monitor->overrun = true;
		return true;
	}
	return length < 0 && errno == EINTR;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct interface_monitor *monitor = context;

	(void)fd;
	(void)what;
	for (int i = 0; i < MESSAGES_PER_TURN; i++)
		if (!take_datagram(monitor)) {
			/* Only now, because what was still queued is older than a new read. */
			if (monitor->overrun)
				monitor->handlers->on_overrun(monitor->context);
			monitor->overrun = false;
			return;
		}
}

static int join(const struct interface_monitor *monitor)
{
	static const int groups[] = {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR};
	int bytes = RECEIVE_BUFFER_BYTES;
	int fd = mnl_socket_get_fd(monitor->socket);

	if (mnl_socket_bind(monitor->socket, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	/* Without CAP_NET_ADMIN the limit is net.core.rmem_max; losses are reported in any case. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(monitor->socket, NETLINK_ADD_MEMBERSHIP, &group,
					  sizeof(group)))
			return -errno;
	}
	return 0;
}

int interface_monitor_start(struct interface_monitor *monitor, struct event_base *base,
			    const struct interface_handlers *handlers, void *context)
{
	int error;

	*monitor = (struct interface_monitor){.handlers = handlers, .context = context};
	monitor->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	error = monitor->socket ? join(monitor) : -errno;
	if (!error) {
		monitor->readable = event_new(base, mnl_socket_get_fd(monitor->socket),
					      EV_READ | EV_PERSIST, on_readable, monitor);
		if (!monitor->readable || event_add(monitor->readable, NULL))
			error = -ENOMEM;
	}
	if (error)
		interface_monitor_stop(monitor);
	return error;
}

void interface_monitor_stop(struct interface_monitor *monitor)
{
	if (monitor->readable)
		event_free(monitor->readable);
	if (monitor->socket)
		mnl_socket_close(monitor->socket);
	*monitor = (struct interface_monitor){0};
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
	if (ioctl(fd, SIOCGIFMTU, &request))
		return false;
	found.mtu = (uint32_t)request.ifr_mtu;
	*state = found;
	return true;
}
