/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel has counted, as the last look found it. */
#include "user/lib/address.h"
#include "user/plane/ipvs/state.h"

static void add_counters(json_t *object, const struct ipvs_counters *counters)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{"connections", counters->connections}, {"packets_in", counters->packets_in},
		{"packets_out", counters->packets_out}, {"bytes_in", counters->bytes_in},
		{"bytes_out", counters->bytes_out},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		json_object_set_new(object, rows[i].name, json_integer((json_int_t)rows[i].value));
}

static json_t *server_json(const struct ipvs_server *server)
{
	char address[ADDRESS_TEXT_BYTES];
	json_t *object = json_object();

	address_format(&server->endpoint.address, address);
	json_object_set_new(object, "address", json_string(address));
	json_object_set_new(object, "port", json_integer(server->endpoint.port));
	json_object_set_new(object, "weight", json_integer(server->present.weight));
	json_object_set_new(object, "active", json_integer(server->active));
	json_object_set_new(object, "inactive", json_integer(server->inactive));
	add_counters(object, &server->counters);
	return object;
}

json_t *ipvs_counters_json(const struct ipvs_service *service)
{
	json_t *object = json_object(), *servers = json_array();
	const struct ipvs_item *item;

	add_counters(object, &service->counters);
	TAILQ_FOREACH(item, &service->servers, beside)
	if (item->present)
		json_array_append_new(servers, server_json((const void *)item));
	json_object_set_new(object, "servers", servers);
	return object;
}
