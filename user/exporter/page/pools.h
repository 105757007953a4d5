/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the page shows of server pools. */
#ifndef XBEAT_EXPORTER_PAGE_POOLS_H
#define XBEAT_EXPORTER_PAGE_POOLS_H

#include <jansson.h>

/* A new object of that of a snapshot; NULL: there are no pools. */
json_t *view_pools(const json_t *pools);

#endif
