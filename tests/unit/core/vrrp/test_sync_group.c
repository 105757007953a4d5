/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/vrrp/sync_group.c: a group of three, where each member in turn asks whether the others are
 * ready. */
#include "user/core/vrrp/sync_group.h"

#include "tests/unit/core/vrrp/fixture.h"

static struct vrrp machines[3];
static struct sync_group_member members[3];

/* All are Backups and ready. */
static void make_group(void)
{
	static const char *const names[] = {"VI_1", "VI_2", "VI_3"};

	for (size_t i = 0; i < 3; i++) {
		start_backup();
		expire_in_group(START + DOWN_NS, NULL, "of the others");
		machines[i] = vrrp;
		members[i] = (struct sync_group_member){.name = names[i], .vrrp = &machines[i]};
	}
}

static void assert_may_not(size_t self, const char *expected)
{
	char reason[VRRP_REASON_BYTES];

	assert_false(sync_group_may_become_active(members, 3, self, reason, sizeof(reason)));
	assert_string_equal(reason, expected);
}

static void assert_may(size_t self)
{
	char reason[] = "untouched";

	assert_true(sync_group_may_become_active(members, 3, self, reason, sizeof(reason)));
	assert_string_equal(reason, "untouched");
}

static void when_all_are_ready_each_may(void **state)
{
	(void)state;
	make_group();
	for (size_t self = 0; self < 3; self++)
		assert_may(self);
}

/* Its timer is being handled now. */
static void readiness_of_the_asking_member_does_not_matter(void **state)
{
	(void)state;
	make_group();
	machines[1].ready_for_group = false;
	assert_may(1);
	assert_may_not(0, "only 2 of 3 in its sync group ready: VI_2 still waits for adverts");
}

static void a_group_of_one_does_not_wait(void **state)
{
	char reason[VRRP_REASON_BYTES];

	(void)state;
	make_group();
	machines[0].ready_for_group = false;
	assert_true(sync_group_may_become_active(members, 1, 0, reason, sizeof(reason)));
}

static void one_that_follows_its_active_keeps_the_others_back(void **state)
{
	struct vrrp_advert advert = advert_from(1, 150, START + DOWN_NS + MS);

	(void)state;
	make_group();
	vrrp_advert_received(&machines[2], &advert, advert.arrival_ns, &actions);
	for (size_t self = 0; self < 2; self++)
		assert_may_not(
			self,
			"only 2 of 3 in its sync group ready: VI_3 follows 10.0.0.1 (priority 150)");
	assert_may(2);
}

static void one_that_holds_keeps_the_others_back(void **state)
{
	struct vrrp_timer_view view = {.alive_reason = "node-a answers"};

	(void)state;
	make_group();
	vrrp_timer_expired(&machines[0], START + 2 * DOWN_NS, &view, &actions);
	assert_may_not(
		1,
		"only 2 of 3 in its sync group ready: VI_1 holds: no advert for 7.22 s, but node-a answers");
}

static void an_active_member_is_ready(void **state)
{
	(void)state;
	make_group();
	vrrp_follow_group(&machines[0], START + 2 * DOWN_NS, ACTIVE, "VI_2 is Active", &actions);
	assert_false(machines[0].ready_for_group);
	assert_may(1);
}

static void one_in_initialize_keeps_the_others_back(void **state)
{
	(void)state;
	make_group();
	vrrp_init(&machines[1], &machines[1].parameters);
	machines[2].ready_for_group = false;
	assert_may_not(0, "only 1 of 3 in its sync group ready: VI_2 is not started");
}

/* Although its state machine is not yet notified. */
static void an_inhibitor_keeps_the_others_back(void **state)
{
	(void)state;
	make_group();
	members[1].inhibitor = "interface eth1 is down";
	assert_may_not(
		2, "only 2 of 3 in its sync group ready: VI_2 cannot run: interface eth1 is down");
}

static void inhibitors_are_those_of_the_others(void **state)
{
	char text[VRRP_REASON_BYTES] = "untouched";

	(void)state;
	make_group();
	for (size_t self = 0; self < 3; self++)
		assert_null(sync_group_inhibitor(members, 3, self, text, sizeof(text)));
	members[1].inhibitor = "interface eth1 is down";
	assert_null(sync_group_inhibitor(members, 3, 1, text, sizeof(text)));
	assert_string_equal(text, "untouched");
	assert_ptr_equal(sync_group_inhibitor(members, 3, 0, text, sizeof(text)), text);
	assert_string_equal(text, "VI_2 of its sync group cannot run: interface eth1 is down");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(when_all_are_ready_each_may),
		cmocka_unit_test(readiness_of_the_asking_member_does_not_matter),
		cmocka_unit_test(a_group_of_one_does_not_wait),
		cmocka_unit_test(one_that_follows_its_active_keeps_the_others_back),
		cmocka_unit_test(one_that_holds_keeps_the_others_back),
		cmocka_unit_test(an_active_member_is_ready),
		cmocka_unit_test(one_in_initialize_keeps_the_others_back),
		cmocka_unit_test(an_inhibitor_keeps_the_others_back),
		cmocka_unit_test(inhibitors_are_those_of_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
