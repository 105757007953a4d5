/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One hash table of services and servers: tens of thousands are found at each look. */
#include "user/plane/ipvs/table.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include "user/lib/time.h"
#include <linux/ip_vs.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS_FIRST 64

static void *allocate(size_t count, size_t bytes)
{
	void *memory = calloc(count, bytes);

	if (!memory)
		limits_out_of_memory();
	return memory;
}

void ipvs_table_init(struct ipvs_table *table)
{
	*table = (struct ipvs_table){.bucket_count = BUCKETS_FIRST};
	table->buckets = allocate(BUCKETS_FIRST, sizeof(struct ipvs_item *));
	TAILQ_INIT(&table->services);
	TAILQ_INIT(&table->ready);
	TAILQ_INIT(&table->waiting);
}

/* Of splitmix64: every bit of the input changes half of the output. */
static uint64_t mix(uint64_t value)
{
	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

static uint64_t hash_endpoint(uint64_t hash, const struct config_endpoint *endpoint)
{
	uint64_t halves[2];

	memcpy(halves, endpoint->address.bytes, sizeof(halves));
	hash = mix(hash ^ halves[0]);
	return mix(mix(hash ^ halves[1]) ^ endpoint->port);
}

static uint64_t hash_service(const struct ipvs_service_id *id)
{
	uint64_t head = (uint64_t)id->mark << 16 | (uint64_t)id->family << 8 | id->protocol;

	return hash_endpoint(mix(head + 1), &id->endpoint);
}

static uint64_t hash_server(const struct ipvs_service *service,
			    const struct config_endpoint *endpoint)
{
	return hash_endpoint(service->item.hash + 1, endpoint);
}

struct ipvs_service *ipvs_table_service(const struct ipvs_table *table,
					const struct ipvs_service_id *id)
{
	uint64_t hash = hash_service(id);
	struct ipvs_item *item = table->buckets[hash & (table->bucket_count - 1)];

	for (; item; item = item->next)
		if (item->hash == hash && !item->is_server &&
		    ipvs_service_id_equal(&ipvs_item_service(item)->id, id))
			return ipvs_item_service(item);
	return NULL;
}

static bool endpoint_equal(const struct config_endpoint *a, const struct config_endpoint *b)
{
	return a->port == b->port && address_equal(&a->address, &b->address);
}

struct ipvs_server *ipvs_table_server(const struct ipvs_table *table,
				      const struct ipvs_service *service,
				      const struct config_endpoint *endpoint)
{
	uint64_t hash = hash_server(service, endpoint);
	struct ipvs_item *item = table->buckets[hash & (table->bucket_count - 1)];

	for (; item; item = item->next)
		if (item->hash == hash && item->is_server && item->service == service &&
		    endpoint_equal(&ipvs_item_server(item)->endpoint, endpoint))
			return ipvs_item_server(item);
	return NULL;
}

static void link_item(struct ipvs_table *table, struct ipvs_item *item)
{
	struct ipvs_item **bucket = &table->buckets[item->hash & (table->bucket_count - 1)];

	item->next = *bucket;
	*bucket = item;
}

static void unlink_item(struct ipvs_table *table, struct ipvs_item *item)
{
	struct ipvs_item **link = &table->buckets[item->hash & (table->bucket_count - 1)];

	while (*link != item)
		link = &(*link)->next;
	*link = item->next;
	table->count--;
}

static void grow(struct ipvs_table *table)
{
	struct ipvs_item **old = table->buckets, *item;
	size_t old_count = table->bucket_count;

	table->bucket_count *= 2;
	table->buckets = allocate(table->bucket_count, sizeof(struct ipvs_item *));
	for (size_t i = 0; i < old_count; i++)
		while ((item = old[i])) {
			old[i] = item->next;
			link_item(table, item);
		}
	free(old);
}

static void insert(struct ipvs_table *table, struct ipvs_item *item, uint64_t hash)
{
	if (++table->count > table->bucket_count)
		grow(table);
	item->hash = hash;
	link_item(table, item);
}

struct ipvs_service *ipvs_table_add_service(struct ipvs_table *table,
					    const struct ipvs_service_id *id)
{
	struct ipvs_service *service = ipvs_table_service(table, id);

	if (service)
		return service;
	service = allocate(1, sizeof(*service));
	service->id = *id;
	service->item.service = service;
	TAILQ_INIT(&service->servers);
	TAILQ_INSERT_TAIL(&table->services, &service->item, beside);
	insert(table, &service->item, hash_service(id));
	table->record_lacks = table->record_stale = true;
	return service;
}

struct ipvs_server *ipvs_table_add_server(struct ipvs_table *table, struct ipvs_service *service,
					  const struct config_endpoint *endpoint)
{
	struct ipvs_server *server = ipvs_table_server(table, service, endpoint);

	if (server)
		return server;
	server = allocate(1, sizeof(*server));
	server->endpoint = *endpoint;
	server->item.service = service;
	server->item.is_server = true;
	TAILQ_INSERT_TAIL(&service->servers, &server->item, beside);
	service->server_count++;
	insert(table, &server->item, hash_server(service, endpoint));
	return server;
}

static void unqueue(struct ipvs_table *table, struct ipvs_item *item)
{
	if (item->queued)
		TAILQ_REMOVE(&table->ready, item, queue);
	if (item->waiting)
		TAILQ_REMOVE(&table->waiting, item, queue);
	item->queued = item->waiting = false;
}

static void free_server(struct ipvs_table *table, struct ipvs_item *item)
{
	unqueue(table, item);
	unlink_item(table, item);
	TAILQ_REMOVE(&item->service->servers, item, beside);
	item->service->server_count--;
	free(item);
}

static void free_service(struct ipvs_table *table, struct ipvs_service *service)
{
	struct ipvs_item *server;

	while ((server = TAILQ_FIRST(&service->servers)))
		free_server(table, server);
	unqueue(table, &service->item);
	unlink_item(table, &service->item);
	TAILQ_REMOVE(&table->services, &service->item, beside);
	table->record_stale = true;
	free(service->user_names);
	free(service);
}

void ipvs_table_free(struct ipvs_table *table)
{
	struct ipvs_item *service;

	while ((service = TAILQ_FIRST(&table->services)))
		free_service(table, ipvs_item_service(service));
	free(table->buckets);
}

static bool differs(const struct ipvs_item *item)
{
	const struct ipvs_server *server = (const void *)item;
	const struct ipvs_service *service = (const void *)item;

	return item->is_server ? !ipvs_server_settings_equal(&server->wanted, &server->present)
			       : !ipvs_service_settings_equal(&service->wanted, &service->present);
}

/* Requests for a service; those for its servers follow in the same order. */
enum change { CHANGE_ADD, CHANGE_EDIT, CHANGE_DELETE };

static const uint8_t commands[2][3] = {
	{IPVS_CMD_NEW_SERVICE, IPVS_CMD_SET_SERVICE, IPVS_CMD_DEL_SERVICE},
	{IPVS_CMD_NEW_DEST, IPVS_CMD_SET_DEST, IPVS_CMD_DEL_DEST},
};

uint8_t ipvs_item_command(const struct ipvs_table *table, const struct ipvs_item *item,
			  bool service_present)
{
	if (item->is_server && !(item->service->item.wanted && service_present))
		return IPVS_CMD_UNSPEC; /* it comes after the service, or goes with it */
	if (item->wanted && !item->present)
		return commands[item->is_server][CHANGE_ADD];
	if (item->wanted && differs(item))
		return commands[item->is_server][CHANGE_EDIT];
	if (!item->wanted && item->present && (table->completed || !item->left))
		return commands[item->is_server][CHANGE_DELETE];
	return IPVS_CMD_UNSPEC;
}

static bool is_gone(const struct ipvs_table *table, const struct ipvs_item *item)
{
	return !item->wanted && !item->present && (table->completed || !item->left);
}

void ipvs_table_settle(struct ipvs_table *table, struct ipvs_item *item)
{
	if (is_gone(table, item)) {
		if (item->is_server)
			free_server(table, item);
		else
			free_service(table, item->service);
		return;
	}
	if (item->waiting)
		unqueue(table, item);
	if (item->queued || !ipvs_item_command(table, item, true))
		return;
	TAILQ_INSERT_TAIL(&table->ready, item, queue);
	item->queued = true;
}

void ipvs_table_settle_servers(struct ipvs_table *table, struct ipvs_service *service)
{
	struct ipvs_item *server = TAILQ_FIRST(&service->servers), *next;

	for (; server; server = next) {
		next = TAILQ_NEXT(server, beside);
		ipvs_table_settle(table, server);
	}
}

void ipvs_table_want(struct ipvs_table *table, struct ipvs_item *item, bool wanted)
{
	bool comes_back = wanted && !item->wanted && !item->is_server;
	struct ipvs_item *server;

	if (!item->is_server && !wanted)
		TAILQ_FOREACH(server, &item->service->servers, beside)
	server->users = server->wanted = false;
	item->wanted = wanted;
	if (!wanted)
		item->users = 0;
	item->left &= !wanted;
	item->refusals = 0; /* with other settings it may be right */
	if (comes_back) /* servers that would have gone with it */
		ipvs_table_settle_servers(table, item->service);
	ipvs_table_settle(table, item);
}

void ipvs_table_sweep(struct ipvs_table *table)
{
	struct ipvs_item *service = TAILQ_FIRST(&table->services), *next;

	for (; service; service = next) {
		next = TAILQ_NEXT(service, beside);
		ipvs_table_settle_servers(table, service->service);
		ipvs_table_settle(table, service);
	}
}

void ipvs_table_put_off(struct ipvs_table *table, struct ipvs_item *item, uint64_t until_ns)
{
	unqueue(table, item);
	item->retry_ns = until_ns;
	TAILQ_INSERT_TAIL(&table->waiting, item, queue);
	item->waiting = true;
}

void ipvs_table_resume(struct ipvs_table *table, uint64_t now_ns)
{
	struct ipvs_item *item = TAILQ_FIRST(&table->waiting), *next;

	for (; item; item = next) {
		next = TAILQ_NEXT(item, queue);
		if (time_reached(now_ns, item->retry_ns))
			ipvs_table_settle(table, item);
	}
}

void ipvs_table_lose(struct ipvs_table *table, struct ipvs_item *item)
{
	struct ipvs_item *server, *next;

	item->present = false;
	if (!item->is_server)
		for (server = TAILQ_FIRST(&item->service->servers); server; server = next) {
			next = TAILQ_NEXT(server, beside);
			ipvs_table_lose(table, server);
		}
	ipvs_table_settle(table, item);
}

struct ipvs_item *ipvs_table_take(struct ipvs_table *table)
{
	struct ipvs_item *item = TAILQ_FIRST(&table->ready);

	if (item)
		unqueue(table, item);
	return item;
}
