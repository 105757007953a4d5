/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By one dump of all interfaces; see lower.h. */
#include "user/net/netlink/lower.h"
#include "user/lib/array.h"
#include "user/net/netlink/netlink.h"
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

struct search {
	unsigned above;
	unsigned *indices;
	size_t count, max;
};

static void add(struct search *search, unsigned index)
{
	if (search->count < search->max)
		search->indices[search->count++] = index;
}

static int take(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(message);
	const struct nlattr *found[IFLA_LINK_NETNSID + 1] = {0};
	struct search *search = context;

	netlink_attributes(message, sizeof(*head), found, ARRAY_SIZE(found));
	if ((unsigned)head->ifi_index == search->above && found[IFLA_LINK] &&
	    !found[IFLA_LINK_NETNSID] && mnl_attr_get_u32(found[IFLA_LINK]) != search->above)
		add(search, mnl_attr_get_u32(found[IFLA_LINK]));
	if (found[IFLA_MASTER] && mnl_attr_get_u32(found[IFLA_MASTER]) == search->above)
		add(search, (unsigned)head->ifi_index);
	return MNL_CB_OK;
}

size_t lower_interfaces(unsigned interface_index, unsigned *indices, size_t max)
{
	char buffer[128] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct search search = {.above = interface_index, .max = max};
	struct netlink netlink;

	search.indices = indices;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	if (netlink_open(&netlink))
		return 0;
	if (netlink_query(&netlink, request, take, &search))
		search.count = 0;
	netlink_close(&netlink);
	return search.count;
}
