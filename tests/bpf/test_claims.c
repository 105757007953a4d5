/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closing: what a closed instance lets in, what opens it, and what revokes its claim. */
#include "tests/bpf/guarded.h"

#include "user/kernel/maps/claims.h"
#include "user/kernel/maps/self.h"

#define BIT (1 << INSTANCE_INDEX)
#define OTHER_BIT (1 << (INSTANCE_INDEX + 1))

/* Addresses that are placed, without a deadline. */
static size_t place(const char *text, uint8_t instance_index)
{
	const struct xb_address address = address_of(text);
	size_t slot;

	assert_int_equal(kernel_guard_claim(&kernel, 0, &address, instance_index, &slot), 0);
	return slot;
}

static void test_closed_addresses_are_dropped_but_not_reported(void **state)
{
	struct fixture *fixture = *state;

	place(VIP4, INSTANCE_INDEX);
	place(VIP6, INSTANCE_INDEX + 1);
	assert_int_equal(kernel_close(&kernel, BIT, 0), 0);
	guarded_expect_all(fixture, SLOT_A, false);
	guarded_expect_all(fixture, SLOT_IPV6, true);
	assert_int_equal(guarded_answer(fixture).fenced_bits, 0);
	kernel_end_closing(&kernel, BIT);
	guarded_expect_all(fixture, SLOT_A, true);
	assert_int_equal(fixture->self->fencing, XB_FENCING_NONE);
	assert_int_equal(kernel_self_closed(&kernel), 0);
}

static void test_opening_in_time(void **state)
{
	struct fixture *fixture = *state;

	place(VIP4, INSTANCE_INDEX);
	place(VIP6, INSTANCE_INDEX + 1);
	assert_int_equal(kernel_close(&kernel, BIT | OTHER_BIT, now_ns() + FAR_NS), 0);
	assert_false(kernel_is_revoked(&kernel, BIT | OTHER_BIT));
	assert_true(kernel_open(&kernel, BIT, now_ns()));
	guarded_expect_all(fixture, SLOT_A, true);
	guarded_expect_all(fixture, SLOT_IPV6, false);
	assert_false(kernel_open(&kernel, BIT | OTHER_BIT, now_ns())); /* one is open */
	assert_true(kernel_open(&kernel, OTHER_BIT, now_ns()));
	assert_int_equal(fixture->self->fencing, XB_FENCING_NONE);
}

/* By the clock of the daemon, and without a claim. */
static void test_no_opening_without_a_claim(void **state)
{
	uint64_t until_ns = now_ns() + FAR_NS;

	(void)state;
	assert_int_equal(kernel_close(&kernel, BIT, until_ns), 0);
	assert_false(kernel_open(&kernel, BIT, until_ns));
	assert_true(kernel_open(&kernel, BIT, until_ns - 1));
	assert_int_equal(kernel_close(&kernel, BIT, 0), 0);
	assert_false(kernel_open(&kernel, BIT, now_ns()));
}

/* The daemon was stopped after it had read the clock. */
static void test_the_timer_revokes_a_claim(void **state)
{
	struct fixture *fixture = *state;
	uint64_t read_ns = now_ns(), until_ns = read_ns + 20 * NS_PER_MS;

	place(VIP4, INSTANCE_INDEX);
	assert_int_equal(kernel_close(&kernel, BIT | OTHER_BIT, until_ns), 0);
	while (!kernel_is_revoked(&kernel, BIT))
		assert_true(now_ns() < until_ns + 10000 * NS_PER_MS);
	print_message("    the timer was %.3f ms late\n",
		      (double)(now_ns() - until_ns) / (double)NS_PER_MS);
	assert_true(now_ns() >= until_ns);
	assert_false(kernel_open(&kernel, BIT, read_ns));
	assert_false(kernel_open(&kernel, OTHER_BIT, read_ns));
	guarded_expect_all(fixture, SLOT_A, false);
}

/* It wakes before, since the death of a daemon could have brought deadlines forward, and no address
 * is held. */
static void test_the_timer_waits_for_a_claim(void **state)
{
	struct fixture *fixture = *state;
	uint64_t until_ns = now_ns() + 30 * NS_PER_MS;

	fixture->self->pid = 1;
	fixture->self->restart_grace_ns = 2 * NS_PER_MS;
	assert_int_equal(kernel_close(&kernel, BIT, until_ns), 0);
	while (!kernel_is_revoked(&kernel, BIT))
		assert_true(now_ns() < until_ns + 10000 * NS_PER_MS);
}

/* What is closed, or over already, does not keep others from being revoked later. */
static void test_each_claim_has_its_deadline(void **state)
{
	uint64_t read_ns = now_ns();

	(void)state;
	assert_int_equal(kernel_close(&kernel, OTHER_BIT, read_ns + FAR_NS), 0);
	assert_int_equal(kernel_close(&kernel, BIT, read_ns + 10 * NS_PER_MS), 0);
	assert_int_equal(kernel_close(&kernel, BIT << 2, 0), 0);
	while (!kernel_is_revoked(&kernel, BIT))
		assert_true(now_ns() < read_ns + 10000 * NS_PER_MS);
	assert_int_equal(kernel.self->guard_due_ns, read_ns + FAR_NS);
	assert_false(kernel_is_revoked(&kernel, OTHER_BIT | BIT << 2));
	assert_true(kernel_open(&kernel, OTHER_BIT, read_ns));
}

static void test_a_probe_revokes_what_is_over(void **state)
{
	struct fixture *fixture = *state;
	uint64_t read_ns = now_ns();

	assert_int_equal(kernel_close(&kernel, BIT, read_ns + FAR_NS), 0);
	fixture->self->claim_until_ns[INSTANCE_INDEX] = fixture->self->guard_due_ns = read_ns;
	assert_int_equal(guarded_answer(fixture).fenced_bits, 0);
	assert_true(kernel_is_revoked(&kernel, BIT));
}

/* An end, and a new claim, forget the revocation. */
static void test_a_revocation_ends_with_its_claim(void **state)
{
	struct fixture *fixture = *state;

	kernel_close(&kernel, BIT, now_ns() + FAR_NS);
	fixture->self->revoked_bits = BIT | OTHER_BIT;
	kernel_end_closing(&kernel, BIT);
	assert_int_equal(fixture->self->closed_bits, 0);
	assert_int_equal(fixture->self->revoked_bits, OTHER_BIT);
	kernel_close(&kernel, OTHER_BIT, now_ns() + FAR_NS);
	assert_false(kernel_is_revoked(&kernel, OTHER_BIT));
	assert_true(kernel_open(&kernel, OTHER_BIT, now_ns()));
}

/* A fence that is lifted meanwhile does not open what is closed. */
static void test_filtering_goes_on_while_closed(void **state)
{
	struct fixture *fixture = *state;
	size_t fenced = guarded_hold_at(0, OTHER4, INSTANCE_INDEX + 1, now_ns());

	place(VIP4, INSTANCE_INDEX);
	kernel_close(&kernel, BIT, 0);
	kernel_guard_lift(&kernel, fenced);
	kernel_guard_stop_filtering(&kernel);
	guarded_expect_all(fixture, SLOT_A, false);
	kernel_end_closing(&kernel, BIT);
	assert_int_equal(fixture->self->fencing, XB_FENCING_NONE);
}

/* A lease that expires behind the closed fence is reported, and stays after the opening. */
static void test_a_closed_address_can_be_fenced(void **state)
{
	struct fixture *fixture = *state;
	size_t slot = place(VIP4, INSTANCE_INDEX);

	kernel_close(&kernel, BIT, now_ns() + FAR_NS);
	kernel_guard_extend(&kernel, slot, now_ns());
	kernel_guard_check(&kernel);
	assert_true(kernel_open(&kernel, BIT, now_ns()));
	guarded_expect_all(fixture, SLOT_A, false);
	kernel_guard_lift(&kernel, slot);
	guarded_expect_all(fixture, SLOT_A, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARDED_TEST(test_closed_addresses_are_dropped_but_not_reported),
		GUARDED_TEST(test_opening_in_time),
		GUARDED_TEST(test_no_opening_without_a_claim),
		GUARDED_TEST(test_the_timer_revokes_a_claim),
		GUARDED_TEST(test_the_timer_waits_for_a_claim),
		GUARDED_TEST(test_each_claim_has_its_deadline),
		GUARDED_TEST(test_a_probe_revokes_what_is_over),
		GUARDED_TEST(test_a_revocation_ends_with_its_claim),
		GUARDED_TEST(test_filtering_goes_on_while_closed),
		GUARDED_TEST(test_a_closed_address_can_be_fenced),
	};

	return FIXTURE_RUN(tests);
}
