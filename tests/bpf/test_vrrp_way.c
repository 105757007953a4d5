/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adverts of interfaces whose VLAN tags may be removed before the XDP program runs: it hands them
 * over to the program of tc. */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>
#include <time.h>

#include "xbeat.skel.h"

#define NEXT_FILTER (-1) /* TC_ACT_UNSPEC */
#define SHOT 2 /* TC_ACT_SHOT */
#define IP_END 34 /* a test run refuses shorter packets */
#define NANOSECONDS 1000000000ULL

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

static struct xb_vlan vlan_entry(const struct fixture *fixture)
{
	const __u32 interface_index = INTERFACE_INDEX;
	struct xb_vlan entry;

	assert_int_equal(bpf_map__lookup_elem(fixture->program->maps.xb_vlan, &interface_index,
					      sizeof(interface_index), &entry, sizeof(entry), 0),
			 0);
	return entry;
}

static uint64_t handed_ns(const struct fixture *fixture)
{
	return vlan_entry(fixture).handed_ns;
}

/* As if the last advert had been handed over earlier, or, below 0, just now however long the test
 * takes. */
static void age_hand_over(const struct fixture *fixture, int seconds)
{
	const __u32 interface_index = INTERFACE_INDEX;
	struct xb_vlan entry = vlan_entry(fixture);

	entry.handed_ns -= (uint64_t)(seconds * (int64_t)NANOSECONDS);
	assert_int_equal(bpf_map__update_elem(fixture->program->maps.xb_vlan, &interface_index,
					      sizeof(interface_index), &entry, sizeof(entry),
					      BPF_ANY),
			 0);
}

static void put_advert(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	fixture_serve_vrrp(fixture);
	advert_build(&advert, frame);
}

/* Inserts a tag of IEEE 802.1Q. */
static void put_tag(struct frame *frame, uint8_t vlan_id)
{
	const uint8_t tag[4] = {0x81, 0, 0, vlan_id};

	memmove(frame->bytes + 16, frame->bytes + 12, frame->length - 12);
	memcpy(frame->bytes + 12, tag, sizeof(tag));
	frame->length += sizeof(tag);
}

static void expect_received(const struct fixture *fixture, uint64_t count)
{
	assert_int_equal(fixture_entry(fixture)->received_count, count);
}

static void test_visible_tags_need_no_tc(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	put_advert(fixture, &frame);
	assert_int_equal(fixture_run_tc(fixture, &frame), NEXT_FILTER);
	expect_received(fixture, 0);
	fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
	expect_received(fixture, 1);
}

static void test_hidden_tags_are_the_tc_programs(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	put_advert(fixture, &frame);
	fixture_hide_tags(fixture, 0);
	for (unsigned i = 1; i <= 3; i++) {
		fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
		expect_received(fixture, i - 1);
		assert_true(handed_ns(fixture) != 0);
		assert_int_equal(fixture_run_tc(fixture, &frame), NEXT_FILTER);
		expect_received(fixture, i);
		assert_true(handed_ns(fixture) == 0);
	}
}

/* It was handed over, but counts for a VLAN interface only. A tag of priority is none. */
static void test_tagged_advert_moves_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	put_advert(fixture, &frame);
	put_tag(&frame, 7);
	fixture_hide_tags(fixture, now_ns());
	assert_int_equal(fixture_run_tc(fixture, &frame), NEXT_FILTER);
	assert_true(handed_ns(fixture) == 0);
	expect_received(fixture, 0);
	put_advert(fixture, &frame);
	put_tag(&frame, 0);
	put_tag(&frame, 0);
	assert_int_equal(fixture_run_tc(fixture, &frame), NEXT_FILTER);
	expect_received(fixture, 1);
}

static void test_wrong_advert_is_dropped_by_tc(void **state)
{
	struct advert advert = advert_version2();
	struct fixture *fixture = *state;
	struct frame frame;

	put_advert(fixture, &frame);
	advert_build(&advert, &frame);
	fixture_hide_tags(fixture, 0);
	fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
	assert_int_equal(fixture_run_tc(fixture, &frame), SHOT);
	assert_int_equal(fixture_drop_count(fixture, XB_DROP_VRRP_BAD_VERSION), 1);
	expect_received(fixture, 0);
}

static void test_longest_advert_of_version_2(void **state)
{
	struct advert advert = advert_version2();
	struct fixture *fixture = *state;
	struct frame frame;

	fixture_serve(fixture, 2, VRID, "224.0.0.18");
	fixture_hide_tags(fixture, 0);
	advert.address_count = 255;
	advert_build(&advert, &frame);
	assert_int_equal(fixture_run_tc(fixture, &frame), NEXT_FILTER);
	expect_received(fixture, 1);
	assert_int_equal(fixture_entry(fixture)->addresses_digest, advert_digest(&advert));
}

static void test_ipv6_by_tc(void **state)
{
	struct advert advert = advert_ipv6();
	struct fixture *fixture = *state;
	struct frame frame;

	fixture_serve(fixture, 3, VRID, "ff02::12");
	fixture_hide_tags(fixture, 0);
	advert_build(&advert, &frame);
	assert_int_equal(fixture_run_tc(fixture, &frame), NEXT_FILTER);
	expect_received(fixture, 1);
}

/* Where the tc program takes nothing, the interface's networks decide, until it takes again. */
static void test_lost_tc_program(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	put_advert(fixture, &frame);
	fixture_hide_tags(fixture, 0);
	for (unsigned i = 0; i < 2; i++) {
		fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
		age_hand_over(fixture, 1);
	}
	assert_int_equal(vlan_entry(fixture).untaken_count, 0);
	fixture_expect(fixture, &frame, ACTION_PASS, XB_DROP_VRRP_UNKNOWN_VLAN);
	assert_int_equal(vlan_entry(fixture).untaken_count, 1);
	expect_received(fixture, 0);
	assert_int_equal(fixture_entry(fixture)->refused_reason, XB_DROP_VRRP_UNKNOWN_VLAN);
	fixture_add_network(fixture, "10.0.0.0", 24);
	fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
	expect_received(fixture, 1);
	fixture_run_tc(fixture, &frame);
	expect_received(fixture, 2);
	fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
	expect_received(fixture, 2);
}

/* Each may be a VLAN's, so none counts but by the tc program, also of those that follow at once. */
static void test_single_lost_adverts(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	put_advert(fixture, &frame);
	fixture_hide_tags(fixture, 0);
	fixture_add_network(fixture, "10.0.0.0", 24);
	for (unsigned i = 1; i <= 3; i++) {
		fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
		age_hand_over(fixture, 1); /* it is lost */
		fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
		age_hand_over(fixture, -1);
		fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
		expect_received(fixture, i - 1);
		fixture_run_tc(fixture, &frame);
		expect_received(fixture, i);
	}
	assert_int_equal(vlan_entry(fixture).untaken_count, 0);
}

/* A peer that is configured by its address may be in another network. */
static void test_unicast_peer_without_tc(void **state)
{
	struct advert advert = advert_default();
	struct fixture *fixture = *state;
	struct frame frame;

	fixture_serve(fixture, 3, VRID, "10.0.0.1");
	fixture_add_unicast_peer(fixture, VRRP_SLOT, advert.source, 255, 255);
	fixture_hide_tags(fixture, XB_VLAN_NO_TC);
	advert.destination = "10.0.0.1";
	advert_build(&advert, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
	expect_received(fixture, 1);
}

/* Lookups by prefixes of every length. */
static void test_networks_are_the_interfaces(void **state)
{
	static const struct {
		const char *address;
		unsigned prefix_length;
		bool has;
	} networks[] = {{"10.0.0.9", 32, true},	  {"10.0.0.8", 32, false}, {"10.0.0.8", 30, true},
			{"10.0.0.4", 30, false},  {"10.0.0.0", 8, true},   {"11.0.0.0", 8, false},
			{"192.0.2.0", 24, false}, {"0.0.0.0", 0, true},	   {"fe80::", 64, false},
			{"::ffff:0:0", 96, true}};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
		struct frame frame;

		fixture_reset(state);
		put_advert(fixture, &frame);
		fixture_hide_tags(fixture, XB_VLAN_NO_TC);
		fixture_add_network(fixture, networks[i].address, networks[i].prefix_length);
		fixture_run(fixture, &frame);
		print_message("    %s/%u\n", networks[i].address, networks[i].prefix_length);
		expect_received(fixture, networks[i].has);
	}
}

static void test_foreign_packets_go_to_the_next_filter(void **state)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct fixture *fixture = *state;
	struct frame frame;

	put_advert(fixture, &frame);
	fixture_hide_tags(fixture, 0);
	for (size_t i = IP_END; i < IP_END + 8; i++) { /* VRRP headers that are not whole */
		struct frame cut = frame;

		cut.length = i;
		assert_int_equal(fixture_run_tc(fixture, &cut), NEXT_FILTER);
	}
	frame_build(&heartbeat, &frame);
	assert_int_equal(fixture_run_tc(fixture, &frame), NEXT_FILTER);
	assert_int_equal(fixture_drop_total(fixture), 0);
	expect_received(fixture, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_visible_tags_need_no_tc),
		FIXTURE_TEST(test_hidden_tags_are_the_tc_programs),
		FIXTURE_TEST(test_tagged_advert_moves_nothing),
		FIXTURE_TEST(test_wrong_advert_is_dropped_by_tc),
		FIXTURE_TEST(test_longest_advert_of_version_2),
		FIXTURE_TEST(test_ipv6_by_tc),
		FIXTURE_TEST(test_lost_tc_program),
		FIXTURE_TEST(test_single_lost_adverts),
		FIXTURE_TEST(test_unicast_peer_without_tc),
		FIXTURE_TEST(test_networks_are_the_interfaces),
		FIXTURE_TEST(test_foreign_packets_go_to_the_next_filter),
	};

	return FIXTURE_RUN(tests);
}
