/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches how many processes of a name or a command line run. */
#ifndef XBEAT_RUNNER_CHILD_WATCH_PROCESS_H
#define XBEAT_RUNNER_CHILD_WATCH_PROCESS_H

#include "user/runner/child/child.h"

/* Failures are logged: there is no watch then. */
void watch_process_add(struct runner_child *child, const struct runner_request *request);

/* Ignores a number that is no such watch's. */
void watch_process_remove(struct runner_child *child, uint32_t number);

#endif
