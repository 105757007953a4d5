/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See counters.h. */
#include "user/pools/report/counters.h"
#include <stdio.h>
#include <string.h>

#define NAME_BYTES 64

static const char *const names[] = {"connections", "active",   "inactive", "packets_in",
				    "packets_out", "bytes_in", "bytes_out"};

/* Adds the numbers of one object to those of another's "counters". */
static void add(json_t *to, const json_t *from)
{
	json_t *sums = json_object_get(to, "counters");

	if (!sums) {
		sums = json_object();
		json_object_set_new(to, "counters", sums);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const json_t *value = json_object_get(from, names[i]);

		if (json_is_integer(value))
			json_object_set_new(
				sums, names[i],
				json_integer(json_integer_value(value) +
					     json_integer_value(json_object_get(sums, names[i]))));
	}
}

/* "10.0.0.1:80", "[2001:db8::1]:80"; without a port the address alone. */
static const char *name_of(const json_t *counted, char name[static NAME_BYTES])
{
	const char *address = json_string_value(json_object_get(counted, "address"));
	json_int_t port = json_integer_value(json_object_get(counted, "port"));
	const char *format = address && strchr(address, ':') ? "[%s]:%lld" : "%s:%lld";

	if (!address)
		return "";
	if (port)
		snprintf(name, NAME_BYTES, format, address, (long long)port);
	else
		snprintf(name, NAME_BYTES, "%s", address);
	return name;
}

static json_t *by_name(const json_t *servers)
{
	json_t *index = json_object(), *server;
	size_t i;

	json_array_foreach((json_t *)servers, i, server) json_object_set(
		index, json_string_value(json_object_get(server, "address")), server);
	return index;
}

void counters_add(json_t *pool, size_t service, const json_t *counted)
{
	json_t *index = by_name(json_object_get(pool, "servers"));
	json_t *own = json_array_get(json_object_get(pool, "services"), service), *server;
	char name[NAME_BYTES];
	const json_t *each;
	size_t i;

	if (own)
		add(own, counted);
	json_array_foreach(json_object_get(counted, "servers"), i, each)
	{
		server = json_object_get(index, name_of(each, name));
		if (server)
			add(server, each);
	}
	json_decref(index);
}
