/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Active whose tracked link is bad. */
#ifndef XBEAT_VRRP_RULES_BAD_LINK_H
#define XBEAT_VRRP_RULES_BAD_LINK_H

#include "user/vrrp/state/instance.h"

/* Gives the instance up to a better node, if there is one. */
void instance_leave_bad_link(struct instance *instance);

#endif
