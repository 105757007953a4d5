/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration requires of the machine, and the change from one to another. */
#ifndef XBEAT_VRRP_RELOAD_H
#define XBEAT_VRRP_RELOAD_H

#include "user/config/model/config.h"
#include "user/net/interfaces.h"
#include <jansson.h>

struct vrrp_room;

/* What a reload did: names, and for those that were renamed objects with "from" and "to"; under its
 * new name each of these is in changed, too. */
struct instances_changes {
	json_t *added, *changed, *removed, *renamed;
	size_t unchanged_count;
};

/*
 * Whether this machine has what the configuration names: interfaces, and no VIP as the only address
 * to advertise from. An interface without an address is warned of. from: the running configuration
 * (NULL: none); what an instance has lost since inhibits that instance alone, and does not prevent
 * changes of others. Returns 0, or a negative errno with a message that says what to do.
 */
int instances_check(const struct config *config, const struct config *from,
		    struct interfaces *interfaces, char *message, size_t bytes);

/* Changes to a configuration that instances_check() has accepted. Instances whose configuration has
 * not changed continue undisturbed. The earlier configuration may be freed afterwards. */
void instances_reload(struct vrrp_room *room, const struct config *from, const struct config *to,
		      struct instances_changes *changes);

#endif
