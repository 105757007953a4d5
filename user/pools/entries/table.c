/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See table.h. */
#include "user/pools/entries/table.h"
#include "user/lib/address.h"
#include "user/lib/log.h"
#include "user/pools/entries/name_index.h"
#include "user/pools/entries/services.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint64_t pool_hash(const char *name, uint8_t family)
{
	return name_index_hash(name_index_hash(NAME_INDEX_SEED, name, strlen(name)), &family, 1);
}

static uint64_t server_hash(size_t pool, const struct config_endpoint *endpoint)
{
	uint64_t hash = name_index_hash(NAME_INDEX_SEED, &pool, sizeof(pool));

	hash = name_index_hash(hash, &endpoint->address, sizeof(endpoint->address));
	return name_index_hash(hash, &endpoint->port, sizeof(endpoint->port));
}

static void count(struct pools_prepared *table)
{
	const struct config_pools *config = &table->config->pools;

	table->pool_count = config->count;
	for (size_t i = 0; i < config->count; i++) {
		const struct config_pool *pool = &config->list[i];

		table->server_count += pool->server_count;
		table->service_count += services_count(config, pool);
		for (size_t j = 0; j < pool->server_count; j++)
			table->check_count += pool->servers[j].check_count;
	}
	table->probe_first = table->check_count;
	table->check_count += config->check_count;
}

/* An empty array is not NULL. */
static void *make_array(size_t count, size_t bytes)
{
	return calloc(count + 1, bytes);
}

static bool allocate(struct pools_prepared *table)
{
	table->pools = make_array(table->pool_count, sizeof(*table->pools));
	table->servers = make_array(table->server_count, sizeof(*table->servers));
	table->core_servers = make_array(table->server_count, sizeof(*table->core_servers));
	table->checks = make_array(table->check_count, sizeof(*table->checks));
	table->services = make_array(table->service_count, sizeof(*table->services));
	table->first_users = make_array(table->check_count, sizeof(*table->first_users));
	table->names = name_index_new(table->pool_count + table->server_count);
	table->set = checker_set_new(&table->config->pools.tls);
	return table->pools && table->servers && table->core_servers && table->checks &&
	       table->services && table->first_users && table->names && table->set;
}

/* Returns 0 or a negative errno. */
static int add_check(struct pools_prepared *table, struct check_entry *entry)
{
	uint32_t number = (uint32_t)(entry - table->checks);
	int64_t check;

	entry->check = entry->next_user = POOLS_NONE;
	entry->up = entry->config->kind == CONFIG_CHECK_FILE ||
		    entry->config->rules.initial <= CHECK_INITIAL_FULLY_UP;
	if (entry->config->kind == CONFIG_CHECK_FILE)
		return 0;
	check = checker_set_add(table->set, entry->config);
	if (check < 0)
		return (int)check;
	entry->check = (uint32_t)check;
	if (entry->check < table->set_count) {
		entry->next_user = table->first_users[check];
	} else {
		table->set_count = entry->check + 1;
	}
	table->first_users[check] = number;
	return 0;
}

static struct pool_server_rules make_server_rules(const struct config_real_server *config)
{
	return (struct pool_server_rules){
		.weight = config->weight,
		.inhibit = config->inhibit_on_failure,
		.backup = config->backup,
		.check_count = (uint32_t)config->check_count,
	};
}

/* In the file of states.c: what the next daemon finds it by. */
static uint64_t check_identity(const struct server_entry *server, size_t check)
{
	const struct config_pool *pool = server->pool->config;
	const struct config_endpoint *endpoint = &server->config->endpoint;
	const struct config_check *config = &server->config->checks[check];
	uint32_t kind = config->kind, number = (uint32_t)check;
	uint64_t hash = name_index_hash(NAME_INDEX_SEED, pool->name, strlen(pool->name));

	hash = name_index_hash(hash, &pool->family, sizeof(pool->family));
	hash = name_index_hash(hash, &endpoint->address, sizeof(endpoint->address));
	hash = name_index_hash(hash, &endpoint->port, sizeof(endpoint->port));
	hash = name_index_hash(hash, &config->target.address, sizeof(config->target.address));
	hash = name_index_hash(hash, &config->target.port, sizeof(config->target.port));
	hash = name_index_hash(hash, &kind, sizeof(kind));
	return name_index_hash(hash, &number, sizeof(number));
}

static int fill_server(struct pools_prepared *table, struct pool_entry *pool, size_t index,
		       struct check_entry *checks)
{
	struct server_entry *server = &pool->servers[index];
	struct pool_server *core = &pool->core.servers[index];
	const struct pool_server_rules rules = make_server_rules(&pool->config->servers[index]);
	int error = 0;

	server->config = &pool->config->servers[index];
	server->pool = pool;
	server->checks = checks;
	*core = pool_server_new(&rules);
	for (size_t i = 0; i < server->config->check_count && !error; i++) {
		checks[i].config = &server->config->checks[i];
		checks[i].server = server;
		checks[i].identity = check_identity(server, i);
		error = add_check(table, &checks[i]);
		core->failed_count += !checks[i].up;
	}
	name_index_add(table->names,
		       server_hash((size_t)(pool - table->pools), &server->config->endpoint),
		       (uint32_t)(server - table->servers));
	return error;
}

static bool is_same_place(const struct config_endpoint *one, const struct config_endpoint *other)
{
	return one->port == other->port && address_equal(&one->address, &other->address);
}

/* The real server that is the sorry server, too; server_count: none is. */
static size_t find_sorry(const struct config_pool *config)
{
	size_t i = 0;

	while (i < config->server_count &&
	       !(config->has_sorry &&
		 is_same_place(&config->servers[i].endpoint, &config->sorry.endpoint)))
		i++;
	return i;
}

static struct pool_rules make_pool_rules(const struct config_pool *config, bool report_at_start)
{
	size_t sorry = find_sorry(config);

	return (struct pool_rules){
		.quorum = config->quorum,
		.hysteresis = config->hysteresis,
		.has_sorry = config->has_sorry,
		.sorry_inhibit = config->has_sorry && config->sorry.inhibit_on_failure,
		.sorry_is_server = sorry < config->server_count,
		.sorry_server = sorry,
		.slow_start_ns = config->slow_start_ns,
		.drain_timeout_ns = config->drain_timeout_ns,
		.report_at_start = report_at_start,
	};
}

static int fill_pools(struct pools_prepared *table)
{
	const struct config_pools *config = &table->config->pools;
	size_t server = 0, service = 0, check = 0;
	int error = 0;

	for (size_t i = 0; i < config->count && !error; i++) {
		struct pool_entry *pool = &table->pools[i];

		pool->config = &config->list[i];
		pool->servers = &table->servers[server];
		pool->services = &table->services[service];
		pool->service_count = services_count(config, pool->config);
		services_fill(config, pool->config, pool->services);
		pool->core = (struct pool){
			.rules = make_pool_rules(pool->config, config->notify_at_start),
			.servers = &table->core_servers[server],
			.count = pool->config->server_count};
		name_index_add(table->names, pool_hash(pool->config->name, pool->config->family),
			       (uint32_t)i);
		for (size_t j = 0; j < pool->core.count && !error; j++) {
			error = fill_server(table, pool, j, &table->checks[check]);
			check += pool->config->servers[j].check_count;
		}
		server += pool->core.count;
		service += pool->service_count;
	}
	return error;
}

static uint64_t probe_identity(const struct config_probe *probe)
{
	uint32_t kind = probe->check.kind;
	uint64_t hash = name_index_hash(NAME_INDEX_SEED, probe->name, strlen(probe->name));

	return name_index_hash(hash, &kind, sizeof(kind));
}

static int fill_probes(struct pools_prepared *table)
{
	const struct config_pools *config = &table->config->pools;
	int error = 0;

	for (size_t i = 0; i < config->check_count && !error; i++) {
		struct check_entry *entry = &table->checks[table->probe_first + i];

		entry->probe = &config->checks[i];
		entry->config = &config->checks[i].check;
		entry->identity = probe_identity(entry->probe);
		error = add_check(table, entry);
	}
	return error;
}

/* The files of FILE checks, and who uses them. Returns 0 or -ENOMEM. */
static int find_files(struct pools_prepared *table)
{
	const struct config *config = table->config;

	table->files = calloc(config->file_count + 1, sizeof(*table->files));
	if (!table->files)
		return -ENOMEM;
	table->file_count = config->file_count;
	for (size_t i = 0; i < table->file_count; i++)
		table->files[i] = (struct watched_file){.config = &config->files[i],
							.first_user = POOLS_NONE};
	for (uint32_t i = 0; i < table->probe_first; i++) {
		struct check_entry *entry = &table->checks[i];

		if (entry->config->kind != CONFIG_CHECK_FILE)
			continue;
		for (size_t j = 0; j < table->file_count; j++)
			if (!strcmp(table->files[j].config->name, entry->config->file)) {
				entry->next_user = table->files[j].first_user;
				table->files[j].first_user = i;
			}
	}
	return 0;
}

struct pools_prepared *table_new(const struct config *config)
{
	struct pools_prepared *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->config = config;
	count(table);
	if (allocate(table) && !fill_pools(table) && !fill_probes(table) && !find_files(table))
		return table;
	table_free(table);
	return NULL;
}

static void free_server(struct server_entry *server)
{
	free(server->reason);
	free(server->refused);
}

void table_free(struct pools_prepared *table)
{
	if (!table)
		return;
	for (size_t i = 0; table->servers && i < table->server_count; i++)
		free_server(&table->servers[i]);
	for (size_t i = 0; table->pools && i < table->pool_count; i++) {
		if (table->pools[i].due)
			event_free(table->pools[i].due);
		free(table->pools[i].reason);
		free(table->pools[i].refused);
	}
	if (table->set)
		checker_set_free(table->set);
	name_index_free(table->names);
	free(table->files);
	free(table->first_users);
	free(table->services);
	free(table->checks);
	free(table->core_servers);
	free(table->servers);
	free(table->pools);
	free(table);
}

struct pool_entry *table_find_pool(const struct pools_prepared *table, const char *name,
				   uint8_t family)
{
	uint64_t hash = pool_hash(name, family);
	size_t step = 0;
	uint32_t number;

	while ((number = name_index_find(table->names, hash, &step)) != NAME_INDEX_NONE)
		if (number < table->pool_count && table->pools[number].config->family == family &&
		    !strcmp(table->pools[number].config->name, name))
			return &table->pools[number];
	return NULL;
}

struct server_entry *table_find_server(const struct pools_prepared *table,
				       const struct pool_entry *pool,
				       const struct config_endpoint *endpoint)
{
	uint64_t hash = server_hash((size_t)(pool - table->pools), endpoint);
	size_t step = 0;
	uint32_t number;

	while ((number = name_index_find(table->names, hash, &step)) != NAME_INDEX_NONE)
		if (number < table->server_count && table->servers[number].pool == pool &&
		    is_same_place(&table->servers[number].config->endpoint, endpoint))
			return &table->servers[number];
	return NULL;
}
