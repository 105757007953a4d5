/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host names of requests; see hosts.h. */
#include "user/exporter/http/hosts.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool is_numeric(const char *host)
{
	size_t length = strlen(host);
	struct in6_addr ipv6;
	struct in_addr ipv4;
	char text[INET6_ADDRSTRLEN];

	if (host[0] != '[')
		return inet_pton(AF_INET, host, &ipv4) == 1;
	if (length < 2 || length - 2 >= sizeof(text) || host[length - 1] != ']')
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(length - 2), host + 1);
	return inet_pton(AF_INET6, text, &ipv6) == 1;
}

void hosts_start(struct hosts *hosts)
{
	*hosts = (struct hosts){0};
	hosts_add(hosts, "localhost");
	if (!gethostname(hosts->own, sizeof(hosts->own) - 1) && hosts->own[0])
		hosts_add(hosts, hosts->own);
}

void hosts_add(struct hosts *hosts, const char *name)
{
	if (hosts->count < HOSTS_MAX)
		hosts->names[hosts->count++] = name;
}

/* A name may end in a dot. */
static bool is_same(const char *host, const char *name)
{
	size_t length = strlen(host);

	if (length && host[length - 1] == '.')
		length--;
	return length == strlen(name) && !strncasecmp(host, name, length);
}

bool hosts_know(const struct hosts *hosts, const char *host)
{
	if (!host || is_numeric(host))
		return true;
	for (size_t i = 0; i < hosts->count; i++)
		if (is_same(host, hosts->names[i]))
			return true;
	return false;
}
