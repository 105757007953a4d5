/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VRRP state machine of one instance, RFC 9568 section 6.4, as a pure
 * module: takes time and events, returns actions, and executes nothing.
 * Quiet Backups: most adverts are no events. Before every other event, and when a timer is due, the
 * caller shows with vrrp_hear() what was heard since the last time.
 */
#ifndef XBEAT_CORE_VRRP_VRRP_H
#define XBEAT_CORE_VRRP_VRRP_H

#include "user/core/vrrp/cause.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

#define VRRP_REASON_BYTES 240
#define VRRP_PRIORITY_OWNER 255
#define VRRP_PRIORITY_RELEASE 0
/* An Active answers the adverts of rivals at most this often, whatever their rate. */
#define VRRP_ASSERT_SPACING_NS (10 * UINT64_C(1000000))

struct vrrp_parameters {
	uint8_t vrid;
	uint8_t version;
	uint8_t priority; /* configured, 1..255; 255: the owner */
	bool preempt;
	uint64_t preempt_delay_ns;
	uint64_t advert_interval_ns;
	uint32_t down_timer_adverts; /* intervals without advert until the Active is gone: 3 */
	/* timer_expired_backup: an Active that sent nothing for so long that a Backup of this
	 * priority must have taken over becomes Backup itself; 0: it stays Active */
	uint8_t timer_expired_priority;
	bool lower_priority_no_advert; /* a lower rival is not answered at once (not RFC 9568) */
	bool higher_priority_send_advert; /* one last advert before yielding to a higher rival */
	bool owner_ignores_adverts; /* an Active of priority 255 yields to no other router */
	/* How much later other nodes may learn what heartbeats have shown this node: their
	 * interval; 0 without. */
	uint64_t news_spread_ns;
	struct xb_address primary_address; /* source of our adverts */
};

/* Why there is no Active, while Active_Down_Timer runs only for Skew_Time. */
enum vrrp_vacancy {
	VRRP_NOT_VACANT,
	VRRP_RELEASED, /* an advert with priority 0 */
	VRRP_LOST, /* vrrp_active_lost() */
};

/* A well-formed advert of this instance's VRID, from another router. */
struct vrrp_advert {
	struct xb_address source;
	uint8_t priority;
	/* The Max Advertise Interval that it carries; 0 is read as the own interval. */
	uint64_t interval_ns;
	uint64_t arrival_ns;
};

/* What nodes report in heartbeats, to which adverts are held. */
struct vrrp_nodes {
	bool held; /* else all adverts count */
	uint8_t active_priority; /* of the node that reports to be Active, the best; 0: none does */
	bool equal_outranks; /* with the own priority, that node must be Active, not this one */
	bool unheard; /* one has reported nothing yet */
};

struct vrrp {
	struct vrrp_parameters parameters;
	struct vrrp_nodes nodes;
	/* A longer Active_Adver_Interval counts as this, a shorter one than the own as the own; 0:
	 * no limits. */
	uint64_t interval_max_ns;
	enum xb_instance_state state;
	uint8_t effective_priority;
	uint64_t active_interval_ns; /* Active_Adver_Interval: learnt while Backup */
	struct xb_address active_address; /* of the Active; all zero: unknown */
	uint8_t active_priority;
	uint64_t timer_due_ns; /* Adver_Timer if Active, Active_Down_Timer if Backup */
	bool timer_armed;
	/* Since when a lower Active is followed (preempt_delay); 0: none is. */
	uint64_t preempt_since_ns;
	uint64_t state_since_ns;
	uint64_t transition_count;
	uint64_t heard_ns; /* arrival of the last advert that counted while Backup; 0: none */
	enum vrrp_vacancy vacancy;
	/* The timer expired, but the Active is alive; until an advert or a loss counts. */
	bool holding;
	/* The timer expired, but its sync group was not ready, or the addresses are claimed; until
	 * an advert counts. */
	bool ready_for_group;
	uint64_t waits_since_ns; /* when the timer last expired so */
	uint64_t advertised_ns; /* when an advert was last asked for while Active */
	uint64_t asserted_ns; /* of the last advert, regular or in answer to a rival; 0: none */
	/* Grows with every change of what the kernel side must know to judge adverts: state,
	 * parameters, which Active is followed unless an advert said so, and the timer if the next
	 * advert can bring it forward again. */
	uint32_t period;
	uint64_t rivals_ns; /* Active: arrival of the last advert of a rival that was taken in */
	/* The Active that was lost: its adverts that arrived before lost_ns no longer count. */
	struct xb_address lost_address;
	uint64_t lost_ns; /* 0: never */
	/* Of the last transition, vacancy or holding, with figures. */
	char reason[VRRP_REASON_BYTES];
	enum vrrp_cause cause; /* of the last transition or vacancy */
	uint64_t cause_since_ns; /* when it arose: of a silence, when the Active was last heard */
	uint64_t releases_heard_count; /* adverts of priority 0 that counted */
};

/* What the caller must do, in this order: send the advert, take or release the addresses,
 * report. */
struct vrrp_actions {
	bool send_advert;
	uint8_t advert_priority;
	bool take_addresses; /* add the VIPs, gratuitous ARP, at once */
	bool announce_again; /* a rival was Active: repeat gratuitous ARP, for clients' caches */
	bool release_addresses;
	bool state_changed; /* old_state -> state; reason is in struct vrrp */
	enum xb_instance_state old_state;
	/* The timer expired, but the instance began to hold or to wait for its group; see
	 * reason. */
	bool held;
	bool claim; /* the addresses must be claimed from the Active, then vrrp_take_over() */
	bool lower_rival; /* vrrp_hear(): this Active heard one of lower priority, not a release */
};

/* Why what the caller asks for next happens, and since when: before vrrp_shutdown(),
 * vrrp_step_down(), vrrp_follow_group(), vrrp_take_over() and vrrp_active_lost(). */
void vrrp_set_cause(struct vrrp *vrrp, enum vrrp_cause cause, uint64_t since_ns);

/* Starts in Initialize. parameters are copied. */
void vrrp_init(struct vrrp *vrrp, const struct vrrp_parameters *parameters);

/* Skew_Time in ns: ((256 - priority) * Active_Adver_Interval) / 256 (RFC 9568 section 6.1); of
 * version 2: (256 - priority) / 256 s (RFC 3768 section 6.1). */
uint64_t vrrp_skew_time_ns(const struct vrrp *vrrp);

/* Active_Down_Interval in ns: down_timer_adverts * Active_Adver_Interval + Skew_Time, likewise. */
uint64_t vrrp_active_down_interval_ns(const struct vrrp *vrrp);

/* Startup event (section 6.4.1): the interface is ready. */
void vrrp_startup(struct vrrp *vrrp, uint64_t now_ns, struct vrrp_actions *actions);

/* Shutdown event (6.4.2, 6.4.3): reason is a short clause, e.g. "xbeatd stops". */
void vrrp_shutdown(struct vrrp *vrrp, uint64_t now_ns, const char *reason,
		   struct vrrp_actions *actions);

/* What was heard in this period, judged by the kernel side at each arrival; in another period it
 * has no effect. */
void vrrp_hear(struct vrrp *vrrp, const struct xb_vrrp_heard *heard, uint64_t now_ns,
	       struct vrrp_actions *actions);

/* One advert, judged now. */
void vrrp_advert_received(struct vrrp *vrrp, const struct vrrp_advert *advert, uint64_t now_ns,
			  struct vrrp_actions *actions);

/* How the kernel side judges adverts in this state, and where it begins. */
struct xb_vrrp_rule vrrp_rule(const struct vrrp *vrrp);
struct xb_vrrp_base vrrp_base(const struct vrrp *vrrp);

struct vrrp_advert vrrp_advert_heard(const struct xb_vrrp_advert *heard);

/* What is known when the timer is due, after vrrp_hear(). */
struct vrrp_timer_view {
	const struct vrrp_advert *lower; /* the last advert of lower priority, or NULL */
	/* A clause with figures if heartbeats show that an Active which this node would follow
	 * answers, its daemon makes progress and it still claims the instance: then adverts are
	 * lost (or hidden by those of a rival), not the node; else NULL. */
	const char *alive_reason;
	/* A clause why a lower Active that is heard must not be preempted now; else NULL. */
	const char *stay_reason;
	/* A clause if another member of the sync group still hears its Active, or is not ready;
	 * else NULL. */
	const char *group_reason;
	/* The name of the node that is Active and gives the addresses to a claim; else NULL. */
	const char *claim_from;
};

/* The timer is due. If one of the reasons applies, the machine holds (re-arms Active_Down_Interval)
 * instead of taking over; with claim_from it asks for a claim, and for another one after that
 * time. */
void vrrp_timer_expired(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_timer_view *view,
			struct vrrp_actions *actions);

/* Returns the effective priority: base plus the sum of tracked weights, limited to 1..254; an
 * owner's 255 stays. */
uint8_t vrrp_weighted_priority(uint8_t base, int weights);

/* Tracking has changed the effective priority, 1..254 (255: the owner's stays). An Active
 * advertises it at once; a Backup's timer follows its new Skew_Time. Has no effect if it is the
 * same. */
void vrrp_set_priority(struct vrrp *vrrp, uint64_t now_ns, uint8_t priority,
		       struct vrrp_actions *actions);

/* A reload: new parameters, the same state. The effective priority becomes priority. */
void vrrp_reconfigure(struct vrrp *vrrp, uint64_t now_ns, const struct vrrp_parameters *parameters,
		      uint8_t priority, struct vrrp_actions *actions);

/* Another member of the sync group has become Active or Backup, and this one follows. From Active
 * to Backup it sends an advert of priority 0, so that the other side need not wait. Not in
 * Initialize. */
void vrrp_follow_group(struct vrrp *vrrp, uint64_t now_ns, enum xb_instance_state state,
		       const char *reason, struct vrrp_actions *actions);

/*
 * An Active must stop: its guard has expired, or it must leave the addresses to another node
 * whatever the priorities. It becomes Backup without an advert, because other nodes must not take
 * it for the Active. reason: a clause with figures. Only has an effect in state Active.
 */
void vrrp_step_down(struct vrrp *vrrp, uint64_t now_ns, const char *reason,
		    struct vrrp_actions *actions);

/* Adverts are held to this from now on. The caller has shown what was heard before. */
void vrrp_hold_to_nodes(struct vrrp *vrrp, const struct vrrp_nodes *nodes);

/* Limits what is learnt as Active_Adver_Interval, from the own interval to this; 0: as in RFC
 * 9568. */
void vrrp_limit_interval(struct vrrp *vrrp, uint64_t interval_max_ns);

/* The claim was answered: a Backup becomes Active. reason: a clause with figures. */
void vrrp_take_over(struct vrrp *vrrp, uint64_t now_ns, const char *reason,
		    struct vrrp_actions *actions);

/* This node stalled, so that what it has heard proves nothing yet: a Backup's timer is due at
 * due_ns, not before. Only has an effect in state Backup. */
void vrrp_postpone(struct vrrp *vrrp, uint64_t due_ns);

/*
 * Heartbeats show that the Active is gone. best: this node is the best live candidate and becomes
 * Active at once. Otherwise Active_Down_Timer is set to Skew_Time after news_spread_ns, in which
 * the best candidate may learn of it; if the vacancy is known already, never to a later time than
 * before. reason: a clause with figures. Only has an effect in state Backup.
 */
void vrrp_active_lost(struct vrrp *vrrp, uint64_t now_ns, bool best, const char *reason,
		      struct vrrp_actions *actions);

#endif
