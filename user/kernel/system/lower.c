/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By one dump of all interfaces; see lower.h. */
#include "user/kernel/system/lower.h"
#include "user/kernel/system/rtnetlink.h"
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>

struct search {
	unsigned above;
	unsigned *indices;
	size_t count, max;
};

/* 0: none */
struct place {
	unsigned link, master;
	bool in_other_namespace; /* link is an index of another one */
};

static void add(struct search *search, unsigned index)
{
	if (search->count < search->max)
		search->indices[search->count++] = index;
}

static int take_attribute(const struct nlattr *attribute, void *context)
{
	struct place *place = context;
	int type = mnl_attr_get_type(attribute);

	if (type == IFLA_LINK_NETNSID)
		place->in_other_namespace = true;
	if (mnl_attr_validate(attribute, MNL_TYPE_U32) < 0)
		return MNL_CB_OK;
	if (type == IFLA_LINK)
		place->link = mnl_attr_get_u32(attribute);
	if (type == IFLA_MASTER)
		place->master = mnl_attr_get_u32(attribute);
	return MNL_CB_OK;
}

static int take(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(message);
	struct search *search = context;
	struct place place = {0};

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*head))
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(*head), take_attribute, &place);
	if ((unsigned)head->ifi_index == search->above && place.link &&
	    place.link != search->above && !place.in_other_namespace)
		add(search, place.link);
	if (place.master && place.master == search->above)
		add(search, (unsigned)head->ifi_index);
	return MNL_CB_OK;
}

size_t lower_interfaces(unsigned interface_index, unsigned *indices, size_t max)
{
	char buffer[128] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct search search = {.above = interface_index, .max = max};

	search.indices = indices;
	mnl_nlmsg_put_extra_header(request, sizeof(struct ifinfomsg));
	request->nlmsg_type = RTM_GETLINK;
	return rtnetlink_dump(request, take, &search) ? 0 : search.count;
}
