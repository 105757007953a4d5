/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard: a lease on each virtual address, held in the kernel (xb_guard). A slot holds the
 * deadline until which this node may answer for the address. After it the kernel side fences the
 * address: it drops ARP, ND and IP to it and reports that in its answers, whatever the daemon does,
 * even if it stalls or is dead. Slots outlive a daemon as those of routers do; the next daemon
 * claims them.
 *
 * All times are CLOCK_MONOTONIC in ns.
 */
#ifndef XBEAT_KERNEL_MAPS_GUARDS_H
#define XBEAT_KERNEL_MAPS_GUARDS_H

#include "user/kernel/kernel.h"

/* Why no addresses are guarded, and the remedy; NULL: they can be. */
const char *kernel_unguarded_reason(const struct kernel *kernel);

/*
 * Finds the slot that an earlier daemon used for this address, its deadline included, or takes a
 * free one without deadline. interface_index: where the address is guarded; 0: on every interface.
 * instance_index: of its instance in packets, or XB_GUARD_NO_INSTANCE. Returns 0 with *slot, or a
 * negative errno (-ENOSPC: all XB_GUARD_MAX are in use; -EEXIST: claimed already, by another
 * instance or before a reload).
 */
int kernel_guard_claim(struct kernel *kernel, unsigned interface_index,
		       const struct xb_address *address, uint8_t instance_index, size_t *slot);

/* Releases a slot: its address is neither guarded nor fenced any more. */
void kernel_guard_release(struct kernel *kernel, size_t slot);

/* Releases the slots that an earlier daemon had and this one has not claimed. remove is called
 * before for each that has a deadline: its address is still on an interface (0: any) and must be
 * removed. */
void kernel_guard_release_unclaimed(struct kernel *kernel,
				    void (*remove)(void *context, unsigned interface_index,
						   const struct xb_address *address),
				    void *context);

/*
 * Sets the deadline; has no effect on a fenced address. After the first call, and when a deadline
 * is earlier than all before, kernel_guard_arm_timer() must follow, before the address is added to
 * its interface and before packets report XB_INSTANCE_GUARDED; then kernel_guard_has_expired() must
 * be checked.
 */
void kernel_guard_extend(struct kernel *kernel, size_t slot, uint64_t deadline_ns);

/* The kernel side must check again at deadline_ns; kernel_guard_arm_timer() must follow. */
void kernel_guard_lower_due(struct kernel *kernel, uint64_t deadline_ns);

/* Arms the kernel side's timer if a deadline is earlier than the one it waits for. Returns 0 or a
 * negative errno. */
int kernel_guard_arm_timer(struct kernel *kernel);

/* Whether the address is fenced, or its deadline has passed at now_ns; false if it has none. */
bool kernel_guard_has_expired(const struct kernel *kernel, size_t slot, uint64_t now_ns);

/* Whether the address has a deadline that has not passed at now_ns. */
bool kernel_guard_is_valid(const struct kernel *kernel, size_t slot, uint64_t now_ns);

/* For load/load.c: adapts what an earlier daemon left to this daemon's maps, before the first
 * packet. Returns 0 or a negative errno. */
int kernel_guard_start(struct kernel *kernel);

/* Makes the kernel side check all deadlines now, and arm its timer again. Returns 0 or a negative
 * errno. */
int kernel_guard_check(struct kernel *kernel);

/* Whether the pinned maps of a daemon name hold an address: then they must outlive a daemon that
 * could not start. */
bool kernel_guard_is_held(const char *daemon_name);

/* Whether the maps that this daemon uses, if it has any, hold an address. */
bool kernel_guard_any_held(const struct kernel *kernel);

/* Stops comparing packets with fenced addresses if there are none, and no closed ones: a check may
 * have started that for an address that was given up at the same time. */
void kernel_guard_stop_filtering(struct kernel *kernel);

/* Removes the deadline and the fence of an address that is no longer on its interface. */
void kernel_guard_lift(struct kernel *kernel, size_t slot);

#endif
