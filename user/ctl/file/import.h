/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of what "xbeatctl import" reports, as JSON. */
#ifndef XBEAT_CTL_FILE_IMPORT_H
#define XBEAT_CTL_FILE_IMPORT_H

#include "user/config/model/config.h"
#include <jansson.h>

/*
 * Returns a heartbeat block for the cluster of this configuration, as a new object: block (its
 * text), interface, nodes, instances (that can use it), complete (false: replace, an array, lists
 * the example addresses in it), and reason. Without a block only reason.
 * If the configuration names all nodes, each node of the cluster gets the same block.
 */
json_t *import_heartbeat(const struct config *config);

/* Returns what the configuration has, as a new array of objects: kind, count, names, text. */
json_t *import_works(const struct config *config);

#endif
