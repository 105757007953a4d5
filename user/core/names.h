/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of states and kinds, as users and JSON see them. */
#ifndef XBEAT_CORE_NAMES_H
#define XBEAT_CORE_NAMES_H

#include "user/config/model/config.h"
#include <xbeat/wire.h>

const char *instance_state_name(enum xb_instance_state state);
const char *node_state_name(enum xb_node_state state);
const char *track_kind_name(enum config_track_kind kind);

#endif
