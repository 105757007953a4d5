/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The index of an interface, with the reason if there is none. */
#ifndef XBEAT_NET_NETLINK_INTERFACE_INDEX_H
#define XBEAT_NET_NETLINK_INTERFACE_INDEX_H

/* Returns the index, -ENODEV if there is no such interface, or another negative errno: unlike
 * if_nametoindex(3), which reports a process without descriptors as ENOENT. */
int interface_index(const char *name);

#endif
