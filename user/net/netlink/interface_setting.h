/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of an interface under /proc/sys/net, in the network namespace of the process. */
#ifndef XBEAT_NET_NETLINK_INTERFACE_SETTING_H
#define XBEAT_NET_NETLINK_INTERFACE_SETTING_H

#include "user/net/netlink/netlink.h"
#include <stdbool.h>
#include <stdint.h>

/* family: 4 or 6. Returns the value of net.ipv4.conf.INTERFACE.KEY (or ipv6), or a negative
 * errno; not for settings with negative values. */
int interface_setting(uint8_t family, const char *interface, const char *key);

/*
 * Writes a value unless the setting has it already. Where /proc/sys cannot be written, as in a
 * container, it goes by rtnetlink, which can set all of IPv4 but of IPv6 only addr_gen_mode.
 * Returns 0 or a negative errno; interface_is_denied(): there is no way here.
 */
int interface_set(struct netlink *netlink, uint8_t family, const char *interface, const char *key,
		  int value);

/* Whether an error of interface_set() means that this process may not write under /proc/sys. */
bool interface_is_denied(int error);

#endif
