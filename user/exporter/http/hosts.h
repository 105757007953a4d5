/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The host names that requests may have. A page of an attacker's, whose name suddenly leads to this
 * machine (DNS rebinding), could otherwise read what a browser here may read. That is not possible
 * with a numeric address: each is accepted.
 */
#ifndef XBEAT_EXPORTER_HTTP_HOSTS_H
#define XBEAT_EXPORTER_HTTP_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#define HOSTS_MAX 16

struct hosts {
	const char *names[HOSTS_MAX];
	size_t count;
	char own[256]; /* of the machine */
};

/* With localhost and the name of the machine. */
void hosts_start(struct hosts *hosts);

/* name: stays the caller's and valid. */
void hosts_add(struct hosts *hosts, const char *name);

/* host: of a request, without a port; IPv6 in brackets. NULL: it has none, as in HTTP/1.0. */
bool hosts_know(const struct hosts *hosts, const char *host);

#endif
