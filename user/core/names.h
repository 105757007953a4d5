/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of states, as users and JSON see them. */
#ifndef XBEAT_CORE_NAMES_H
#define XBEAT_CORE_NAMES_H

#include <xbeat/wire.h>

const char *instance_state_name(enum xb_instance_state state);
const char *node_state_name(enum xb_node_state state);

#endif
