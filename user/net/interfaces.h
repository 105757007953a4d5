/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of the network interfaces that the configuration names: a table kept up to date by the
 * link monitor, so that nothing has to be asked when it matters. */
#ifndef XBEAT_NET_INTERFACES_H
#define XBEAT_NET_INTERFACES_H

#include "user/net/link_monitor.h"

struct interfaces {
	struct link_event *list;
	size_t count;
};

/* Returns what an interface is like; one that was not asked for before is looked up now. index 0 and
 * present false: there is none. The pointer is good until the next call with a new name. */
const struct link_event *interfaces_get(struct interfaces *interfaces, const char *name);

/* Takes a notification. Returns the names of what it changed in names, 0 to 2 of them: a rename
 * takes one away and brings another. */
size_t interfaces_update(struct interfaces *interfaces, const struct link_event *event,
			 char names[2][XB_NAME_BYTES]);

/* Looks all of them up again. */
void interfaces_refresh(struct interfaces *interfaces);

void interfaces_free(struct interfaces *interfaces);

#endif
