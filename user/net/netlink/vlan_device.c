/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows IFLA_LINK from a device down; see vlan_device.h. */
#include "user/net/netlink/vlan_device.h"
#include "user/net/netlink/netlink.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>

#define STACK_MAX 8

struct layer {
	unsigned below; /* index of the interface under it; 0: none */
	int vlan_id; /* 0: it adds no tag */
};

static bool is_kind(const struct nlattr *kind, const char *name)
{
	return kind && mnl_attr_validate(kind, MNL_TYPE_NUL_STRING) >= 0 &&
	       !strcmp(mnl_attr_get_str(kind), name);
}

/* Other kinds encapsulate packets, or their IFLA_LINK is no interface under them. */
static int take_layer(const struct nlmsghdr *answer, void *context)
{
	const struct nlattr *link[IFLA_LINK_NETNSID + 1] = {0}, *info[IFLA_INFO_DATA + 1] = {0},
						      *vlan[IFLA_VLAN_ID + 1] = {0};
	struct layer *layer = context;

	netlink_attributes(answer, sizeof(struct ifinfomsg), link, IFLA_LINK_NETNSID + 1);
	if (!link[IFLA_LINK] || link[IFLA_LINK_NETNSID] || !link[IFLA_LINKINFO])
		return MNL_CB_OK;
	netlink_nested_attributes(link[IFLA_LINKINFO], info, IFLA_INFO_DATA + 1);
	if (is_kind(info[IFLA_INFO_KIND], "vlan") && info[IFLA_INFO_DATA])
		netlink_nested_attributes(info[IFLA_INFO_DATA], vlan, IFLA_VLAN_ID + 1);
	else if (!is_kind(info[IFLA_INFO_KIND], "macvlan") &&
		 !is_kind(info[IFLA_INFO_KIND], "ipvlan"))
		return MNL_CB_OK;
	layer->below = mnl_attr_get_u32(link[IFLA_LINK]);
	layer->vlan_id = vlan[IFLA_VLAN_ID] ? mnl_attr_get_u16(vlan[IFLA_VLAN_ID]) : 0;
	return MNL_CB_OK;
}

static int read_layer(struct netlink *netlink, unsigned device_index, struct layer *layer)
{
	char buffer[128] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *which = mnl_nlmsg_put_extra_header(request, sizeof(*which));

	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST;
	which->ifi_index = (int)device_index;
	*layer = (struct layer){0};
	return netlink_query(netlink, request, take_layer, layer);
}

static int follow(struct netlink *netlink, unsigned device_index, unsigned interface_index)
{
	int vlan_id = 0;

	for (int i = 0; i < STACK_MAX && device_index != interface_index; i++) {
		struct layer layer;
		int error = read_layer(netlink, device_index, &layer);

		if (error || !layer.below)
			return error ? error : -ENODEV;
		if (vlan_id && layer.vlan_id)
			return -E2BIG;
		vlan_id |= layer.vlan_id;
		device_index = layer.below;
	}
	return device_index == interface_index ? vlan_id : -ENODEV;
}

int vlan_device_id(unsigned device_index, unsigned interface_index)
{
	struct netlink netlink;
	int result;

	if (device_index == interface_index)
		return 0;
	result = netlink_open(&netlink);
	if (result)
		return result;
	result = follow(&netlink, device_index, interface_index);
	netlink_close(&netlink);
	return result;
}
