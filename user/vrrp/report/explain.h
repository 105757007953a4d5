/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl explain". */
#ifndef XBEAT_VRRP_REPORT_EXPLAIN_H
#define XBEAT_VRRP_REPORT_EXPLAIN_H

#include <jansson.h>

struct instance;
struct vrrp_room;

/* Returns new JSON. */
json_t *instance_explain(struct instance *instance);

/* Adds a sentence about each of the first few instances. */
void instances_explain(const struct vrrp_room *room, json_t *lines);

#endif
