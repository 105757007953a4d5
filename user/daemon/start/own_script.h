/* SPDX-License-Identifier: GPL-2.0-or-later */
/* startup_script and shutdown_script: they run before everything else starts and after it has
 * stopped, so there is no loop that waiting for them could delay. */
#ifndef XBEAT_DAEMON_START_OWN_SCRIPT_H
#define XBEAT_DAEMON_START_OWN_SCRIPT_H

#include "user/config/model/config.h"
#include "user/starter/starter.h"
#include <sys/types.h>

/*
 * Runs a script by a runner of its own, and waits for its end or its timeout, when it is killed.
 * keyword: for the log, which has the result; xbeatd goes on with any. Does nothing without a
 * script. Returns 0, or -EINTR if SIGTERM or SIGINT came before its end: it gets SIGTERM, too.
 */
int own_script_run(const char *keyword, const struct config_own_script *script,
		   struct starter *starter, mode_t mask);

#endif
