/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guard's deadlines: what detects that one has expired, what is fenced then, what lifts a
 * fence. */
#include "tests/bpf/guarded.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

/* The PROBE itself detects the expiry, and the fence is closed when its answer reports it. */
static void test_expiry_is_checked_before_an_answer(void **state)
{
	struct fixture *fixture = *state;
	size_t slot = guarded_hold(VIP4, FAR_NS);

	assert_int_equal(guarded_answer(fixture).fenced_bits, 0);
	fixture->guards[slot].deadline_ns = fixture->self->guard_due_ns = now_ns();
	assert_int_equal(guarded_answer(fixture).fenced_bits, htons(1 << INSTANCE_INDEX));
	guarded_expect_all(fixture, SLOT_A, false);
}

/* Without packets, whose check would detect it. */
static void test_the_timer_fences(void **state)
{
	struct fixture *fixture = *state;
	uint64_t due_ns = now_ns() + 30 * NS_PER_MS;
	size_t slot = guarded_hold_at(0, VIP4, INSTANCE_INDEX, due_ns);

	fixture_events(fixture);
	assert_int_equal(guarded_wait_events(fixture), 1);
	assert_int_equal(fixture->guards[slot].deadline_ns, XB_GUARD_FENCED);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_FENCED);
	assert_int_equal(fixture->events[0].slot, slot);
	print_message("    the timer was %.3f ms late\n",
		      (double)(fixture->events[0].arrival_ns - due_ns) / (double)NS_PER_MS);
	assert_true(fixture->events[0].arrival_ns >= due_ns);
	guarded_expect_all(fixture, SLOT_A, false);
}

static void test_an_earlier_deadline_is_not_missed(void **state)
{
	struct fixture *fixture = *state;

	guarded_hold(OTHER4, FAR_NS);
	guarded_hold_at(0, VIP4, XB_GUARD_NO_INSTANCE, now_ns() + 20 * NS_PER_MS);
	sleep_ms(50);
	guarded_expect_all(fixture, SLOT_A, false);
	assert_int_equal(guarded_answer(fixture).fenced_bits, 0);
}

/* Returns whether this process was scheduled often enough to extend it in time. */
static bool extend_for_a_while(size_t slot)
{
	uint64_t deadline_ns = now_ns() + 100 * NS_PER_MS;

	kernel_guard_extend(&kernel, slot, deadline_ns);
	for (int i = 0; i < 25; i++) {
		sleep_ms(10);
		if (now_ns() >= deadline_ns - 20 * NS_PER_MS)
			return false;
		assert_false(kernel_guard_has_expired(&kernel, slot, now_ns()));
		deadline_ns = now_ns() + 100 * NS_PER_MS;
		kernel_guard_extend(&kernel, slot, deadline_ns);
	}
	return true;
}

static void test_extended_in_time(void **state)
{
	struct fixture *fixture = *state;
	size_t slot = guarded_hold(VIP4, 100 * NS_PER_MS);

	while (!extend_for_a_while(slot)) {
		kernel_guard_lift(&kernel, slot);
		fixture_events(fixture);
	}
	guarded_expect_all(fixture, SLOT_A, true);
	assert_int_equal(fixture_events(fixture), 0);
	sleep_ms(130);
	guarded_expect_all(fixture, SLOT_A, false);
}

static void test_a_fence_stays_until_it_is_lifted(void **state)
{
	struct fixture *fixture = *state;
	size_t slot = guarded_hold(VIP4, 0);

	kernel_guard_extend(&kernel, slot, now_ns() + FAR_NS);
	kernel_guard_arm_timer(&kernel);
	guarded_expect_all(fixture, SLOT_A, false);
	assert_true(kernel_guard_has_expired(&kernel, slot, now_ns()));
	kernel_guard_lift(&kernel, slot);
	guarded_expect_all(fixture, SLOT_A, true);
	assert_int_equal(fixture->self->fencing, 0);
	assert_int_equal(guarded_answer(fixture).fenced_bits, 0);
	kernel_guard_extend(&kernel, slot, now_ns() + FAR_NS);
	assert_false(kernel_guard_has_expired(&kernel, slot, now_ns()));
	guarded_expect_all(fixture, SLOT_A, true);
}

/* The addresses of an instance are fenced together, and it is fenced until the last fence is
 * lifted. */
static void test_addresses_of_an_instance_are_fenced_together(void **state)
{
	struct fixture *fixture = *state;
	size_t late = guarded_hold(VIP4, FAR_NS);
	size_t other = guarded_hold_at(0, VIP6, INSTANCE_INDEX + 1, now_ns() + FAR_NS);
	size_t due = guarded_hold(OTHER4, 0);

	assert_true(kernel_guard_has_expired(&kernel, late, now_ns()));
	assert_false(kernel_guard_has_expired(&kernel, other, now_ns()));
	guarded_expect_all(fixture, SLOT_A, false);
	guarded_expect_all(fixture, SLOT_IPV6, true);
	kernel_guard_lift(&kernel, due);
	guarded_expect_all(fixture, SLOT_A, false);
	assert_int_equal(guarded_answer(fixture).fenced_bits, htons(1 << INSTANCE_INDEX));
	kernel_guard_lift(&kernel, late);
	guarded_expect_all(fixture, SLOT_A, true);
	assert_int_equal(guarded_answer(fixture).fenced_bits, 0);
}

/* No address can be added to an instance that the kernel side is about to fence. */
/* A check has fenced one of its addresses, and has not reported it yet. */
static void test_no_address_is_added_to_a_fenced_instance(void **state)
{
	struct fixture *fixture = *state;
	size_t fenced = guarded_hold(OTHER4, FAR_NS);

	fixture->self->fencing_bits = 1 << INSTANCE_INDEX;
	fixture->guards[fenced].deadline_ns = XB_GUARD_FENCED;
	assert_true(kernel_guard_has_expired(&kernel, guarded_hold(VIP4, FAR_NS), now_ns()));
}

/* A check raced with the daemon's release: it set the bit, but fenced no address. */
static void test_a_bit_without_a_fence_is_no_fence(void **state)
{
	struct fixture *fixture = *state;

	fixture->self->fencing_bits = 1 << INSTANCE_INDEX;
	assert_false(kernel_guard_has_expired(&kernel, guarded_hold(VIP4, FAR_NS), now_ns()));
	assert_int_equal(fixture->self->fencing_bits, 0);
	assert_int_not_equal(fixture->self->fence_generation, 0); /* that check reports nothing */
}

/* context: the only address that must be removed; it is overwritten. */
static void take_removed(void *context, unsigned interface_index, const struct xb_address *address)
{
	struct xb_address *expected = context;

	assert_int_equal(interface_index, 0);
	assert_memory_equal(address, expected, sizeof(*expected));
	memset(expected, 0, sizeof(*expected));
}

static void test_slots_outlive_a_daemon(void **state)
{
	struct xb_address removed = address_of(OTHER4);
	struct fixture *fixture = *state;
	const struct xb_address address = address_of(VIP4), other = address_of(OTHER4);
	size_t slot = guarded_hold(VIP4, 0), gone = guarded_hold(OTHER4, FAR_NS), again;

	memset(kernel.guard_claimed, 0, sizeof(kernel.guard_claimed));
	assert_int_equal(kernel_guard_start(&kernel), 0);
	guarded_expect_all(fixture, SLOT_A, false);
	assert_int_equal(kernel_guard_claim(&kernel, 0, &address, INSTANCE_INDEX + 2, &again), 0);
	assert_int_equal(again, slot);
	assert_int_equal(guarded_answer(fixture).fenced_bits,
			 htons(1 << (INSTANCE_INDEX + 2) | 1 << INSTANCE_INDEX));
	kernel_guard_release_unclaimed(&kernel, take_removed, &removed);
	assert_int_equal(removed.bytes[15], 0);
	assert_int_equal(guarded_answer(fixture).fenced_bits, htons(1 << (INSTANCE_INDEX + 2)));
	assert_int_equal(fixture->guards[gone].used, 0);
	assert_int_equal(kernel_guard_claim(&kernel, 0, &address, INSTANCE_INDEX, &again), -EEXIST);
	assert_int_equal(kernel_guard_claim(&kernel, 0, &other, INSTANCE_INDEX, &again), 0);
	assert_false(kernel_guard_has_expired(&kernel, again, now_ns()));
	kernel_guard_release(&kernel, slot);
	guarded_expect_all(fixture, SLOT_A, true);
}

static void test_every_slot_can_be_claimed(void **state)
{
	size_t slot;

	(void)state;
	for (unsigned i = 0; i <= XB_GUARD_MAX; i++) {
		struct xb_address address = address_of("10.9.0.0");
		int error;

		address.bytes[14] = (uint8_t)(i >> 8);
		address.bytes[15] = (uint8_t)i;
		error = kernel_guard_claim(&kernel, 0, &address, XB_GUARD_NO_INSTANCE, &slot);
		assert_int_equal(error, i < XB_GUARD_MAX ? 0 : -ENOSPC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARDED_TEST(test_expiry_is_checked_before_an_answer),
		GUARDED_TEST(test_the_timer_fences),
		GUARDED_TEST(test_an_earlier_deadline_is_not_missed),
		GUARDED_TEST(test_extended_in_time),
		GUARDED_TEST(test_a_fence_stays_until_it_is_lifted),
		GUARDED_TEST(test_addresses_of_an_instance_are_fenced_together),
		GUARDED_TEST(test_no_address_is_added_to_a_fenced_instance),
		GUARDED_TEST(test_a_bit_without_a_fence_is_no_fence),
		GUARDED_TEST(test_slots_outlive_a_daemon),
		GUARDED_TEST(test_every_slot_can_be_claimed),
	};

	return FIXTURE_RUN(tests);
}
