// SPDX-License-Identifier: GPL-2.0-or-later
/* Where clients connect: the addresses of a listen section, or of the frontends of a backend. */
#include "user/ctl/convert/haproxy/write.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include <string.h>

#define PORTS_MAX 256

static void add(struct haproxy_frontage *frontage, const struct haproxy_endpoint *endpoint,
		unsigned port)
{
	for (size_t i = 0; i < frontage->count; i++)
		if (frontage->list[i].port == port &&
		    address_equal(&frontage->list[i].address, &endpoint->address))
			return;
	frontage->list = array_grow(frontage->list, &frontage->count, sizeof(*frontage->list));
	frontage->list[frontage->count - 1] = *endpoint;
	frontage->list[frontage->count - 1].port = port;
}

static void add_ports(struct haproxy_frontage *frontage, const struct haproxy_bind *bind,
		      const struct haproxy_endpoint *endpoint, struct notes *notes)
{
	unsigned last = endpoint->port_last;

	if (last - endpoint->port >= PORTS_MAX) {
		notes_add(notes, bind->line, "bind: only the first %d ports are converted",
			  PORTS_MAX);
		last = endpoint->port + PORTS_MAX - 1;
	}
	for (unsigned port = endpoint->port; port <= last; port++)
		add(frontage, endpoint, port);
}

static void add_bind(struct conversion *conversion, const struct haproxy_bind *bind,
		     struct notes *notes, uint8_t family, struct haproxy_frontage *frontage)
{
	struct haproxy_endpoint endpoint = bind->endpoint;
	char text[ADDRESS_TEXT_BYTES];

	if (endpoint.any && !conversion->has_address) {
		conversion_error(
			conversion, bind->line,
			"bind accepts connections at every address; a virtual_server has one: give it by --address ADDRESS");
		return;
	}
	if (endpoint.any)
		endpoint.address = conversion->address;
	if (address_family(&endpoint.address) != family)
		notes_add(notes, bind->line,
			  "bind: address %s is not of the same family as the servers",
			  address_format(&endpoint.address, text));
	else
		add_ports(frontage, bind, &endpoint, notes);
}

static void add_binds(struct conversion *conversion, const struct haproxy_proxy *frontend,
		      struct notes *notes, uint8_t family, struct haproxy_frontage *frontage)
{
	for (size_t i = 0; i < frontend->bind_count; i++)
		add_bind(conversion, &frontend->binds[i], notes, family, frontage);
}

static bool leads_to(const struct haproxy_proxy *frontend, const struct haproxy_proxy *proxy)
{
	return frontend->section != HAPROXY_DEFAULTS && frontend->default_backend &&
	       !strcmp(frontend->default_backend, proxy->name);
}

static bool is_conditional(const struct haproxy *haproxy, const char *name)
{
	for (size_t i = 0; i < haproxy->count; i++)
		for (size_t k = 0; k < haproxy->proxies[i].conditional_count; k++)
			if (!strcmp(haproxy->proxies[i].conditional[k], name))
				return true;
	return false;
}

/* A backend without a frontend of its own has --address, at the port of its first server. */
static void add_given(struct conversion *conversion, struct haproxy_proxy *proxy,
		      struct haproxy_frontage *frontage)
{
	struct haproxy_endpoint given = {.address = conversion->address, .port = conversion->port};
	struct haproxy_endpoint server;

	if (!conversion->has_address) {
		conversion_error(
			conversion, proxy->line,
			"no bind line leads to backend %s: give its virtual address by --address ADDRESS[:PORT]",
			proxy->name);
		return;
	}
	if (!given.port && !haproxy_endpoint_parse(proxy->servers[0].address, &server))
		given.port = server.port;
	add(frontage, &given, given.port);
}

void haproxy_find_frontage(struct conversion *conversion, struct haproxy *haproxy,
			   struct haproxy_proxy *proxy, uint8_t family,
			   struct haproxy_frontage *frontage)
{
	bool led_to = proxy->section == HAPROXY_LISTEN;

	if (led_to)
		add_binds(conversion, proxy, &proxy->notes, family, frontage);
	for (size_t i = 0; i < haproxy->count; i++) {
		if (!leads_to(&haproxy->proxies[i], proxy))
			continue;
		led_to = true;
		add_binds(conversion, &haproxy->proxies[i], &proxy->notes, family, frontage);
	}
	if (led_to)
		return;
	if (is_conditional(haproxy, proxy->name))
		notes_add(&proxy->notes, proxy->line,
			  "backend %s is used under conditions only, which IPVS does not have",
			  proxy->name);
	else
		add_given(conversion, proxy, frontage);
}
