/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots of xb_peers in memory: read and locked as xbeat/map.h demands, and carried into the slots
 * of another configuration. No system calls.
 */
#ifndef XBEAT_KERNEL_LAYOUT_SLOT_H
#define XBEAT_KERNEL_LAYOUT_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <xbeat/map.h>

/* Copies a slot of a map, all of it as of one moment. */
void slot_read(void *copy, const void *slot, size_t bytes, const __u32 *lock_sequence);

/* Whether both are of one node and link: what one holds is true for the other. A node may have got
 * another name or another address, but not both. */
bool slot_is_same(const struct xb_peer *a, const struct xb_peer *b);

/* Whether they have the same names and addresses, too. */
bool slot_is_identical(const struct xb_peer *a, const struct xb_peer *b);

/* Sets what a configuration may change of a slot in use. */
void slot_configure(struct xb_peer *slot, const struct xb_peer *identity);

/* Fills a slot that no program uses yet. to has its identity (L) already; from is a copy of the
 * same node and link. Round trips and what was found of the path stay only if that is the same. */
void slot_take(struct xb_peer *to, const struct xb_peer *from);

/* Adds to a slot in use what happened in another one: from is a copy of that now, base one of when
 * the slot was filled from it, or of the last merge. The numbers of PROBEs follow if the daemon
 * that uses the other slot has sent some. */
void slot_merge(struct xb_peer *to, const struct xb_peer *from, const struct xb_peer *base);

#endif
