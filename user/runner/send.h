/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests from other files of this room. */
#ifndef XBEAT_RUNNER_SEND_H
#define XBEAT_RUNNER_SEND_H

#include "user/runner/child/protocol.h"

struct runner;

/* Returns 0 or a negative errno; never waits. */
int runner_send_request(const struct runner *runner, const struct runner_request *request);

#endif
