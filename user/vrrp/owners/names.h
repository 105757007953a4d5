/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The present owners of an instance's addresses. */
#ifndef XBEAT_VRRP_OWNERS_NAMES_H
#define XBEAT_VRRP_OWNERS_NAMES_H

#include "user/lib/event/event_log.h"
#include "user/vrrp/state/instance.h"

/* This node without a heartbeat block, which would name it. */
#define OWNER_SELF "self"
/* Between names, if several nodes own the addresses. */
#define OWNER_SEPARATOR ", "

/* The owners' names, this node's first; an owner that heartbeats do not describe is named after the
 * address of its adverts. "": none is known. */
void owner_names(const struct instance *instance, char names[static EVENT_LOG_STATE_BYTES]);

/* This node's name. */
const char *owner_own_name(const struct instance *instance);

/* Whether the peer owns the addresses, by its heartbeats. */
bool owner_is_peer(const struct instance *instance, const struct peer *peer);

#endif
