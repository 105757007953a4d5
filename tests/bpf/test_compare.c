/* SPDX-License-Identifier: GPL-2.0-or-later */
/* COMPARE and COMPARED: which page is answered, once; none is evidence, and they make no QUERY
 * void. */
#include "tests/bpf/fixture.h"

#include "user/core/heartbeat.h"
#include "xbeat.skel.h"
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <endian.h>
#include <string.h>
#include <time.h>

#define NS_PER_SECOND 1000000000ull

enum { NODE_TWO_LINKS = 2, NODE_IPV6 = 3, NODE_UNKNOWN = 77, PAGES = 3 };

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static struct xb_page page_of(uint16_t number)
{
	struct xb_page page = {.page = htons(number),
			       .page_count = htons(PAGES),
			       .statement_bytes = htonl(PAGES * XB_PAGE_DATA_BYTES),
			       .digest = htobe64(0x0102030405060708)};

	memset(page.data, 'a' + number, sizeof(page.data));
	return page;
}

static void publish(const struct fixture *fixture)
{
	for (uint32_t i = 0; i < PAGES; i++) {
		const struct xb_page page = page_of((uint16_t)i);

		assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_statement, &i,
						      sizeof(i), &page, sizeof(page), BPF_ANY),
				 0);
	}
}

static struct heartbeat compare_from(int slot, uint16_t page)
{
	static uint64_t t1_ns = 12345;
	struct heartbeat compare = heartbeat_from(slot, XB_COMPARE);

	memset(&compare.page, 0, sizeof(compare.page));
	compare.page.page = htons(page);
	compare.t1_ns = t1_ns++;
	return compare;
}

/* Sends a COMPARE and returns the page of the answer. */
static struct xb_page ask(struct fixture *fixture, const struct heartbeat *compare)
{
	struct frame frame;

	frame_build(compare, &frame);
	assert_int_equal(fixture_run(fixture, &frame), ACTION_TX); /* which checks the length */
	assert_int_equal(frame_packet(&frame)->type, XB_COMPARED);
	assert_int_equal(frame_packet(&frame)->tag, htole64(frame_tag(&frame, compare->key)));
	assert_true(frame_udp_checksum_is_right(&frame));
	return frame_packet(&frame)->page;
}

static void test_page_that_is_asked_for(void **state)
{
	publish(*state);
	for (int slot = 0; slot < SLOT_COUNT; slot++)
		for (int number = 0; number < PAGES; number++) {
			const struct heartbeat compare = compare_from(slot, (uint16_t)number);
			const struct xb_page page = ask(*state, &compare),
					     wanted = page_of((uint16_t)number);

			assert_memory_equal(&page, &wanted, sizeof(page));
		}
}

static void test_page_that_does_not_exist(void **state)
{
	static const uint16_t numbers[] = {XB_PAGES_MAX, UINT16_MAX};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct heartbeat compare = compare_from(SLOT_A, numbers[i]);
		const struct xb_page page = ask(*state, &compare);
		const struct xb_page nothing = {.page = htons(numbers[i])};

		assert_memory_equal(&page, &nothing, sizeof(page));
	}
}

/* The program answers what the daemon builds. */
static void test_compare_of_the_codec(void **state)
{
	const struct heartbeat compare = compare_from(SLOT_A, 0);
	const struct xb_self asker = {.node_id = NODE_TWO_LINKS, .epoch = PEER_EPOCH};
	const struct heartbeat_target target = {.cluster_id = CLUSTER,
						.node_id = OWN_NODE,
						.peer_epoch = OWN_EPOCH,
						.local_address = compare.source,
						.peer_address = compare.destination};
	struct xb_key key = {.id = 1, .valid = 1};
	struct xb_packet packet;
	struct frame frame;

	publish(*state);
	memcpy(key.word, key_old, sizeof(key.word));
	heartbeat_build_compare(&packet, &asker, &target, 2, 99, &key);
	frame_build(&compare, &frame);
	memcpy(frame_packet(&frame), &packet, sizeof(packet));
	assert_int_equal(fixture_run(*state, &frame), ACTION_TX);
	assert_int_equal(ntohs(frame_packet(&frame)->page.page), 2);
	assert_int_equal(be64toh(frame_packet(&frame)->t1_ns), 99);
}

static void test_compare_is_answered_once(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat compare = compare_from(SLOT_A, 0);

	ask(fixture, &compare);
	fixture_events(fixture); /* of the first packet of the peer */
	fixture_expect_refused(fixture, &compare, XB_DROP_REPLAY);
	compare.page.page = htons(1); /* another page does not matter */
	fixture_expect_refused(fixture, &compare, XB_DROP_REPLAY);
	compare.t1_ns--;
	fixture_expect_refused(fixture, &compare, XB_DROP_OLD_QUERY);
	compare.t1_ns += 2;
	ask(fixture, &compare);
	compare = compare_from(SLOT_B, 0); /* another link has a window of its own */
	compare.t1_ns = 1;
	ask(fixture, &compare);
}

static void test_window_of_a_new_life(void **state)
{
	struct fixture *fixture = *state;
	const struct heartbeat recorded = compare_from(SLOT_A, 0);
	struct heartbeat compare = recorded;

	ask(fixture, &recorded);
	fixture_events(fixture);
	compare.t1_ns = 3;
	fixture_expect_refused(fixture, &compare, XB_DROP_OLD_QUERY);
	compare.sender_epoch++;
	ask(fixture, &compare);
	assert_int_equal(fixture->peers[SLOT_A].peer_epoch, PEER_EPOCH + 1);
	assert_int_equal(fixture_events(fixture), 1);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_PEER_EPOCH);
	fixture_expect_refused(fixture, &compare, XB_DROP_REPLAY);
	fixture_expect_refused(fixture, &recorded, XB_DROP_OLD_EPOCH);
}

/* A slot of xb_peers keeps nothing of it, so QUERYs and evidence are as before. */
static void test_compare_changes_no_state(void **state)
{
	struct fixture *fixture = *state;
	const struct heartbeat compare = compare_from(SLOT_A, 0);
	struct xb_peer before[SLOT_COUNT];

	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	memcpy(before, fixture->peers, sizeof(before));
	ask(fixture, &compare);
	before[SLOT_A].lock_sequence += 2;
	assert_memory_equal(fixture->peers, before, sizeof(before));
	assert_int_equal(fixture_events(fixture), 0);
}

static void test_compares_that_are_not_answered(void **state)
{
	struct fixture *fixture = *state;
	const struct heartbeat good = compare_from(SLOT_A, 0);
	struct heartbeat compare = good;

	compare.sender_epoch = 0;
	fixture_expect_refused(fixture, &compare, XB_DROP_OLD_EPOCH);
	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	compare.sender_epoch = PEER_EPOCH - 1;
	fixture_expect_refused(fixture, &compare, XB_DROP_OLD_EPOCH);
	compare = good;
	compare.addressee_epoch = OWN_EPOCH + 1;
	fixture_expect_refused(fixture, &compare, XB_DROP_WRONG_EPOCH);
	compare = good;
	compare.source = address_of("10.0.0.9");
	fixture_expect_refused(fixture, &compare, XB_DROP_BAD_ADDRESS);
	compare = good;
	compare.sender_id = NODE_UNKNOWN;
	fixture_expect_refused(fixture, &compare, XB_DROP_UNKNOWN_PEER);
	compare = good;
	compare.addressee_id++;
	fixture_expect_refused(fixture, &compare, XB_DROP_NOT_FOR_ME);
	fixture->self->epoch = 0;
	fixture_expect_refused(fixture, &good, XB_DROP_NO_SELF);
}

static struct heartbeat compared_from(int slot, uint16_t number)
{
	struct heartbeat compared = heartbeat_from(slot, XB_COMPARED);

	compared.t1_ns = now_ns();
	compared.page = page_of(number);
	return compared;
}

static void expect_reported(struct fixture *fixture, const struct heartbeat *compared)
{
	struct frame frame;

	frame_build(compared, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_DROP);
	assert_int_equal(fixture_events(fixture), 1);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_COMPARED);
	assert_int_equal(fixture->events[0].compared.t1_ns, compared->t1_ns);
	assert_memory_equal(&fixture->events[0].compared.page, &compared->page,
			    sizeof(compared->page));
}

/* Once; after an answer to a later COMPARE, those to earlier ones are refused. */
static void test_compared_is_reported_once(void **state)
{
	struct fixture *fixture = *state;

	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		struct heartbeat compared = compared_from(slot, (uint16_t)slot);

		expect_reported(fixture, &compared);
		assert_int_equal(fixture->events[0].slot, slot);
		fixture_expect_refused(fixture, &compared, XB_DROP_REPLAY);
		compared.t1_ns--;
		fixture_expect_refused(fixture, &compared, XB_DROP_OLD_ANSWER);
	}
}

static void test_compareds_that_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat compared = compared_from(SLOT_A, 0);

	compared.sender_epoch = 0;
	fixture_expect_refused(fixture, &compared, XB_DROP_OLD_EPOCH);
	compared = compared_from(SLOT_A, 0);
	compared.addressee_epoch++;
	fixture_expect_refused(fixture, &compared, XB_DROP_WRONG_EPOCH);
	compared = compared_from(SLOT_A, 0);
	compared.t1_ns -= 2 * NS_PER_SECOND;
	fixture_expect_refused(fixture, &compared, XB_DROP_OLD_ANSWER);
	compared.t1_ns += 4 * NS_PER_SECOND;
	fixture_expect_refused(fixture, &compared, XB_DROP_OLD_ANSWER);
	compared = compared_from(SLOT_A, 0);
	expect_reported(fixture, &compared);
}

/* This node began a new life, and its clock may have gone back with the machine. */
static void test_window_of_a_new_life_here(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat compared = compared_from(SLOT_A, 0);

	expect_reported(fixture, &compared);
	fixture->self->epoch++;
	compared.addressee_epoch++;
	compared.t1_ns--;
	expect_reported(fixture, &compared);
}

static struct xb_compare refused(const struct fixture *fixture, uint32_t slot)
{
	struct xb_compare seen;

	assert_int_equal(bpf_map__lookup_elem(fixture->program->maps.xb_compare, &slot,
					      sizeof(slot), &seen, sizeof(seen), 0),
			 0);
	return seen;
}

/* Of the sender's slot, whatever the type. */
static void test_packets_under_another_key_are_counted(void **state)
{
	struct fixture *fixture = *state;

	for (int type = XB_PROBE; type <= XB_COMPARED; type++) {
		struct heartbeat heartbeat = heartbeat_from(SLOT_B, (enum xb_packet_type)type);

		heartbeat.key = key_new;
		fixture_expect_refused(fixture, &heartbeat, XB_DROP_BAD_TAG);
		heartbeat.key_id = 9;
		fixture_expect_refused(fixture, &heartbeat, XB_DROP_UNKNOWN_KEY);
	}
	assert_int_equal(refused(fixture, SLOT_B).unsigned_count, 2 * XB_COMPARED);
	assert_int_equal(refused(fixture, SLOT_A).unsigned_count, 0);
}

/* Only one with the key is noted: the others may be anybody's. */
static void test_strangers_are_noted(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct xb_compare seen;

	heartbeat.source = address_of("10.0.0.9");
	heartbeat.key = key_new;
	fixture_expect_refused(fixture, &heartbeat, XB_DROP_BAD_ADDRESS);
	assert_int_equal(refused(fixture, SLOT_A).stranger_count, 0);
	heartbeat.key = key_old;
	fixture_expect_refused(fixture, &heartbeat, XB_DROP_BAD_ADDRESS);
	seen = refused(fixture, SLOT_A);
	assert_int_equal(seen.stranger_count, 1);
	assert_memory_equal(&seen.stranger, &heartbeat.source, sizeof(seen.stranger));
	assert_int_equal(seen.unsigned_count, 0);
	heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	heartbeat.destination = address_of("10.0.1.1"); /* an address of another link */
	fixture_expect_refused(fixture, &heartbeat, XB_DROP_BAD_ADDRESS);
	assert_int_equal(refused(fixture, SLOT_A).stranger_count, 1);
}

static void test_packets_of_an_earlier_life_are_counted(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_IPV6, XB_PROBE);

	fixture->peers[SLOT_IPV6].peer_epoch = PEER_EPOCH + 1;
	fixture_expect_refused(fixture, &heartbeat, XB_DROP_OLD_EPOCH);
	assert_int_equal(refused(fixture, SLOT_IPV6).old_epoch_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_page_that_is_asked_for),
		FIXTURE_TEST(test_page_that_does_not_exist),
		FIXTURE_TEST(test_compare_of_the_codec),
		FIXTURE_TEST(test_compare_is_answered_once),
		FIXTURE_TEST(test_window_of_a_new_life),
		FIXTURE_TEST(test_compare_changes_no_state),
		FIXTURE_TEST(test_compares_that_are_not_answered),
		FIXTURE_TEST(test_compared_is_reported_once),
		FIXTURE_TEST(test_compareds_that_are_refused),
		FIXTURE_TEST(test_window_of_a_new_life_here),
		FIXTURE_TEST(test_packets_under_another_key_are_counted),
		FIXTURE_TEST(test_strangers_are_noted),
		FIXTURE_TEST(test_packets_of_an_earlier_life_are_counted),
	};

	return FIXTURE_RUN(tests);
}
