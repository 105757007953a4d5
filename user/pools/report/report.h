/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is shown of pools, as JSON and in sentences. Changes nothing. */
#ifndef XBEAT_POOLS_REPORT_REPORT_H
#define XBEAT_POOLS_REPORT_REPORT_H

#include "user/pools/entries/select.h"
#include "user/pools/pools.h"
#include <jansson.h>

/*
 * Pools with their servers, as new JSON. name: only this pool; NULL: all. skip: so many servers. With
 * the member "next" there are more: that is the next skip.
 */
json_t *pools_json_of(const struct pools *pools, const char *name, size_t skip);

/* The first pools and servers. */
json_t *pools_json(const struct pools *pools);

/* How many there are and how many are well, as new JSON: "pools", "quorum", "servers", "up". */
json_t *pools_counts_json(const struct pools *pools);

/* Explains the selected servers in sentences; new JSON. NULL: none is selected. */
json_t *pools_explain(const struct pools *pools, const struct pools_selection *selection);

#endif
