/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries evidence, epochs and windows from the slots of one xb_peers into those of another, which
 * has other nodes or links. It takes two copies, because packets arrive meanwhile:
 *
 * 1. carry_first() fills the new map before its program is attached;
 * 2. carry_rest() adds, after the program has been replaced on all interfaces, what the earlier one
 *    recorded after the first copy: the newest wins, numbers seen by either count as seen.
 *
 * Between the two no evidence is missing for longer than the programs' replacement takes, and a
 * packet that the earlier program took can be replayed only that long. Histograms and the windows
 * of COMPAREs are copied once: they miss what comes between the two.
 */
#ifndef XBEAT_KERNEL_CARRY_H
#define XBEAT_KERNEL_CARRY_H

#include "user/kernel/kernel.h"

/* Maps with a value for each slot: xb_rtt_hist, xb_gap_hist, xb_compare. */
enum carry_values { CARRY_RTT, CARRY_GAP, CARRY_COMPARE, CARRY_VALUES };

/* An earlier xb_peers and what belongs to it. Zeroed: there is none. */
struct carry {
	void *from; /* mapped; NULL: none */
	size_t from_count;
	size_t value_bytes; /* a slot of an earlier version is the beginning of one of today */
	int values[CARRY_VALUES]; /* descriptors; -1: none */
	struct xb_peer *copied; /* as of the last copy, from_count of them */
};

/* Opens the maps of these descriptors; takes over values, even if it fails. Returns 0 or a negative
 * errno; -ENOENT: they are of another layout. */
int carry_open(struct carry *carry, int peers_fd, const int values[static CARRY_VALUES]);

/* Fills the slots of kernel->peers that have their identities, and the histograms. */
void carry_first(struct carry *carry, struct kernel *kernel);

/* May be called again, for what a processor still recorded that was running the earlier program. */
void carry_rest(struct carry *carry, struct kernel *kernel);

/* Returns the slot of kernel->peers that goes on with this slot of the earlier map, or
 * kernel->slot_count. */
size_t carry_slot(const struct carry *carry, const struct kernel *kernel, size_t from);

/* Whether all slots of both are identical, so that nothing needs to be carried. */
bool carry_is_needless(const struct carry *carry, const struct xb_peer *slots, size_t count);

void carry_close(struct carry *carry);

#endif
