// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of virtual_routes and static_routes: as in keepalived, "ip route add" with unabbreviated
 * keywords. Values that a line leaves out are chosen when the route is added.
 */
#include "user/config/blocks/route.h"
#include "user/config/blocks/blocks.h"
#include "user/config/syntax/options.h"
#include "user/lib/address.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE_USAGE                                                                                \
	"[TYPE] ADDRESS/LENGTH|default [via GATEWAY] [dev NAME] [table TABLE] [src ADDRESS] "      \
	"[metric NUMBER]"

/* A route while its line is read. */
struct route_line {
	struct config_line line;
	struct config_route route;
	bool next_hops; /* "nexthop" was read: only next hops follow */
	bool alternates; /* "or" was read */
	uint8_t family; /* "inet", "inet6"; 0: neither */
};

/* Returns NULL after reporting that there is no room for another next hop. */
static struct config_next_hop *add_next_hop(struct route_line *route_line)
{
	struct config_route *route = &route_line->route;
	struct config_line *line = &route_line->line;

	if (route->next_hop_count == CONFIG_NEXT_HOPS_MAX) {
		config_line_error(line, line->tokens[line->next - 1].location,
				  "more than %d gateways in a route; remove some",
				  CONFIG_NEXT_HOPS_MAX);
		return NULL;
	}
	if (route->next_hop_count)
		route->next_hops = array_grow(route->next_hops, &route->next_hop_count,
					      sizeof(*route->next_hops));
	else
		route->next_hop_count = 1; /* it is there from the beginning */
	return &route->next_hops[route->next_hop_count - 1];
}

static void read_next_hop(struct route_line *route_line)
{
	struct config_line *line = &route_line->line;

	if (route_line->route.next_hop_count && !route_line->next_hops)
		config_line_error(
			line, line->tokens[line->next - 1].location,
			"a gateway or interface precedes nexthop; write each gateway as \"nexthop via GATEWAY dev NAME\"");
	else if (add_next_hop(route_line))
		route_line->next_hops = true;
}

/* "via A or B": two next hops, which share the interface. */
static void read_alternate(struct route_line *route_line)
{
	struct config_next_hop *next_hop = add_next_hop(route_line);

	route_line->alternates = true;
	if (next_hop)
		config_kind_gateway.read(&route_line->line, &config_next_hop_options.entries[0],
					 &next_hop->gateway);
}

static void read_inet(struct route_line *route_line)
{
	route_line->family = 4;
}

static void read_inet6(struct route_line *route_line)
{
	route_line->family = 6;
}

static const struct {
	const char *name;
	void (*read)(struct route_line *route_line);
} structure_keywords[] = {
	{"nexthop", read_next_hop},
	{"or", read_alternate},
	{"inet", read_inet},
	{"inet6", read_inet6},
};

/* Reads the keywords that are more than a field. Returns false if the next token is none of
 * them. */
static bool read_structure(struct route_line *route_line)
{
	struct config_line *line = &route_line->line;

	for (size_t i = 0; i < ARRAY_SIZE(structure_keywords); i++) {
		if (!strcmp(line->tokens[line->next].text, structure_keywords[i].name)) {
			line->next++;
			structure_keywords[i].read(route_line);
			return true;
		}
	}
	return false;
}

static bool read_next_hop_option(struct route_line *route_line)
{
	struct config_route *route = &route_line->route;
	size_t last = route->next_hop_count ? route->next_hop_count - 1 : 0;

	if (!config_options_read(&config_next_hop_options, &route_line->line,
				 &route->next_hops[last]))
		return false;
	route->next_hop_count = last + 1;
	return true;
}

/* Reads a destination without the keyword "to". */
static bool read_destination(struct route_line *route_line)
{
	struct config_line *line = &route_line->line;

	if (route_line->route.destination.given ||
	    !config_line_prefix(line->tokens[line->next].text, &route_line->route.destination))
		return false;
	line->next++;
	return true;
}

static void read_token(struct route_line *route_line)
{
	static const struct config_options *const tables[] = {&config_route_options,
							      &config_next_hop_options};
	struct config_line *line = &route_line->line;

	if (read_next_hop_option(route_line) || read_structure(route_line))
		return;
	if (route_line->next_hops)
		config_line_error(
			line, line->tokens[line->next].location,
			"'%s' after nexthop, where only via, dev, weight, realms, encap and onlink are valid; write it before the first nexthop",
			line->tokens[line->next].text);
	else if (!config_options_read(&config_route_options, line, &route_line->route) &&
		 !read_destination(route_line))
		config_options_unknown(tables, ARRAY_SIZE(tables), line);
}

/* The "dev" of gateways separated by "or" may stand before or after the "or". */
static void share_interface(struct config_route *route)
{
	size_t named = 0;

	while (named < route->next_hop_count && !*route->next_hops[named].interface)
		named++;
	if (named == route->next_hop_count)
		return;
	for (size_t i = 0; i < route->next_hop_count; i++) {
		if (!*route->next_hops[i].interface)
			strcpy(route->next_hops[i].interface, route->next_hops[named].interface);
	}
}

/* As in keepalived, a route that fits both families is IPv4. */
static void finalize_family(struct route_line *route_line)
{
	struct config_route *route = &route_line->route;
	uint8_t family = route_line->family;

	if (!family)
		family = config_options_family(&config_route_options, route);
	for (size_t i = 0; i < route->next_hop_count && !family; i++) {
		if (route->next_hops[i].gateway.given)
			family = address_family(&route->next_hops[i].gateway.address);
	}
	route->family = family ? family : 4;
	if (route->destination.any_family) {
		route->destination.any_family = false;
		if (route->family == 4)
			route->destination.address = address_from_ipv4(INADDR_ANY);
	}
}

static void check_next_hops(struct config_line *line, const struct config_route *route)
{
	for (size_t i = 0; i < route->next_hop_count && !line->failed; i++) {
		const struct config_next_hop *next_hop = &route->next_hops[i];

		config_options_check_family(&config_next_hop_options, line, next_hop,
					    route->family);
		if (route->family == 6 && next_hop->gateway.given &&
		    address_is_ipv4(&next_hop->gateway.address))
			config_line_error(
				line, line->tokens[0].location,
				"an IPv6 route has an IPv4 gateway; write an IPv6 gateway");
	}
}

/* The kernel rejects a destination with bits set beyond its prefix length. */
static void clear_host_bits(struct config_line *line, struct config_prefix *destination)
{
	size_t bits = destination->length +
		      (address_is_ipv4(&destination->address) ? 128 - 32 : (size_t)0);
	struct xb_address network = destination->address;
	char text[ADDRESS_TEXT_BYTES];

	if (bits % 8)
		network.bytes[bits / 8] &= (uint8_t)(0xff00 >> bits % 8);
	for (size_t i = (bits + 7) / 8; i < sizeof(network.bytes); i++)
		network.bytes[i] = 0;
	if (address_equal(&network, &destination->address))
		return;
	destination->address = network;
	config_warning(line->parser, line->tokens[0].location,
		       "the destination has bits set beyond its prefix length; %s/%d is used",
		       address_format(&network, text), destination->length);
}

static void finalize_route(struct route_line *route_line)
{
	struct config_line *line = &route_line->line;
	struct config_route *route = &route_line->route;

	if (!line->failed && !route->destination.given)
		config_line_error(line, line->tokens[0].location,
				  "the route has no destination; write \"" ROUTE_USAGE "\"");
	if (line->failed)
		return;
	finalize_family(route_line);
	if (route_line->alternates)
		share_interface(route);
	config_options_check_family(&config_route_options, line, route, route->family);
	check_next_hops(line, route);
	clear_host_bits(line, &route->destination);
}

static void read_route(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	struct config_route_list *list = block->target;
	struct route_line route_line = {
		.line = config_line_begin(parser, statement, "route", ROUTE_USAGE),
		.route = {.location = statement->tokens[0].location},
	};
	size_t room = 0;

	(void)keyword;
	route_line.route.next_hops = array_grow(NULL, &room, sizeof(*route_line.route.next_hops));
	while (route_line.line.next < route_line.line.count)
		read_token(&route_line);
	finalize_route(&route_line);
	if (route_line.line.failed) {
		free(route_line.route.next_hops);
		return;
	}
	list->entries = array_grow(list->entries, &list->count, sizeof(*list->entries));
	list->entries[list->count - 1] = route_line.route;
}

void config_read_routes(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	config_options_read_list(parser, block, keyword, statement, read_route);
}
