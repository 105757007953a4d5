/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What heartbeats mean for an instance. */
#ifndef XBEAT_VRRP_RULES_TAKEOVER_H
#define XBEAT_VRRP_RULES_TAKEOVER_H

#include "user/heartbeat/peers.h"
#include "user/vrrp/state/instance.h"

void instance_peer_changed(struct instance *instance, const struct peer *peer, enum verdict from);
void instance_peer_reported(struct instance *instance, const struct peer *peer);

/* An advert of priority 0 came from source. */
void instance_released(struct instance *instance, const struct xb_address *source,
		       uint64_t arrival_ns);

/* No node has been found to be Active after this node stalled: the best candidate takes over. */
void instance_fill_vacancy(struct instance *instance);

/* No node is Active after the start of this instance; all: each has reported so, else some do not
 * run. The best candidate takes over. */
void instance_fill_cold(struct instance *instance, bool all, const char *reason);

/* An Active yields to one that cannot hear it, whatever the priorities. Returns whether it did. */
bool instance_yield_to_one_way(struct instance *instance, const struct vrrp_advert *advert);

#endif
