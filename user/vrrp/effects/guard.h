/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard of an instance: a lease on each of its addresses, held in the kernel
 * (user/kernel/maps/guards.h). */
#ifndef XBEAT_VRRP_EFFECTS_GUARD_H
#define XBEAT_VRRP_EFFECTS_GUARD_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"

/* Of one address. */
struct instance_guard_slot {
	bool claimed; /* it has a slot of xb_guard: */
	size_t slot;
	unsigned interface_index; /* where it is guarded; 0: any */
};

struct instance_guard {
	struct kernel *kernel;
	struct instance_guard_slot *slots; /* by index of the VIP */
	/* The addresses may be answered for until guard_timeout after this progress; 0: they are
	 * not guarded. */
	uint64_t from_ns;
	uint64_t deadline_ns;
	bool failure_logged, own_logged;
};

/* After instance_vips_new(). Returns 0 or -ENOMEM. */
int instance_guard_new(struct instance *instance, const struct vrrp_services *services);
void instance_guard_free(struct instance *instance);

/* Claims slots for all addresses, where the interfaces are now. */
void instance_guard_claim(struct instance *instance);

/* Returns the slot of one address, which the instance is about to lose. */
void instance_guard_give_back(const struct instance *instance, size_t vip);

/* The address turns out to be the node's own: it is no longer guarded. */
void instance_guard_spare(struct instance *instance, size_t vip);

/* After a change of the list of addresses: those that are still listed keep their slots, the others
 * return them. */
void instance_guard_keep(struct instance *instance, const struct config_instance *from);

/* The addresses are held from now on, and may be answered for while the daemon makes progress. */
void instance_guard_open(struct instance *instance);

/* The addresses may be answered for until guard_timeout after from_ns. */
void instance_guard_extend(struct instance *instance, uint64_t from_ns);

/* The addresses are removed, and packets no longer report Active: the fence is lifted. */
void instance_guard_close(struct instance *instance);

/* Whether only sent adverts extend the guard: without heartbeats. */
bool instance_guard_follows_adverts(const struct instance *instance);

/* An advert has been sent, if it could be: without heartbeats that extends the guard, and nothing
 * else does. */
void instance_guard_advertised(struct instance *instance);

/* Returns an interface with addresses from which the XDP program was detached, so that nothing
 * fences them; NULL: there is none. */
const struct attachment *instance_guard_gap(const struct instance *instance);

/* Why this daemon guards no addresses, and the remedy; NULL: it can. */
const char *instance_guard_refused_reason(const struct instance *instance);

/* Whether all addresses can have a deadline: each has a slot, and the program sees the packets to
 * it. */
bool instance_can_be_guarded(const struct instance *instance);

/* Whether all addresses have a deadline, and would be fenced after it. */
bool instance_is_guarded(const struct instance *instance);

/* Whether the guard of an address has expired: it must no longer be answered for. */
bool instance_guard_expired(const struct instance *instance, uint64_t now_ns);

/* Whether an earlier daemon was Active, and its guard, which expires before others may take over,
 * has not. */
bool instance_guard_was_left_open(const struct instance *instance, uint64_t now_ns);

#endif
