/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One VRRP instance at work. Private to user/daemon/instance*.c. */
#ifndef XBEAT_VRRP_STATE_INSTANCE_H
#define XBEAT_VRRP_STATE_INSTANCE_H

#include "user/core/vrrp.h"
#include "user/vrrp/state/instances.h"

struct local_address;

/* A rival's adverts come at any rate; our answer in gratuitous ARP does not. */
#define ANNOUNCE_AGAIN_SPACING_NS (100 * NS_PER_MS)
/* For so long after a takeover a rival that is not heard is reckoned with. */
#define ANNOUNCE_UNHEARD_NS (3 * NS_PER_SECOND)

#define INSTANCE_OBSTACLE_BYTES VRRP_REASON_BYTES

/* What keeps an instance in Initialize: id, name for programs. In the order in which they are told. */
#define INSTANCE_OBSTACLES(X)                                                                      \
	X(INTERFACE, "interface")                                                                  \
	X(ADDRESS, "address")                                                                      \
	X(TRACKED, "tracked")                                                                      \
	X(AWAITED, "awaited") /* the first result of a script that could be a fault */             \
	X(OPERATOR, "operator")                                                                    \
	X(DRAINED, "drained")                                                                      \
	X(STARTUP_DELAY, "startup_delay")                                                          \
	X(ISOLATED, "isolated")                                                                    \
	X(GROUP, "group") /* only this one comes from other instances: it is the last */

enum instance_obstacle {
#define X(id, name) INSTANCE_OBSTACLE_##id,
	INSTANCE_OBSTACLES(X)
#undef X
		INSTANCE_OBSTACLE_COUNT
};

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

/* A sync group: its members are all Active, or none is. */
struct instance_group {
	const struct config_group *config;
	struct instance **members;
	size_t member_count;
	enum notify_event told; /* the state that was last told of */
	bool any_told;
	bool moving; /* members are being moved together */
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

/* instance.c: made from its configuration and placed, not started yet. Returns NULL without memory or
 * room in the maps, having said so. */
struct instance *instance_new(struct instances *instances, const struct config_instance *config);
void instance_free(struct instance *instance);

/* Takes changed parameters without a change of state: timers, priorities, addresses. */
void instance_reconfigure(struct instance *instance, const struct config_instance *config);

/* Whether a changed configuration needs a new instance: another router, family or link layer. */
bool instance_is_another(const struct config_instance *a, const struct config_instance *b);

/* The Startup event of a new instance, or its resumption as Active. */
void instance_begin(struct instance *instance);

/* Tells of one that cannot take part. One that only waits for vrrp_startup_delay is no fault, as in keepalived. */
void instance_tell_fault(struct instance *instance);

/* The Shutdown event, for good. */
void instance_end(struct instance *instance, const char *reason);

/* instances.c: makes instances->list from kept (used up), by index of the configuration, and makes those that are
 * missing there; then the groups. Returns 0, or a negative errno if some could not be made. */
int instances_make(struct instances *instances, const struct config *config,
		   struct instance **kept);

/* What an earlier daemon said of instances that are no longer there must not be said for ever. */
void instances_forget_others(struct instances *instances);

/* Changes what is static from one configuration (NULL: none) to another, and watches its interfaces. */
void instances_take_static(struct instances *instances, const struct config *from,
			   const struct config *to);

/* All are prepared before the first begins: a sync group must know of all its members' obstacles. */
void instance_prepare(struct instance *instance);

/* instance_act.c: does what the state machine asks for, and arms its timer. */
void instance_act(struct instance *instance, const struct vrrp_actions *actions);

/* Sends an advert now. Returns 0 or a negative errno, having logged it. */
int instance_advertise(struct instance *instance, uint8_t priority);

/* Tells the kernel side what this instance is like, and says it in every packet from now on. */
void instance_describe(const struct instance *instance);

/* instance_address.c: the virtual addresses as a configuration lists them, nothing held. Returns 0 or
 * -ENOMEM. */
int instance_list_addresses(struct instance *instance, const struct config_instance *config);

/* Refers to an equal configuration from now on. */
void instance_point(struct instance *instance, const struct config_instance *config);

/* Whether a daemon may take the address off. An owner's addresses are its real ones, unless a daemon has added them. */
bool instance_may_remove(const struct instance *instance, size_t vip);

void instance_take_addresses(struct instance *instance);
void instance_release_addresses(struct instance *instance);

/* Removes VIPs, routes and rules that an earlier daemon left. */
void instance_remove_stale(struct instance *instance);

/* Leaves those that another configuration does not have: another instance may be about to take them. */
void instance_leave_addresses(struct instance *instance, const struct config_instance *to);

/* Changes from the addresses of one configuration to those of another, while Active. */
void instance_change_addresses(struct instance *instance, const struct config_instance *to);

/* Puts an address back that something else has removed. */
void instance_address_removed(struct instance *instance, const struct address_event *event);

/* An interface works again: what went when it went down is put back, and neighbours are told. */
void instance_interface_works(struct instance *instance, const struct link_event *link);

/* Finds the interfaces of all VIPs anew. */
void instance_place_addresses(struct instance *instance);

/* Announces all VIPs, each repeat times. */
void instance_announce(struct instance *instance, unsigned repeat);

/* A rival was seen, and neighbours may believe it: announces now and once more when they have got
 * over its announcement. Limited in rate. */
void instance_announce_again(struct instance *instance);

/* Announces once more, behind a regular advert, while a rival that is not heard may have called the neighbours back. */
void instance_announce_unheard(struct instance *instance);

/* instance_place.c: finds the source of the adverts: mcast_src_ip or unicast_src_ip, else the first address of the
 * interface that is none of the VIPs (IPv6: its link-local address).
 * Returns 0 or a negative errno with a message that says what to do. */
int instance_find_primary(const struct config_instance *config, const struct local_address *list,
			  size_t count, struct xb_address *primary, char *message, size_t bytes);

/* Looks for it anew, and sets or clears the obstacle. */
void instance_find_source(struct instance *instance);

/* Puts the instance onto its interface as it is now: virtual MAC, membership, kernel side; or takes
 * it off if the interface is gone. Sets the obstacles that come from there. */
void instance_place(struct instance *instance);

/* Leaves the interface: membership, virtual MAC. */
void instance_unplace(struct instance *instance);

/* Makes the virtual MAC's interface, if there is one, an Active's, before the first advert; or a Backup's,
 * after the last one. */
void instance_set_vmac(struct instance *instance, bool active);

/* Where VIPs without "dev" and adverts go. */
unsigned instance_address_index(const struct instance *instance);
const char *instance_interface(const struct instance *instance);

/* instance_obstacle.c: sets (a format) or, with NULL, clears an obstacle; instance_settle() acts on it. */
void instance_set_obstacle(struct instance *instance, enum instance_obstacle obstacle,
			   const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Sets or clears the obstacle of a drained node. */
void instance_set_drained(struct instance *instance);

/* Returns the first obstacle that is in the way, or -1. own: those of other members do not count. */
int instance_first_obstacle(const struct instance *instance, bool own);

/* Starts or stops the instance, and its group, as the obstacles say. */
void instance_settle(struct instance *instance);

/* The same for all at once: what happens to many is judged when it is known of all. */
void instances_settle(struct instances *instances);

/* Adds the tracked things up again: effective priority, and whether one of them is a fault. */
void instance_track(struct instance *instance);

/* Calls report for each thing that is tracked, with its effect. */
void instance_each_track(const struct instance *instance,
			 void (*report)(void *context, const struct config_track *track,
					struct track_effect effect, const char *reason),
			 void *context);

/* instance_operator.c: ends a failover. Returns whether there was one. */
bool instance_resume(struct instance *instance);

/* What an operator has said; it outlives an instance that a reload makes anew. */
struct operator_will {
	char stays_away[INSTANCE_OBSTACLE_BYTES]; /* "": it does not */
	uint64_t until_unix_ns; /* 0: until somebody says resume */
	uint8_t pinned_priority; /* 0: none */
};

struct operator_will instance_will(const struct instance *instance);
void instance_inherit(struct instance *instance, const struct operator_will *will);

/* instance_group.c */
void instance_group_settle(struct instance_group *group);

/* A member has changed its state: the others go along. */
void instance_group_moved(struct instance *instance, enum xb_instance_state from);

/* Makes a group of one state that a reload has made of members in different ones. */
void instance_group_unmix(struct instance_group *group);

/* Why the group is not ready to become Active with this member; NULL: it is. */
const char *instance_group_reason(struct instance *instance, char *text, size_t bytes);

/* Rebuilds the groups from a configuration; members that are in none have group NULL. */
int instance_groups_make(struct instances *instances, const struct config *config);
void instance_groups_free(struct instances *instances);

/* instance_heartbeat.c: the newest advert that counts: of the Active that is followed while it stands, else the
 * newest of all; *any: whether there was one. */
struct vrrp_advert instance_newest_advert(const struct instance *instance, bool *any);
/* Who is Active as far as this node knows: itself, the one it follows, else one it hears and does not follow,
 * because it preempts that one or takes no part. Returns whether there is one. */
bool instance_hear_active(const struct instance *instance, struct vrrp_advert *active);
/* Nobody has been found to be Active after this node stood still: the best candidate takes over. */
void instance_fill(struct instance *instance);

/* Whether an earlier daemon of this instance was Active moments ago, and nobody has taken over since:
 * then everybody else still takes this node for the Active. */
bool instance_may_resume(const struct instance *instance);

/* Hears that the claimant has given the instance up before the event that says so has been read. */
void instance_hear_claimant(struct instance *instance);

/* An advert of priority 0 came from source. */
void instance_released(struct instance *instance, const struct xb_address *source,
		       uint64_t arrival_ns);

/* The live peer that would take over now, or NULL. */
const struct peer *instance_successor(const struct instance *instance);

/* Whether a peer has this address on one of its links. */
const struct peer *instance_peer_at(const struct instance *instance,
				    const struct xb_address *address);

/* instance_claim.c: the entry of this instance in what the peer last said; NULL: none. */
const struct xb_instance *instance_said_of(const struct instance *instance,
					   const struct peer *peer);

/* Whether the peer, when last heard, was Active and answered for the addresses; or had fenced them. */
bool instance_is_claimed_by(const struct instance *instance, const struct peer *peer);
bool instance_is_fenced_at(const struct instance *instance, const struct peer *peer);

/* Whether it was this instance's Active: it said so, or its adverts did. */
bool instance_was_active(const struct instance *instance, const struct peer *peer);

/* Whether the address is one of the peer's links. */
bool instance_has_address(const struct peer *peer, const struct xb_address *address);

/* Whether an Active with this verdict is to be replaced at once. One that hangs is not before its guard has closed,
 * one that others hear not with on_partition hold. */
bool instance_is_lost_by(const struct instance *instance, const struct peer *peer,
			 enum verdict verdict);

/* Why a Backup must not take over though its timer has run out: a clause with figures. Returns whether there is
 * such a reason: an Active that may still answer for the addresses, or cannot be asked; to hold: or one that works. */
bool instance_wait_reason(const struct instance *instance, char *text, size_t bytes);
bool instance_hold_reason(const struct instance *instance, char *text, size_t bytes);

/* The same for preempting a lower Active that is heard: somebody does not hear this node. */
bool instance_stay_reason(const struct instance *instance, char *text, size_t bytes);

/* An Active yields to one that cannot hear it, whatever the priorities. Returns whether it did. */
bool instance_yield_to_deaf(struct instance *instance, const struct vrrp_advert *advert);

/* Whether a peer fell silent as the Active. It may live, and not know yet that it is not heard. */
bool instance_has_silent_rival(const struct instance *instance);

/* A peer that stands still and was Active when it last said something, fenced or not; or NULL. */
const struct peer *instance_still_claimant(const struct instance *instance);

/* instance_guard.c: slots for all addresses, where the interfaces are now. */
void instance_guard_claim(struct instance *instance);
void instance_guard_release(struct instance *instance);

/* Of one address that the instance is about to lose. */
void instance_guard_give_back(const struct instance *instance, struct instance_address *address);

/* It turns out that the address was there before: it is not held any more. */
void instance_guard_spare(struct instance *instance, struct instance_address *address);

/* After a change of the list of addresses: those that are still there keep their slots, the others give them back. */
void instance_guard_keep(struct instance *instance, struct instance_address *old, size_t old_count);

/* The addresses are held from now on, and may be answered for while the daemon progresses. */
void instance_guard_open(struct instance *instance);

/* The addresses are gone, and packets do not say Active any more: the fence is lifted. */
void instance_guard_end(struct instance *instance);

/* Whether all addresses are under a deadline that is open. */
bool instance_is_guarded(const struct instance *instance);

/* Whether an address may not be answered for any more. */
bool instance_guard_passed(const struct instance *instance, uint64_t now_ns);

/* Whether an earlier daemon was Active, and its guard, which closes before others may take over, is still open. */
bool instance_guard_was_left_open(const struct instance *instance, uint64_t now_ns);

/* An advert has been sent, if it could be: without heartbeats that extends the guard, and nothing else does. */
void instance_guard_advertised(struct instance *instance);

/* instance_learn.c: this node was Active, stood still and has stepped down: it finds out who is Active. */
void instance_learn(struct instance *instance, uint64_t now_ns);

/* The time for that is over. */
void instance_learnt(struct instance *instance);

/* Whether a Backup's timer is late because this node stood still; then it has been postponed. */
bool instance_stood_still(struct instance *instance, const struct vrrp_advert *newest,
			  uint64_t now_ns);

/* Sets or clears the obstacle of a node that hears nobody. */
void instance_set_isolated(struct instance *instance);

/* instance_notify.c: who wants to know is told of a change of state or priority. */
void instance_notify(struct instance *instance);
void instance_notify_priority(struct instance *instance);
void instance_notify_lower_rival(struct instance *instance);

/* instances_json.c: returns a new JSON array of what is in its way. */
json_t *instance_obstacles_json(const struct instance *instance);

void instance_note_stall(const struct instance *instance, uint64_t now_ns);
int instance_describe_router(struct instance *instance);
void instance_allow_unicast_anew(struct instance *instance);
int instance_make_timers(struct instance *instance);

struct xb_vrrp *instance_router(const struct instance *instance);
uint64_t instance_added_bit(size_t vip);

void instance_guard_extend(struct instance *instance, uint64_t from_ns);
bool instance_goes_by_adverts(const struct instance *instance);

const struct link_event *instance_find_base(const struct instance *instance);
void instance_leave(struct instance *instance);
int instance_enter(struct instance *instance, const char *interface);
void instance_make_vmac(struct instance *instance);

bool instance_is_guarded_by(const struct instance *instance, const struct peer *peer);

const struct peer *instance_find_claimant(const struct instance *instance,
					  const struct peer *except);
bool instance_is_best_candidate(const struct instance *instance);
void instance_peer_changed(struct instance *instance, const struct peer *peer, enum verdict from);

void instance_leave_bad_link(struct instance *instance);

void instances_set_drained(struct instances *instances, bool drained);

void instances_on_tracked(void *context, const struct tracked *tracked);
void instances_on_startup_delay(evutil_socket_t fd, short what, void *context);

void instance_peer_said(struct instance *instance, const struct peer *peer);

#endif
