/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network interfaces that the configuration names: a table that the interface monitor keeps up to
 * date, so that no state must be requested when it matters. */
#ifndef XBEAT_NET_INTERFACES_H
#define XBEAT_NET_INTERFACES_H

#include "user/net/netlink/interface_monitor.h"

struct interfaces {
	struct interface_event *list;
	size_t count;
};

/* Returns the state of an interface; a name that is new to the table is looked up now. If there
 * is no such interface, index is 0 and present false. The pointer is valid until the next call
 * with a new name. */
const struct interface_event *interfaces_get(struct interfaces *interfaces, const char *name);

/* Applies a notification. Returns the names whose entries it changed in names, 0 to 2 of them: a
 * rename takes one away and brings another. */
size_t interfaces_update(struct interfaces *interfaces, const struct interface_event *event,
			 char names[2][XB_NAME_BYTES]);

/* Looks up all entries again. */
void interfaces_refresh(struct interfaces *interfaces);

void interfaces_free(struct interfaces *interfaces);

#endif
