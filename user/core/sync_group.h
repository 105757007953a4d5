/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keepalived's sync groups, as a pure module: all members are ready before any becomes Active, and where
 * one goes, all go. Who asks when:
 *
 * - Before a member is started: sync_group_inhibitor(). With one, it stays in Initialize, or goes there.
 * - When a member's timer is due: sync_group_may_become_active(), whose reason is the group_reason of
 *   struct vrrp_timer_view. A Backup that is ready is not told of unchanged adverts until its timer is due
 *   again, so each ready member's newest advert is to be shown to vrrp_advert_received() before that.
 * - After a member has become Active or Backup: vrrp_follow_group() for all others.
 */
#ifndef XBEAT_CORE_SYNC_GROUP_H
#define XBEAT_CORE_SYNC_GROUP_H

#include "user/core/vrrp.h"

struct sync_group_member {
	const char *name;
	const struct vrrp *vrrp;
	const char *inhibitor; /* a clause: why it cannot run, of its own accord; NULL: it can */
};

/* Returns text, filled with which other member cannot run and why; or NULL, with text untouched. */
const char *sync_group_inhibitor(const struct sync_group_member *members, size_t count, size_t self,
				 char *text, size_t bytes);

/* Whether all other members are Active or ready to be; if not, reason tells of the first that is not. */
bool sync_group_may_become_active(const struct sync_group_member *members, size_t count,
				  size_t self, char *reason, size_t bytes);

#endif
