/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The cases of RFC 3768, 5798 and 9568 that implementations often get wrong, tested at the state
 * machine. Those that are visible only in packets:
 *
 *   7  TTL, version, type, length, address count, VRID: tests/bpf/test_vrrp_tap.c
 *   8  checksums with and without pseudo-header: tests/bpf/test_vrrp_tap.c (received),
 *      tests/unit/core/vrrp/test_packet.c (sent)
 *   9  the address list: a struct vrrp_advert has none, so that a list that differs
 *      cannot make two Actives
 *  10  virtual MAC: tests/net, against the interfaces themselves
 */
#include "tests/unit/core/vrrp/fixture.h"

static uint64_t down_interval_ns(uint8_t version, uint8_t priority, uint64_t interval_ns)
{
	struct vrrp_parameters parameters = default_parameters();

	parameters.version = version;
	parameters.priority = priority;
	parameters.advert_interval_ns = interval_ns;
	start_with(&parameters);
	assert_int_equal(vrrp.timer_due_ns, START + vrrp_active_down_interval_ns(&vrrp));
	return vrrp_active_down_interval_ns(&vrrp);
}

static void rfc_case_01_version_2_skews_by_seconds(void **state)
{
	(void)state;
	assert_int_equal(down_interval_ns(2, 100, NS_PER_SECOND), 3609375000);
	assert_int_equal(down_interval_ns(2, 100, 10 * NS_PER_SECOND), 30609375000);
	assert_int_equal(down_interval_ns(2, 254, 10 * NS_PER_SECOND), 30007812500);
	assert_int_equal(down_interval_ns(2, 1, 10 * NS_PER_SECOND), 30996093750);
}

static void rfc_case_01_version_3_skews_by_the_active_s_interval(void **state)
{
	struct vrrp_advert advert = advert_from(1, 150, START);

	(void)state;
	assert_int_equal(down_interval_ns(3, 100, NS_PER_SECOND), 3609375000);
	assert_int_equal(down_interval_ns(3, 100, 10 * NS_PER_SECOND), 36093750000);
	advert.interval_ns = 100 * MS;
	receive_advert(&advert, START);
	assert_quiet_backup(START + 360937500);
	assert_int_equal(vrrp_skew_time_ns(&vrrp), 60937500);
}

static void rfc_case_02_version_3_learns_the_interval(void **state)
{
	struct vrrp_advert advert = advert_from(1, 150, START);

	(void)state;
	start_backup();
	advert.interval_ns = 40950 * MS; /* all 12 bits */
	receive_advert(&advert, START);
	assert_int_equal(vrrp.active_interval_ns, 40950 * MS);
	assert_quiet_backup(START + 3 * 40950 * MS + 40950 * MS * 156 / 256);
}

static void rfc_case_02_an_active_returns_to_its_own_interval(void **state)
{
	struct vrrp_advert advert = advert_from(1, 150, START);

	(void)state;
	start_backup();
	advert.interval_ns = 100 * MS;
	receive_advert(&advert, START);
	expire(START + 400 * MS, NULL, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
	assert_int_equal(vrrp.active_interval_ns, NS_PER_SECOND);
	assert_int_equal(vrrp.timer_due_ns, START + 400 * MS + NS_PER_SECOND);
}

/* A different interval is dropped earlier (tests/bpf/test_vrrp_tap.c), and would not be learned. */
static void rfc_case_02_version_2_learns_no_interval(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	struct vrrp_advert advert = advert_from(1, 150, START);

	(void)state;
	parameters.version = 2;
	start_with(&parameters);
	advert.interval_ns = 5 * NS_PER_SECOND;
	receive_advert(&advert, START);
	assert_int_equal(vrrp.active_interval_ns, NS_PER_SECOND);
	assert_quiet_backup(START + DOWN_NS);
}

static void rfc_case_03_priority_zero_makes_the_timer_skew(void **state)
{
	(void)state;
	start_backup();
	receive(1, 150, START, START);
	receive(1, 0, START + 10 * MS, START + 10 * MS);
	assert_quiet_backup(START + 10 * MS + SKEW_NS);
	expire(START + 10 * MS + SKEW_NS, NULL, NULL);
	assert_took_over("10.0.0.1 released the addresses (priority 0), Skew_Time 609 ms");
}

static void rfc_case_03_version_2_waits_its_skew_of_a_second(void **state)
{
	struct vrrp_parameters parameters = default_parameters();

	(void)state;
	parameters.version = 2;
	parameters.advert_interval_ns = 10 * NS_PER_SECOND;
	start_with(&parameters);
	receive(1, 0, START, START);
	assert_quiet_backup(START + SKEW_NS);
}

static void rfc_case_03_the_active_answers_priority_zero_at_once(void **state)
{
	uint64_t now_ns = START + DOWN_NS + 300 * MS;

	(void)state;
	start_active();
	receive(9, 0, now_ns, now_ns);
	assert_true(actions.send_advert);
	assert_int_equal(actions.advert_priority, 100);
	assert_int_equal(vrrp.timer_due_ns, now_ns + NS_PER_SECOND);
}

static void rfc_case_03_priority_zero_is_sent_on_stop_and_on_fault(void **state)
{
	static const char *const reasons[] = {"xbeatd stops", "interface eth0 is down"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		start_active();
		vrrp_shutdown(&vrrp, START + DOWN_NS + MS, reasons[i], &actions);
		assert_true(actions.send_advert && actions.release_addresses);
		assert_int_equal(actions.advert_priority, 0);
		assert_int_equal(vrrp.state, INITIALIZE);
		assert_string_equal(vrrp.reason, reasons[i]);
	}
}

static void rfc_case_04_equal_priority_yields_to_the_higher_address(void **state)
{
	uint64_t now_ns = START + DOWN_NS + MS;

	(void)state;
	start_active();
	receive(4, 100, now_ns, now_ns);
	assert_int_equal(vrrp.state, ACTIVE);
	assert_true(actions.send_advert);
	receive(6, 100, now_ns, now_ns);
	assert_int_equal(vrrp.state, BACKUP);
	assert_string_equal(
		vrrp.reason,
		"advert from 10.0.0.6 with equal priority 100 and a higher address than 10.0.0.5");
}

static void rfc_case_04_a_backup_accepts_its_own_priority(void **state)
{
	(void)state;
	start_backup();
	receive(4, 100, START + MS, START + MS);
	assert_quiet_backup(START + MS + DOWN_NS);
	receive(6, 100, START + 2 * MS, START + 2 * MS);
	assert_quiet_backup(START + 2 * MS + DOWN_NS);
	receive(6, 99, START + 3 * MS, START + 3 * MS);
	assert_quiet_backup(START + 2 * MS + DOWN_NS);
}

static void start_owner(void)
{
	struct vrrp_parameters parameters = default_parameters();

	parameters.priority = VRRP_PRIORITY_OWNER;
	parameters.preempt = false; /* has no effect on an owner */
	start_with(&parameters);
}

static void rfc_case_05_an_owner_is_active_at_once(void **state)
{
	(void)state;
	start_owner();
	assert_int_equal(vrrp.state, ACTIVE);
	assert_true(actions.send_advert && actions.take_addresses);
	assert_int_equal(actions.advert_priority, 255);
}

static void rfc_case_05_an_owner_yields_to_no_lower_priority(void **state)
{
	(void)state;
	start_owner();
	receive(200, 254, START + MS, START + MS);
	assert_int_equal(vrrp.state, ACTIVE);
	assert_true(actions.send_advert && actions.announce_again);
}

static void rfc_case_05_of_two_owners_the_higher_address_stays(void **state)
{
	(void)state;
	start_owner();
	receive(4, 255, START + MS, START + MS);
	assert_int_equal(vrrp.state, ACTIVE);
	receive(6, 255, START + 2 * MS, START + 2 * MS);
	assert_int_equal(vrrp.state, BACKUP);
}

/* The other owner has stopped; nopreempt does not make this owner follow a Backup that took
 * over. */
static void rfc_case_05_an_owner_in_backup_preempts(void **state)
{
	struct vrrp_advert newest = advert_from(7, 254, START + 2500 * MS);

	(void)state;
	start_owner();
	receive(6, 255, START + MS, START + MS);
	receive(7, 254, START + 2500 * MS, START + 2500 * MS);
	assert_no_actions();
	expire(vrrp.timer_due_ns, &newest, NULL);
	assert_took_over("preempts 10.0.0.7: lower priority 254, ours 255");
}

static void rfc_case_05_tracking_leaves_an_owner_alone(void **state)
{
	(void)state;
	start_owner();
	forget_actions();
	vrrp_set_priority(&vrrp, START + MS, 10, &actions);
	assert_no_actions();
	assert_int_equal(vrrp.effective_priority, VRRP_PRIORITY_OWNER);
}

static void rfc_case_06_a_lower_advert_is_answered_at_once(void **state)
{
	uint64_t now_ns = START + DOWN_NS + MS;
	uint64_t due_ns;

	(void)state;
	start_active();
	due_ns = vrrp.timer_due_ns;
	receive(9, 99, now_ns, now_ns);
	assert_true(actions.send_advert && actions.announce_again);
	assert_false(actions.state_changed);
	assert_int_equal(vrrp.timer_due_ns, due_ns);
}

/* The order is that of struct vrrp_actions (tests/net checks the packets). */
static void rfc_case_11_the_advert_and_the_addresses_are_asked_for_in_one_step(void **state)
{
	(void)state;
	start_backup();
	expire(START + DOWN_NS, NULL, NULL);
	assert_true(actions.send_advert && actions.take_addresses && actions.state_changed);
	assert_true(offsetof(struct vrrp_actions, send_advert) <
		    offsetof(struct vrrp_actions, take_addresses));
}

static void rfc_case_12_link_local_addresses_decide_between_equals(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	uint64_t now_ns = START + DOWN_NS + MS;
	struct vrrp_advert advert;

	(void)state;
	assert_int_equal(address_parse("fe80::5", &parameters.primary_address), 0);
	start_active_with(&parameters);
	advert = advert_from(0, 100, now_ns);
	assert_int_equal(address_parse("fe80::4", &advert.source), 0);
	receive_advert(&advert, now_ns);
	assert_int_equal(vrrp.state, ACTIVE);
	assert_int_equal(address_parse("fe80::ff", &advert.source), 0);
	receive_advert(&advert, now_ns);
	assert_int_equal(vrrp.state, BACKUP);
	assert_string_equal(
		vrrp.reason,
		"advert from fe80::ff with equal priority 100 and a higher address than fe80::5");
}

static void rfc_case_13_a_member_waits_until_its_group_is_ready(void **state)
{
	(void)state;
	start_backup();
	expire_in_group(START + DOWN_NS, NULL, "VI_2 heard 10.0.0.1 20 ms ago");
	assert_true(actions.held && vrrp.ready_for_group);
	assert_int_equal(vrrp.state, BACKUP);
	assert_false(actions.send_advert || actions.take_addresses);
	vrrp_follow_group(&vrrp, START + DOWN_NS + MS, ACTIVE, "VI_2 is ready, 2 of 2", &actions);
	assert_took_over("VI_2 is ready, 2 of 2");
}

static void rfc_case_13_a_member_leaves_with_its_group(void **state)
{
	(void)state;
	start_active();
	vrrp_follow_group(&vrrp, START + DOWN_NS + MS, BACKUP, "VI_2 left, 1 of 2", &actions);
	assert_int_equal(vrrp.state, BACKUP);
	assert_true(actions.send_advert && actions.release_addresses);
	assert_int_equal(actions.advert_priority, 0);
}

/* The same VRID in both families: no state is shared. */
static void rfc_case_14_the_same_vrid_in_both_families(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	struct vrrp other;

	(void)state;
	start_backup();
	assert_int_equal(address_parse("fe80::5", &parameters.primary_address), 0);
	vrrp_init(&other, &parameters);
	vrrp_startup(&other, START, &actions);
	receive(1, 150, START + MS, START + MS);
	vrrp_timer_expired(&other, START + DOWN_NS, &(struct vrrp_timer_view){}, &actions);
	assert_int_equal(vrrp.state, BACKUP);
	assert_int_equal(other.state, ACTIVE);
}

static void start_without_preemption(void)
{
	struct vrrp_parameters parameters = default_parameters();

	parameters.preempt = false;
	start_with(&parameters);
}

/* 10.0.0.1 with priority 50 is Active since 300 ms after start_ns. */
static void assert_follows_a_lower_active(uint64_t start_ns)
{
	struct vrrp_advert newest = advert_from(1, 50, start_ns + DOWN_NS - 100 * MS);

	receive(1, 50, start_ns + 300 * MS, start_ns + 300 * MS);
	assert_quiet_backup(start_ns + 300 * MS + DOWN_NS);
	expire(start_ns + 300 * MS + DOWN_NS, &newest, NULL);
	assert_quiet_backup(newest.arrival_ns + DOWN_NS);
}

static void rfc_case_14_nopreempt_after_a_restart(void **state)
{
	(void)state;
	start_without_preemption();
	assert_int_equal(vrrp.state, BACKUP);
	assert_follows_a_lower_active(START);
}

static void rfc_case_14_nopreempt_after_a_fault(void **state)
{
	uint64_t fault_ns = START + DOWN_NS + MS;

	(void)state;
	start_without_preemption();
	expire(START + DOWN_NS, NULL, NULL);
	assert_int_equal(vrrp.state, ACTIVE);
	vrrp_shutdown(&vrrp, fault_ns, "interface eth0 is down", &actions);
	vrrp_startup(&vrrp, fault_ns + NS_PER_SECOND, &actions);
	assert_int_equal(vrrp.state, BACKUP);
	assert_follows_a_lower_active(fault_ns + NS_PER_SECOND);
}

static void rfc_case_14_nopreempt_after_a_reload(void **state)
{
	struct vrrp_parameters parameters;

	(void)state;
	start_without_preemption();
	receive(1, 50, START + MS, START + MS);
	parameters = vrrp.parameters;
	parameters.priority = 200;
	forget_actions();
	vrrp_reconfigure(&vrrp, START + 2 * MS, &parameters, 200, &actions);
	assert_no_actions();
	assert_int_equal(vrrp.state, BACKUP);
	receive(1, 50, START + 900 * MS, START + 900 * MS);
	assert_quiet_backup(START + 900 * MS + 3 * NS_PER_SECOND + NS_PER_SECOND * 56 / 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_case_01_version_2_skews_by_seconds),
		cmocka_unit_test(rfc_case_01_version_3_skews_by_the_active_s_interval),
		cmocka_unit_test(rfc_case_02_version_3_learns_the_interval),
		cmocka_unit_test(rfc_case_02_an_active_returns_to_its_own_interval),
		cmocka_unit_test(rfc_case_02_version_2_learns_no_interval),
		cmocka_unit_test(rfc_case_03_priority_zero_makes_the_timer_skew),
		cmocka_unit_test(rfc_case_03_version_2_waits_its_skew_of_a_second),
		cmocka_unit_test(rfc_case_03_the_active_answers_priority_zero_at_once),
		cmocka_unit_test(rfc_case_03_priority_zero_is_sent_on_stop_and_on_fault),
		cmocka_unit_test(rfc_case_04_equal_priority_yields_to_the_higher_address),
		cmocka_unit_test(rfc_case_04_a_backup_accepts_its_own_priority),
		cmocka_unit_test(rfc_case_05_an_owner_is_active_at_once),
		cmocka_unit_test(rfc_case_05_an_owner_yields_to_no_lower_priority),
		cmocka_unit_test(rfc_case_05_of_two_owners_the_higher_address_stays),
		cmocka_unit_test(rfc_case_05_an_owner_in_backup_preempts),
		cmocka_unit_test(rfc_case_05_tracking_leaves_an_owner_alone),
		cmocka_unit_test(rfc_case_06_a_lower_advert_is_answered_at_once),
		cmocka_unit_test(
			rfc_case_11_the_advert_and_the_addresses_are_asked_for_in_one_step),
		cmocka_unit_test(rfc_case_12_link_local_addresses_decide_between_equals),
		cmocka_unit_test(rfc_case_13_a_member_waits_until_its_group_is_ready),
		cmocka_unit_test(rfc_case_13_a_member_leaves_with_its_group),
		cmocka_unit_test(rfc_case_14_the_same_vrid_in_both_families),
		cmocka_unit_test(rfc_case_14_nopreempt_after_a_restart),
		cmocka_unit_test(rfc_case_14_nopreempt_after_a_fault),
		cmocka_unit_test(rfc_case_14_nopreempt_after_a_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
