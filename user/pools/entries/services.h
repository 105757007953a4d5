/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The services of the data plane that a pool consists of: one, or those of its group. */
#ifndef XBEAT_POOLS_ENTRIES_SERVICES_H
#define XBEAT_POOLS_ENTRIES_SERVICES_H

#include "user/plane/plane.h"

/* How many services the pool has. */
size_t services_count(const struct config_pools *config, const struct config_pool *pool);

/* Writes them. */
void services_fill(const struct config_pools *config, const struct config_pool *pool,
		   struct plane_service *services);

/* The server as the service has it: with NAT its own port, otherwise that of the service. */
struct plane_server services_server(const struct plane_service *service,
				    const struct config_real_server *config, uint32_t weight);

#endif
