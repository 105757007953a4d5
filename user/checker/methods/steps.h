/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What TCP_CHECK sends and expects on its connection. */
#ifndef XBEAT_CHECKER_METHODS_STEPS_H
#define XBEAT_CHECKER_METHODS_STEPS_H

#include "user/checker/methods/method.h"

/* Makes the check's steps on a connected socket, which it closes, and ends the run. run->phase is 1
 * from here on. */
void steps_begin(struct run *run, int fd);

/* The method's cancel() and expired() from then on. */
void steps_cancel(struct run *run);
void steps_expired(struct run *run);

#endif
