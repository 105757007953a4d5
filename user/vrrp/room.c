/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What several doors do to the room. */
#include "user/vrrp/room.h"
#include "user/config/model/config.h"
#include "user/kernel/kernel.h"
#include "user/vrrp/rules/expiry.h"
#include "user/vrrp/state/instances.h"

void room_look(struct vrrp_room *room)
{
	instances_look(&room->instances, room->services.kernel);
}

bool room_releases_isolated(const struct vrrp_room *room)
{
	const struct config *config = room->node.config; /* NULL: not started */

	return config && config->heartbeat && config->heartbeat->release_isolated;
}
