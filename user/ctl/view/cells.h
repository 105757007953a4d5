/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cells of one-line views that are made of several members. Each is a new text, to be freed. */
#ifndef XBEAT_CTL_VIEW_CELLS_H
#define XBEAT_CTL_VIEW_CELLS_H

#include <jansson.h>

char *cell_verdict(const json_t *peer); /* "up, degraded" */
char *cell_explained(const json_t *explanation); /* the name of what is explained */
char *cell_explained_state(const json_t *explanation); /* its state, or the verdict on it */
char *cell_explained_age(const json_t *explanation); /* of that; of this node unknown */
char *cell_links(const json_t *peer); /* "eth0:up eth1:down" */
char *cell_node(const json_t *status); /* "node-a" */
char *cell_node_state(const json_t *node); /* of a node of the cluster: its verdict, or its state */
char *cell_interfaces(const json_t *status); /* "eth0:native eth1:DETACHED" */
char *cell_mode(const json_t *interface); /* "native", or "DETACHED" */
char *cell_runs(const json_t *next); /* of a next program: "runs", or "NOT-RUN" */
char *cell_key_state(const json_t *key); /* "active", "accepted", or "not-here" */
char *cell_key_nodes(const json_t *key); /* that have it: "node-b,node-c" or "none" */
char *cell_state_age(const json_t *instance);
char *cell_owners(const json_t *instance); /* of an instance of the cluster: "node-a" or "none" */
char *cell_value(const json_t *tracked); /* the number in a file, or "" */

#endif
