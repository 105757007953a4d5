/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See services.h. */
#include "user/pools/entries/services.h"
#include "user/lib/address.h"
#include <string.h>

static const struct config_server_group *find_group(const struct config_pools *config,
						    const struct config_pool *pool)
{
	for (size_t i = 0; pool->group && i < config->group_count; i++)
		if (!strcmp(config->groups[i].name, pool->group))
			return &config->groups[i];
	return NULL;
}

size_t services_count(const struct config_pools *config, const struct config_pool *pool)
{
	const struct config_server_group *group = find_group(config, pool);
	size_t count = 0;

	if (!group)
		return 1;
	for (size_t i = 0; i < group->entry_count; i++)
		count += group->entries[i].mark ? 1 : group->entries[i].address_count;
	return count;
}

/* The address so many after the first one. */
static struct xb_address nth(struct xb_address address, uint32_t n)
{
	for (size_t i = sizeof(address.bytes); n && i-- > 0;) {
		n += address.bytes[i];
		address.bytes[i] = (uint8_t)n;
		n >>= 8;
	}
	return address;
}

static struct plane_service *fill_entry(const struct config_pool *pool,
					const struct config_group_entry *entry,
					struct plane_service *service)
{
	if (entry->mark) {
		*service++ = (struct plane_service){
			.family = entry->family ? entry->family : pool->family,
			.mark = entry->mark,
			.pool = pool,
		};
		return service;
	}
	for (uint32_t i = 0; i < entry->address_count; i++)
		*service++ = (struct plane_service){
			.family = address_family(&entry->first.address),
			.protocol = pool->protocol,
			.endpoint = {nth(entry->first.address, i), entry->first.port},
			.pool = pool,
		};
	return service;
}

void services_fill(const struct config_pools *config, const struct config_pool *pool,
		   struct plane_service *services)
{
	const struct config_server_group *group = find_group(config, pool);

	for (size_t i = 0; group && i < group->entry_count; i++)
		services = fill_entry(pool, &group->entries[i], services);
	if (!group)
		*services = (struct plane_service){
			.family = pool->family,
			.protocol = pool->mark ? 0 : pool->protocol,
			.endpoint = pool->endpoint,
			.mark = pool->mark,
			.pool = pool,
		};
}

struct plane_server services_server(const struct plane_service *service,
				    const struct config_real_server *config, uint32_t weight)
{
	bool own_port = config->forwarding.method == CONFIG_LVS_NAT && config->endpoint.port;

	return (struct plane_server){
		.endpoint = {config->endpoint.address,
			     own_port ? config->endpoint.port : service->endpoint.port},
		.forwarding = config->forwarding,
		.weight = weight,
		.upper_threshold = config->upper_threshold,
		.lower_threshold = config->lower_threshold,
	};
}
