/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl tracking". */
#ifndef XBEAT_VRRP_TRACKING_H
#define XBEAT_VRRP_TRACKING_H

#include <jansson.h>
#include <stdbool.h>

struct vrrp_room;

/* Returns a new array of all that instances track, each thing once: what has a block of its own,
 * then interfaces, nodes and links. */
json_t *instances_tracking_json(const struct vrrp_room *room);

/* A vrrp_check has another result, or its first. */
void instances_check_changed(const struct vrrp_room *room, const char *name, bool up,
			     const char *reason);

#endif
