/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The routes and rules of an instance. */
#ifndef XBEAT_VRRP_EFFECTS_ROUTES_H
#define XBEAT_VRRP_EFFECTS_ROUTES_H

#include "user/vrrp/state/instance.h"

/* Adds them all, or removes them. */
void instance_change_routes(struct instance *instance, bool add);

#endif
