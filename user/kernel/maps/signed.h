/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signed adverts in the kernel side (xbeat/signed.h): the keys, marks and clock of each slot of
 * xb_vrrp. signed.c is the daemon's only writer of these maps. Marks and the last number that was
 * sent stay as long as the slot, so a restart continues where the last daemon stopped.
 */
#ifndef XBEAT_KERNEL_MAPS_SIGNED_H
#define XBEAT_KERNEL_MAPS_SIGNED_H

#include "user/core/vrrp/signature.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel;

/* Adds or replaces a key. Returns 0 or a negative errno. */
int kernel_signed_set_key(struct kernel *kernel, size_t slot, const struct vrrp_signing_key *key);

/* Removes the keys whose ids are not to be kept. */
void kernel_signed_forget_keys(struct kernel *kernel, size_t slot,
			       const bool keep[static UINT8_MAX + 1]);

/* Remembers the numbers of a unicast peer from now on, unless it does so already. Returns 0 or a
 * negative errno. */
int kernel_signed_remember(struct kernel *kernel, size_t slot, const struct xb_address *peer);

/* Checks adverts from now on, by the keys that have been set; window_s 0: anti_replay monotonic.
 * XB_SIGNED_NONE: no longer. */
void kernel_signed_check(struct kernel *kernel, size_t slot, enum xb_signed_mode mode,
			 uint16_t window_s);

/* What numbers begin after with anti_replay monotonic, whatever the clock: the highest one of an
 * instance that is gone. 0: none. */
void kernel_signed_set_floor(struct kernel *kernel, uint64_t sequence);
uint64_t kernel_signed_floor(const struct kernel *kernel);

/* Returns the number of the next advert. */
uint64_t kernel_signed_next(struct kernel *kernel, size_t slot);

/* Reads the clock of the machine again, for all slots. */
void kernel_signed_set_clock(struct kernel *kernel);

/* The slot's counters and notes; changes while it is read. */
const struct xb_signed *kernel_signed_state(const struct kernel *kernel, size_t slot);

/* Copies the mark of a unicast peer. Returns false if no advert of it was accepted. */
bool kernel_signed_peer_mark(const struct kernel *kernel, size_t slot,
			     const struct xb_address *peer, struct xb_signed_mark *mark);

/* Lets all kinds of refusals be reported again. */
void kernel_signed_want_notes(struct kernel *kernel, size_t slot);

/* Forgets the keys, marks and counters of a slot. */
void kernel_signed_release(struct kernel *kernel, size_t slot);

#endif
