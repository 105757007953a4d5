/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of interfaces, of both families: adds, removes and reads them. */
#include "user/net/netlink/address.h"
#include "user/lib/address.h"
#include "user/net/netlink/netlink.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#define REQUEST_BYTES 512

void netlink_put_address(struct nlmsghdr *message, uint16_t type, const struct xb_address *address)
{
	if (address_is_ipv4(address))
		mnl_attr_put_u32(message, type, address_to_ipv4(address));
	else
		mnl_attr_put(message, type, sizeof(address->bytes), address->bytes);
}

/* buffer: REQUEST_BYTES. */
static struct nlmsghdr *begin(char *buffer, uint16_t type, uint16_t flags, unsigned interface_index,
			      const struct config_vip *vip, uint8_t prefix_length)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *message;

	request->nlmsg_type = type;
	request->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message = mnl_nlmsg_put_extra_header(request, sizeof(*message));
	message->ifa_family = address_is_ipv4(&vip->address) ? AF_INET : AF_INET6;
	message->ifa_prefixlen = prefix_length;
	message->ifa_scope = vip->scope;
	message->ifa_index = interface_index;
	return request;
}

int netlink_add_vip(struct netlink *netlink, unsigned interface_index, const struct config_vip *vip)
{
	char buffer[REQUEST_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request =
		begin(buffer, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, interface_index,
		      vip, vip->has_peer ? vip->peer_prefix_length : vip->prefix_length);
	struct ifa_cacheinfo lifetime = {.ifa_valid = UINT32_MAX,
					 .ifa_prefered = vip->preferred_lifetime_s};

	netlink_put_address(request, IFA_LOCAL, &vip->address);
	netlink_put_address(request, IFA_ADDRESS, vip->has_peer ? &vip->peer : &vip->address);
	if (vip->has_broadcast)
		netlink_put_address(request, IFA_BROADCAST, &vip->broadcast);
	if (vip->label[0])
		mnl_attr_put_strz(request, IFA_LABEL, vip->label);
	mnl_attr_put_u8(request, IFA_PROTO, NETLINK_ADDRESS_PROTOCOL);
	/* Most flags do not fit in the 8 bits of ifa_flags. */
	if (vip->flags)
		mnl_attr_put_u32(request, IFA_FLAGS, vip->flags);
	if (vip->preferred_lifetime_s != UINT32_MAX && !address_is_ipv4(&vip->address))
		mnl_attr_put(request, IFA_CACHEINFO, sizeof(lifetime), &lifetime);
	return netlink_transact(netlink, request);
}

/* By address, network and prefix length, whatever its label: IPv4 knows an address with another
 * prefix length or peer as another address. */
int netlink_remove_vip(struct netlink *netlink, unsigned interface_index,
		       const struct config_vip *vip)
{
	char buffer[REQUEST_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request =
		begin(buffer, RTM_DELADDR, NLM_F_ACK, interface_index, vip,
		      vip->has_peer ? vip->peer_prefix_length : vip->prefix_length);

	netlink_put_address(request, IFA_LOCAL, &vip->address);
	if (address_is_ipv4(&vip->address))
		netlink_put_address(request, IFA_ADDRESS,
				    vip->has_peer ? &vip->peer : &vip->address);
	return netlink_transact(netlink, request);
}

bool netlink_read_address(const struct nlattr *attribute, uint8_t family,
			  struct xb_address *address)
{
	if (attribute && family == AF_INET && mnl_attr_get_payload_len(attribute) == 4)
		*address = address_from_ipv4(mnl_attr_get_u32(attribute));
	else if (attribute && family == AF_INET6 && mnl_attr_get_payload_len(attribute) == 16)
		memcpy(address->bytes, mnl_attr_get_payload(attribute), 16);
	else
		return false;
	return true;
}

bool netlink_address_read(const struct nlmsghdr *message, struct netlink_address *address)
{
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(message);
	const struct nlattr *attributes[IFA_PROTO + 1] = {0};
	struct xb_address own, network;

	if ((message->nlmsg_type != RTM_NEWADDR && message->nlmsg_type != RTM_DELADDR) ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*head))
		return false;
	netlink_attributes(message, sizeof(*head), attributes, IFA_PROTO + 1);
	/* With a peer, IFA_ADDRESS is the peer's. IPv6 has IFA_LOCAL only then. */
	if (!netlink_read_address(attributes[IFA_LOCAL] ? attributes[IFA_LOCAL]
							: attributes[IFA_ADDRESS],
				  head->ifa_family, &own))
		return false;
	if (!netlink_read_address(attributes[IFA_ADDRESS], head->ifa_family, &network))
		network = own;
	*address = (struct netlink_address){
		.interface_index = head->ifa_index,
		.address = own,
		.network = network,
		.prefix_length = head->ifa_prefixlen,
		.ours = attributes[IFA_PROTO] &&
			mnl_attr_get_u8(attributes[IFA_PROTO]) == NETLINK_ADDRESS_PROTOCOL,
		.flags = attributes[IFA_FLAGS] ? mnl_attr_get_u32(attributes[IFA_FLAGS])
					       : head->ifa_flags,
	};
	return true;
}

bool netlink_marks_addresses(void)
{
	struct utsname system;
	unsigned major = 0, minor = 0;

	return !uname(&system) && sscanf(system.release, "%u.%u", &major, &minor) == 2 &&
	       (major > 5 || (major == 5 && minor >= 18));
}
