/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets of BFD over UDP (RFC 5881 section 4, RFC 5883 section 5). One socket of each family and port
 * receives for all sessions, and the kernel reports the TTL of each packet: a neighbour on the link sends
 * 255, which no router can forge (RFC 5082). Each session sends from a port of its own.
 */
#include "user/checker/bfd/link.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOURCE_PORT_FIRST 49152 /* RFC 5881 section 4: to 65535 */
#define SOURCE_PORT_TRIES 16
#define PACKETS_AT_ONCE 256 /* then other events have their turn */
#define PACKET_BYTES_MAX 512
#define TRAFFIC_CLASS 0xc0 /* CS6, network control (RFC 4594 section 3.1) */

struct received {
	uint8_t bytes[PACKET_BYTES_MAX];
	size_t length;
	struct xb_address from, to;
	uint32_t interface; /* index, of a link-local address; else 0 */
	int ttl; /* -1: not known */
};

uint32_t bfd_random(struct bfd_hub *hub)
{
	return (uint32_t)rand_r(&hub->seed) << 1;
}

static struct bfd_socket *socket_of(struct bfd_hub *hub, const struct config_check *check)
{
	bool is_ipv6 = !address_is_ipv4(&check->target.address);

	return &hub->sockets[is_ipv6 + 2 * check->bfd.multihop];
}

static int set_number(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ? -errno : 0;
}

static void take_source(struct received *received, const struct sockaddr_storage *from)
{
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)from;

	received->interface = 0;
	if (from->ss_family == AF_INET) {
		received->from =
			address_from_ipv4(((const struct sockaddr_in *)from)->sin_addr.s_addr);
		return;
	}
	memcpy(received->from.bytes, &ipv6->sin6_addr, sizeof(received->from.bytes));
	received->interface = ipv6->sin6_scope_id;
}

static void take_control(struct received *received, const struct cmsghdr *part)
{
	const bool is_ipv6 = part->cmsg_level == IPPROTO_IPV6;
	struct in_pktinfo ipv4;

	if (part->cmsg_type == (is_ipv6 ? IPV6_HOPLIMIT : IP_TTL)) {
		memcpy(&received->ttl, CMSG_DATA(part), sizeof(received->ttl));
	} else if (is_ipv6 && part->cmsg_type == IPV6_PKTINFO) {
		memcpy(received->to.bytes, CMSG_DATA(part), sizeof(received->to.bytes));
	} else if (!is_ipv6 && part->cmsg_type == IP_PKTINFO) {
		memcpy(&ipv4, CMSG_DATA(part), sizeof(ipv4));
		received->to = address_from_ipv4(ipv4.ipi_addr.s_addr);
	}
}

static void take_controls(struct received *received, struct msghdr *message)
{
	received->ttl = -1;
	received->to = (struct xb_address){};
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part))
		take_control(received, part);
}

static bool read_packet(int fd, struct received *received)
{
	struct sockaddr_storage from = {0};
	_Alignas(struct cmsghdr) uint8_t control[128];
	struct iovec part = {.iov_base = received->bytes, .iov_len = sizeof(received->bytes)};
	struct msghdr message = {.msg_name = &from,
				 .msg_namelen = sizeof(from),
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);

	if (length < 0)
		return false;
	received->length = (size_t)length;
	take_source(received, &from);
	take_controls(received, &message);
	return true;
}

static bool is_from(const struct received *received, const struct bfd_socket *in,
		    const struct link *link)
{
	const struct config_check *check = link->run->check;

	return address_equal(&check->target.address, &received->from) &&
	       (address_is_unset(&check->bind.address) ||
		address_equal(&check->bind.address, &received->to)) &&
	       check->bfd.multihop == in->is_multihop &&
	       (!received->interface || received->interface == link->interface);
}

/* By addresses and port; several neighbours behind one address differ in the session that they name. */
static struct link *find_link(const struct bfd_socket *in, const struct received *received,
			      uint32_t discriminator)
{
	struct link *link = in->hub->links;

	while (link && (!is_from(received, in, link) ||
			(discriminator && link->session.discriminator != discriminator)))
		link = link->next;
	return link;
}

static bool ttl_is_right(const struct config_check_bfd *settings, int ttl)
{
	return settings->max_hops == CONFIG_BFD_ANY_HOPS ||
	       ttl + settings->max_hops >= settings->ttl;
}

static void refuse(struct link *link, const char *reason)
{
	snprintf(link->refused, sizeof(link->refused), "%s", reason);
}

static void take_packet(const struct bfd_socket *in, const struct received *received)
{
	struct link *known = find_link(in, received, 0), *link;
	struct bfd_packet packet;
	const char *error = bfd_packet_read(received->bytes, received->length, &packet);

	if (!known)
		return;
	link = error ? NULL : find_link(in, received, packet.your_discriminator);
	if (!ttl_is_right(&known->run->check->bfd, received->ttl))
		snprintf(known->refused, sizeof(known->refused),
			 "its TTL %d is below %d (ttl, max_hops)", received->ttl,
			 known->run->check->bfd.ttl - known->run->check->bfd.max_hops);
	else if (error)
		refuse(known, error);
	else if (!link)
		refuse(known, "it names a session that is over");
	else
		in->hub->receive(link, &packet);
}

static void drain(const struct bfd_socket *in)
{
	struct received received = {.ttl = -1};

	for (int i = 0; i < PACKETS_AT_ONCE && read_packet(in->fd, &received); i++)
		take_packet(in, &received);
}

void bfd_sockets_drain(struct bfd_hub *hub, const struct config_check *check)
{
	drain(socket_of(hub, check));
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	drain(context);
}

static int bind_port(const struct bfd_socket *in, uint16_t port)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int error;

	if (in->is_ipv6) {
		error = set_number(in->fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		if (!error)
			error = set_number(in->fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
		if (!error)
			error = set_number(in->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		if (!error && bind(in->fd, (struct sockaddr *)&any6, sizeof(any6)))
			error = -errno;
		return error;
	}
	error = set_number(in->fd, IPPROTO_IP, IP_RECVTTL, 1);
	if (!error)
		error = set_number(in->fd, IPPROTO_IP, IP_PKTINFO, 1);
	if (!error && bind(in->fd, (struct sockaddr *)&any, sizeof(any)))
		error = -errno;
	return error;
}

static void close_socket(struct bfd_socket *in)
{
	if (in->readable)
		event_free(in->readable);
	if (in->fd >= 0)
		close(in->fd);
	in->readable = NULL;
	in->fd = -1;
}

static int open_socket(struct bfd_socket *in, uint16_t port, const char **tried)
{
	int error;

	*tried = "socket";
	in->fd = socket(in->is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			0);
	if (in->fd < 0)
		return -errno;
	*tried = port == BFD_PORT ? "bind UDP port 3784" : "bind UDP port 4784";
	error = bind_port(in, port);
	if (!error) {
		in->readable = event_new(in->hub->owner->base, in->fd, EV_READ | EV_PERSIST,
					 on_readable, in);
		error = in->readable && !event_add(in->readable, NULL) ? 0 : -ENOMEM;
	}
	if (error)
		close_socket(in);
	return error;
}

static int make_hub(struct run_owner *owner)
{
	struct bfd_hub *hub = calloc(1, sizeof(*hub));

	if (!hub)
		return -ENOMEM;
	hub->owner = owner;
	for (size_t i = 0; i < ARRAY_SIZE(hub->sockets); i++)
		hub->sockets[i] = (struct bfd_socket){
			.fd = -1, .is_ipv6 = i % 2, .is_multihop = i / 2, .hub = hub};
	if (getrandom(&hub->seed, sizeof(hub->seed), 0) != sizeof(hub->seed)) {
		free(hub);
		return -EAGAIN;
	}
	owner->bfd = hub;
	return 0;
}

int bfd_sockets_open(struct run_owner *owner, const struct config_check *check,
		     link_receive *receive, const char **tried)
{
	struct bfd_socket *in;
	int error = 0;

	*tried = "memory";
	if (!owner->bfd)
		error = make_hub(owner);
	if (error)
		return error;
	owner->bfd->receive = receive;
	in = socket_of(owner->bfd, check);
	return in->fd < 0 ? open_socket(in, check->target.port, tried) : 0;
}

void bfd_sockets_close(struct run_owner *owner)
{
	for (size_t i = 0; i < ARRAY_SIZE(owner->bfd->sockets); i++)
		close_socket(&owner->bfd->sockets[i]);
	free(owner->bfd);
	owner->bfd = NULL;
}

/* From a random port of the range. */
static int open_from(const struct run *run, const char **tried)
{
	struct config_check check = *run->check;
	const struct run from = {.check = &check, .owner = run->owner};
	int fd = -EADDRINUSE;

	for (int i = 0; i < SOURCE_PORT_TRIES && fd == -EADDRINUSE; i++) {
		check.bind.port =
			(uint16_t)(SOURCE_PORT_FIRST + (bfd_random(run->owner->bfd) >> 16) %
							       (65536 - SOURCE_PORT_FIRST));
		fd = run_open_socket(&from, SOCK_DGRAM, tried);
	}
	return fd;
}

static int set_fields(const struct config_check *check, int fd)
{
	bool is_ipv4 = address_is_ipv4(&check->target.address);
	int level = is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6;
	int error = set_number(fd, level, is_ipv4 ? IP_TTL : IPV6_UNICAST_HOPS, check->bfd.ttl);

	if (error)
		return error;
	return set_number(fd, level, is_ipv4 ? IP_TOS : IPV6_TCLASS, TRAFFIC_CLASS);
}

int bfd_sockets_connect(const struct run *run, const char **tried)
{
	struct sockaddr_storage address;
	unsigned length = run_target_address(run, &address);
	int fd = open_from(run, tried), error;

	if (fd < 0)
		return fd;
	*tried = "TTL";
	error = set_fields(run->check, fd);
	if (!error) {
		*tried = "connect";
		error = connect(fd, (struct sockaddr *)&address, length) ? -errno : 0;
	}
	if (!error)
		return fd;
	close(fd);
	return error;
}
