/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "xbeatctl explain": adverts that do not leave this node, and adverts that are refused here. */
#ifndef XBEAT_VRRP_REPORT_EXPLAIN_ADVERTS_H
#define XBEAT_VRRP_REPORT_EXPLAIN_ADVERTS_H

#include "user/lib/address.h"
#include "user/lib/time.h"
#include <jansson.h>
#include <stdbool.h>
#include <xbeat/map.h>

struct instance;

/* Faults of adverts that are older are not reported. */
#define EXPLAIN_FAULT_AGE_NS (60 * NS_PER_SECOND)

#define INSTANCE_NODE_BYTES (XB_NAME_BYTES + ADDRESS_TEXT_BYTES + 4)

/* "node-b (10.0.0.2)", or the address alone. Returns text. */
const char *instance_node_text(const struct instance *instance, const struct xb_address *address,
			       char text[static INSTANCE_NODE_BYTES]);

/* What this Active advertises, and whether that leaves the machine. */
void instance_explain_sending(const struct instance *instance, json_t *lines);

/* Whether adverts have been refused here of late: the sentences about differences give the
 * reason. */
bool instance_refuses_adverts(const struct instance *instance);

/* Where the configurations of others seem to differ from this node's. */
void instance_explain_differences(const struct instance *instance, json_t *lines);

#endif
