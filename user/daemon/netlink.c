/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VIPs by rtnetlink, through libmnl; each request is acknowledged before the call returns. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <user/core/address.h>
#include <user/daemon/netlink.h>

int netlink_open(struct netlink *netlink)
{
	netlink->sequence = 0;
	netlink->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!netlink->socket)
		return -errno;
	if (mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int error = -errno;

		netlink_close(netlink);
		return error;
	}
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	if (netlink->socket)
		mnl_socket_close(netlink->socket);
	netlink->socket = NULL;
}

/* rtnetlink has the acknowledgement ready as soon as the request is sent. */
int netlink_transact(struct netlink *netlink, struct nlmsghdr *request)
{
	char answer[8192];
	ssize_t length;

	request->nlmsg_seq = ++netlink->sequence;
	if (mnl_socket_sendto(netlink->socket, request, request->nlmsg_len) < 0)
		return -errno;
	length = mnl_socket_recvfrom(netlink->socket, answer, sizeof(answer));
	if (length < 0)
		return -errno;
	if (mnl_cb_run(answer, (size_t)length, netlink->sequence,
		       mnl_socket_get_portid(netlink->socket), NULL, NULL) < 0)
		return -errno;
	return 0;
}

static void describe_vip(struct nlmsghdr *header, const struct config_vip *vip)
{
	mnl_attr_put_u32(header, IFA_ADDRESS, address_to_ipv4(&vip->address));
	if (vip->has_broadcast)
		mnl_attr_put_u32(header, IFA_BROADCAST, address_to_ipv4(&vip->broadcast));
	if (vip->label[0])
		mnl_attr_put_strz(header, IFA_LABEL, vip->label);
}

static int change_vip(struct netlink *netlink, uint16_t type, uint16_t flags,
		      unsigned interface_index, const struct config_vip *vip)
{
	char buffer[512];
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *message;
	uint32_t address = address_to_ipv4(&vip->address);

	header->nlmsg_type = type;
	header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	message = mnl_nlmsg_put_extra_header(header, sizeof(*message));
	message->ifa_family = AF_INET;
	message->ifa_prefixlen = vip->prefix_length;
	message->ifa_scope = vip->scope;
	message->ifa_index = interface_index;
	mnl_attr_put_u32(header, IFA_LOCAL, address);
	/* For removal the address alone: with more, one with another label or prefix would stay. */
	if (type == RTM_NEWADDR)
		describe_vip(header, vip);
	return netlink_transact(netlink, header);
}

int netlink_add_vip(struct netlink *netlink, unsigned interface_index, const struct config_vip *vip)
{
	return change_vip(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, interface_index, vip);
}

int netlink_remove_vip(struct netlink *netlink, unsigned interface_index,
		       const struct config_vip *vip)
{
	return change_vip(netlink, RTM_DELADDR, 0, interface_index, vip);
}
