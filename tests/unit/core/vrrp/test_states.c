/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * user/core/vrrp/vrrp.c against RFC 9568: each row of the table is a state, an event, and the state,
 * actions and timer that the named section requires.
 *
 * In each row the router has 10.0.0.5 and an advertisement interval of 1 s, and entered its state
 * 400 ms before NOW. The event is at NOW; a timer event is when the timer is due.
 */
#include "tests/unit/core/vrrp/fixture.h"

#define NOW (1000 * NS_PER_SECOND)
#define ENTERED (NOW - 400 * NS_PER_MS)

/* With priority 100 and 1 s: Skew_Time 156/256 s; Active_Down_Interval 3 s more. */
#define SKEW_US 609375
#define DOWN_US 3609375
#define UNCHANGED (-1)

enum event { STARTUP, SHUTDOWN, TIMER, ADVERT };

enum {
	SEND = 1,
	TAKE = 2,
	AGAIN = 4,
	RELEASE = 8,
	CHANGED = 16,
};

struct row {
	const char *demand;
	uint8_t own_priority;
	bool no_preempt;
	enum xb_instance_state state;
	enum event event;
	/* The advert: priority, last byte of 10.0.0.x, interval. */
	uint8_t priority;
	uint8_t host;
	uint32_t interval_ms;

	enum xb_instance_state new_state;
	unsigned actions;
	uint8_t sent_priority;
	int64_t timer_us; /* from the event; 0: stopped */
	uint32_t active_interval_ms;
	const char *reason;
};

/* clang-format off */
static const struct row rows[] = {
	/* Initialize */
	{"6.4.1 (100)-(145): the owner advertises and becomes Active",
	 255, false, INITIALIZE, STARTUP, 0, 0, 0,
	 ACTIVE, SEND | TAKE | CHANGED, 255, 1000000, 1000, "address owner (priority 255)"},
	{"6.4.1 (150)-(165): others become Backup for one Active_Down_Interval",
	 100, false, INITIALIZE, STARTUP, 0, 0, 0,
	 BACKUP, CHANGED, 0, DOWN_US, 1000, "started with priority 100, Active_Down_Timer 3.61 s"},
	{"6.1: Skew_Time of priority 254 is 2/256 of the interval",
	 254, false, INITIALIZE, STARTUP, 0, 0, 0,
	 BACKUP, CHANGED, 0, 3007812, 1000, "started with priority 254, Active_Down_Timer 3.01 s"},
	{"6.1: Skew_Time of priority 1 is 255/256 of the interval",
	 1, false, INITIALIZE, STARTUP, 0, 0, 0,
	 BACKUP, CHANGED, 0, 3996093, 1000, "started with priority 1, Active_Down_Timer 4.00 s"},
	{"6.4.1: adverts mean nothing in Initialize",
	 100, false, INITIALIZE, ADVERT, 200, 9, 1000, INITIALIZE, 0, 0, 0, 1000, NULL},
	{"6.4.1: nor does a shutdown",
	 100, false, INITIALIZE, SHUTDOWN, 0, 0, 0, INITIALIZE, 0, 0, 0, 1000, NULL},

	/* Backup */
	{"6.4.2: a second startup changes nothing",
	 100, false, BACKUP, STARTUP, 0, 0, 0, BACKUP, 0, 0, UNCHANGED, 1000, NULL},
	{"6.4.2 shutdown: the timer stops, back to Initialize",
	 100, false, BACKUP, SHUTDOWN, 0, 0, 0, INITIALIZE, CHANGED, 0, 0, 1000, "xbeatd stops"},
	{"6.4.2 Active_Down_Timer: advertise, announce, become Active",
	 100, false, BACKUP, TIMER, 0, 0, 0,
	 ACTIVE, SEND | TAKE | CHANGED, 100, 1000000, 1000,
	 "no advert for 3.61 s, Active_Down_Timer 3.61 s"},
	{"6.4.2 priority 0: the timer becomes Skew_Time",
	 100, false, BACKUP, ADVERT, 0, 9, 1000, BACKUP, 0, 0, SKEW_US, 1000,
	 "10.0.0.9 released the addresses (priority 0), Skew_Time 609 ms"},
	{"6.4.2 priority 0: also without preemption",
	 100, true, BACKUP, ADVERT, 0, 9, 1000, BACKUP, 0, 0, SKEW_US, 1000, NULL},
	{"6.4.2 higher priority: the timer starts again",
	 100, false, BACKUP, ADVERT, 101, 9, 1000, BACKUP, 0, 0, DOWN_US, 1000, NULL},
	{"6.4.2 equal priority: likewise, from a higher address",
	 100, false, BACKUP, ADVERT, 100, 9, 1000, BACKUP, 0, 0, DOWN_US, 1000, NULL},
	{"6.4.2 equal priority: likewise, from a lower address",
	 100, false, BACKUP, ADVERT, 100, 1, 1000, BACKUP, 0, 0, DOWN_US, 1000, NULL},
	{"6.4.2 lower priority: the advert is discarded",
	 100, false, BACKUP, ADVERT, 99, 9, 2000, BACKUP, 0, 0, UNCHANGED, 1000, NULL},
	{"6.4.2 lower priority without preemption: is followed",
	 100, true, BACKUP, ADVERT, 99, 9, 1000, BACKUP, 0, 0, DOWN_US, 1000, NULL},
	{"6.4.2: Active_Adver_Interval is learnt, and the timers follow it",
	 100, false, BACKUP, ADVERT, 200, 9, 2000, BACKUP, 0, 0, 2 * DOWN_US, 2000, NULL},
	{"6.4.2: also a shorter one",
	 100, false, BACKUP, ADVERT, 200, 9, 10, BACKUP, 0, 0, 36093, 10, NULL},
	{"6.1: an interval of 0 is read as the own",
	 100, false, BACKUP, ADVERT, 200, 9, 0, BACKUP, 0, 0, DOWN_US, 1000, NULL},

	/* Active */
	{"6.4.3: a second startup changes nothing",
	 100, false, ACTIVE, STARTUP, 0, 0, 0, ACTIVE, 0, 0, UNCHANGED, 1000, NULL},
	{"6.4.3 shutdown: priority 0 is sent, back to Initialize",
	 100, false, ACTIVE, SHUTDOWN, 0, 0, 0,
	 INITIALIZE, SEND | RELEASE | CHANGED, 0, 0, 1000, "xbeatd stops"},
	{"6.4.3 Adver_Timer: advertise, start it again",
	 100, false, ACTIVE, TIMER, 0, 0, 0, ACTIVE, SEND, 100, 1000000, 1000, NULL},
	{"6.4.3 priority 0: advertise at once, start Adver_Timer again",
	 100, false, ACTIVE, ADVERT, 0, 9, 1000, ACTIVE, SEND | AGAIN, 100, 1000000, 1000, NULL},
	{"6.4.3 higher priority: become Backup",
	 100, false, ACTIVE, ADVERT, 200, 2, 1000,
	 BACKUP, RELEASE | CHANGED, 0, DOWN_US, 1000,
	 "advert from 10.0.0.2 with higher priority 200, ours 100"},
	{"6.4.3 higher priority: by one will do, whatever the addresses",
	 100, false, ACTIVE, ADVERT, 101, 1, 1000,
	 BACKUP, RELEASE | CHANGED, 0, DOWN_US, 1000, NULL},
	{"6.4.3 higher priority: its interval is learnt",
	 100, false, ACTIVE, ADVERT, 200, 2, 3000,
	 BACKUP, RELEASE | CHANGED, 0, 3 * DOWN_US, 3000, NULL},
	{"6.4.3 higher priority: without preemption likewise",
	 100, true, ACTIVE, ADVERT, 200, 2, 1000,
	 BACKUP, RELEASE | CHANGED, 0, DOWN_US, 1000, NULL},
	{"6.4.3 equal priority, higher address: become Backup",
	 100, false, ACTIVE, ADVERT, 100, 6, 1000,
	 BACKUP, RELEASE | CHANGED, 0, DOWN_US, 1000,
	 "advert from 10.0.0.6 with equal priority 100 and a higher address than 10.0.0.5"},
	{"6.4.3: addresses are unsigned",
	 100, false, ACTIVE, ADVERT, 100, 200, 1000,
	 BACKUP, RELEASE | CHANGED, 0, DOWN_US, 1000, NULL},
	{"6.4.3 equal priority, lower address: assert ourselves at once",
	 100, false, ACTIVE, ADVERT, 100, 4, 1000, ACTIVE, SEND | AGAIN, 100, UNCHANGED, 1000, NULL},
	{"6.4.3 lower priority: assert ourselves at once",
	 100, false, ACTIVE, ADVERT, 99, 9, 3000, ACTIVE, SEND | AGAIN, 100, UNCHANGED, 1000, NULL},
	{"6.4.3 lower priority: without preemption likewise",
	 100, true, ACTIVE, ADVERT, 99, 9, 1000, ACTIVE, SEND | AGAIN, 100, UNCHANGED, 1000, NULL},
	{"8.3.2: of two owners the one with the lower address yields",
	 255, false, ACTIVE, ADVERT, 255, 6, 1000,
	 BACKUP, RELEASE | CHANGED, 0, 3003906, 1000, NULL},
	{"8.3.2: and the other one stays",
	 255, false, ACTIVE, ADVERT, 255, 4, 1000, ACTIVE, SEND | AGAIN, 255, UNCHANGED, 1000, NULL},
	{"an advert with our own address and priority is not answered: a duplicate would answer too",
	 100, false, ACTIVE, ADVERT, 100, OWN_HOST, 1000, ACTIVE, 0, 0, UNCHANGED, 1000, NULL},
};
/* clang-format on */

static void enter_state(const struct row *row)
{
	struct vrrp_parameters parameters = default_parameters();
	uint64_t entered_ns = ENTERED;

	parameters.priority = row->own_priority;
	parameters.preempt = !row->no_preempt;
	vrrp_init(&vrrp, &parameters);
	if (row->state == ACTIVE && row->own_priority != VRRP_PRIORITY_OWNER)
		entered_ns -= vrrp_active_down_interval_ns(&vrrp);
	if (row->state != INITIALIZE)
		vrrp_startup(&vrrp, entered_ns, &actions);
	if (row->state == ACTIVE && vrrp.state == BACKUP)
		expire(ENTERED, NULL, NULL);
	assert_int_equal(vrrp.state, row->state);
}

/* Returns the time of the event. */
static uint64_t run_event(const struct row *row)
{
	struct vrrp_advert advert = advert_from(row->host, row->priority, NOW);
	uint64_t event_ns = row->event == TIMER ? vrrp.timer_due_ns : NOW;

	forget_actions();
	advert.interval_ns = row->interval_ms * NS_PER_MS;
	switch (row->event) {
	case STARTUP:
		vrrp_startup(&vrrp, NOW, &actions);
		break;
	case SHUTDOWN:
		vrrp_shutdown(&vrrp, NOW, "xbeatd stops", &actions);
		break;
	case TIMER:
		expire(event_ns, NULL, NULL);
		break;
	case ADVERT:
		receive_advert(&advert, NOW);
		break;
	}
	return event_ns;
}

static unsigned action_bits(void)
{
	assert_false(actions.held);
	return (actions.send_advert ? SEND : 0U) | (actions.take_addresses ? TAKE : 0U) |
	       (actions.announce_again ? AGAIN : 0U) | (actions.release_addresses ? RELEASE : 0U) |
	       (actions.state_changed ? CHANGED : 0U);
}

static void check_timer(const struct row *row, const struct vrrp *before, uint64_t event_ns)
{
	if (row->timer_us == UNCHANGED) {
		assert_true(vrrp.timer_armed);
		assert_int_equal(vrrp.timer_due_ns, before->timer_due_ns);
	} else if (row->timer_us == 0) {
		assert_false(vrrp.timer_armed);
	} else {
		assert_true(vrrp.timer_armed);
		assert_int_equal((vrrp.timer_due_ns - event_ns) / NS_PER_US, row->timer_us);
	}
}

static void check_transition(const struct row *row, const struct vrrp *before, uint64_t event_ns)
{
	bool changed = row->actions & CHANGED;

	assert_int_equal(vrrp.transition_count, before->transition_count + changed);
	assert_int_equal(vrrp.state_since_ns, changed ? event_ns : before->state_since_ns);
	if (changed)
		assert_int_equal(actions.old_state, row->state);
	assert_string_equal(vrrp.reason, row->reason ? row->reason : vrrp.reason);
}

static void check_row(void **state)
{
	const struct row *row = *state;
	struct vrrp before;
	uint64_t event_ns;

	enter_state(row);
	before = vrrp;
	event_ns = run_event(row);
	assert_int_equal(vrrp.state, row->new_state);
	assert_int_equal(action_bits(), row->actions);
	assert_int_equal(actions.advert_priority, row->sent_priority);
	assert_int_equal(vrrp.active_interval_ns, row->active_interval_ms * NS_PER_MS);
	check_timer(row, &before, event_ns);
	check_transition(row, &before, event_ns);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0])];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tests[i] = (struct CMUnitTest){
			.name = rows[i].demand,
			.test_func = check_row,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
