/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pools that use a service: those of one group share its marks, and a reload may give what one
 * pool had to another. A service, and each server, goes with its last user.
 */
#ifndef XBEAT_PLANE_IPVS_USERS_H
#define XBEAT_PLANE_IPVS_USERS_H

#include "user/plane/ipvs/table.h"

/* Of one service; a bit each in `users` of it and of its servers. */
#define IPVS_USERS_MAX 64

/* The pool uses the service from now on. Returns its bit; 0: there are too many. */
uint64_t ipvs_users_add(struct ipvs_service *service, const struct config_pool *pool);

/* Returns its bit; 0: it does not use the service. */
uint64_t ipvs_users_find(const struct ipvs_service *service, const struct config_pool *pool);

#endif
