/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fills xb_self and xb_vrrp from those of the version before (layout/version5.h); carry.h does so
 * for xb_peers. Like carry.h it takes two copies, because the earlier programs run until they are
 * replaced: fences, and adverts that are newer than the first copy, are added.
 */
#ifndef XBEAT_KERNEL_LOAD_MIGRATE_H
#define XBEAT_KERNEL_LOAD_MIGRATE_H

#include "user/kernel/kernel.h"
#include "user/kernel/layout/version5.h"

struct migration {
	const struct version5_self *self; /* mapped */
	const struct version5_router *routers; /* mapped */
};

/* Opens the maps of these descriptors, which stay the caller's. Returns 0 or a negative errno;
 * -ENOENT: they are of another layout. */
int migrate_open(struct migration *migration, int self_fd, int routers_fd);
void migrate_first(const struct migration *migration, struct kernel *kernel);
void migrate_rest(const struct migration *migration, struct kernel *kernel);
void migrate_close(struct migration *migration);

#endif
