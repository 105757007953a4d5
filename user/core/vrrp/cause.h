/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why an instance becomes Active or stops being it, in a word: the label of counters. The sentence
 * with the figures is vrrp.reason. */
#ifndef XBEAT_CORE_VRRP_CAUSE_H
#define XBEAT_CORE_VRRP_CAUSE_H

#include <stdint.h>

/* Id, name for programs. */
#define VRRP_CAUSES(X)                                                                                \
	X(NONE, "none")                                                                               \
	/* It becomes Active: */                                                                      \
	X(OWNER, "owner") /* it started with priority 255 */                                          \
	X(RESUME, "resume") /* the daemon before was Active */                                        \
	X(PREEMPTION, "preemption") /* of a lower Active, without a claim */                          \
	X(CLAIM, "claim") /* a lower Active handed the addresses over */                              \
	X(OFFER, "offer") /* likewise, because its operator asked for it */                           \
	X(SILENCE, "silence") /* no adverts for Active_Down_Interval */                               \
	X(RELEASE, "release") /* the Active released it: priority 0, or its report */                 \
	X(PEER_HUNG, "peer_hung") /* the verdict on the Active's node */                              \
	X(PEER_FENCED, "peer_fenced")                                                                 \
	X(PEER_RELEASED, "peer_released")                                                             \
	X(PEER_ONE_WAY, "peer_one_way")                                                               \
	X(PEER_UNREACHABLE, "peer_unreachable")                                                       \
	X(PEER_DOWN, "peer_down")                                                                     \
	X(FENCED, "fenced") /* the Active's kernel has fenced its addresses */                        \
	X(NO_ACTIVE, "no_active") /* after a claim that failed, or a stall of this node */            \
	X(COLD_START, "cold_start") /* no node was Active at the start */                             \
	/* It stops being Active: */                                                                  \
	X(HIGHER_PRIORITY, "higher_priority") /* an advert of a better node */                        \
	X(HANDOVER, "handover") /* to another node's claim */                                         \
	X(GUARD_EXPIRED, "guard_expired")                                                             \
	X(LATE, "late") /* vrrp_timer_expired: a Backup must have taken over */                       \
	X(YIELD_ONE_WAY, "yield_one_way") /* to an Active that does not hear this node */             \
	X(BAD_LINK, "bad_link")                                                                       \
	X(STOP, "stop")                                                                               \
	X(RELOAD, "reload") /* it was removed, or restarts with other settings */                     \
	/* Likewise; as the inhibitors of user/vrrp/state/inhibitors.h. GROUP also becomes Active. */ \
	X(INTERFACE, "interface")                                                                     \
	X(PROGRAM, "program")                                                                         \
	X(ADDRESS, "address")                                                                         \
	X(SENDING, "sending")                                                                         \
	X(TRACKED, "tracked")                                                                         \
	X(AWAITED, "awaited")                                                                         \
	X(OPERATOR, "operator")                                                                       \
	X(DRAINED, "drained")                                                                         \
	X(STARTUP_DELAY, "startup_delay")                                                             \
	X(ISOLATED, "isolated")                                                                       \
	X(GROUP, "group") /* it follows its sync group */

enum vrrp_cause {
#define X(id, name) VRRP_CAUSE_##id,
	VRRP_CAUSES(X)
#undef X
		VRRP_CAUSE_COUNT
};

const char *vrrp_cause_name(enum vrrp_cause cause);

/* Id, name for programs: why the kernel side fenced the addresses of this node. */
#define FENCE_CAUSES(X)                                                                            \
	X(GUARD_EXPIRED, "guard_expired") /* this node stalled */                                  \
	X(CLAIM, "claim") /* another node claimed them, as in a planned handover */                \
	X(DAEMON_DIED, "daemon_died") /* and no daemon continued in time */

enum fence_cause {
#define X(id, name) FENCE_##id,
	FENCE_CAUSES(X)
#undef X
		FENCE_CAUSE_COUNT
};

const char *fence_cause_name(enum fence_cause cause);

#endif
