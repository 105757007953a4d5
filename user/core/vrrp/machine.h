/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps and conditions that the halves of the state machine share, vrrp.c and advert.c;
 * private to them. */
#ifndef XBEAT_CORE_VRRP_MACHINE_H
#define XBEAT_CORE_VRRP_MACHINE_H

#include "user/core/vrrp/vrrp.h"

void vrrp_arm(struct vrrp *vrrp, uint64_t due_ns);
void vrrp_send(struct vrrp *vrrp, uint8_t priority, uint64_t now_ns, struct vrrp_actions *actions);
void vrrp_change_state(struct vrrp *vrrp, enum xb_instance_state state, uint64_t now_ns,
		       struct vrrp_actions *actions);
void vrrp_become_backup(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions);

/* Whether the advert arrived before its sender was found to be lost. */
bool vrrp_advert_is_outdated(const struct vrrp *vrrp, const struct vrrp_advert *advert);

/* Whether a Backup follows an Active of this priority (section 6.4.2). An owner preempts in any
 * case (section 6.1, Preempt_Mode). */
bool vrrp_backup_accepts(const struct vrrp *vrrp, uint8_t priority);

/* Whether this Active stalled for so long that it has a successor, which it may not preempt. */
bool vrrp_has_overslept(const struct vrrp *vrrp, uint64_t now_ns);

/* In advert.c. rival: what shows the successor, or NULL. */
void vrrp_leave_to_successor(struct vrrp *vrrp, const struct vrrp_advert *rival, uint64_t now_ns,
			     struct vrrp_actions *actions);

#endif
