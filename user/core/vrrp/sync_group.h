/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keepalived's sync groups, as a pure module: all members are ready before any becomes Active, and
 * all follow a change of one. When each function is called:
 *
 * - Before a member is started: sync_group_inhibitor(). With one, it stays in Initialize, or goes
 *   there.
 * - When a member's timer is due: sync_group_may_become_active(), whose reason is the group_reason
 *   of struct vrrp_timer_view. Before that, vrrp_hear() for each member.
 * - After a member has become Active or Backup: vrrp_follow_group() for all others.
 */
#ifndef XBEAT_CORE_VRRP_SYNC_GROUP_H
#define XBEAT_CORE_VRRP_SYNC_GROUP_H

#include "user/core/vrrp/vrrp.h"

struct sync_group_member {
	const char *name;
	const struct vrrp *vrrp;
	const char *inhibitor; /* a clause: why it cannot run itself; NULL: it can */
};

/* Returns text, filled with which other member cannot run and why; or NULL, with text untouched. */
const char *sync_group_inhibitor(const struct sync_group_member *members, size_t count, size_t self,
				 char *text, size_t bytes);

/* Whether all other members are Active or ready; if not, reason names the first that is not. */
bool sync_group_may_become_active(const struct sync_group_member *members, size_t count,
				  size_t self, char *reason, size_t bytes);

#endif
