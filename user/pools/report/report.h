/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is shown of pools, as JSON and in sentences. Changes nothing. */
#ifndef XBEAT_POOLS_REPORT_REPORT_H
#define XBEAT_POOLS_REPORT_REPORT_H

#include "user/pools/pools.h"
#include <jansson.h>

/* All pools with their servers, as new JSON. */
json_t *pools_json(const struct pools *pools);

/* Explains a server, or all servers with this address, in sentences; new JSON. NULL: no such one. */
json_t *pools_explain(const struct pools *pools, const char *server);

#endif
