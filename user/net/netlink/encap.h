/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Encapsulations of routes in rtnetlink messages. */
#ifndef XBEAT_NET_NETLINK_ENCAP_H
#define XBEAT_NET_NETLINK_ENCAP_H

#include "user/config/model/config.h"

struct nlmsghdr;

/* The longest that netlink_put_encap() adds. */
#define NETLINK_ENCAP_BYTES 128

/* Adds the encapsulation of a route or next hop to a message, if it has one. */
void netlink_put_encap(struct nlmsghdr *header, const struct config_encap *encap);

#endif
