/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interface states: RTNLGRP_LINK notifications through libmnl. */
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <user/daemon/link_monitor.h>
#include <user/lib/cleanup.h>

static bool flags_are_running(unsigned flags)
{
	return flags & IFF_UP && flags & IFF_RUNNING;
}

static int on_message(const struct nlmsghdr *header, void *context)
{
	const struct link_monitor *monitor = context;
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);

	if (header->nlmsg_type == RTM_NEWLINK || header->nlmsg_type == RTM_DELLINK)
		monitor->on_link(monitor->context, (unsigned)link->ifi_index,
				 header->nlmsg_type == RTM_NEWLINK &&
					 flags_are_running(link->ifi_flags));
	return MNL_CB_OK;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct link_monitor *monitor = context;
	bool overrun = false;
	char buffer[8192];
	ssize_t length;

	(void)fd;
	(void)what;
	do {
		length = mnl_socket_recvfrom(monitor->socket, buffer, sizeof(buffer));
		if (length > 0)
			mnl_cb_run(buffer, (size_t)length, 0, 0, on_message, monitor);
		else if (length < 0 && errno == ENOBUFS)
			overrun = true;
	} while (length > 0 || (length < 0 && (errno == ENOBUFS || errno == EINTR)));
	/* Only now: what was still queued is older than a look. */
	if (overrun)
		monitor->on_link(monitor->context, LINK_UNKNOWN, false);
}

int link_monitor_start(struct link_monitor *monitor, struct event_base *base,
		       void (*on_link)(void *context, unsigned interface_index, bool running),
		       void *context)
{
	*monitor = (struct link_monitor){.on_link = on_link, .context = context};
	monitor->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!monitor->socket || mnl_socket_bind(monitor->socket, RTMGRP_LINK, MNL_SOCKET_AUTOPID))
		return -errno;
	monitor->readable = event_new(base, mnl_socket_get_fd(monitor->socket),
				      EV_READ | EV_PERSIST, on_readable, monitor);
	if (!monitor->readable || event_add(monitor->readable, NULL))
		return -ENOMEM;
	return 0;
}

void link_monitor_stop(struct link_monitor *monitor)
{
	if (monitor->readable)
		event_free(monitor->readable);
	if (monitor->socket)
		mnl_socket_close(monitor->socket);
	*monitor = (struct link_monitor){0};
}

bool link_is_running(const char *interface)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {0};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	return fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0 &&
	       flags_are_running((unsigned short)request.ifr_flags);
}
