/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rule of sync groups; see sync_group.h. */
#include "user/core/vrrp/sync_group.h"
#include "user/lib/address.h"
#include <stdio.h>

const char *sync_group_inhibitor(const struct sync_group_member *members, size_t count, size_t self,
				 char *text, size_t bytes)
{
	for (size_t i = 0; i < count; i++) {
		if (i == self || !members[i].inhibitor)
			continue;
		snprintf(text, bytes, "%s of its sync group cannot run: %s", members[i].name,
			 members[i].inhibitor);
		return text;
	}
	return NULL;
}

static bool is_ready(const struct sync_group_member *member)
{
	return !member->inhibitor &&
	       (member->vrrp->state == XB_INSTANCE_ACTIVE || member->vrrp->ready_for_group);
}

static void describe_unready(const struct sync_group_member *member, char *text, size_t bytes)
{
	const struct vrrp *vrrp = member->vrrp;
	char address[ADDRESS_TEXT_BYTES];

	if (member->inhibitor)
		snprintf(text, bytes, "%s cannot run: %s", member->name, member->inhibitor);
	else if (vrrp->state == XB_INSTANCE_INITIALIZE)
		snprintf(text, bytes, "%s is not started", member->name);
	else if (vrrp->holding)
		snprintf(text, bytes, "%s holds: %s", member->name, vrrp->reason);
	else if (vrrp->active_priority == VRRP_PRIORITY_RELEASE)
		snprintf(text, bytes, "%s still waits for adverts", member->name);
	else
		snprintf(text, bytes, "%s follows %s (priority %u)", member->name,
			 address_format(&vrrp->active_address, address), vrrp->active_priority);
}

bool sync_group_may_become_active(const struct sync_group_member *members, size_t count,
				  size_t self, char *reason, size_t bytes)
{
	char text[2 * VRRP_REASON_BYTES];
	size_t first = count;
	size_t ready = 0;

	for (size_t i = 0; i < count; i++) {
		if (i == self || is_ready(&members[i]))
			ready++;
		else if (first == count)
			first = i;
	}
	if (ready == count)
		return true;
	describe_unready(&members[first], text, sizeof(text));
	snprintf(reason, bytes, "only %zu of %zu in its sync group ready: %s", ready, count, text);
	return false;
}
