/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Announces an Active's addresses to the neighbours: gratuitous ARP, unsolicited Neighbor
 * Advertisements. */
#ifndef XBEAT_VRRP_EFFECTS_ANNOUNCE_H
#define XBEAT_VRRP_EFFECTS_ANNOUNCE_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"

struct instance_announcements {
	struct announcer *announcer;
	uint64_t last_ns;
	bool contested; /* a rival was seen right after an announcement, which is to be repeated */
	uint64_t last_set_ns; /* when garp_lower_prio_delay is over; 0: no set is due then */
	uint64_t refresh_ns; /* garp_master_refresh of the timer; 0: it is not armed */
	uint64_t extra_ns; /* the same for garp_extra_if */
	unsigned later_repeat; /* how often each address is announced after garp_master_delay */
};

/* Returns 0 or -ENOMEM. */
int instance_announcements_new(struct instance *instance, const struct vrrp_services *services);
void instance_announcements_free(struct instance *instance);

/* Announces one VIP, or all, each repeat times. */
void instance_announce_vip(struct instance *instance, size_t vip, unsigned repeat);
void instance_announce(struct instance *instance, unsigned repeat);

/* Arms the timers of a new Active: garp_master_delay and garp_master_refresh. Its first set of
 * announcements goes out with the addresses (instance_take_addresses()). */
void instance_announce_takeover(struct instance *instance);

/* Arms the timers of garp_master_refresh and garp_extra_if, if they are other ones than before. */
void instance_announce_refresh(struct instance *instance);

/* It is no longer Active. */
void instance_stop_announcing(struct instance *instance);

/* What is still queued for a VIP is dropped. */
void instance_cancel_announcement(struct instance *instance, size_t vip);

/* A rival was seen, and neighbours may believe it: announces now, and once more when they take
 * announcements again. Limited in rate. */
void instance_announce_again(struct instance *instance);

/* Announces once more, after a regular advert, while a rival that is not heard may have misled the
 * neighbours. */
void instance_announce_unheard(struct instance *instance);

/* INSTANCE_TIMER_ANNOUNCE_LATER, INSTANCE_TIMER_ANNOUNCE_REFRESH, INSTANCE_TIMER_ANNOUNCE_EXTRA. */
void instance_announce_later_due(struct instance *instance);
void instance_announce_refresh_due(struct instance *instance);
void instance_announce_extra_due(struct instance *instance);

#endif
