/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/plane/ipvs/users.h"
#include "user/lib/array.h"
#include <stdio.h>
#include <string.h>

static uint64_t bit_of(size_t place)
{
	return UINT64_C(1) << place;
}

uint64_t ipvs_users_find(const struct ipvs_service *service, const struct config_pool *pool)
{
	for (size_t i = 0; i < service->user_count; i++)
		if ((service->item.users & bit_of(i)) &&
		    !strcmp(service->user_names[i], pool->name))
			return bit_of(i);
	return 0;
}

/* Returns a place that has no user. */
static size_t free_place(struct ipvs_service *service)
{
	size_t i = 0;

	while (i < service->user_count && (service->item.users & bit_of(i)))
		i++;
	if (i == service->user_count && i < IPVS_USERS_MAX)
		service->user_names = array_grow(service->user_names, &service->user_count,
						 sizeof(*service->user_names));
	return i;
}

uint64_t ipvs_users_add(struct ipvs_service *service, const struct config_pool *pool)
{
	uint64_t bit = ipvs_users_find(service, pool);
	size_t place;

	if (bit)
		return bit;
	place = free_place(service);
	if (place == IPVS_USERS_MAX)
		return 0;
	snprintf(service->user_names[place], sizeof(*service->user_names), "%s", pool->name);
	service->item.users |= bit_of(place);
	return bit_of(place);
}
