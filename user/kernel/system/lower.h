/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces through which the packets of another one come. */
#ifndef XBEAT_KERNEL_SYSTEM_LOWER_H
#define XBEAT_KERNEL_SYSTEM_LOWER_H

#include <stddef.h>

/* Finds those that are directly below an interface: the one of a VLAN or macvlan interface, the
 * ports of a bond or bridge. Returns their number, at most max; 0 if it cannot be known. */
size_t lower_interfaces(unsigned interface_index, unsigned *indices, size_t max);

#endif
