/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's process events, by its connector. */
#ifndef XBEAT_RUNNER_CHILD_PROC_CONNECTOR_H
#define XBEAT_RUNNER_CHILD_PROC_CONNECTOR_H

#include <event2/event.h>

/* Calls happened, until the process ends, whenever a process was started, named, executed another
 * program or ended, or when events were lost. Returns 0 or a negative errno: the kernel has none for us. */
int proc_events_start(struct event_base *base, void (*happened)(void *context), void *context);

#endif
