/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One VRRP instance. */
#ifndef XBEAT_VRRP_STATE_INSTANCE_H
#define XBEAT_VRRP_STATE_INSTANCE_H

#include "user/core/vrrp.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/obstacles.h"

/* A rival's adverts come at any rate; our answer in gratuitous ARP does not. */
#define ANNOUNCE_AGAIN_SPACING_NS (100 * NS_PER_MS)
/* For so long after a takeover a rival that is not heard is reckoned with. */
#define ANNOUNCE_UNHEARD_NS (3 * NS_PER_SECOND)

/* A VIP and where it lives. */
struct instance_address {
	const struct config_vip *vip;
	unsigned interface_index;
	bool held; /* on the interface because of us */
	bool guarded; /* it has a slot of xb_guard: */
	size_t guard_slot;
	unsigned guard_index; /* the interface where it is guarded; 0: any */
	bool unattached; /* the program is not on its interface: the guard does not reach there */
	unsigned refused_index; /* where packets to it are refused (no_accept); 0: nowhere */
	unsigned restored_count; /* how often it was put back after something else had removed it */
	uint64_t restored_ns; /* when that was last said; 0: never */
};

struct instance {
	const struct config_instance *config;
	struct instances *owner;
	struct instance_group *group; /* NULL: none */
	struct vrrp vrrp;
	/* "": this one is not in the way, else a clause. */
	char obstacles[INSTANCE_OBSTACLE_COUNT][INSTANCE_OBSTACLE_BYTES];
	uint8_t pinned_priority; /* what an operator has set; 0: nothing */
	const struct peer *claimant; /* the peer that last said it is Active */
	size_t router_slot; /* in xb_vrrp */
	int self_slot; /* in xb_self and in heartbeats; -1: none */
	unsigned base_index; /* of its interface; 0: it is not there */
	unsigned vmac_index; /* of the virtual MAC's; 0: none */
	int membership; /* socket that holds the group membership; -1: none */
	int advert_error; /* of the last advert, so that a lasting failure is logged once */
	uint64_t lower_rival_ns; /* when somebody was last told of one; 0: never */
	uint64_t warned_ns; /* of other addresses in a rival's advert; 0: never */
	struct instance_address *addresses;
	struct xb_address *advertised; /* those that an advert lists */
	struct event *timer;
	struct event *announce_later; /* garp_master_delay */
	unsigned later_repeat; /* how often each address is announced then */
	struct event *announce_refresh; /* garp_master_refresh */
	struct event *stay_away; /* the end of a failover with a duration */
	struct event *learn; /* after this node stood still: what it hears means something again */
	/* Its addresses may be answered for until guard_timeout after this progress; 0: they are not guarded. */
	uint64_t guard_from_ns;
	uint64_t guard_deadline_ns;
	bool unguarded_told, own_told;
	uint64_t stay_away_until_unix_ns; /* 0: until somebody says resume */
	uint64_t announced_ns;
	bool contested; /* a rival was seen right after an announcement, which is to be repeated */
	bool routes_held;
	bool fault_told; /* that it is in Initialize */
	bool begun; /* before, packets say what an earlier daemon said of it */
	bool stops; /* for good: what is told of is STOP, or DELETED */
	bool removed; /* by a reload */
	uint64_t since_unix_ns;
	uint64_t since_ns; /* the same by a clock that nobody steps */
	uint64_t sent_count;
	uint64_t made_ns; /* adverts of before were not for it */
};

#endif
