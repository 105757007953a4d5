/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs of others that packets meet on their way through an interface and those below it, at
 * XDP and at the ingress of tc. */
#ifndef XBEAT_KERNEL_SHARE_WAY_H
#define XBEAT_KERNEL_SHARE_WAY_H

#include <jansson.h>
#include <net/if.h>

#define WAY_STEPS_MAX 32

struct way_step {
	unsigned interface_index;
	char interface[IF_NAMESIZE];
	char carries[IF_NAMESIZE]; /* the interface above, whose packets come through; "": none */
};

struct way {
	struct way_step steps[WAY_STEPS_MAX];
	size_t count;
};

/* Finds the interface, which is the first step, and those below it: ports of a bond or bridge, the
 * interface of a VLAN. Those beyond WAY_STEPS_MAX are left out. */
void way_find(const char *interface, struct way *way);

/* Returns a new JSON array: {"interface", "hook": "xdp" or "tc", "text": which program it is and what
 * it means, "program_id", "program"}; only root sees all. */
json_t *way_json(const struct way *way);

/* Only the filters of tc, a limited number of them: {"interface", "kind", "priority", "before_ours",
 * "text", "program_id", "name"}. Needs no privileges; it waits for the lock of network configuration.
 * Returns NULL if they are unknown. */
json_t *way_filters_json(const struct way *way);

#endif
