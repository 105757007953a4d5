/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An MTU that is raised while the program is attached in native mode. Most drivers refuse that, but
 * virtio_net lets it go beyond what native XDP carries: it loses large packets from then on, and
 * refuses even to detach the program. So attach_end() lowers the MTU again for a moment; then the
 * driver is asked whether it accepts native mode with the new MTU.
 */
#ifndef XBEAT_KERNEL_UPKEEP_NATIVE_MTU_H
#define XBEAT_KERNEL_UPKEEP_NATIVE_MTU_H

#include "user/kernel/kernel.h"

/* An interface has this MTU now. */
void kernel_follow_mtu(struct kernel *kernel, const char *interface, uint32_t mtu);

#endif
