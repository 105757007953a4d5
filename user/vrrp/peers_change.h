/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instances while a reload changes the peers (heartbeat/change.h). */
#ifndef XBEAT_VRRP_PEERS_CHANGE_H
#define XBEAT_VRRP_PEERS_CHANGE_H

#include "user/heartbeat/change.h"

struct vrrp_room;

/* Ends what awaits answers of single peers: claims are made again, adverts are decided again. */
void instances_before_peers_change(struct vrrp_room *room);

/* The peers are those of change->heartbeat now. */
void instances_after_peers_change(struct vrrp_room *room, const struct peers_change *change);

/* Takes in what all peers report, for events that may have been lost. */
void instances_hear_all(struct vrrp_room *room);

#endif
