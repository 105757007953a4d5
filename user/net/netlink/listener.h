/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A socket that receives rtnetlink's notifications in the event loop. */
#ifndef XBEAT_NET_NETLINK_LISTENER_H
#define XBEAT_NET_NETLINK_LISTENER_H

#include <event2/event.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

struct mnl_socket;
struct nlmsghdr;

struct netlink_listener {
	/* Set by the caller before the start. */
	int (*take)(const struct nlmsghdr *message, void *context); /* as for mnl_cb_run() */
	/* Notifications were lost, and those that were still queued have been taken. */
	void (*on_overrun)(void *context);
	void *context;

	struct mnl_socket *socket; /* NULL: not started */
	struct event *readable;
	bool overrun; /* notifications were lost; on_overrun has not been called yet */
};

/* groups: RTNLGRP_*. filter: which notifications are received at all; NULL: all. Returns 0 or a
 * negative errno, and then it is stopped. */
int netlink_listener_start(struct netlink_listener *listener, struct event_base *base,
			   const int *groups, size_t group_count, const struct sock_fprog *filter);

/* Replaces the filter. Returns 0 or a negative errno. */
int netlink_listener_filter(const struct netlink_listener *listener,
			    const struct sock_fprog *filter);

void netlink_listener_stop(struct netlink_listener *listener);

#endif
