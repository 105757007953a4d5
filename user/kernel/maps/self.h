/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this node reports of itself: the map xb_self, from which the kernel side fills every packet.
 * self.c is the daemon's only writer of it, except for the times and groups of claims (claims.c).
 * The kernel side writes fencing, fencing_bits, fenced_bits, revoked_bits, died_ns and
 * guard_due_ns, too (xbeat/map.h), so these change by atomic read-modify-write only.
 *
 * All times are CLOCK_MONOTONIC in ns unless the name says otherwise.
 */
#ifndef XBEAT_KERNEL_MAPS_SELF_H
#define XBEAT_KERNEL_MAPS_SELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

struct kernel;

/* Sets what identifies a new map, before the program is attached. */
void kernel_self_init(struct kernel *kernel, uint16_t node_id);

/* The daemon's loop made progress at now_ns; packets carry the age of this. */
void kernel_self_set_progress(struct kernel *kernel, uint64_t now_ns);

/* Returns when the loop, of this daemon or of an earlier one, last made progress. */
uint64_t kernel_self_progress_ns(const struct kernel *kernel);

/* Starts answering: the loop made progress at now_ns. A fresh start takes a new epoch
 * (core/epoch.h); a daemon that took maps over keeps the epoch that it found. */
void kernel_self_start_answering(struct kernel *kernel, uint64_t now_ns, uint64_t unix_ns);

/* Returns the epoch; 0: nothing is answered yet. */
uint64_t kernel_self_epoch(const struct kernel *kernel);

/* Begins an epoch above one that a peer knows, or that has to end. Returns false if the present one
 * is above already. */
bool kernel_self_raise_epoch(struct kernel *kernel, uint64_t known_epoch, uint64_t unix_ns);

void kernel_self_set_state(struct kernel *kernel, enum xb_node_state state);
enum xb_node_state kernel_self_state(const struct kernel *kernel);

/* Changes the entry of one instance (index: 0 to XB_INSTANCES_MAX - 1) in what packets report, at
 * once for every packet from then on. */
void kernel_describe(struct kernel *kernel, size_t instance_index, const struct xb_instance *entry);

/* The same for several at once (bits: by index). */
void kernel_describe_all(struct kernel *kernel, uint16_t bits,
			 const struct xb_instance entries[XB_INSTANCES_MAX]);

/* Computes the digests of the description again, after the keys have changed. */
void kernel_describe_again(struct kernel *kernel);

/* Returns the entry that packets carry now. */
const struct xb_instance *kernel_described(const struct kernel *kernel, size_t instance_index);

/* Sets how many slots of xb_apps are in use. */
void kernel_self_set_app_count(struct kernel *kernel, size_t count);

/* Sets whether xb_no_accept has an entry, so that packets are to be compared with it. */
void kernel_self_set_refusing(struct kernel *kernel, bool refusing);

/* Makes the kernel side examine the first count slots of xb_guard at least; the number never
 * falls. */
void kernel_self_use_guards(struct kernel *kernel, size_t count);

/* Lowers guard_due_ns to deadline_ns, and changes it even if it is early enough: a check that did
 * not see the deadline cannot raise it then. Returns whether the deadline is earlier than all
 * before, so that the kernel's timer must be armed again. */
bool kernel_self_lower_guard_due(struct kernel *kernel, uint64_t deadline_ns);

/* Whether the addresses of an instance are fenced, or being fenced. */
bool kernel_self_is_fenced(const struct kernel *kernel, uint8_t instance_index);

/* Clears both bits of an instance in one step. A check that has begun before reports nothing. */
void kernel_self_clear_fenced(struct kernel *kernel, uint8_t instance_index);

/* For claims.c, whose functions are to be called. Closes instances, and forgets that they were
 * revoked. */
void kernel_self_close(struct kernel *kernel, uint16_t bits);

/* Opens instances in one step. Returns false if one of them is not closed, or is revoked. */
bool kernel_self_open(struct kernel *kernel, uint16_t bits);

/* Clears both bits of each of these instances. */
void kernel_self_clear_closed(struct kernel *kernel, uint16_t bits);

/* Returns the bits of the closed instances, or of those whose claim is revoked. */
uint16_t kernel_self_closed(const struct kernel *kernel);
uint16_t kernel_self_revoked(const struct kernel *kernel);

/* Adds what the kernel side has fenced in an xb_self of an earlier daemon. */
void kernel_self_add_fences(struct kernel *kernel, uint16_t fenced_bits, uint16_t fencing_bits,
			    uint8_t fencing);

/* Starts comparing packets with fenced addresses. */
void kernel_self_start_fencing(struct kernel *kernel);

/* Stops comparing packets with fenced addresses, in two steps: the first returns false if they are
 * not compared; the second has no effect if the kernel side fenced something after the first. */
bool kernel_self_ask_fencing(struct kernel *kernel);
void kernel_self_end_fencing(struct kernel *kernel);

/* Whether each packet fences what is due: where a death of this daemon would go unnoticed, and the
 * timer may end with it. */
void kernel_self_check_by_packets(struct kernel *kernel, bool check);

/* How long after the daemon's death its addresses are fenced, in ns. */
void kernel_self_set_restart_grace(struct kernel *kernel, uint64_t restart_grace_ns);

/* Forgets the daemon's process: its death is not noticed any more. */
void kernel_self_forget_process(struct kernel *kernel);

/* Forgets the daemon's process and any death that was noticed. */
void kernel_self_forget_daemon(struct kernel *kernel);

/* Names the process whose death the kernel side notices: pid in the PID namespace of these numbers
 * (stat(2)). */
void kernel_self_name_daemon(struct kernel *kernel, uint32_t pid, uint64_t namespace_device,
			     uint64_t namespace_inode);

#endif
