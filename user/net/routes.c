/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes and rules in their order, and static entries; see routes.h. */
#include "user/net/routes.h"
#include "user/config/model/route.h"
#include "user/config/print/print.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/netlink/address.h"
#include "user/net/netlink/interface_index.h"
#include "user/net/netlink/local_address.h"
#include "user/net/netlink/route_monitor.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *route_text(const struct config_route *route)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	config_route_print(out, route);
	fclose(out);
	return text;
}

static char *rule_text(const struct config_rule *rule)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return NULL;
	config_rule_print(out, rule);
	fclose(out);
	return text;
}

static void log_failure(const struct routes_user *user, const char *verb, const char *what,
			const char *text, const char *reason)
{
	log_error("%s: cannot %s the %s \"%s\": %s", user->name, verb, what, text ? text : "?",
		  reason);
}

static const char *reason_of(const struct config_route *route, int error)
{
	return error == -EOPNOTSUPP && route->next_hops[0].encap.given
		       ? "this kernel has no such encapsulation"
		       : limits_strerror(-error);
}

/* Returns what netlink_add_route() does. */
static int add_route(const struct routes_user *user, const struct config_route *route)
{
	int error = netlink_add_route(user->netlink, route, user->default_interface_index);
	_cleanup_free_ char *text = NULL;

	if (!error || error == -EEXIST) {
		held_routes_add(user->held, user->holder,
				netlink_route_message(route, user->default_interface_index));
	} else if (user->name) {
		text = route_text(route);
		log_failure(user, "add", "route", text, reason_of(route, error));
	}
	return error;
}

static void remove_route(const struct routes_user *user, const struct config_route *route)
{
	_cleanup_free_ char *text = NULL;
	int error;

	if (held_routes_remove(user->held, user->holder,
			       netlink_route_message(route, user->default_interface_index)))
		return;
	error = netlink_remove_route(user->netlink, route, user->default_interface_index);
	/* It may be gone with its interface or address. */
	if (!error || error == -ESRCH || error == -ENOENT || error == -ENODEV)
		return;
	text = route_text(route);
	log_failure(user, "remove", "route", text, limits_strerror(-error));
}

/* Likewise. */
static int add_rule(const struct routes_user *user, const struct config_rule *rule)
{
	int error = netlink_add_rule(user->netlink, rule);
	_cleanup_free_ char *text = NULL;

	if (!error || error == -EEXIST) {
		held_routes_add(user->held, user->holder, netlink_rule_message(rule));
	} else if (user->name) {
		text = rule_text(rule);
		log_failure(user, "add", "rule", text, limits_strerror(-error));
	}
	return error;
}

static void remove_rule(const struct routes_user *user, const struct config_rule *rule)
{
	_cleanup_free_ char *text = NULL;
	int error;

	if (held_routes_remove(user->held, user->holder, netlink_rule_message(rule)))
		return;
	error = netlink_remove_rule(user->netlink, rule);
	if (!error || error == -ENOENT || error == -ESRCH)
		return;
	text = rule_text(rule);
	log_failure(user, "remove", "rule", text, limits_strerror(-error));
}

bool routes_add(const struct routes_user *user, const struct config_route_list *routes,
		const struct config_rule_list *rules)
{
	bool all = true;
	int error;

	for (size_t i = 0; i < routes->count; i++) {
		error = add_route(user, &routes->entries[i]);
		all &= !error || error == -EEXIST;
	}
	for (size_t i = 0; i < rules->count; i++) {
		error = add_rule(user, &rules->entries[i]);
		all &= !error || error == -EEXIST;
	}
	return all;
}

/* kind, text: of what was added; text is freed. */
static void note_restored(struct routes_restored *restored, const char *kind, char *text)
{
	if (!restored->count++ && text && asprintf(&restored->text, "%s \"%s\"", kind, text) < 0)
		restored->text = NULL;
	free(text);
}

struct routes_restored routes_restore(const struct routes_user *user,
				      const struct config_route_list *routes,
				      const struct config_rule_list *rules)
{
	struct routes_restored restored = {0};

	for (size_t i = 0; i < routes->count; i++) {
		const struct config_route *route = &routes->entries[i];
		int error = route_is_tracked(route) ? add_route(user, route) : -EEXIST;

		restored.failed += error && error != -EEXIST;
		if (!error)
			note_restored(&restored, "route", route_text(route));
	}
	for (size_t i = 0; i < rules->count; i++) {
		const struct config_rule *rule = &rules->entries[i];
		int error = rule_is_tracked(rule) ? add_rule(user, rule) : -EEXIST;

		restored.failed += error && error != -EEXIST;
		if (!error)
			note_restored(&restored, "rule", rule_text(rule));
	}
	return restored;
}

void routes_remove(const struct routes_user *user, const struct config_route_list *routes,
		   const struct config_rule_list *rules)
{
	for (size_t i = rules->count; i-- > 0;)
		remove_rule(user, &rules->entries[i]);
	for (size_t i = routes->count; i-- > 0;)
		remove_route(user, &routes->entries[i]);
	held_routes_drop(user->held, user->holder);
}

void routes_watch(struct interfaces *interfaces, const struct config_route_list *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		const struct config_route *route = &routes->entries[i];

		for (size_t k = 0; k < route->next_hop_count; k++)
			if (route->next_hops[k].interface[0])
				interfaces_get(interfaces, route->next_hops[k].interface);
	}
}

bool routes_use_any_interface(const struct config_route_list *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		const struct config_route *route = &routes->entries[i];

		for (size_t k = 0; k < route->next_hop_count; k++)
			if (route->next_hops[k].gateway.given && !route->next_hops[k].interface[0])
				return true;
	}
	return false;
}

void static_network_watch(struct interfaces *interfaces, const struct config *config)
{
	for (size_t i = 0; i < config->static_address_count; i++)
		interfaces_get(interfaces, config->static_addresses[i].interface);
	routes_watch(interfaces, &config->static_routes);
}

static bool same_text(char *a, char *b)
{
	bool same = a && b && !strcmp(a, b);

	free(a);
	free(b);
	return same;
}

bool routes_equal(const struct config_route_list *a, const struct config_route_list *b)
{
	bool equal = a->count == b->count;

	for (size_t i = 0; equal && i < a->count; i++)
		equal = same_text(route_text(&a->entries[i]), route_text(&b->entries[i]));
	return equal;
}

bool rules_equal(const struct config_rule_list *a, const struct config_rule_list *b)
{
	bool equal = a->count == b->count;

	for (size_t i = 0; equal && i < a->count; i++)
		equal = same_text(rule_text(&a->entries[i]), rule_text(&b->entries[i]));
	return equal;
}

static bool has_route(const struct config *config, const struct config_route *route)
{
	for (size_t i = 0; config && i < config->static_routes.count; i++)
		if (same_text(route_text(&config->static_routes.entries[i]), route_text(route)))
			return true;
	return false;
}

static bool has_rule(const struct config *config, const struct config_rule *rule)
{
	for (size_t i = 0; config && i < config->static_rules.count; i++)
		if (same_text(rule_text(&config->static_rules.entries[i]), rule_text(rule)))
			return true;
	return false;
}

static bool has_address(const struct config *config, const struct config_vip *vip)
{
	for (size_t i = 0; config && i < config->static_address_count; i++) {
		const struct config_vip *other = &config->static_addresses[i];

		if (address_equal(&other->address, &vip->address) &&
		    other->prefix_length == vip->prefix_length &&
		    !strcmp(other->interface, vip->interface))
			return true;
	}
	return false;
}

/* Whether the node had it before any xbeatd. */
static bool is_own(unsigned interface_index, const struct config_vip *vip)
{
	_cleanup_free_ struct local_address *list = NULL;
	size_t count = 0;

	if (!netlink_marks_addresses() || local_addresses(&list, &count))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!list[i].ours && local_address_is_vip(&list[i], interface_index, vip))
			return true;
	return false;
}

static void change_address(struct netlink *netlink, const struct config_vip *vip, bool add)
{
	int index = interface_index(vip->interface), error = index;
	char text[ADDRESS_TEXT_BYTES];

	if (!add && index > 0 && is_own((unsigned)index, vip))
		return;
	if (index > 0)
		error = add ? netlink_add_vip(netlink, (unsigned)index, vip)
			    : netlink_remove_vip(netlink, (unsigned)index, vip);
	if (error && error != (add ? -EEXIST : -EADDRNOTAVAIL))
		log_error("static_ipaddress: cannot %s %s on %s: %s", add ? "add" : "remove",
			  address_format(&vip->address, text), vip->interface,
			  limits_strerror(-error));
}

static void remove_old(const struct routes_user *rules, const struct routes_user *routes,
		       const struct config *from, const struct config *to)
{
	for (size_t i = 0; i < from->static_rules.count; i++)
		if (!has_rule(to, &from->static_rules.entries[i]))
			remove_rule(rules, &from->static_rules.entries[i]);
	for (size_t i = 0; i < from->static_routes.count; i++)
		if (!has_route(to, &from->static_routes.entries[i]))
			remove_route(routes, &from->static_routes.entries[i]);
	for (size_t i = 0; i < from->static_address_count; i++)
		if (!has_address(to, &from->static_addresses[i]))
			change_address(routes->netlink, &from->static_addresses[i], false);
}

static void add_new(const struct routes_user *rules, const struct routes_user *routes,
		    const struct config *from, const struct config *to)
{
	for (size_t i = 0; i < to->static_address_count; i++)
		if (!has_address(from, &to->static_addresses[i]))
			change_address(routes->netlink, &to->static_addresses[i], true);
	for (size_t i = 0; i < to->static_routes.count; i++)
		if (!has_route(from, &to->static_routes.entries[i]))
			add_route(routes, &to->static_routes.entries[i]);
	for (size_t i = 0; i < to->static_rules.count; i++)
		if (!has_rule(from, &to->static_rules.entries[i]))
			add_rule(rules, &to->static_rules.entries[i]);
}

void static_network_change(struct netlink *netlink, struct held_routes *held,
			   const struct config *from, const struct config *to)
{
	const struct routes_user routes = {
		.netlink = netlink, .held = held, .holder = held, .name = "static_routes"};
	struct routes_user rules = routes;

	rules.name = "static_rules";
	if (from)
		remove_old(&rules, &routes, from, to);
	if (to)
		add_new(&rules, &routes, from, to);
}

struct routes_restored static_network_restore(struct netlink *netlink, struct held_routes *held,
					      const struct config *config)
{
	const struct routes_user user = {.netlink = netlink, .held = held, .holder = held};
	struct routes_restored addresses = {0}, restored;
	char text[ADDRESS_TEXT_BYTES];

	for (size_t i = 0; i < config->static_address_count; i++) {
		const struct config_vip *vip = &config->static_addresses[i];

		if (!vip->no_track &&
		    !netlink_add_vip(netlink, if_nametoindex(vip->interface), vip))
			note_restored(&addresses, "address",
				      strdup(address_format(&vip->address, text)));
	}
	restored = routes_restore(&user, &config->static_routes, &config->static_rules);
	restored.count += addresses.count;
	if (!addresses.text)
		return restored;
	free(restored.text);
	restored.text = addresses.text;
	return restored;
}
