/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From states to the events that programs and FIFOs are notified of. */
#ifndef XBEAT_VRRP_EFFECTS_NOTIFY_H
#define XBEAT_VRRP_EFFECTS_NOTIFY_H

#include "user/vrrp/state/instance.h"

/* Of the state as it is now. */
void instance_notify(struct instance *instance);

/* In Initialize: of a Backup that waits for vrrp_startup_delay alone, else of a fault; not of an
 * owner that waits so, which is neither, nor while a tracked thing has no result yet. Returns
 * whether that is news. */
bool instance_notify_inhibited(struct instance *instance);
void instance_notify_priority(struct instance *instance);
void instance_notify_lower_rival(struct instance *instance);

#endif
