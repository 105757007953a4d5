/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The routes and rules of an instance. */
#ifndef XBEAT_VRRP_EFFECTS_ROUTES_H
#define XBEAT_VRRP_EFFECTS_ROUTES_H

#include "user/net/routes.h"
#include "user/vrrp/state/instance.h"

/* Adds them all, or removes them. */
void instance_change_routes(struct instance *instance, bool add);

/* Adds those that are missing, without those that are not tracked; they are held. */
struct routes_restored instance_restore_routes(struct instance *instance);

#endif
