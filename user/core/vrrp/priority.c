/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Priorities that follow tracked objects, as in keepalived. */
#include "user/core/vrrp/vrrp.h"

uint8_t vrrp_weighted_priority(uint8_t base, int weights)
{
	int priority = base + weights;

	if (base == VRRP_PRIORITY_OWNER)
		return base;
	if (priority < 1)
		return 1;
	return priority >= VRRP_PRIORITY_OWNER ? VRRP_PRIORITY_OWNER - 1 : (uint8_t)priority;
}
