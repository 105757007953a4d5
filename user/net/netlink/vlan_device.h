/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interfaces stacked on another one: VLAN interfaces, macvlan and ipvlan. */
#ifndef XBEAT_NET_NETLINK_VLAN_DEVICE_H
#define XBEAT_NET_NETLINK_VLAN_DEVICE_H

/* Returns the VLAN id in the tag that packets to a device have on the interface under it: 0 if they
 * have none, as those to the interface itself; or a negative errno, -ENODEV if the device is not
 * stacked on the interface, -E2BIG if they have two tags. */
int vlan_device_id(unsigned device_index, unsigned interface_index);

#endif
