/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's process events, by its connector. */
#ifndef XBEAT_RUNNER_CHILD_PROC_CONNECTOR_H
#define XBEAT_RUNNER_CHILD_PROC_CONNECTOR_H

#include <event2/event.h>

/* From now on calls happened whenever a process starts, changes its name, executes another
 * program or ends, and when events were lost. Returns 0, or a negative errno if the kernel gives
 * us no events. */
int proc_connector_start(struct event_base *base, void (*happened)(void *context), void *context);

#endif
