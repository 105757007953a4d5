/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl vrrp". */
#ifndef XBEAT_VRRP_JSON_H
#define XBEAT_VRRP_JSON_H

#include "user/vrrp/state/instances.h"

/* Each returns new JSON. */
json_t *instances_json(const struct instances *instances);
json_t *instance_obstacles_json(const struct instance *instance);

#endif
