/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The register of routes and rules; see held_routes.h. A key is the line as it is printed, without
 * what the kernel does not compare. */
#include "user/net/held_routes.h"
#include "user/config/print/print.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct held_route {
	const void *holder;
	char *key;
};

static bool names_interface(const struct config_route *route)
{
	for (size_t i = 0; i < route->next_hop_count; i++)
		if (!route->next_hops[i].interface[0])
			return false;
	return route->next_hop_count;
}

char *held_route_key(const struct config_route *route, unsigned default_interface_index)
{
	struct config_route compared = *route;
	char *key = NULL;
	size_t length;
	FILE *out = open_memstream(&key, &length);

	if (!out)
		return NULL;
	compared.no_track = compared.append = compared.prepend = compared.add = false;
	config_route_print(out, &compared);
	if (!names_interface(route))
		fprintf(out, " %u", default_interface_index);
	fclose(out);
	return key;
}

char *held_rule_key(const struct config_rule *rule)
{
	struct config_rule compared = *rule;
	char *key = NULL;
	size_t length;
	FILE *out = open_memstream(&key, &length);

	if (!out)
		return NULL;
	compared.no_track = false;
	fprintf(out, "rule ");
	config_rule_print(out, &compared);
	fclose(out);
	return key;
}

static struct held_route *find(const struct held_routes *held, const void *holder, const char *key)
{
	for (size_t i = 0; i < held->count; i++)
		if (held->list[i].holder == holder && !strcmp(held->list[i].key, key))
			return &held->list[i];
	return NULL;
}

void held_routes_add(struct held_routes *held, const void *holder, char *key)
{
	if (!key || find(held, holder, key)) {
		free(key);
		return;
	}
	held->list = reallocarray(held->list, held->count + 1, sizeof(*held->list));
	if (!held->list)
		limits_out_of_memory();
	held->list[held->count++] = (struct held_route){holder, key};
}

static void forget(struct held_routes *held, struct held_route *entry)
{
	free(entry->key);
	*entry = held->list[--held->count];
}

bool held_routes_remove(struct held_routes *held, const void *holder, char *key)
{
	struct held_route *entry = key ? find(held, holder, key) : NULL;
	bool other = false;

	if (entry)
		forget(held, entry);
	for (size_t i = 0; key && i < held->count; i++)
		other |= !strcmp(held->list[i].key, key);
	free(key);
	return other;
}

void held_routes_drop(struct held_routes *held, const void *holder)
{
	for (size_t i = held->count; i-- > 0;)
		if (held->list[i].holder == holder)
			forget(held, &held->list[i]);
}

void held_routes_free(struct held_routes *held)
{
	for (size_t i = 0; i < held->count; i++)
		free(held->list[i].key);
	free(held->list);
	*held = (struct held_routes){0};
}
