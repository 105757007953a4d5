/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl explain". */
#ifndef XBEAT_VRRP_EXPLAIN_H
#define XBEAT_VRRP_EXPLAIN_H

#include "user/vrrp/state/instances.h"

/* Returns new JSON. */
json_t *instance_explain(const struct instance *instance);

/* Adds a sentence about each of the first few instances. */
void instances_explain(const struct instances *instances, json_t *lines);

#endif
