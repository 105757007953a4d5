/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For how long servers have been up or down: what the directors of a cluster compare. */
#ifndef XBEAT_POOLS_REPORT_AGES_H
#define XBEAT_POOLS_REPORT_AGES_H

#include "user/pools/pools.h"

/* Calls found for each server that has been down for so long. */
void pools_list_down(const struct pools *pools, uint64_t age_ns,
		     void (*found)(void *context, const char *pool, const char *server),
		     void *context);

/* Whether the server of this pool ("10.0.0.1:80") is there, is checked, and has been up so long. */
bool pools_is_up(const struct pools *pools, const char *pool, const char *server, uint64_t age_ns);

#endif
