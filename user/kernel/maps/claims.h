/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Closing: the addresses of a closed instance are dropped like fenced ones, but packets do not
 * report it. With a claim an instance is closed before its addresses are added, and opened when the
 * others have yielded; an instance that is given up is closed before packets report so.
 * bpf/guard/closing.h is the kernel's half.
 *
 * bits: bit n is the instance with index n in packets. Only addresses that have a slot of xb_guard
 * (kernel_guard_claim()) can be closed. All times are CLOCK_MONOTONIC in ns.
 */
#ifndef XBEAT_KERNEL_MAPS_CLAIMS_H
#define XBEAT_KERNEL_MAPS_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kernel;

/*
 * Closes instances, before their addresses are added or before packets report that they are given
 * up. claim_until_ns: until when they may be opened, for a claim; 0: there is no claim. An earlier
 * claim of theirs is forgotten. Returns 0, or a negative errno if the kernel side's timer could not
 * be armed: they are closed, but must not claim.
 */
int kernel_close(struct kernel *kernel, uint16_t bits, uint64_t claim_until_ns);

/* Opens closed instances, all of them or none, by one compare-and-swap. Returns false if one claims
 * nothing, its claim has passed at now_ns, or the kernel side has revoked it. */
bool kernel_open(struct kernel *kernel, uint16_t bits, uint64_t now_ns);

/* Whether the claim of one of these instances is revoked: it has passed, or a better claim was
 * answered. */
bool kernel_is_revoked(const struct kernel *kernel, uint16_t bits);

/* Ends the closing of instances whose addresses are removed, or which are Active without a claim.
 * Instances that are not closed may be among them. */
void kernel_end_closing(struct kernel *kernel, uint16_t bits);

/* Which instances must be claimed together with the one of this index, itself included. 0: it is
 * not given to a claim. A change of groups first sets 0 for all members that it concerns. */
void kernel_set_claim_group(struct kernel *kernel, size_t instance_index, uint16_t bits);

#endif
