/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs in groups, each ended by one without a name. "xbeatctl help" lists them in this order. */
#ifndef XBEAT_CTL_VERBS_VERBS_H
#define XBEAT_CTL_VERBS_VERBS_H

#include "user/ctl/call/verb.h"

extern const struct verb verbs_show[];
extern const struct verb verbs_pool[];
extern const struct verb verbs_inspect[];
extern const struct verb verbs_wire[];
extern const struct verb verbs_screen[];
extern const struct verb verbs_change[];
extern const struct verb verbs_share[];
extern const struct verb verbs_local[];

#endif
