/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listening sockets; see listen.h. */
#include "user/exporter/http/listen.h"
#include "user/exporter/http/connections.h"
#include "user/lib/cleanup.h"
#include <arpa/inet.h>
#include <errno.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/* A connection whose other end has vanished ends in this time. */
#define UNACKNOWLEDGED_MS_MAX 30000

int listen_parse(const char *text, struct listen_address *address)
{
	struct listen_address parsed = {.length = sizeof(parsed.socket)};
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&parsed.socket;
	int length = (int)sizeof(parsed.socket);

	if (evutil_parse_sockaddr_port(text, (struct sockaddr *)&parsed.socket, &length))
		return -EINVAL;
	/* At the same offset in IPv6's. */
	if (!ipv4->sin_port)
		return -EINVAL;
	parsed.length = (socklen_t)length;
	*address = parsed;
	return 0;
}

bool listen_is_loopback(const struct listen_address *address)
{
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&address->socket;
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&address->socket;

	if (address->socket.ss_family == AF_INET)
		return ntohl(ipv4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
	return IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr);
}

static int set_options(int fd, bool ipv6)
{
	static const int on = 1;
	static const unsigned unacknowledged_ms = UNACKNOWLEDGED_MS_MAX;

	/* Accepted connections inherit these. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms,
		       sizeof(unacknowledged_ms)))
		return -errno;
	/* [::] leaves IPv4 to 0.0.0.0. */
	if (ipv6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)))
		return -errno;
	return 0;
}

int listen_open(const struct listen_address *address)
{
	_cleanup_close_ int fd =
		socket(address->socket.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int listener, error;

	if (fd < 0)
		return -errno;
	error = set_options(fd, address->socket.ss_family == AF_INET6);
	if (error)
		return error;
	if (bind(fd, (const struct sockaddr *)&address->socket, address->length) ||
	    listen(fd, CONNECTIONS_MAX))
		return -errno;
	listener = fd;
	fd = -1;
	return listener;
}
