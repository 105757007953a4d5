/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a data plane counts, beside the services and servers of a pool. */
#ifndef XBEAT_POOLS_REPORT_COUNTERS_H
#define XBEAT_POOLS_REPORT_COUNTERS_H

#include <jansson.h>

/*
 * pool: as docs/protocol.md has it. counted: of its service with this index, as plane_operations.counters
 * returns it. Adds up what a server has by several services.
 */
void counters_add(json_t *pool, size_t service, const json_t *counted);

#endif
