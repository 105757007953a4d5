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
 * packet that the earlier program took can be replayed only that long. The histograms are copied
 * once: they miss what is counted between the two.
 */
#ifndef XBEAT_KERNEL_CARRY_H
#define XBEAT_KERNEL_CARRY_H

#include "user/kernel/kernel.h"

/* An earlier xb_peers and its histograms. Zeroed: there is none. */
struct carry {
	struct xb_peer *from; /* mapped; NULL: none */
	size_t from_count;
	int rtt_fd, gap_fd; /* -1: none */
	struct xb_peer *copied; /* as of the first copy, from_count of them */
};

/* Opens the maps of these descriptors; takes over the last two, even if it fails. Returns 0 or a
 * negative errno; -ENOENT: they are of another layout. */
int carry_open(struct carry *carry, int peers_fd, int rtt_fd, int gap_fd);

/* Fills the slots of kernel->peers that have their identities, and the histograms. */
void carry_first(struct carry *carry, struct kernel *kernel);

void carry_rest(const struct carry *carry, struct kernel *kernel);

/* Whether all slots of both are identical, so that nothing needs to be carried. */
bool carry_is_needless(const struct carry *carry, const struct xb_peer *slots, size_t count);

void carry_close(struct carry *carry);

#endif
