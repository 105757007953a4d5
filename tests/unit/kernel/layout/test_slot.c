/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Slots carried into those of another configuration. */
#include "user/kernel/layout/slot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct xb_address address_of(uint8_t last)
{
	return (struct xb_address){.bytes = {[15] = last}};
}

static struct xb_peer make(const char *name, uint16_t id, uint8_t last)
{
	struct xb_peer slot = {.node_id = id, .peer_address = address_of(last)};

	snprintf(slot.name, sizeof(slot.name), "%s", name);
	snprintf(slot.interface, sizeof(slot.interface), "eth0");
	return slot;
}

static void test_which_slots_are_the_same(void **state)
{
	const struct xb_peer b = make("node-b", 2, 2), renamed = make("other", 2, 2),
			     moved = make("node-b", 2, 9), replaced = make("other", 2, 9),
			     renumbered = make("node-b", 3, 2);

	(void)state;
	assert_true(slot_is_same(&b, &b));
	assert_true(slot_is_same(&b, &renamed));
	assert_true(slot_is_same(&b, &moved));
	assert_false(slot_is_same(&b, &replaced));
	assert_false(slot_is_same(&b, &renumbered));
	assert_true(slot_is_identical(&b, &b));
	assert_false(slot_is_identical(&b, &renamed));
}

static void test_round_trips_are_of_a_path(void **state)
{
	struct xb_peer from = make("node-b", 2, 2), same = from, moved = make("node-b", 2, 9);

	(void)state;
	from.peer_epoch = 7;
	from.rtt_min_ns = 1000;
	from.lock_sequence = 8;
	slot_take(&same, &from);
	slot_take(&moved, &from);
	assert_int_equal(same.peer_epoch, 7);
	assert_int_equal(same.rtt_min_ns, 1000);
	assert_int_equal(same.lock_sequence, 0);
	assert_int_equal(moved.peer_epoch, 7);
	assert_int_equal(moved.rtt_min_ns, 0);
	assert_memory_equal(&moved.peer_address, &(struct xb_address){.bytes = {[15] = 9}},
			    sizeof(moved.peer_address));
}

/* One PROBE arrived at each program after the first copy. */
static void test_both_have_received(void **state)
{
	struct xb_peer base = make("node-b", 2, 2), from, to;

	(void)state;
	base.peer_epoch = 7;
	base.evidence_count = 10;
	base.last_evidence_ns = base.last_heard_ns = 1000;
	base.probe_window = (struct xb_window){.seen_bits = 1, .high_seq = 100};
	base.probe_sent_seq = 50;
	from = to = base;
	from.evidence_count = to.evidence_count = 11;
	from.last_evidence_ns = from.last_heard_ns = 1001;
	from.probe_window = (struct xb_window){.seen_bits = 3, .high_seq = 101};
	from.probe_sent_seq = 51;
	to.last_evidence_ns = to.last_heard_ns = 1002;
	to.probe_window = (struct xb_window){.seen_bits = 5, .high_seq = 102};
	to.lock_sequence = 2;
	slot_merge(&to, &from, &base);
	assert_int_equal(to.evidence_count, 12);
	assert_int_equal(to.last_evidence_ns, 1002);
	assert_int_equal(to.probe_window.high_seq, 102);
	assert_int_equal(to.probe_window.seen_bits, 7);
	assert_int_equal(to.probe_sent_seq, 51);
	assert_int_equal(to.lock_sequence, 4);
}

static void test_only_the_earlier_has_received(void **state)
{
	struct xb_peer base = make("node-b", 2, 2), from, to;

	(void)state;
	base.peer_epoch = 7;
	base.probe_window = (struct xb_window){.seen_bits = 1, .high_seq = 100};
	from = to = base;
	from.peer_epoch = 8;
	from.last_heard_ns = 5;
	from.new_life = 1;
	from.node_state = XB_NODE_STOPPING;
	from.probe_window = (struct xb_window){.seen_bits = 1, .high_seq = 1};
	slot_merge(&to, &from, &base);
	assert_int_equal(to.peer_epoch, 8);
	assert_int_equal(to.node_state, XB_NODE_STOPPING);
	assert_int_equal(to.probe_window.high_seq, 1); /* of the new life alone */
	assert_int_equal(to.probe_window.seen_bits, 1);
	assert_int_equal(to.new_life, 1);
}

static void test_unchanged_is_left_alone(void **state)
{
	struct xb_peer base = make("node-b", 2, 2), to = base;

	(void)state;
	to.lock_sequence = 6;
	to.evidence_count = 3;
	slot_merge(&to, &base, &base);
	assert_int_equal(to.lock_sequence, 6);
	assert_int_equal(to.evidence_count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_slots_are_the_same),
		cmocka_unit_test(test_round_trips_are_of_a_path),
		cmocka_unit_test(test_both_have_received),
		cmocka_unit_test(test_only_the_earlier_has_received),
		cmocka_unit_test(test_unchanged_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
