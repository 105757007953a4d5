/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When addresses are announced otherwise than by each instance. */
#ifndef XBEAT_CONFIG_MODEL_GARP_H
#define XBEAT_CONFIG_MODEL_GARP_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* garp_extra_if: announces an address on each interface where no adverts leave that would keep the
 * MAC address in the tables of switches: one with a virtual MAC, or any. */
struct config_garp_extra {
	uint64_t interval_ns; /* 0: none */
	bool all;
};
#define CONFIG_GARP_EXTRA_UNSET UINT64_MAX

#define CONFIG_GARP_INTERVAL_MAX_NS (4294 * UINT64_C(1000000000))

/* garp_group: the least time between two announcements on any of its interfaces; 0: none. Each
 * interface is in one group at most. */
struct config_garp_group {
	char (*interfaces)[IF_NAMESIZE];
	size_t interface_count;
	uint64_t garp_interval_ns, gna_interval_ns;
};

#endif
