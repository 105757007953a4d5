/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifications of rtnetlink, through libmnl. */
#include "user/net/netlink/listener.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

/* Room for the notifications of thousands of interfaces that change at once (about 2 KiB each). */
#define RECEIVE_BUFFER_BYTES (8 << 20)
#define MESSAGE_BYTES_MAX 32768
/* Per turn of the loop; heartbeats and timers are handled between turns. */
#define MESSAGES_PER_TURN 64

/* Handles one datagram. Returns whether there may be more. */
static bool take_datagram(struct netlink_listener *listener)
{
	char buffer[MESSAGE_BYTES_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t length = mnl_socket_recvfrom(listener->socket, buffer, sizeof(buffer));

	if (length > 0) {
		mnl_cb_run(buffer, (size_t)length, 0, 0, listener->take, listener->context);
		return true;
	}
	if (length < 0 && (errno == ENOBUFS || errno == ENOSPC)) { /* dropped, or cut off */
		listener->overrun = true;
		return true;
	}
	return length < 0 && errno == EINTR;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	struct netlink_listener *listener = context;

	(void)fd;
	(void)what;
	for (int i = 0; i < MESSAGES_PER_TURN; i++)
		if (!take_datagram(listener)) {
			/* Only now, because what was still queued is older than a new read. */
			if (listener->overrun)
				listener->on_overrun(listener->context);
			listener->overrun = false;
			return;
		}
}

int netlink_listener_filter(const struct netlink_listener *listener,
			    const struct sock_fprog *filter)
{
	return setsockopt(mnl_socket_get_fd(listener->socket), SOL_SOCKET, SO_ATTACH_FILTER, filter,
			  sizeof(*filter))
		       ? -errno
		       : 0;
}

static int join(const struct netlink_listener *listener, const int *groups, size_t group_count)
{
	int bytes = RECEIVE_BUFFER_BYTES;
	int fd = mnl_socket_get_fd(listener->socket);

	if (mnl_socket_bind(listener->socket, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	/* Without CAP_NET_ADMIN the limit is net.core.rmem_max; losses are reported in any case. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	for (size_t i = 0; i < group_count; i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(listener->socket, NETLINK_ADD_MEMBERSHIP, &group,
					  sizeof(group)))
			return -errno;
	}
	return 0;
}

int netlink_listener_start(struct netlink_listener *listener, struct event_base *base,
			   const int *groups, size_t group_count, const struct sock_fprog *filter)
{
	int error = 0;

	listener->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!listener->socket)
		return -errno;
	if (filter)
		error = netlink_listener_filter(listener, filter);
	if (!error)
		error = join(listener, groups, group_count);
	if (!error) {
		listener->readable = event_new(base, mnl_socket_get_fd(listener->socket),
					       EV_READ | EV_PERSIST, on_readable, listener);
		if (!listener->readable || event_add(listener->readable, NULL))
			error = -ENOMEM;
	}
	if (error)
		netlink_listener_stop(listener);
	return error;
}

void netlink_listener_stop(struct netlink_listener *listener)
{
	if (listener->readable)
		event_free(listener->readable);
	if (listener->socket)
		mnl_socket_close(listener->socket);
	listener->readable = NULL;
	listener->socket = NULL;
	listener->overrun = false;
}
