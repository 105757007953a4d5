/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The maps in the bpf file system: the next daemon of the same name and node takes them over. */
#ifndef XBEAT_KERNEL_LOAD_PINS_H
#define XBEAT_KERNEL_LOAD_PINS_H

#include "user/kernel/kernel.h"

/* Takes over, before the load, all maps of an earlier daemon of this node (kernel->adopted); if its
 * nodes or links were others, kernel->carry has what is to be copied from the maps of slots, and if
 * they are of the version before, kernel->migration has more. If it was another node or an older
 * version, only those maps are taken over that are kept, or none. Returns 0, or -EPROTONOSUPPORT,
 * which is logged: setup->takes_over, and they cannot be. */
int pins_adopt(struct kernel *kernel, const struct kernel_setup *setup);

/* Closes kernel->carry and kernel->migration. */
void pins_end_migration(struct kernel *kernel);

/* Pins all maps. Returns 0 or a negative errno, which is logged. */
int pins_make(const struct kernel *kernel);

/* Makes those pins again, of maps and of BPF links, that are missing. Returns 0 with their number,
 * or a negative errno, which is logged. */
int pins_restore(const struct kernel *kernel, unsigned *count);

#endif
