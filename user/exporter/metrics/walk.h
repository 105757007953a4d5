/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What metrics are about: each peer, link, instance … of a snapshot, with its labels. */
#ifndef XBEAT_EXPORTER_METRICS_WALK_H
#define XBEAT_EXPORTER_METRICS_WALK_H

#include "user/exporter/metrics/writer.h"
#include <jansson.h>

/* labels: ended by a NULL name; room for METRICS_LABELS_MAX. */
typedef void walk_visit(void *context, const json_t *object, const struct metrics_label *labels);

typedef void walk(const json_t *snapshot, walk_visit *visit, void *context);

/* The member of an object with a path as "adverts.sent"; NULL: there is none. */
json_t *walk_member(const json_t *object, const char *path);

walk walk_status; /* no labels */
walk walk_peers; /* peer */
walk walk_links; /* peer, interface, address */
walk walk_own_links; /* interface */
walk walk_interfaces; /* interface */
walk walk_instances; /* instance */
walk walk_tracked; /* kind, name */
walk walk_apps; /* app */
walk walk_keepalived; /* iname, intf, vrid, state: of each instance */
walk walk_keepalived_addresses; /* iname, intf, vrid, ip_address */
walk walk_keepalived_scripts; /* name */

/* keepalived's number of an instance's state, 0 to 3; -1: unknown. */
int walk_keepalived_state(const json_t *instance);

#endif
