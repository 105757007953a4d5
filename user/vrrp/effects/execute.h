/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does what the state machine asks for. */
#ifndef XBEAT_VRRP_EFFECTS_EXECUTE_H
#define XBEAT_VRRP_EFFECTS_EXECUTE_H

#include "user/vrrp/state/instance.h"

/* Does what the actions ask for, arms the timer and reports. */
void instance_act(struct instance *instance, const struct vrrp_actions *actions);

/* Notifies of an instance that cannot take part. One that only waits for vrrp_startup_delay is no fault, as in
 * keepalived. */
void instance_tell_fault(struct instance *instance);

#endif
