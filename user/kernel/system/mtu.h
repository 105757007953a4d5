/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The MTU of an interface. */
#ifndef XBEAT_KERNEL_SYSTEM_MTU_H
#define XBEAT_KERNEL_SYSTEM_MTU_H

#include <stdint.h>

/* Returns the MTU, or 0. */
uint32_t mtu_get(const char *interface);
void mtu_set(const char *interface, uint32_t mtu);

/* Returns the largest MTU that every driver with native XDP carries: packet and headroom in a
 * page. */
uint32_t mtu_native_limit(void);

#endif
