/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs of others that packets meet on their way through an interface and those below it, at
 * XDP and at the ingress of tc. */
#ifndef XBEAT_KERNEL_SHARE_WAY_H
#define XBEAT_KERNEL_SHARE_WAY_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#define WAY_STEPS_MAX 32
#define WAY_PROGRAMS_MAX 64

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

/*
 * Returns a new JSON array of about WAY_PROGRAMS_MAX at most: {"interface", "hook": "xdp" or "tc",
 * "before_ours", "text": which program it is and what it means, "program_id", "program"}, in tc
 * also "kind", "priority" and the filter's "name". Only root gets the names of XDP programs.
 * attached: what is at XDP on the first interface is ours, or calls ours. Then NULL if the filters
 * there are unknown. own_id: of our program, whose name a daemon cannot know later; 0: none. It
 * waits for the lock of network configuration.
 */
json_t *way_json(const struct way *way, bool attached, uint32_t own_id);

#endif
