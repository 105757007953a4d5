/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs of others that packets meet on an interface, at XDP and at the ingress of tc. */
#ifndef XBEAT_KERNEL_SHARE_WAY_H
#define XBEAT_KERNEL_SHARE_WAY_H

#include <jansson.h>

/* Returns a new JSON array: {"interface", "hook": "xdp" or "tc", "text": which program it is and what
 * it means, "program_id", "program"}. carries: the interface whose packets come through this one; or
 * NULL: it is the configured one. */
json_t *way_json(const char *interface, const char *carries);

#endif
