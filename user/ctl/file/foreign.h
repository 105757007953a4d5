/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What "xbeatctl check" finds on the interfaces of a configuration. */
#ifndef XBEAT_CTL_FILE_FOREIGN_H
#define XBEAT_CTL_FILE_FOREIGN_H

#include "user/config/model/config.h"
#include <jansson.h>

/* Returns a new JSON array of the programs of others on the way of heartbeats and adverts, on this
 * machine and in this network namespace; only root sees all (way.h). */
json_t *foreign_programs(const struct config *config);

#endif
