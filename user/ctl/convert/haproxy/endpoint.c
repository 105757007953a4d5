// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses as HAProxy writes them; see model.h. */
#include "user/ctl/convert/haproxy/model.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define TEXT_BYTES 256
#define PORT_MAX 65535

static const struct {
	const char *prefix;
	const char *problem; /* NULL: it only names the family */
} prefixes[] = {
	{"ipv4@", NULL},
	{"ipv6@", NULL},
	{"tcp@", NULL},
	{"tcp4@", NULL},
	{"tcp6@", NULL},
	{"unix@", "is a Unix socket; IPVS forwards packets to addresses"},
	{"abns@", "is a Unix socket; IPVS forwards packets to addresses"},
	{"/", "is a Unix socket; IPVS forwards packets to addresses"},
	{"fd@", "is an inherited socket; IPVS forwards packets to addresses"},
	{"sockpair@", "is an inherited socket; IPVS forwards packets to addresses"},
	{"quic4@", "is QUIC; HAProxy ends it, IPVS only forwards packets"},
	{"quic6@", "is QUIC; HAProxy ends it, IPVS only forwards packets"},
	{"udp@", "is UDP, which HAProxy forwards to log servers only"},
};

static const char *skip_prefix(const char **text)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		size_t length = strlen(prefixes[i].prefix);

		if (strncmp(*text, prefixes[i].prefix, length) != 0)
			continue;
		*text += length;
		return prefixes[i].problem;
	}
	return NULL;
}

static const char *parse_port(const char *text, struct haproxy_endpoint *endpoint)
{
	const char *digits = text + (*text == '+' || *text == '-');
	char first[TEXT_BYTES];
	uint64_t port, last;

	snprintf(first, sizeof(first), "%.*s", (int)strcspn(digits, "-"), digits);
	if (!haproxy_number(first, PORT_MAX, &port))
		return "has a port that is not a number from 0 to 65535";
	last = port;
	if (digits[strlen(first)] && !haproxy_number(digits + strlen(first) + 1, PORT_MAX, &last))
		return "has a range of ports that is not FIRST-LAST";
	if (digits != text) {
		endpoint->port_offset = *text == '-' ? -(int)port : (int)port;
		return NULL;
	}
	endpoint->port = (unsigned)port;
	endpoint->port_last = (unsigned)last;
	return last < port ? "has a range of ports that is not FIRST-LAST" : NULL;
}

static const char *resolve(const char *host, struct xb_address *address)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list;
	char text[ADDRESS_TEXT_BYTES] = "";

	if (getaddrinfo(host, NULL, &hints, &list))
		return "is a name that this machine cannot resolve; write its address";
	getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(list);
	return address_parse(text, address)
		       ? "is a name whose address cannot be used; write its address"
		       : NULL;
}

static const char *parse_host(char *host, const char *whole, struct haproxy_endpoint *endpoint)
{
	size_t length = strlen(host);

	if (host[0] == '[' && host[length - 1] == ']') {
		host[length - 1] = '\0';
		host++;
	}
	if (!*host || !strcmp(host, "*")) {
		endpoint->any = true;
		return NULL;
	}
	if (!address_parse(host, &endpoint->address)) {
		endpoint->any = !strcmp(host, "0.0.0.0") || !strcmp(host, "::");
		return NULL;
	}
	endpoint->name = whole;
	return resolve(host, &endpoint->address);
}

const char *haproxy_endpoint_parse(const char *text, struct haproxy_endpoint *endpoint)
{
	const char *problem = skip_prefix(&text), *whole = text;
	char host[TEXT_BYTES], *colon;

	*endpoint = (struct haproxy_endpoint){0};
	if (problem)
		return problem;
	if (strchr(text, '$'))
		return "contains a variable; write its value";
	if ((size_t)snprintf(host, sizeof(host), "%s", text) >= sizeof(host))
		return "is too long";
	colon = strrchr(host, ':');
	if (colon && !strchr(colon, ']')) {
		*colon = '\0';
		problem = colon[1] ? parse_port(colon + 1, endpoint) : NULL;
		if (problem)
			return problem;
	}
	return parse_host(host, whole, endpoint);
}
