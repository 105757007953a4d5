/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A claim arrives: what is fenced for it, which own claim it revokes, and what is not a claim. */
#include "tests/bpf/guarded.h"

#include "user/kernel/maps/claims.h"
#include "user/kernel/maps/self.h"

#include <arpa/inet.h>
#include <string.h>

#define BIT (1 << INSTANCE_INDEX)
#define MEMBER_INDEX (INSTANCE_INDEX + 2)
#define MEMBER_BIT (1 << MEMBER_INDEX)
#define MEMBER_VRID (VRID + 1)
#define OWN_PRIORITY 100
#define PLAIN_ACTIVE (4 | XB_INSTANCE_GUARDED | XB_INSTANCE_KNOWS_CLAIMS)
#define CLAIMING (4 | XB_INSTANCE_CLAIM | XB_INSTANCE_KNOWS_CLAIMS)

static const struct xb_instance active = {VRID, PLAIN_ACTIVE, XB_INSTANCE_ACTIVE, OWN_PRIORITY};

static void describe(struct fixture *fixture, int index, struct xb_instance entry)
{
	fixture->self->description[fixture->self->current].instances[index] = entry;
	fixture_digest_self(fixture);
}

/* Is Active, alone in its group, and holds VIP4. */
static size_t be_active(struct fixture *fixture)
{
	describe(fixture, INSTANCE_INDEX, active);
	kernel_set_claim_group(&kernel, INSTANCE_INDEX, BIT);
	return guarded_hold(VIP4, FAR_NS);
}

/* Is Active of two instances that are one group; the second holds VIP6. */
static void be_active_of_both(struct fixture *fixture)
{
	struct xb_instance entry = active;

	be_active(fixture);
	entry.vrid = MEMBER_VRID;
	describe(fixture, MEMBER_INDEX, entry);
	kernel_set_claim_group(&kernel, INSTANCE_INDEX, BIT | MEMBER_BIT);
	kernel_set_claim_group(&kernel, MEMBER_INDEX, BIT | MEMBER_BIT);
	guarded_hold_at(0, VIP6, MEMBER_INDEX, now_ns() + FAR_NS);
}

/* Has closed the instance for a claim of its own. */
static void be_claimer(struct fixture *fixture)
{
	describe(fixture, INSTANCE_INDEX,
		 (struct xb_instance){VRID, CLAIMING, XB_INSTANCE_BACKUP, OWN_PRIORITY});
	kernel_close(&kernel, BIT, now_ns() + FAR_NS);
}

static struct heartbeat claim_of(uint8_t priority)
{
	static uint32_t seq = 40;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);

	heartbeat.seq = ++seq;
	heartbeat.instances[0] = (struct xb_instance){0};
	heartbeat.instances[5] = (struct xb_instance){VRID, CLAIMING, XB_INSTANCE_BACKUP, priority};
	return heartbeat;
}

/* Sends it. Returns the fenced bits of the answer, or those of xb_self if there is none. */
static uint16_t answered(struct fixture *fixture, const struct heartbeat *heartbeat)
{
	struct frame frame;

	frame_build(heartbeat, &frame);
	if (fixture_run(fixture, &frame) != ACTION_TX)
		return fixture->self->fenced_bits;
	assert_true(frame_packet(&frame)->tag == frame_tag(&frame, key_old));
	return ntohs(frame_packet(&frame)->fenced_bits);
}

static uint64_t claimed_bits(struct fixture *fixture)
{
	uint64_t bits = 0;

	fixture_events(fixture);
	for (size_t i = 0; i < fixture->event_count; i++)
		if (fixture->events[i].kind == XB_EVENT_CLAIMED) {
			assert_int_equal(fixture->events[i].slot, SLOT_A);
			bits |= fixture->events[i].claimed_bits;
		}
	return bits;
}

static void test_the_answer_to_a_claim_reports_its_fence(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(OWN_PRIORITY + 1);

	be_active(fixture);
	guarded_expect_all(fixture, SLOT_A, true);
	assert_int_equal(answered(fixture, &claim), BIT);
	guarded_expect_all(fixture, SLOT_A, false);
	assert_int_equal(claimed_bits(fixture), BIT);
	claim = claim_of(OWN_PRIORITY + 1); /* it is repeated, and nothing new happens */
	assert_int_equal(answered(fixture, &claim), BIT);
	assert_int_equal(claimed_bits(fixture), 0);
}

/* As if its guard had expired: the fence is sticky, and ends with the addresses. */
static void test_the_fence_of_a_claim_is_sticky(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(OWN_PRIORITY + 1);
	size_t slot = be_active(fixture);

	answered(fixture, &claim);
	kernel_guard_extend(&kernel, slot, now_ns() + FAR_NS);
	assert_true(kernel_guard_has_expired(&kernel, slot, now_ns()));
	guarded_expect_all(fixture, SLOT_A, false);
	kernel_guard_lift(&kernel, slot);
	guarded_expect_all(fixture, SLOT_A, true);
	assert_int_equal(fixture->self->fenced_bits | fixture->self->fencing_bits, 0);
	assert_int_equal(fixture->self->fencing, XB_FENCING_NONE);
}

/* Other instances of this node go on. */
static void test_only_the_claimed_instance_is_fenced(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(OWN_PRIORITY + 1);

	be_active_of_both(fixture);
	kernel_set_claim_group(&kernel, INSTANCE_INDEX, BIT);
	assert_int_equal(answered(fixture, &claim), BIT);
	guarded_expect_all(fixture, SLOT_A, false);
	guarded_expect_all(fixture, SLOT_IPV6, true);
}

/* Nothing has changed in the sender's description: its own priority is lower now. */
static void test_an_unchanged_claim_counts_again(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(OWN_PRIORITY);
	struct xb_instance lower = active;

	be_active(fixture);
	assert_int_equal(answered(fixture, &claim), 0);
	lower.priority = 0;
	describe(fixture, INSTANCE_INDEX, lower);
	claim = claim_of(OWN_PRIORITY);
	assert_int_equal(answered(fixture, &claim), BIT);
}

static void expect_nothing(struct fixture *fixture, const struct heartbeat *heartbeat)
{
	assert_int_equal(answered(fixture, heartbeat), 0);
	assert_int_equal(claimed_bits(fixture), 0);
	assert_int_equal(fixture->self->fencing_bits, 0);
	guarded_expect_all(fixture, SLOT_A, true);
}

static void test_what_does_not_outrank_is_no_claim(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(OWN_PRIORITY);

	be_active(fixture);
	fixture->peers[SLOT_A].outranks_equal = 1; /* does not matter to an Active */
	expect_nothing(fixture, &claim);
	claim = claim_of(OWN_PRIORITY - 1);
	expect_nothing(fixture, &claim);
}

/* Entries that are not a claim to this instance. */
static void test_other_entries_are_no_claim(void **state)
{
	static const struct xb_instance entries[] = {
		{VRID, 4 | XB_INSTANCE_KNOWS_CLAIMS, XB_INSTANCE_BACKUP, 200},
		{VRID, CLAIMING, XB_INSTANCE_ACTIVE, 200},
		{VRID, CLAIMING, XB_INSTANCE_INITIALIZE, 200},
		{VRID, CLAIMING ^ 4 ^ 6, XB_INSTANCE_BACKUP, 200},
		{VRID + 5, CLAIMING, XB_INSTANCE_BACKUP, 200},
		{0, CLAIMING, XB_INSTANCE_BACKUP, 200},
	};
	struct fixture *fixture = *state;

	be_active(fixture);
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		struct heartbeat claim = claim_of(200);

		claim.instances[5] = entries[i];
		expect_nothing(fixture, &claim);
	}
}

/* A PROBE that is no evidence may be old. Everything else of these packets is as in a claim. */
static void test_only_evidence_claims(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(200);

	be_active(fixture);
	claim.ack = SENT_SEQ - ACK_WINDOW - 1; /* one-way */
	expect_nothing(fixture, &claim);
	claim = claim_of(200);
	claim.addressee_epoch--;
	expect_nothing(fixture, &claim);
	claim = claim_of(200);
	claim.type = XB_REPLY;
	claim.seq = SENT_SEQ;
	expect_nothing(fixture, &claim);
	claim = claim_of(200);
	fixture->peers[SLOT_A].witness = 1;
	expect_nothing(fixture, &claim);
	assert_int_equal(fixture->peers[SLOT_A].claim_until_ns, 0);
	fixture->peers[SLOT_A].witness = 0;
	claim = claim_of(200);
	assert_int_equal(answered(fixture, &claim), BIT);
}

/* A claim that is recorded, and sent again when the node is Active again. */
static void test_a_recorded_claim_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(200);
	struct frame frame;
	size_t slot = be_active(fixture);

	assert_int_equal(answered(fixture, &claim), BIT);
	kernel_guard_lift(&kernel, slot);
	kernel_guard_extend(&kernel, slot, now_ns() + FAR_NS);
	frame_build(&claim, &frame);
	fixture_expect(fixture, &frame, ACTION_DROP, XB_DROP_REPLAY);
	guarded_expect_all(fixture, SLOT_A, true);
}

/* States of this node in which it does not give to a claim. */
static void test_what_is_not_given_to_a_claim(void **state)
{
	static const struct xb_instance entries[] = {
		{VRID, 4 | XB_INSTANCE_KNOWS_CLAIMS, XB_INSTANCE_ACTIVE, OWN_PRIORITY},
		{VRID, 4 | XB_INSTANCE_GUARDED, XB_INSTANCE_ACTIVE, OWN_PRIORITY},
		{VRID, PLAIN_ACTIVE, XB_INSTANCE_BACKUP, OWN_PRIORITY},
		{0},
	};
	struct fixture *fixture = *state;
	struct heartbeat claim;

	be_active(fixture);
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		claim = claim_of(200);
		describe(fixture, INSTANCE_INDEX, entries[i]);
		expect_nothing(fixture, &claim);
	}
	describe(fixture, INSTANCE_INDEX, active);
	kernel_set_claim_group(&kernel, INSTANCE_INDEX, 0);
	claim = claim_of(200);
	expect_nothing(fixture, &claim);
}

static void test_a_group_is_fenced_together(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(200);

	be_active_of_both(fixture);
	claim.instances[2] =
		(struct xb_instance){MEMBER_VRID, CLAIMING, XB_INSTANCE_BACKUP, OWN_PRIORITY + 1};
	assert_int_equal(answered(fixture, &claim), BIT | MEMBER_BIT);
	guarded_expect_all(fixture, SLOT_A, false);
	guarded_expect_all(fixture, SLOT_IPV6, false);
	assert_int_equal(claimed_bits(fixture), BIT | MEMBER_BIT);
}

/* One member is not claimed, or not outranked. */
static void test_a_part_of_a_group_is_not_fenced(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(200);

	be_active_of_both(fixture);
	expect_nothing(fixture, &claim);
	claim = claim_of(200);
	claim.instances[2] =
		(struct xb_instance){MEMBER_VRID, CLAIMING, XB_INSTANCE_BACKUP, OWN_PRIORITY};
	expect_nothing(fixture, &claim);
	guarded_expect_all(fixture, SLOT_IPV6, true);
}

static void test_an_active_without_addresses_is_not_fenced(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(200);
	size_t slot = be_active(fixture);

	kernel_guard_lift(&kernel, slot);
	assert_int_equal(answered(fixture, &claim), 0);
	assert_int_equal(claimed_bits(fixture), 0);
	/* It becomes Active only now. */
	kernel_guard_extend(&kernel, slot, now_ns() + FAR_NS);
	assert_false(kernel_guard_has_expired(&kernel, slot, now_ns()));
}

/* The slot has what the daemon needs: that there is a claim, and how long. */
static void test_the_claim_is_noted(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_peer *peer = &fixture->peers[SLOT_A];
	struct heartbeat claim = claim_of(200);

	claim.t2_ns = 7777;
	answered(fixture, &claim);
	assert_int_equal(peer->claims, 1);
	assert_int_equal(peer->claim_until_ns, peer->last_evidence_ns + 7777);
	claim = claim_of(200);
	claim.instances[5].family_flags &= (uint8_t)~XB_INSTANCE_CLAIM;
	answered(fixture, &claim);
	assert_int_equal(peer->claims, 0);
	assert_true(peer->claim_until_ns < peer->last_evidence_ns + 7777);
}

/* Two claimers: the lower one's kernel side answers the better claim, and its daemon can no longer
 * open. */
static void expect_revoked(struct fixture *fixture, uint8_t priority, bool revoked)
{
	struct heartbeat claim = claim_of(priority);

	be_claimer(fixture);
	assert_int_equal(answered(fixture, &claim), 0);
	assert_int_equal(kernel_is_revoked(&kernel, BIT), revoked);
	assert_int_equal(kernel_open(&kernel, BIT, now_ns()), !revoked);
	kernel_end_closing(&kernel, BIT);
}

static void test_a_better_claim_revokes(void **state)
{
	struct fixture *fixture = *state;

	expect_revoked(fixture, OWN_PRIORITY + 1, true);
	expect_revoked(fixture, OWN_PRIORITY, false);
	expect_revoked(fixture, OWN_PRIORITY - 1, false);
	fixture->peers[SLOT_A].outranks_equal = 1;
	expect_revoked(fixture, OWN_PRIORITY, true);
	expect_revoked(fixture, OWN_PRIORITY - 1, false);
}

/* An instance that is given up claims nothing. */
static void test_only_claims_are_revoked(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(200);

	be_claimer(fixture);
	kernel_close(&kernel, BIT, 0);
	answered(fixture, &claim);
	assert_int_equal(fixture->self->revoked_bits, 0);
	kernel_end_closing(&kernel, BIT);
	be_claimer(fixture);
	assert_false(kernel_is_revoked(&kernel, BIT));
	assert_true(kernel_open(&kernel, BIT, now_ns()));
	claim = claim_of(200);
	answered(fixture, &claim);
	assert_int_equal(fixture->self->revoked_bits, 0);
}

/* It holds the addresses already, and describes itself as Active, but has not opened. */
static void test_a_claimer_that_is_about_to_open_is_stopped(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat claim = claim_of(200);
	size_t slot;

	be_claimer(fixture);
	slot = be_active(fixture);
	guarded_expect_all(fixture, SLOT_A, false);
	assert_int_equal(answered(fixture, &claim), BIT);
	assert_false(kernel_open(&kernel, BIT, now_ns()));
	kernel_guard_lift(&kernel, slot);
	guarded_expect_all(fixture, SLOT_A, false); /* still closed */
	kernel_end_closing(&kernel, BIT);
	guarded_expect_all(fixture, SLOT_A, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARDED_TEST(test_the_answer_to_a_claim_reports_its_fence),
		GUARDED_TEST(test_the_fence_of_a_claim_is_sticky),
		GUARDED_TEST(test_only_the_claimed_instance_is_fenced),
		GUARDED_TEST(test_an_unchanged_claim_counts_again),
		GUARDED_TEST(test_what_does_not_outrank_is_no_claim),
		GUARDED_TEST(test_other_entries_are_no_claim),
		GUARDED_TEST(test_only_evidence_claims),
		GUARDED_TEST(test_a_recorded_claim_is_refused),
		GUARDED_TEST(test_what_is_not_given_to_a_claim),
		GUARDED_TEST(test_a_group_is_fenced_together),
		GUARDED_TEST(test_a_part_of_a_group_is_not_fenced),
		GUARDED_TEST(test_an_active_without_addresses_is_not_fenced),
		GUARDED_TEST(test_the_claim_is_noted),
		GUARDED_TEST(test_a_better_claim_revokes),
		GUARDED_TEST(test_only_claims_are_revoked),
		GUARDED_TEST(test_a_claimer_that_is_about_to_open_is_stopped),
	};

	return FIXTURE_RUN(tests);
}
