/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/claim.c: a node with priority 100 and two others, a and b; and what the state machine
 * does with a claim. */
#include "tests/unit/core/vrrp/fixture.h"
#include "user/core/claim.h"

#define OWN 100
#define KNOWS XB_INSTANCE_KNOWS_CLAIMS
#define GUARDED (XB_INSTANCE_KNOWS_CLAIMS | XB_INSTANCE_GUARDED)
#define CLAIMS (XB_INSTANCE_KNOWS_CLAIMS | XB_INSTANCE_CLAIM)

static struct xb_instance said[2];
static struct claim_node nodes[2];
static char reason[VRRP_REASON_BYTES];
static size_t from;

static void describe(size_t node, uint8_t state, uint8_t flags, uint8_t priority)
{
	said[node] = (struct xb_instance){
		.vrid = 51, .family_flags = 4 | flags, .state = state, .priority = priority};
	nodes[node] = (struct claim_node){
		.name = node ? "b" : "a", .said = &said[node], .answered = true};
}

/* a is the lower Active, b a Backup. */
static int start(void **state)
{
	(void)state;
	describe(0, ACTIVE, GUARDED, OWN - 50);
	describe(1, BACKUP, KNOWS, OWN - 60);
	reason[0] = '\0';
	return 0;
}

static enum claim_prospect prospect(void)
{
	return claim_prospect(nodes, 2, OWN, &from, reason, sizeof(reason));
}

static enum claim_outcome judge(void)
{
	return claim_judge(nodes, 2, OWN, reason, sizeof(reason));
}

static void a_lower_active_is_claimed_from(void **state)
{
	(void)state;
	assert_int_equal(prospect(), CLAIM_POSSIBLE);
	assert_int_equal(from, 0);
}

static void only_a_lower_active_is_claimed_from(void **state)
{
	(void)state;
	describe(0, ACTIVE, GUARDED, OWN);
	assert_int_equal(prospect(), CLAIM_NEEDLESS);
	describe(0, BACKUP, KNOWS, OWN - 50);
	assert_int_equal(prospect(), CLAIM_NEEDLESS);
	describe(0, ACTIVE, GUARDED, OWN - 50);
	nodes[0].fenced = true;
	assert_int_equal(prospect(), CLAIM_NEEDLESS);
}

static void any_node_without_claims_prevents_them(void **state)
{
	(void)state;
	describe(1, BACKUP, 0, OWN - 60);
	assert_int_equal(prospect(), CLAIM_IMPOSSIBLE);
	assert_string_equal(reason, "b runs a version of xbeat without claims");
	nodes[1].said = NULL; /* it does not have the instance */
	assert_int_equal(prospect(), CLAIM_POSSIBLE);
}

static void an_active_without_guard_is_not_claimed_from(void **state)
{
	(void)state;
	describe(0, ACTIVE, KNOWS, OWN - 50);
	assert_int_equal(prospect(), CLAIM_IMPOSSIBLE);
	assert_string_equal(reason, "a does not guard the addresses");
}

static void two_actives_are_not_claimed_from(void **state)
{
	(void)state;
	describe(1, ACTIVE, GUARDED, OWN - 60);
	assert_int_equal(prospect(), CLAIM_IMPOSSIBLE);
}

static void all_must_answer_and_none_be_active(void **state)
{
	(void)state;
	assert_int_equal(judge(), CLAIM_REFUSED);
	assert_string_equal(reason, "a answers, but is still Active");
	nodes[0].fenced = true;
	assert_int_equal(judge(), CLAIM_GRANTED);
	nodes[1].answered = false;
	assert_int_equal(judge(), CLAIM_WAITS);
	assert_string_equal(reason, "b does not answer");
	nodes[1].said = NULL; /* it is asked all the same */
	assert_int_equal(judge(), CLAIM_WAITS);
}

/* A bystander that is silent does not hide it, whatever the order. */
static void an_active_that_answers_and_stays_so_refuses(void **state)
{
	(void)state;
	nodes[1].answered = false;
	assert_int_equal(judge(), CLAIM_REFUSED);
	describe(0, BACKUP, KNOWS, OWN - 60);
	nodes[0].answered = false;
	describe(1, ACTIVE, GUARDED, OWN - 50);
	assert_int_equal(judge(), CLAIM_REFUSED);
	assert_string_equal(reason, "b answers, but is still Active");
	nodes[1].answered = false; /* an Active that is silent does not */
	assert_int_equal(judge(), CLAIM_WAITS);
}

/* It would take the fence for a vacancy: one that got the instance, or came up, since the claim. */
static void it_is_lost_to_a_node_without_claims(void **state)
{
	(void)state;
	nodes[0].fenced = true;
	assert_int_equal(judge(), CLAIM_GRANTED);
	describe(1, BACKUP, 0, OWN - 60);
	assert_int_equal(judge(), CLAIM_LOST);
	assert_string_equal(reason, "b runs a version of xbeat without claims");
	nodes[1].answered = false;
	assert_int_equal(judge(), CLAIM_LOST);
	describe(1, INITIALIZE, 0, OWN - 60);
	assert_int_equal(judge(), CLAIM_LOST);
}

static void claims_that_fail_pause_longer_each_time(void **state)
{
	(void)state;
	assert_int_equal(claim_pause_ns(0, DOWN_NS), 0);
	assert_int_equal(claim_pause_ns(1, DOWN_NS), DOWN_NS);
	assert_int_equal(claim_pause_ns(3, DOWN_NS), 4 * DOWN_NS);
	assert_int_equal(claim_pause_ns(6, DOWN_NS), 32 * DOWN_NS);
	assert_int_equal(claim_pause_ns(1000, DOWN_NS), 32 * DOWN_NS);
}

static void one_that_was_fenced_and_is_backup_has_granted_it(void **state)
{
	(void)state;
	describe(0, BACKUP, KNOWS, OWN - 50);
	assert_int_equal(judge(), CLAIM_GRANTED);
}

static void it_is_lost_to_an_active_that_is_no_longer_lower(void **state)
{
	(void)state;
	describe(0, ACTIVE, GUARDED, OWN);
	assert_int_equal(judge(), CLAIM_LOST);
	assert_string_equal(reason, "a is Active with priority 100, ours 100");
}

static void it_is_lost_to_a_better_claim(void **state)
{
	(void)state;
	nodes[0].fenced = true;
	describe(1, BACKUP, CLAIMS, OWN + 1);
	assert_int_equal(judge(), CLAIM_LOST);
	describe(1, BACKUP, CLAIMS, OWN);
	assert_int_equal(judge(), CLAIM_GRANTED);
	nodes[1].outranks_equal = true;
	assert_int_equal(judge(), CLAIM_LOST);
	describe(1, BACKUP, CLAIMS, OWN - 1);
	assert_int_equal(judge(), CLAIM_GRANTED);
}

/* A lost one is found whatever the nodes before it do. */
static void a_loss_counts_before_silence(void **state)
{
	(void)state;
	nodes[0].answered = false;
	describe(1, BACKUP, CLAIMS, OWN + 1);
	assert_int_equal(judge(), CLAIM_LOST);
}

static void expire_claiming(uint64_t now_ns)
{
	struct vrrp_advert lower = advert_from(9, 50, now_ns - MS);

	expire_with(now_ns, &lower, (struct vrrp_timer_view){.claim_from = "node-b"});
}

static void the_machine_asks_for_a_claim_and_waits(void **state)
{
	(void)state;
	start_backup();
	expire_claiming(START + DOWN_NS);
	assert_true(actions.claim);
	assert_false(actions.take_addresses || actions.send_advert || actions.state_changed);
	assert_int_equal(vrrp.state, BACKUP);
	assert_non_null(strstr(vrrp.reason, "preempts 10.0.0.9: lower priority 50, ours 100"));
	assert_non_null(strstr(vrrp.reason, "claims the addresses from node-b"));
	assert_int_equal(vrrp.timer_due_ns, START + 2 * DOWN_NS);
	expire_claiming(START + 2 * DOWN_NS);
	assert_true(actions.claim);
}

static void the_machine_takes_over_when_it_was_answered(void **state)
{
	(void)state;
	start_backup();
	expire_claiming(START + DOWN_NS);
	forget_actions();
	vrrp_take_over(&vrrp, START + DOWN_NS + MS, "handed over", &actions);
	assert_int_equal(vrrp.state, ACTIVE);
	assert_true(actions.take_addresses && actions.send_advert && actions.state_changed);
	assert_string_equal(vrrp.reason, "handed over");
	vrrp_take_over(&vrrp, START + DOWN_NS + 2 * MS, "again", &actions);
	assert_false(actions.take_addresses || actions.send_advert);
}

/* The delay is over: adverts of the lower Active do not start the next claim at once. */
static void a_claim_after_preempt_delay_is_not_repeated_by_adverts(void **state)
{
	struct vrrp_parameters parameters = default_parameters();
	uint64_t now_ns = START, due_ns;

	(void)state;
	parameters.preempt_delay_ns = 2 * NS_PER_SECOND;
	start_with(&parameters);
	for (now_ns = START; !time_reached(now_ns, vrrp.timer_due_ns); now_ns += NS_PER_SECOND)
		receive(9, 50, now_ns, now_ns);
	expire_claiming(now_ns);
	assert_true(actions.claim);
	due_ns = vrrp.timer_due_ns;
	receive(9, 50, now_ns + MS, now_ns + MS);
	assert_int_equal(vrrp.timer_due_ns, due_ns);
}

static void a_guard_that_has_just_expired_is_no_claim(void **state)
{
	const uint64_t timeout = 1000 * MS;

	(void)state;
	assert_true(claim_has_fenced(0, timeout));
	assert_true(claim_has_fenced(20 * MS, timeout));
	assert_true(claim_has_fenced(timeout / 2, timeout));
	assert_false(claim_has_fenced(timeout - 1, timeout));
	assert_false(claim_has_fenced(timeout, timeout));
	assert_false(claim_has_fenced(2 * timeout, timeout));
}

static void a_group_waits_before_it_claims(void **state)
{
	(void)state;
	start_backup();
	expire_with(START + DOWN_NS, NULL,
		    (struct vrrp_timer_view){.claim_from = "node-b",
					     .group_reason = "the others are not ready"});
	assert_false(actions.claim);
	assert_true(actions.held);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_lower_active_is_claimed_from, start),
		cmocka_unit_test_setup(only_a_lower_active_is_claimed_from, start),
		cmocka_unit_test_setup(any_node_without_claims_prevents_them, start),
		cmocka_unit_test_setup(an_active_without_guard_is_not_claimed_from, start),
		cmocka_unit_test_setup(two_actives_are_not_claimed_from, start),
		cmocka_unit_test_setup(all_must_answer_and_none_be_active, start),
		cmocka_unit_test_setup(an_active_that_answers_and_stays_so_refuses, start),
		cmocka_unit_test_setup(it_is_lost_to_a_node_without_claims, start),
		cmocka_unit_test(claims_that_fail_pause_longer_each_time),
		cmocka_unit_test_setup(one_that_was_fenced_and_is_backup_has_granted_it, start),
		cmocka_unit_test_setup(it_is_lost_to_an_active_that_is_no_longer_lower, start),
		cmocka_unit_test_setup(it_is_lost_to_a_better_claim, start),
		cmocka_unit_test_setup(a_loss_counts_before_silence, start),
		cmocka_unit_test(the_machine_asks_for_a_claim_and_waits),
		cmocka_unit_test(the_machine_takes_over_when_it_was_answered),
		cmocka_unit_test(a_claim_after_preempt_delay_is_not_repeated_by_adverts),
		cmocka_unit_test(a_guard_that_has_just_expired_is_no_claim),
		cmocka_unit_test(a_group_waits_before_it_claims),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
