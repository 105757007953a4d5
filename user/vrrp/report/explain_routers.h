/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl explain": whose adverts count, and the last that was refused. */
#ifndef XBEAT_VRRP_REPORT_EXPLAIN_ROUTERS_H
#define XBEAT_VRRP_REPORT_EXPLAIN_ROUTERS_H

#include <jansson.h>

struct instance;

void instance_explain_routers(const struct instance *instance, json_t *lines);

#endif
