/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fence: which packets to a fenced address are dropped, and which are not for it. */
#include "tests/bpf/guarded.h"

#include <arpa/inet.h>
#include <string.h>

static void test_held_until_the_deadline(void **state)
{
	struct fixture *fixture = *state;
	size_t slots[] = {guarded_hold(VIP4, FAR_NS), guarded_hold(VIP6, FAR_NS)};
	uint64_t deadline_ns = now_ns();

	for (int i = 0; i < 2; i++) {
		guarded_expect_all(fixture, i ? SLOT_IPV6 : SLOT_A, true);
		fixture->guards[slots[i]].deadline_ns = deadline_ns;
	}
	assert_false(kernel_guard_has_expired(&kernel, slots[0], deadline_ns - 1));
	assert_true(kernel_guard_has_expired(&kernel, slots[0], deadline_ns));
	kernel_guard_check(&kernel);
	for (int i = 0; i < 2; i++)
		guarded_expect_all(fixture, i ? SLOT_IPV6 : SLOT_A, false);
	assert_int_equal(guarded_answer(fixture).fenced_bits, htons(1 << INSTANCE_INDEX));
}

/* After a death no timer may be left: the first packet fences, whatever it is for. */
static void test_packets_fence_what_is_due(void **state)
{
	struct fixture *fixture = *state;
	size_t slot = guarded_hold(VIP4, FAR_NS);
	struct frame frame;

	fixture->guards[slot].deadline_ns = fixture->self->guard_due_ns = now_ns();
	fixture->self->fencing = XB_FENCING_BY_PACKETS;
	guarded_arp(1, "10.0.0.2", "10.0.0.3", &frame);
	guarded_expect(fixture, &frame, true);
	assert_int_equal(fixture->guards[slot].deadline_ns, XB_GUARD_FENCED);
	assert_int_equal(fixture->self->fencing, XB_FENCING_SOME | XB_FENCING_BY_PACKETS);
	guarded_expect_all(fixture, SLOT_A, false);
	kernel_guard_lift(&kernel, slot);
	assert_int_equal(fixture->self->fencing, XB_FENCING_BY_PACKETS);
	guarded_expect_all(fixture, SLOT_A, true);
}

static void test_packets_not_to_the_address_pass(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	guarded_hold(OTHER4, 0);
	guarded_hold_at(INTERFACE_INDEX + 1, VIP6, INSTANCE_INDEX, now_ns());
	guarded_expect_all(fixture, SLOT_A, true);
	guarded_expect_all(fixture, SLOT_IPV6, true);
	guarded_hold(VIP4, 0);
	guarded_arp(2, "10.0.0.2", VIP4, &frame); /* a reply */
	guarded_expect(fixture, &frame, true);
	guarded_arp(1, VIP4, "10.0.0.2", &frame);
	guarded_expect(fixture, &frame, true);
}

/* A VLAN's packets are checked on its interface. */
static void test_tagged_packets_pass(void **state)
{
	struct frame frame;

	guarded_hold(VIP4, 0);
	for (int i = 0; i < 2; i++) {
		if (i)
			guarded_packet(SLOT_A, TCP, &frame);
		else
			guarded_arp(1, "10.0.0.2", VIP4, &frame);
		frame_insert(&frame, 12, 4);
		memcpy(frame.bytes + 12, "\x81\x00\x00\x0a", 4);
		guarded_expect(*state, &frame, true);
	}
}

static void test_fence_of_an_address_on_one_interface(void **state)
{
	struct fixture *fixture = *state;

	guarded_hold_at(INTERFACE_INDEX, VIP6, INSTANCE_INDEX, now_ns());
	guarded_expect_all(fixture, SLOT_IPV6, false);
	guarded_expect_all(fixture, SLOT_A, true);
}

static void test_heartbeats_are_answered(void **state)
{
	guarded_hold(VIP4, 0);
	assert_int_equal(guarded_answer(*state).fenced_bits, htons(1 << INSTANCE_INDEX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARDED_TEST(test_held_until_the_deadline),
		GUARDED_TEST(test_packets_fence_what_is_due),
		GUARDED_TEST(test_packets_not_to_the_address_pass),
		GUARDED_TEST(test_tagged_packets_pass),
		GUARDED_TEST(test_fence_of_an_address_on_one_interface),
		GUARDED_TEST(test_heartbeats_are_answered),
	};

	return FIXTURE_RUN(tests);
}
