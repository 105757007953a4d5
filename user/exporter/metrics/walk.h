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

#define WALK_LABEL_BYTES 32

/* A member as the value of a label. text: room for one that is not a string. */
const char *walk_label(const json_t *member, char text[static WALK_LABEL_BYTES]);

walk walk_snapshot; /* no labels */
walk walk_peers; /* peer */
walk walk_nodes; /* peer: other nodes as the cluster's list has them */
walk walk_links; /* peer, interface, address */
walk walk_link_histograms; /* likewise */
walk walk_own_links; /* interface */
walk walk_interfaces; /* interface */
walk walk_instances; /* vrrp_instance: "instance" is a label of Prometheus itself */
walk walk_routers; /* vrrp_instance, vrid, interface */
walk walk_takeovers; /* vrrp_instance, cause */
walk walk_tracked; /* kind, name */
walk walk_apps; /* app */
walk walk_pool_workers; /* no labels: checker and data plane, if there are pools */
walk walk_pools; /* pool */
walk walk_servers; /* pool, server */
walk walk_checks; /* pool, server, check: its number, kind */
walk walk_keepalived; /* iname, intf, vrid, state: of each instance */
walk walk_keepalived_addresses; /* iname, intf, vrid, ip_address */
walk walk_keepalived_scripts; /* name */
walk walk_keepalived_services; /* addr, proto: of each virtual address */
walk walk_keepalived_servers; /* likewise, of each server: sums over all pools */

#endif
