/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists all addresses by dumps of rtnetlink. getifaddrs(3) is unsuitable: it gives an address's
 * label instead of its interface's name, and waits for rtnl. */
#include "user/net/netlink/local_address.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/net/netlink/address.h"
#include "user/net/netlink/netlink.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define DUMP_TRIES 5
#define ADDRESS_BITS 128
#define IPV4_PREFIX_BITS 96 /* of an IPv4-mapped address */

struct collection {
	struct local_address *list;
	size_t count, room;
	unsigned family; /* 4 or 6; without IPv6 the kernel answers with all */
	int socket_fd;
};

static int grow(struct collection *collection)
{
	size_t room = collection->room ? 2 * collection->room : 32;
	void *list = reallocarray(collection->list, room, sizeof(*collection->list));

	if (!list)
		return -ENOMEM;
	collection->list = list;
	collection->room = room;
	return 0;
}

/* A dump is ordered by interface. if_indextoname(3) would need a second socket, and reports ENOENT
 * if it gets none. */
static bool name_interface(const struct collection *collection, struct local_address *local)
{
	struct ifreq request = {.ifr_ifindex = (int)local->interface_index};
	const char *name = request.ifr_name;

	if (collection->count && local[-1].interface_index == local->interface_index)
		name = local[-1].interface;
	else if (ioctl(collection->socket_fd, SIOCGIFNAME, &request))
		return false;
	memcpy(local->interface, name, sizeof(local->interface));
	return true;
}

static int collect(const struct nlmsghdr *message, void *context)
{
	struct collection *collection = context;
	struct netlink_address address;
	struct local_address *local;

	if (!netlink_address_read(message, &address) ||
	    address_family(&address.address) != collection->family)
		return MNL_CB_OK;
	if (collection->count == collection->room && grow(collection)) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	local = &collection->list[collection->count];
	*local = (struct local_address){
		.interface_index = address.interface_index,
		.address = address.address,
		.network = address.network,
		.prefix_length = address.prefix_length,
		.ours = address.ours,
		.usable =
			!(address.flags & IFA_F_DADFAILED) &&
			(!(address.flags & IFA_F_TENTATIVE) || (address.flags & IFA_F_OPTIMISTIC)),
	};
	if (name_interface(collection, local))
		collection->count++;
	else if (errno != ENODEV) /* then it is gone */
		return MNL_CB_ERROR;
	return MNL_CB_OK;
}

/* Since Linux 6.9 a dump of one family does not wait for the lock of all network configuration
 * (rtnl), which others may hold for long. One of all families does. */
static int dump(struct netlink *netlink, unsigned family, struct collection *collection)
{
	char buffer[64] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *wanted;

	request->nlmsg_type = RTM_GETADDR;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	wanted = mnl_nlmsg_put_extra_header(request, sizeof(*wanted));
	wanted->ifa_family = family == 4 ? AF_INET : AF_INET6;
	collection->family = family;
	return netlink_query(netlink, request, collect, collection);
}

static int dump_all(struct netlink *netlink, struct collection *collection)
{
	int error;

	collection->count = 0;
	error = dump(netlink, 4, collection);
	return error ? error : dump(netlink, 6, collection);
}

int local_addresses(struct local_address **list, size_t *count)
{
	struct collection collection = {0};
	struct netlink netlink;
	int error = netlink_open(&netlink);

	if (error)
		return error;
	collection.socket_fd = mnl_socket_get_fd(netlink.socket);
	error = grow(&collection); /* *list is not NULL even without an address */
	/* EINTR: addresses changed during the dump, some may be missing. */
	for (int tries = 0; !error || error == -EINTR; tries++) {
		error = dump_all(&netlink, &collection);
		if (error != -EINTR || tries == DUMP_TRIES)
			break;
	}
	netlink_close(&netlink);
	if (error) {
		free(collection.list);
		return error;
	}
	*list = collection.list;
	*count = collection.count;
	return 0;
}

/* Both of one family. */
static bool in_network(const struct xb_address *network, uint8_t prefix_length,
		       const struct xb_address *address)
{
	unsigned prefix_bits = prefix_length + (address_is_ipv4(address) ? IPV4_PREFIX_BITS : 0U);
	unsigned bytes = prefix_bits / 8, bits = prefix_bits % 8;

	return !memcmp(network->bytes, address->bytes, bytes) &&
	       (!bits || (network->bytes[bytes] ^ address->bytes[bytes]) >> (8 - bits) == 0);
}

/* A host's address without a network has no neighbours. */
static bool network_has(const struct local_address *local, const struct xb_address *address)
{
	bool ipv4 = address_is_ipv4(address);

	return ipv4 == address_is_ipv4(&local->address) &&
	       local->prefix_length < (ipv4 ? ADDRESS_BITS - IPV4_PREFIX_BITS : ADDRESS_BITS) &&
	       in_network(&local->address, local->prefix_length, address);
}

/* inet_insert_ifa() and ipv6_add_addr() compare this. */
bool local_address_is_vip(const struct local_address *local, unsigned interface_index,
			  const struct config_vip *vip)
{
	uint8_t prefix_length = vip->has_peer ? vip->peer_prefix_length : vip->prefix_length;

	if (local->interface_index != interface_index ||
	    !address_equal(&local->address, &vip->address))
		return false;
	if (!address_is_ipv4(&vip->address))
		return true;
	return local->prefix_length == prefix_length &&
	       in_network(&local->network, prefix_length,
			  vip->has_peer ? &vip->peer : &vip->address);
}

bool local_network_has(const struct local_address *list, size_t count, const char *interface,
		       const struct xb_address *address)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i].interface, interface) && network_has(&list[i], address))
			return true;
	return false;
}
