/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration at the start: where xbeatd runs, and under which name. */
#ifndef XBEAT_DAEMON_RUN_CONFIGURE_H
#define XBEAT_DAEMON_RUN_CONFIGURE_H

#include "user/daemon/daemon.h"
#include "user/daemon/start/options.h"

/*
 * Enters the network namespace, reads the configuration, prints diagnostics to stderr, and sets the
 * daemon's name. With options->test_only it enters nothing and does not ask which node this is.
 * Returns 0 or a negative errno; an error is logged.
 */
int configure(struct daemon *daemon, const struct options *options);

/* The namespace that is entered, or NULL. */
const char *configure_net_namespace(const struct daemon *daemon, const struct options *options);

#endif
