/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names out of the lists in include/xbeat/wire.h. */
#include "user/core/names.h"

const char *instance_state_name(enum xb_instance_state state)
{
	switch (state) {
#define X(value, id, name, meaning)                                                                \
	case XB_INSTANCE_##id:                                                                     \
		return name;
		XB_INSTANCE_STATES(X)
#undef X
	}
	return "unknown";
}

const char *node_state_name(enum xb_node_state state)
{
	switch (state) {
#define X(value, id, name, meaning)                                                                \
	case XB_NODE_##id:                                                                         \
		return name;
		XB_NODE_STATES(X)
#undef X
	}
	return "unknown";
}
