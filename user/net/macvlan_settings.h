/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The settings of a virtual MAC interface and its base (macvlan.h), and what could not be set: where
 * /proc/sys is read-only, as in most containers, rtnetlink sets all that matters but of IPv6.
 */
#ifndef XBEAT_NET_MACVLAN_SETTINGS_H
#define XBEAT_NET_MACVLAN_SETTINGS_H

#include "user/net/netlink/netlink.h"
#include <stdbool.h>
#include <stddef.h>

/* All that could not be set, as one text. */
struct macvlan_refused {
	char text[512];
	size_t length; /* 0: nothing */
	int error; /* the first that forbids the use of the interface; 0: it can do without */
	int denied; /* the first that does not; 0: none */
};

/* Sets both interfaces up. */
void macvlan_settings_apply(struct netlink *netlink, const char *name, const char *base,
			    struct macvlan_refused *refused);

/* Switches IPv6 on the virtual MAC interface. Without IPv6 in the kernel there is nothing to set.
 * Returns 0 or a negative errno, not logged. */
int macvlan_settings_ipv6(struct netlink *netlink, const char *name, bool on);

/* Switches forwarding of IPv4, and logs a failure. Returns 0 or a negative errno. */
int macvlan_settings_forward(struct netlink *netlink, const char *name, bool on);

/* Logs what could not be set, if anything, and what to do. */
void macvlan_settings_report(const struct macvlan_refused *refused, const char *name);

#endif
