/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each part of a snapshot has a rule, which appends what is wrong with it. */
#ifndef XBEAT_HEALTH_RULES_H
#define XBEAT_HEALTH_RULES_H

#include <jansson.h>

void health_of_node(const json_t *snapshot, json_t *problems);
void health_of_interfaces(const json_t *snapshot, json_t *problems);
void health_of_peers(const json_t *snapshot, json_t *problems);
void health_of_owners(const json_t *snapshot, json_t *problems);
void health_of_instances(const json_t *snapshot, json_t *problems);
void health_of_pools(const json_t *snapshot, json_t *problems);
void health_of_tracked(const json_t *snapshot, json_t *problems);

#endif
