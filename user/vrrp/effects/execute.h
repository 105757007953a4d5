/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does what the state machine asks for. */
#ifndef XBEAT_VRRP_EFFECTS_EXECUTE_H
#define XBEAT_VRRP_EFFECTS_EXECUTE_H

#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/transitions.h"

/* A state that goes on over a restart: it is no event and no notification. */
struct instance_continued {
	enum xb_instance_state state; /* NONE: nothing continues */
	uint64_t since_unix_ns, since_ns;
	char reason[VRRP_REASON_BYTES];
};

struct instance_report {
	/* Called after each change of state, with the state before: sync groups follow. */
	void (*on_transition)(struct instance *instance, enum xb_instance_state from);
	void (*moved)(void *context); /* as in struct instances_setup; NULL: none */
	void *moved_context;
	/* Called before packets report that the instance is given up: its sync group is closed with
	 * it. */
	void (*on_release)(struct instance *instance);
	int notified; /* the last enum notify_event that is a state; -1: none yet */
	uint64_t since_unix_ns; /* of the state */
	uint64_t since_ns; /* the same by the monotonic clock */
	uint64_t became_active_count, left_active_count;
	struct transitions transitions;
	uint64_t taken_ns; /* when it last had all addresses */
	struct instance_continued continued; /* until the first change */
};

/* Returns 0 or -ENOMEM. */
int instance_report_new(struct instance *instance,
			void (*on_transition)(struct instance *instance,
					      enum xb_instance_state from),
			void (*on_release)(struct instance *instance));
void instance_report_free(struct instance *instance);

/* Does what the actions ask for, arms the timer and reports. */
void instance_act(struct instance *instance, const struct vrrp_actions *actions);

/* Adds to the event log that a reload has renamed it, from another name. */
void instance_log_name(struct instance *instance, const char *from);

#endif
