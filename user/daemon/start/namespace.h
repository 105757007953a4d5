/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net_namespace: the network namespace in which xbeatd runs. */
#ifndef XBEAT_DAEMON_START_NAMESPACE_H
#define XBEAT_DAEMON_START_NAMESPACE_H

#include <stddef.h>

/*
 * Enters a namespace that "ip netns" has named, with everything that is opened, forked or started
 * as a thread from here on. Returns 0 or a negative errno with the reason in message.
 */
int namespace_enter(const char *name, char *message, size_t bytes);

/* Whether there is such a namespace, likewise, without entering it. */
int namespace_check(const char *name, char *message, size_t bytes);

#endif
