/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Next programs as the control socket and the event log show them. */
#ifndef XBEAT_DAEMON_SHARING_CHAIN_H
#define XBEAT_DAEMON_SHARING_CHAIN_H

#include "user/control/control.h"
#include "user/kernel/kernel.h"

/* {"path": of a pinned program, "interface"}: without an interface, the only one. */
json_t *chain_call_add(struct kernel *kernel, struct event_log *event_log,
		       struct control_call *call);

/* {"interface"}: without it, the only one that has a next program. */
json_t *chain_call_remove(struct kernel *kernel, struct event_log *event_log,
			  struct control_call *call);

/* Adds the event. */
void chain_report(struct event_log *event_log, const struct chain_change *change);

#endif
