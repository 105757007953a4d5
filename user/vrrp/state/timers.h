/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The timers of an instance; user/vrrp/timers.c creates them and handles those that are due. */
#ifndef XBEAT_VRRP_STATE_TIMERS_H
#define XBEAT_VRRP_STATE_TIMERS_H

#include <stdint.h>

enum instance_timer {
	INSTANCE_TIMER_PROTOCOL, /* Adver_Timer or Active_Down_Timer */
	INSTANCE_TIMER_ANNOUNCE_LATER, /* garp_master_delay */
	INSTANCE_TIMER_ANNOUNCE_REFRESH, /* garp_master_refresh */
	INSTANCE_TIMER_ANNOUNCE_EXTRA, /* garp_extra_if */
	INSTANCE_TIMER_STAY_AWAY, /* the end of a failover with a duration */
	INSTANCE_TIMER_HEAR, /* XB_ADVERT_SPACING_NS after an ADVERT event */
	INSTANCE_TIMER_LEARN, /* after a stall: what this node hears is evidence again */
	INSTANCE_TIMER_CLAIM, /* a claim is to be repeated */
	INSTANCE_TIMER_OFFER, /* no node has claimed what is offered */
	INSTANCE_TIMER_ROUTERS, /* what nodes report must be judged again, or adverts kept aside */
	INSTANCE_TIMER_SOURCE, /* another attempt to list this machine's addresses */
	INSTANCE_TIMER_SENDING, /* another attempt to send, after adverts could not be sent */
	INSTANCE_TIMER_RESTORE, /* what something else has removed is to be restored */
	INSTANCE_TIMER_OWNER, /* for OWNER_MOVE_NS no single node owns its addresses */
	INSTANCE_TIMER_COUNT
};

struct instance;

/* due_ns: of clock_now_ns(). */
void instance_arm(const struct instance *instance, enum instance_timer timer, uint64_t due_ns);
void instance_disarm(const struct instance *instance, enum instance_timer timer);

#endif
