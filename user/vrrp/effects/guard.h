/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard of an instance's addresses: a lease on them, held in the kernel (user/kernel/guards.h). */
#ifndef XBEAT_VRRP_EFFECTS_GUARD_H
#define XBEAT_VRRP_EFFECTS_GUARD_H

#include "user/vrrp/state/instance.h"

/* Claims slots for all addresses, where the interfaces are now. */
void instance_guard_claim(struct instance *instance);
void instance_guard_release(struct instance *instance);

/* Of one address that the instance is about to lose. */
void instance_guard_give_back(const struct instance *instance, struct instance_address *address);

/* The address turns out to be the node's own: it is no longer guarded. */
void instance_guard_spare(struct instance *instance, struct instance_address *address);

/* After a change of the list of addresses: those that are still listed keep their slots, the others give them back. */
void instance_guard_keep(struct instance *instance, struct instance_address *old, size_t old_count);

/* The addresses are held from now on, and may be answered for while the daemon makes progress. */
void instance_guard_open(struct instance *instance);

/* The addresses may be answered for until guard_timeout after from_ns. */
void instance_guard_extend(struct instance *instance, uint64_t from_ns);

/* The addresses are gone, and packets no longer say Active: the fence is lifted. */
void instance_guard_end(struct instance *instance);

/* Whether only sent adverts extend the guard: without heartbeats. */
bool instance_goes_by_adverts(const struct instance *instance);

/* An advert has been sent, if it could be: without heartbeats that extends the guard, and nothing else does. */
void instance_guard_advertised(struct instance *instance);

/* Whether all addresses have a deadline that has not passed. */
bool instance_is_guarded(const struct instance *instance);

/* Whether an address must no longer be answered for. */
bool instance_guard_passed(const struct instance *instance, uint64_t now_ns);

/* Whether an earlier daemon was Active, and its guard, which closes before others may take over, is still open. */
bool instance_guard_was_left_open(const struct instance *instance, uint64_t now_ns);

#endif
