/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notifies programs and FIFOs of changes, in keepalived's words. Nothing here waits. */
#ifndef XBEAT_VRRP_NOTIFY_NOTIFY_H
#define XBEAT_VRRP_NOTIFY_NOTIFY_H

#include "user/runner/runner.h"

enum notify_event {
	NOTIFY_MASTER,
	NOTIFY_BACKUP,
	NOTIFY_FAULT,
	NOTIFY_STOP,
	NOTIFY_DELETED,
	NOTIFY_MASTER_RX_LOWER_PRI, /* only its own command and the FIFO */
	NOTIFY_MASTER_PRIORITY, /* priority changed while MASTER; only with notify_priority_changes */
	NOTIFY_BACKUP_PRIORITY,
};

struct notify;

/* Opens the FIFOs, creating those that are missing, and starts their scripts. A FIFO that cannot be
 * opened is logged and left out. Returns NULL without memory. */
struct notify *notify_start(struct event_base *base, struct runner *runner,
			    const struct config *config);

/* Changes to a new configuration; unchanged FIFOs stay open. */
void notify_reload(struct notify *notify, const struct config *config);

/* How often a FIFO was refused, because others can change it. */
unsigned notify_refused_count(const struct notify *notify);

void notify_stop(struct notify *notify);

/* Runs the commands for the event, and "notify" with INSTANCE NAME STATE PRIORITY appended;
 * writes the same line to the FIFOs. */
void notify_instance(struct notify *notify, const struct config_instance *instance,
		     enum notify_event event, uint8_t priority);

/* Likewise GROUP NAME STATE PRIORITY; a group's priority is 0. */
void notify_group(struct notify *notify, const struct config_group *group, enum notify_event event);

/* Writes the line alone; no command runs. */
void notify_instance_line(struct notify *notify, const struct config_instance *instance,
			  enum notify_event event, uint8_t priority);
void notify_group_line(struct notify *notify, const struct config_group *group,
		       enum notify_event event);

#endif
