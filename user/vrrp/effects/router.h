/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The instance's slot of xb_vrrp: what the kernel side must know of it, and what it heard. */
#ifndef XBEAT_VRRP_EFFECTS_ROUTER_H
#define XBEAT_VRRP_EFFECTS_ROUTER_H

#include "user/net/netlink/local_address.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"
#include <xbeat/map.h>

struct instance_router {
	struct kernel *kernel;
	size_t slot;
	uint64_t read_ns; /* arrival of the newest advert that was taken in */
	uint8_t reported_notes; /* effects/signing.c: kinds, by bits */
};

/* Claims the slot that an earlier daemon used for this instance, or a free one, and writes the
 * configuration to it. Returns 0 or a negative errno. */
int instance_router_new(struct instance *instance, const struct vrrp_services *services);
void instance_router_free(struct instance *instance);

/* Writes from which peers, and with which TTLs, unicast adverts count; list: the present addresses
 * of this machine. Returns 0 or a negative errno. */
int instance_router_allow(const struct instance *instance, const struct local_address *list,
			  size_t count);

/* Writes a changed configuration: intervals, password, unicast peers. */
void instance_router_configure(struct instance *instance);

/* Writes the state: how adverts are judged from now on, and where they go. If some arrived since
 * instance_router_hear(), they were judged by the rule before: INSTANCE_TIMER_HEAR is due. */
void instance_router_update(const struct instance *instance);

/* From now on adverts that arrive on the interface are for this instance; index 0: none are.
 * Returns 0 or a negative errno. */
int instance_router_serve(const struct instance *instance, unsigned interface_index);

/* From now on adverts wake the daemon again. */
void instance_router_want_events(const struct instance *instance);

/* Whether an advert has arrived since instance_router_hear(). */
bool instance_router_has_news(const struct instance *instance);

/* Copies the slot as it was at one moment. */
void instance_router_read(const struct instance *instance, struct xb_vrrp *copy);

/* The same, to take it in. Returns whether the newest advert was judged by an earlier rule, so that
 * it is in no summary. */
bool instance_router_hear(const struct instance *instance, struct xb_vrrp *copy);

/* Counts adverts that no node has sent. */
void instance_router_add_refuted(const struct instance *instance, uint64_t count);

/* The last advert of lower priority; *any: whether there was one. */
struct vrrp_advert instance_lower_advert(const struct instance *instance, bool *any);

/* The same for state/heard.h. */
struct vrrp_advert instance_newest_advert(const struct instance *instance, bool *any);
bool instance_hear_active(const struct instance *instance, struct vrrp_advert *active);

/* Which addresses a daemon has added: bits by index in the configuration, kept in the slot, which
 * outlives a daemon. An address whose index is too high for a bit counts as not added. */
bool instance_added_are_marked(const struct instance *instance); /* effects/left.c */
uint64_t instance_added_bit(size_t vip);
uint64_t instance_added_bits(const struct instance *instance);
void instance_set_added_bits(const struct instance *instance, uint64_t bits);

#endif
