/* SPDX-License-Identifier: GPL-2.0-or-later */
/* VRRP adverts are sent by a raw socket of protocol 255, to which the kernel never delivers; it
 * takes packets with their IP header. One socket of a family serves all interfaces. */
#include "user/net/advert_socket.h"
#include "user/lib/address.h"
#include "user/net/send_buffer.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Unicast peers that may be unreachable without an effect on the others. */
#define ABSENT_COUNT_MAX 64

/*
 * Sets an option of a new socket. Returns the socket or, with the socket closed, a negative errno.
 */
static int with_option(int fd, int level, int option, const void *value, socklen_t bytes)
{
	int error;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, level, option, value, bytes) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static int open_raw(uint8_t family)
{
	int type = SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, off = 0, on = 1, fd;

	if (family == 4)
		return with_option(socket(AF_INET, type, IPPROTO_RAW), IPPROTO_IP,
				   IP_MULTICAST_LOOP, &off, sizeof(off));
	fd = with_option(socket(AF_INET6, type, IPPROTO_RAW), IPPROTO_IPV6, IPV6_MULTICAST_LOOP,
			 &off, sizeof(off));
	/* An advert's source is the base's address, also if a virtual MAC's interface sends it. */
	return fd < 0 ? fd : with_option(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof(on));
}

int advert_open(uint8_t family)
{
	int fd = open_raw(family);

	if (fd >= 0)
		send_buffer_grow(fd, ABSENT_COUNT_MAX);
	return fd;
}

int advert_join(unsigned interface_index, const struct xb_address *group)
{
	int type = SOCK_DGRAM | SOCK_CLOEXEC;
	struct ip_mreqn ipv4 = {.imr_ifindex = (int)interface_index};
	struct ipv6_mreq ipv6 = {.ipv6mr_interface = interface_index};

	if (address_is_ipv4(group)) {
		ipv4.imr_multiaddr.s_addr = address_to_ipv4(group);
		return with_option(socket(AF_INET, type, 0), IPPROTO_IP, IP_ADD_MEMBERSHIP, &ipv4,
				   sizeof(ipv4));
	}
	memcpy(&ipv6.ipv6mr_multiaddr, group->bytes, sizeof(group->bytes));
	return with_option(socket(AF_INET6, type, 0), IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &ipv6,
			   sizeof(ipv6));
}

/* The destination of a packet, for sendmsg(). */
struct route {
	union {
		struct sockaddr_in ipv4;
		struct sockaddr_in6 ipv6;
	} to;
	socklen_t to_bytes;
	size_t control_bytes;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static void choose_interface(struct route *route, int level, int type, const void *info,
			     size_t bytes)
{
	struct cmsghdr *header = (struct cmsghdr *)(void *)route->control;

	header->cmsg_level = level;
	header->cmsg_type = type;
	header->cmsg_len = CMSG_LEN(bytes);
	memcpy(CMSG_DATA(header), info, bytes);
	route->control_bytes = CMSG_SPACE(bytes);
}

static void find_route_ipv4(struct route *route, unsigned interface_index,
			    const struct xb_address *destination)
{
	struct in_pktinfo info = {.ipi_ifindex = (int)interface_index};

	route->to.ipv4 = (struct sockaddr_in){.sin_family = AF_INET,
					      .sin_addr.s_addr = address_to_ipv4(destination)};
	route->to_bytes = sizeof(route->to.ipv4);
	choose_interface(route, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
}

static void find_route_ipv6(struct route *route, unsigned interface_index,
			    const struct xb_address *destination, const uint8_t *packet)
{
	struct in6_pktinfo info = {.ipi6_ifindex = interface_index};

	/* Without a source the kernel chooses one, and fails if the interface has no address
	 * yet. */
	memcpy(&info.ipi6_addr, packet + offsetof(struct ip6_hdr, ip6_src), sizeof(info.ipi6_addr));
	route->to.ipv6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
	memcpy(&route->to.ipv6.sin6_addr, destination->bytes, sizeof(destination->bytes));
	route->to_bytes = sizeof(route->to.ipv6);
	choose_interface(route, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
}

int advert_send(int socket, unsigned interface_index, const struct xb_address *destination,
		const uint8_t *packet, size_t bytes)
{
	struct route route = {0};
	struct iovec data = {.iov_base = (void *)(uintptr_t)packet, .iov_len = bytes};
	struct msghdr message = {.msg_name = &route.to, .msg_iov = &data, .msg_iovlen = 1};

	if (address_is_ipv4(destination))
		find_route_ipv4(&route, interface_index, destination);
	else
		find_route_ipv6(&route, interface_index, destination, packet);
	message.msg_namelen = route.to_bytes;
	if (interface_index) {
		message.msg_control = route.control;
		message.msg_controllen = route.control_bytes;
	}
	return sendmsg(socket, &message, 0) < 0 ? -errno : 0;
}
