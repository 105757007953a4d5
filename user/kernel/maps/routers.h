/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual routers in the kernel side: their slots of xb_vrrp, who may send them adverts
 * (xb_vrrp_peers), and addresses that take no packets (xb_no_accept). routers.c is the daemon's
 * only writer of these maps. Slots outlive a daemon; the next one claims them.
 */
#ifndef XBEAT_KERNEL_MAPS_ROUTERS_H
#define XBEAT_KERNEL_MAPS_ROUTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

struct kernel;

/* How a router's adverts are checked; from its configuration. */
struct kernel_router_service {
	uint8_t version; /* of VRRP: 2 or 3 */
	uint16_t interval_cs; /* version 2: adverts with another interval are dropped */
	bool no_addresses; /* adverts of version 3 may list none */
	uint16_t group_sum; /* of struct xb_vrrp */
	bool unicast; /* only the peers of kernel_allow_unicast() may send adverts */
	bool has_password; /* version 2: authentication type 1 with password */
	uint8_t password[XB_VRRP_PASSWORD_BYTES];
};

/* What changes while a router is served. */
struct kernel_router_state {
	struct xb_address own_source; /* of this node's adverts */
	struct xb_address destination; /* of adverts: the group, or with unicast own_source */
	struct xb_vrrp_rule rule;
	struct xb_vrrp_base base; /* changes with the period of the rule */
};

/*
 * Finds the slot of xb_vrrp that an earlier daemon used for this router (interface, VRID, family),
 * or a free one. kernel_configure_router() follows.
 * Returns 0 with *slot, or -ENOSPC.
 */
int kernel_claim_router(struct kernel *kernel, const char *interface, uint8_t vrid, uint8_t family,
			size_t *slot);

/* Writes how adverts are checked, and forgets an event that an earlier daemon did not read. */
void kernel_configure_router(struct kernel *kernel, size_t slot,
			     const struct kernel_router_service *service);

/* Writes what has changed since. */
void kernel_publish_router(struct kernel *kernel, size_t slot,
			   const struct kernel_router_state *state);

/* Lets adverts wake the daemon again after an ADVERT event. What the caller reads from the slot
 * afterwards is at least as new as all that did not. */
void kernel_want_router_event(struct kernel *kernel, size_t slot);

/* Returns when the last advert arrived; 0: never. */
uint64_t kernel_router_arrival_ns(const struct kernel *kernel, size_t slot);

/* Returns the period of the rule that was published last, also by an earlier daemon. */
uint32_t kernel_router_period(const struct kernel *kernel, size_t slot);

/* Counts adverts under XB_DROP_VRRP_NOT_A_NODE. The sum of all routers includes those that are no
 * longer served. */
void kernel_add_refuted(struct kernel *kernel, size_t slot, uint64_t count);
uint64_t kernel_refuted_count(const struct kernel *kernel);

/* The virtual addresses that a daemon added, one bit each in the order of the configuration; the
 * next daemon removes only these. */
void kernel_set_added_addresses(struct kernel *kernel, size_t slot, uint64_t bits);
uint64_t kernel_added_addresses(const struct kernel *kernel, size_t slot);

/* Delivers adverts that arrive on the interface to this slot; index 0: none.
 * Returns 0 or a negative errno. */
int kernel_serve_router(struct kernel *kernel, size_t slot, unsigned interface_index);

/* Allows an address to send adverts to a router with unicast peers, within these TTL bounds.
 * Returns 0 or a negative errno. */
int kernel_allow_unicast(struct kernel *kernel, size_t slot, const struct xb_address *address,
			 struct xb_vrrp_peer bounds);

/* Removes all allowed addresses. */
void kernel_forbid_unicast(struct kernel *kernel, size_t slot);

/* Stops serving and empties the slot, its unicast peers included. */
void kernel_release_router(struct kernel *kernel, size_t slot);

/* Empties the slots that an earlier daemon used and this one has not claimed. */
void kernel_release_unclaimed(struct kernel *kernel);

/* Accepts packets to all addresses again. */
void kernel_accept_all(struct kernel *kernel);

/* Drops packets to an address on an interface (Accept_Mode false), or stops that. Returns 0 or a
 * negative errno. */
int kernel_refuse_packets(struct kernel *kernel, unsigned interface_index,
			  const struct xb_address *address, bool refuse);

#endif
