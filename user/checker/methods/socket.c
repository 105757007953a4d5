/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sockets to a check's target, with the connection options of keepalived's checks. */
#include "user/checker/methods/method.h"
#include "user/lib/address.h"
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A link-local address is one of an interface. */
static unsigned fill_ipv6(const struct config_endpoint *endpoint, const char *interface,
			  struct sockaddr_in6 *address)
{
	address->sin6_family = AF_INET6;
	address->sin6_port = htons(endpoint->port);
	memcpy(&address->sin6_addr, endpoint->address.bytes, sizeof(address->sin6_addr));
	if (*interface && address_is_link_local(&endpoint->address))
		address->sin6_scope_id = if_nametoindex(interface);
	return sizeof(*address);
}

static unsigned fill_ipv4(const struct config_endpoint *endpoint, struct sockaddr_in *address)
{
	address->sin_family = AF_INET;
	address->sin_port = htons(endpoint->port);
	address->sin_addr.s_addr = address_to_ipv4(&endpoint->address);
	return sizeof(*address);
}

static unsigned fill(const struct config_endpoint *endpoint, const char *interface,
		     struct sockaddr_storage *address)
{
	memset(address, 0, sizeof(*address));
	return address_is_ipv4(&endpoint->address)
		       ? fill_ipv4(endpoint, (struct sockaddr_in *)address)
		       : fill_ipv6(endpoint, interface, (struct sockaddr_in6 *)address);
}

unsigned run_target_address(const struct run *run, struct sockaddr_storage *address)
{
	return fill(&run->check->target, run->check->interface, address);
}

/* A bind_port without an address is one of any address. */
static int bind_source(const struct config_check *check, int fd, int family)
{
	struct config_endpoint source = check->bind;
	struct sockaddr_storage address;
	const int on = 1;
	unsigned length;

	if (address_is_unset(&source.address) && family == AF_INET)
		source.address = address_from_ipv4(htonl(INADDR_ANY));
	if (source.port)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	else
		setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	length = fill(&source, check->interface, &address);
	return bind(fd, (struct sockaddr *)&address, length) ? -errno : 0;
}

static int set_option(int fd, int option, const void *value, socklen_t length)
{
	return setsockopt(fd, SOL_SOCKET, option, value, length) ? -errno : 0;
}

static int prepare(const struct run *run, int fd, int family, const char **tried)
{
	const struct config_check *check = run->check;
	int error = 0;

	if (check->mark) {
		*tried = "fwmark";
		error = set_option(fd, SO_MARK, &check->mark, sizeof(check->mark));
	}
	if (!error && *check->interface) {
		*tried = "bind_if";
		error = set_option(fd, SO_BINDTODEVICE, check->interface,
				   (socklen_t)strlen(check->interface));
	}
	if (!error && (check->bind.port || !address_is_unset(&check->bind.address))) {
		*tried = "bindto";
		error = bind_source(check, fd, family);
	}
	return error;
}

int run_open_socket(const struct run *run, int type, const char **tried)
{
	int family = address_is_ipv4(&run->check->target.address) ? AF_INET : AF_INET6;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	*tried = "socket";
	if (fd < 0)
		return -errno;
	error = prepare(run, fd, family, tried);
	if (!error)
		return fd;
	close(fd);
	return error;
}
