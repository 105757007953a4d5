/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard: virtual addresses with the time until which this node may answer for them (xb_guard). Past it the kernel
 * side drops ARP, ND and IP to the address and says so in its answers, whatever the daemon does: stands still,
 * hangs in a system call, is dead. Slots outlive a daemon as those of routers do; the next one claims them.
 */
#ifndef XBEAT_KERNEL_GUARDS_H
#define XBEAT_KERNEL_GUARDS_H

#include "user/kernel/kernel.h"

/*
 * Finds the slot that an earlier daemon used for this address, its deadline included, or takes a free one, not held.
 * interface_index: where it is guarded; 0: on every interface. place: of its instance in packets, or
 * XB_GUARD_NO_INSTANCE. Returns 0 with *slot, or a negative errno (-ENOSPC: XB_GUARD_MAX are there; -EEXIST: it is claimed
 * already, by another instance or before a reload).
 */
int kernel_guard_claim(struct kernel *kernel, unsigned interface_index,
		       const struct xb_address *address, uint8_t place, size_t *slot);

/* Gives a slot back: nothing is guarded any more, and nothing fenced. */
void kernel_guard_release(struct kernel *kernel, size_t slot);

/* Gives those back that an earlier daemon had and this one has not claimed. remove: is called before, for each that is
 * held: its address is still on an interface (0: any), and is to be taken off. */
void kernel_guard_release_unclaimed(struct kernel *kernel,
				    void (*remove)(void *context, unsigned interface_index,
						   const struct xb_address *address),
				    void *context);

/*
 * The address is held, and may be answered for until deadline_ns; does nothing once it is fenced. After the first
 * of them, and whenever a deadline is earlier than all before, kernel_guard_watch() is to follow, before the address
 * is put on its interface and before packets say XB_INSTANCE_GUARDED; then kernel_guard_passed() is to be asked.
 */
void kernel_guard_extend(struct kernel *kernel, size_t slot, uint64_t deadline_ns);

/* Tells the kernel side which deadline is the earliest, and starts its timer if that is earlier than the one it
 * waits for. Returns 0 or a negative errno. */
int kernel_guard_watch(struct kernel *kernel);

/* Whether the address may not be answered for any more: fenced, or past its deadline at now_ns. False if it is not held. */
bool kernel_guard_passed(const struct kernel *kernel, size_t slot, uint64_t now_ns);

/* Whether it is held, and may be answered for still. */
bool kernel_guard_is_open(const struct kernel *kernel, size_t slot, uint64_t now_ns);

/* For kernel.c. Makes what an earlier daemon left true for this one's maps, before the first packet. Returns 0 or a
 * negative errno. */
int kernel_guard_start(struct kernel *kernel);

/* Makes the kernel side look now, and arm its timer anew. Returns 0 or a negative errno. */
int kernel_guard_look(struct kernel *kernel);

/* Whether an instance's pinned maps hold an address: they must outlive a daemon that could not start. */
bool kernel_guard_is_held(const char *instance);

/* Ends the looking at packets if nothing is fenced: a check may have begun it for what was given up under its hands. */
void kernel_guard_tidy(struct kernel *kernel);

/* The address is not held any more, and gone from its interface: no deadline, no fence. */
void kernel_guard_end(struct kernel *kernel, size_t slot);

#endif
