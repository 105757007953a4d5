/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual addresses that something else has put on a node that is not Active. */
#ifndef XBEAT_VRRP_RULES_FOREIGN_H
#define XBEAT_VRRP_RULES_FOREIGN_H

#include "user/net/netlink/interface_monitor.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/node.h"
#include <jansson.h>

/* Whether an address that was added or removed is a reason for foreign_check(). */
bool foreign_concerns(const struct instances *instances, const struct address_event *event);

/*
 * Compares the addresses of this machine with those that its instances hold, and reports what is
 * foreign, and what no longer is. Not before an event of one's own removal has been handled.
 * Returns whether a report has to wait, to limit their rate: then it is to be called again.
 */
bool foreign_check(const struct instances *instances, const struct vrrp_node *node);

/* Appends a sentence about each foreign address of an instance to lines. */
void foreign_explain(const struct instance *instance, json_t *lines);

/* Appends an object for each foreign address of an instance: instance, address, interface. */
void foreign_json(const struct instance *instance, json_t *array);

#endif
