/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon name where none is given: that of the network namespace, the instance or both, else
 * one made of keepalived's -p, so that several can run on one machine.
 */
#ifndef XBEAT_DAEMON_START_DAEMON_NAME_H
#define XBEAT_DAEMON_START_DAEMON_NAME_H

#include "user/daemon/start/options.h"
#include <xbeat/map.h>

/* Writes the name. net_namespace, instance: of the configuration; NULL: not given. */
void daemon_name_choose(char name[static XB_DAEMON_NAME_BYTES], const struct options *options,
			const char *net_namespace, const char *instance);

#endif
