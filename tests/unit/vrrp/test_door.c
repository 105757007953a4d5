// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The door of the VRRP room: an Active whose guard has expired is stepped down before any event
 * reaches it. That no callback is registered past the door is checked by tests/source/test_door.py.
 */
#include "tests/unit/vrrp/door_fixture.h"
#include "user/vrrp/commands.h"
#include "user/vrrp/events.h"
#include "user/vrrp/reload.h"
#include "user/vrrp/report/json.h"

/* The first change of state is the one that the door made: from Active to Backup. What the event
 * itself does, to Initialize for a fault or an operator, comes afterwards. */
static void assert_stepped_down_first(void)
{
	const struct event_log_entry *first;
	size_t i = 0;

	while (i < event_log.count && strcmp(event_log_at(&event_log, i)->kind, "vrrp") != 0)
		i++;
	assert_true(i < event_log.count);
	first = event_log_at(&event_log, i);
	assert_string_equal(first->from, "active");
	assert_string_equal(first->to, "backup");
	assert_non_null(strstr(first->reason, "guard"));
	assert_int_not_equal(instance->vrrp.state, XB_INSTANCE_ACTIVE);
	assert_int_equal(instance->guard->from_ns, 0);
	assert_int_equal(kernel.guards[0].deadline_ns, 0);
}

/* The event did not act on it as Active. */
static void assert_fault_after_that(void)
{
	assert_stepped_down_first();
	assert_int_equal(instance->vrrp.state, XB_INSTANCE_INITIALIZE);
}

/* Without the door it would yield to this rival, and give that as the reason. */
static void test_advert(void **state)
{
	struct xb_event event = {.kind = XB_EVENT_ADVERT, .arrival_ns = clock_now_ns()};
	struct xb_vrrp *router = &kernel.routers[0];

	(void)state;
	router->arrival_ns = event.arrival_ns;
	router->priority = PRIORITY + 100;
	router->interval_cs = 100;
	assert_int_equal(address_parse("192.0.2.2", &router->source), 0);
	instances_advert(door_enter(door), &event);
	assert_stepped_down_first();
	assert_int_equal(instance->vrrp.active_priority, PRIORITY + 100);
}

static void test_peer_changed(void **state)
{
	static const struct peer peer;

	(void)state;
	instances_peer_changed(door_enter(door), &peer, VERDICT_UP);
	assert_fault_after_that();
}

static void test_peer_reported(void **state)
{
	static const struct peer peer;

	(void)state;
	instances_peer_reported(door_enter(door), &peer);
	assert_stepped_down_first();
}

static void test_links_changed(void **state)
{
	(void)state;
	instances_links_changed(door_enter(door));
	assert_fault_after_that();
}

static void test_isolated(void **state)
{
	(void)state;
	instances_isolated(door_enter(door));
	assert_stepped_down_first();
}

static void test_interface(void **state)
{
	(void)state;
	instances_interface(door_enter(door), missing_interface);
	assert_fault_after_that();
}

static void test_address(void **state)
{
	struct address_event event = {.interface_index = 9, .address = vip.address};

	(void)state;
	instances_address(door_enter(door), &event);
	assert_stepped_down_first();
}

static void test_addresses_unknown(void **state)
{
	(void)state;
	instances_addresses_unknown(door_enter(door));
	assert_stepped_down_first();
}

/* As user/tracking calls it. */
static void test_tracked(void **state)
{
	(void)state;
	door_on_tracked(door, NULL);
	assert_fault_after_that();
}

static void test_progress(void **state)
{
	(void)state;
	instances_progressed(door_enter(door), clock_now_ns());
	assert_stepped_down_first();
}

static void be_due(struct event *timer)
{
	event_active(timer, EV_TIMEOUT, 0);
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static void test_timer(void **state)
{
	enum instance_timer timer = (enum instance_timer)(uintptr_t)*state;

	be_due(instance->timers[timer]);
	assert_stepped_down_first();
}

static enum xb_instance_state state_in_handler;

static void note_state(struct vrrp_room *entered, struct instance *called)
{
	(void)entered;
	assert_null(called);
	state_in_handler = instance->vrrp.state;
}

/* Any timer of the room: its handler finds the instance stepped down already. */
static void test_timer_of_all_instances(void **state)
{
	(void)state;
	room->startup_delay = door_timer_new(room, note_state, NULL);
	be_due(room->startup_delay);
	assert_int_equal(state_in_handler, XB_INSTANCE_BACKUP);
	assert_stepped_down_first();
}

static void test_failover(void **state)
{
	char message[256];

	(void)state;
	/* Without force: -EALREADY, because the door has made it a Backup. */
	assert_int_equal(instances_failover(instances_named(door_enter(door), instance_name), 0,
					    true, message, sizeof(message)),
			 0);
	assert_fault_after_that();
}

static void test_priority(void **state)
{
	char message[256];
	json_t *json;

	(void)state;
	json = instances_set_priority(instances_named(door_enter(door), instance_name), 50, message,
				      sizeof(message));
	assert_non_null(json);
	json_decref(json);
	assert_stepped_down_first();
}

static void test_resume(void **state)
{
	char message[128];

	(void)state;
	json_decref(instances_resume(door_enter(door), NULL, message, sizeof(message)));
	assert_stepped_down_first();
}

static void test_drain(void **state)
{
	char message[256];
	json_t *names;

	(void)state;
	names = instances_drain(door_enter(door), false, message, sizeof(message));
	assert_non_null(names);
	assert_int_equal(json_array_size(names), 0); /* none is Active any more */
	json_decref(names);
	assert_fault_after_that();
}

static void test_reload(void **state)
{
	struct instances_changes changes = {json_array(), json_array(), json_array(), json_array(),
					    0};

	(void)state;
	instances_reload(door_enter(door), &config, &config, &changes);
	assert_int_equal(changes.unchanged_count, 1);
	json_decref(changes.added);
	json_decref(changes.changed);
	json_decref(changes.removed);
	json_decref(changes.renamed);
	assert_fault_after_that();
}

/* A status query reports the state after the step-down. */
static void test_status_query(void **state)
{
	json_t *json, *first;

	(void)state;
	json = instances_json(door_enter(door));
	first = json_array_get(json, 0);
	assert_string_equal(json_string_value(json_object_get(first, "state")), "backup");
	json_decref(json);
	assert_stepped_down_first();
}

/* An instance whose guard has not expired is not changed. */
static void test_open_guard(void **state)
{
	(void)state;
	kernel.guards[0].deadline_ns = clock_now_ns() + 60 * NS_PER_SECOND;
	kernel.self->guard_due_ns = kernel.guards[0].deadline_ns;
	instances_addresses_unknown(door_enter(door));
	assert_int_equal(instance->vrrp.state, XB_INSTANCE_ACTIVE);
}

/* Fenced by the kernel side, with the earliest deadline of others still to come. */
static void test_fenced(void **state)
{
	(void)state;
	kernel.guards[0].deadline_ns = XB_GUARD_FENCED;
	kernel.self->guard_due_ns = 0;
	kernel.self->fencing = XB_FENCING_ASKED;
	door_enter(door);
	assert_stepped_down_first();
}

#define EXPIRED(function) cmocka_unit_test_setup_teardown(function, start, stop)
#define TIMER(id)                                                                                  \
	{                                                                                          \
		"test_timer " #id, test_timer, start_timer_##id, stop, NULL                        \
	}

/* cmocka passes on the state from the setup. */
#define TIMER_SETUP(id)                                                                            \
	static int start_timer_##id(void **state)                                                  \
	{                                                                                          \
		int error = start(state);                                                          \
                                                                                                   \
		*state = (void *)(uintptr_t)INSTANCE_TIMER_##id;                                   \
		return error;                                                                      \
	}

TIMER_SETUP(PROTOCOL)
TIMER_SETUP(ANNOUNCE_LATER)
TIMER_SETUP(ANNOUNCE_REFRESH)
TIMER_SETUP(STAY_AWAY)
TIMER_SETUP(HEAR)
TIMER_SETUP(LEARN)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXPIRED(test_advert),
		EXPIRED(test_peer_changed),
		EXPIRED(test_peer_reported),
		EXPIRED(test_links_changed),
		EXPIRED(test_isolated),
		EXPIRED(test_interface),
		EXPIRED(test_address),
		EXPIRED(test_addresses_unknown),
		EXPIRED(test_tracked),
		EXPIRED(test_progress),
		TIMER(PROTOCOL),
		TIMER(ANNOUNCE_LATER),
		TIMER(ANNOUNCE_REFRESH),
		TIMER(STAY_AWAY),
		TIMER(HEAR),
		TIMER(LEARN),
		EXPIRED(test_timer_of_all_instances),
		EXPIRED(test_failover),
		EXPIRED(test_priority),
		EXPIRED(test_resume),
		EXPIRED(test_drain),
		EXPIRED(test_reload),
		EXPIRED(test_status_query),
		EXPIRED(test_open_guard),
		EXPIRED(test_fenced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
