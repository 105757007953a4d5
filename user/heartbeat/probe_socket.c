/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the sockets of heartbeats; see probe_socket.h. */
#include "user/heartbeat/probe_socket.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <linux/filter.h>
#include <netinet/ip.h>
#include <string.h>
#include <unistd.h>

#define PROBE_TTL 255

socklen_t probe_socket_address(union socket_address *to, const struct xb_address *address,
			       uint16_t port, unsigned interface_index)
{
	memset(to, 0, sizeof(*to));
	if (address_is_ipv4(address)) {
		to->ipv4.sin_family = AF_INET;
		to->ipv4.sin_port = htons(port);
		to->ipv4.sin_addr.s_addr = address_to_ipv4(address);
		return sizeof(to->ipv4);
	}
	to->ipv6.sin6_family = AF_INET6;
	to->ipv6.sin6_port = htons(port);
	memcpy(&to->ipv6.sin6_addr, address->bytes, 16);
	if (IN6_IS_ADDR_LINKLOCAL(&to->ipv6.sin6_addr))
		to->ipv6.sin6_scope_id = interface_index;
	return sizeof(to->ipv6);
}

/* Queue nothing on a socket that is never read. */
static int refuse_input(int fd)
{
	struct sock_filter drop = {.code = BPF_RET | BPF_K, .k = 0};
	struct sock_fprog program = {.len = 1, .filter = &drop};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

/* What arrives with 255 came through no router. */
static int set_hops(int fd, bool ipv4)
{
	int hops = PROBE_TTL;

	if (ipv4)
		return setsockopt(fd, IPPROTO_IP, IP_TTL, &hops, sizeof(hops)) ? -errno : 0;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof(hops)) ? -errno : 0;
}

static int mark_as_network_control(int fd, bool ipv4)
{
	int class = IPTOS_CLASS_CS6;

	if (ipv4)
		return setsockopt(fd, IPPROTO_IP, IP_TOS, &class, sizeof(class));
	return setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &class, sizeof(class));
}

const char *probe_socket_device(const struct local_address *list, size_t count,
				const struct xb_address *address, const char *preferred)
{
	const char *device = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!address_equal(&list[i].address, address))
			continue;
		if (!strcmp(list[i].interface, preferred))
			return preferred;
		if (!device && strcmp(list[i].interface, "lo") != 0)
			device = list[i].interface;
	}
	return device;
}

/* So that a link that has lost its route does not use another interface. */
static int bind_to_device(int fd, const struct xb_address *local, const char *preferred)
{
	_cleanup_free_ struct local_address *list = NULL;
	const char *device;
	size_t count = 0;

	if (local_addresses(&list, &count))
		return -ENOMEM;
	device = probe_socket_device(list, count, local, preferred);
	if (device &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)))
		return -errno;
	return 0;
}

int probe_socket_open(const struct xb_address *local, uint16_t port, unsigned interface_index,
		      const char *interface)
{
	union socket_address from;
	socklen_t length = probe_socket_address(&from, local, port, interface_index);
	int fd = socket(from.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -errno;
	error = refuse_input(fd);
	if (!error)
		error = bind_to_device(fd, local, interface);
	if (!error)
		error = set_hops(fd, address_is_ipv4(local));
	mark_as_network_control(fd, address_is_ipv4(local));
	if (!error && bind(fd, &from.any, length))
		error = -errno;
	if (error) {
		close(fd);
		return error;
	}
	return fd;
}
