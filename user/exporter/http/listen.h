/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the server listens: "ADDRESS:PORT", "[ADDRESS]:PORT". */
#ifndef XBEAT_EXPORTER_HTTP_LISTEN_H
#define XBEAT_EXPORTER_HTTP_LISTEN_H

#include <stdbool.h>
#include <sys/socket.h>

struct listen_address {
	struct sockaddr_storage socket;
	socklen_t length;
};

/* Only numeric addresses. Returns 0 or -EINVAL. */
int listen_parse(const char *text, struct listen_address *address);

bool listen_is_loopback(const struct listen_address *address);

/* Returns a listening socket, which never waits, or a negative errno. */
int listen_open(const struct listen_address *address);

#endif
