/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which packets are heartbeats for this node: headers, lengths, tags, fragments. Others pass
 * uncounted. */
#include "tests/bpf/fixture.h"

#include <string.h>

static struct frame build(int slot)
{
	struct heartbeat heartbeat = heartbeat_from(slot, XB_PROBE);
	struct frame frame;

	frame_build(&heartbeat, &frame);
	return frame;
}

/* Sets a byte of a frame; offset is from the IP header. */
struct change {
	const char *what;
	int slot;
	size_t offset;
	uint8_t value;
};

static struct frame changed(const struct change *change)
{
	struct frame frame = build(change->slot);

	frame.bytes[frame.network + change->offset] = change->value;
	return frame;
}

/* Refused if it is for this node; passed uncounted if it is forwarded to another. */
static void expect_refused(struct fixture *fixture, const struct frame *frame, enum xb_drop reason)
{
	struct frame other = *frame;

	fixture_expect(fixture, frame, ACTION_DROP, reason);
	frame_readdress(&other);
	fixture_expect_uncounted(fixture, &other, ACTION_PASS);
}

static void test_not_ours(void **state)
{
	static const struct change changes[] = {
		{"IPv4 TCP", SLOT_A, 9, 6},
		{"IPv4 ICMP", SLOT_A, 9, 1},
		{"IPv4 another port", SLOT_A, 23, 0},
		{"IPv4 a later fragment", SLOT_A, 7, 1},
		{"IPv6 TCP", SLOT_IPV6, 6, 6},
		{"IPv6 ICMPv6", SLOT_IPV6, 6, 58},
		{"IPv6 another port", SLOT_IPV6, 43, 0},
		{"IPv6 no next header", SLOT_IPV6, 6, 59},
	};
	struct frame frame = build(SLOT_A);

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct frame other = changed(&changes[i]);

		print_message("    %s\n", changes[i].what);
		fixture_expect_uncounted(*state, &other, ACTION_PASS);
	}
	memcpy(frame.bytes + 12, "\x08\x06", 2); /* ARP */
	fixture_expect_uncounted(*state, &frame, ACTION_PASS);
	memcpy(frame.bytes + 12, "\x00\x40", 2); /* IEEE 802.3 with a length */
	fixture_expect_uncounted(*state, &frame, ACTION_PASS);
}

/* Any source port is accepted, as any other field that only the tag covers. */
static void test_other_header_fields_do_not_matter(void **state)
{
	static const struct change changes[] = {
		{"DSCP", SLOT_A, 1, 0xb8},	     {"identification", SLOT_A, 4, 7},
		{"don't fragment", SLOT_A, 6, 0x40}, {"TTL", SLOT_A, 8, 1},
		{"source port", SLOT_A, 21, 9},	     {"UDP checksum", SLOT_A, 26, 0},
		{"flow label", SLOT_IPV6, 2, 9},     {"hop limit", SLOT_IPV6, 7, 1},
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct frame frame = changed(&changes[i]);

		fixture_reset(state);
		print_message("    %s\n", changes[i].what);
		fixture_expect_uncounted(*state, &frame, ACTION_TX);
	}
}

static void test_bad_lengths(void **state)
{
	static const struct {
		struct change change;
		enum xb_drop reason;
	} cases[] = {
		{{"IPv4 version", SLOT_A, 0, 0x65}, XB_DROP_BAD_IP_HEADER},
		{{"IPv4 header length", SLOT_A, 0, 0x44}, XB_DROP_BAD_IP_HEADER},
		{{"IPv4 header length 0", SLOT_A, 0, 0x40}, XB_DROP_BAD_IP_HEADER},
		{{"IPv4 total too long", SLOT_A, 3, 165}, XB_DROP_TOO_LONG},
		{{"IPv4 total below headers", SLOT_A, 3, 27}, XB_DROP_BAD_IP_HEADER},
		{{"IPv4 total too short", SLOT_A, 3, 163}, XB_DROP_TOO_SHORT},
		{{"IPv4 UDP too short", SLOT_A, 25, 143}, XB_DROP_TOO_SHORT},
		{{"IPv4 UDP length 0", SLOT_A, 25, 0}, XB_DROP_TOO_SHORT},
		{{"IPv4 UDP too long", SLOT_A, 24, 1}, XB_DROP_TOO_LONG},
		{{"IPv6 version", SLOT_IPV6, 0, 0x40}, XB_DROP_BAD_IP_HEADER},
		{{"IPv6 payload too long", SLOT_IPV6, 5, 145}, XB_DROP_TOO_LONG},
		{{"IPv6 payload 0", SLOT_IPV6, 5, 0}, XB_DROP_BAD_IP_HEADER},
		{{"IPv6 payload too short", SLOT_IPV6, 5, 143}, XB_DROP_TOO_SHORT},
		{{"IPv6 UDP too short", SLOT_IPV6, 45, 143}, XB_DROP_TOO_SHORT},
		{{"IPv6 UDP too long", SLOT_IPV6, 45, 145}, XB_DROP_TOO_LONG},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame frame = changed(&cases[i].change);

		print_message("    %s\n", cases[i].change.what);
		expect_refused(*state, &frame, cases[i].reason);
	}
}

/* More bytes in the IP packet than a heartbeat has, with correct length fields. */
static void test_surplus_bytes(void **state)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	heartbeat.padding = 8;
	frame_build(&heartbeat, &frame);
	frame.bytes[frame.network + 3] = 20 + 8 + XB_PACKET_BYTES + 8;
	expect_refused(*state, &frame, XB_DROP_TOO_LONG);
	frame.bytes[frame.udp + 5] = 8 + XB_PACKET_BYTES + 8;
	expect_refused(*state, &frame, XB_DROP_TOO_LONG);
}

static void test_ipv4_options(void **state)
{
	for (size_t bytes = 4; bytes <= 40; bytes += 4) {
		struct frame frame = build(SLOT_A);

		frame_insert(&frame, frame.udp, bytes);
		frame.bytes[frame.network] = (uint8_t)(0x45 + bytes / 4);
		frame.bytes[frame.network + 3] = (uint8_t)(frame.length - frame.network);
		expect_refused(*state, &frame, XB_DROP_IP_OPTIONS);
		frame.bytes[frame.udp + 3]++; /* another port */
		fixture_expect_uncounted(*state, &frame, ACTION_PASS);
	}
}

/* Inserts an extension header of bytes before UDP, or before the existing one. */
static void insert_extension(struct frame *frame, uint8_t type, size_t bytes)
{
	uint8_t *ip = frame->bytes + frame->network;

	frame_insert(frame, frame->network + 40, bytes);
	ip[40] = ip[6];
	ip[41] = type == 44 ? 0 : (uint8_t)(bytes / 8 - 1);
	ip[6] = type;
	ip[5] = (uint8_t)(frame->length - frame->network - 40);
}

static void test_ipv6_extension_headers(void **state)
{
	static const uint8_t types[] = {0, 43, 60};

	for (size_t i = 0; i < sizeof(types); i++) {
		for (size_t bytes = 8; bytes <= 64; bytes *= 2) {
			struct frame frame = build(SLOT_IPV6);

			insert_extension(&frame, types[i], bytes);
			expect_refused(*state, &frame, XB_DROP_IP_OPTIONS);
			insert_extension(&frame, 60, 16);
			expect_refused(*state, &frame, XB_DROP_IP_OPTIONS);
			frame.bytes[frame.udp + 3]++; /* another port */
			fixture_expect_uncounted(*state, &frame, ACTION_PASS);
		}
	}
}

static void test_ipv6_fragments(void **state)
{
	struct frame frame = build(SLOT_IPV6);

	insert_extension(&frame, 44, 8);
	frame.bytes[frame.network + 43] = 1; /* the first, more follow */
	expect_refused(*state, &frame, XB_DROP_IP_FRAGMENT);
	insert_extension(&frame, 0, 8);
	expect_refused(*state, &frame, XB_DROP_IP_FRAGMENT);
	frame.bytes[frame.network + 51] = 8; /* a later one has no port */
	fixture_expect_uncounted(*state, &frame, ACTION_PASS);
}

/* Extension headers whose lengths exceed the packet, cut at every length. */
static void test_ipv6_extension_truncations(void **state)
{
	struct frame good = build(SLOT_IPV6);

	insert_extension(&good, 60, 16);
	insert_extension(&good, 43, 24);
	insert_extension(&good, 0, 8);
	for (size_t length = 14; length < good.length; length++) {
		struct frame cut = good;

		cut.length = length;
		assert_int_equal(fixture_run(*state, &cut),
				 length < good.udp + 8 ? ACTION_PASS : ACTION_DROP);
	}
	good.bytes[good.network + 41] = 255;
	fixture_expect_uncounted(*state, &good, ACTION_PASS);
}

/* The third tag is not skipped. */
static void test_three_vlan_tags(void **state)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	heartbeat.vlan_tags = 2;
	frame_build(&heartbeat, &frame);
	frame_insert(&frame, 12, 4);
	memcpy(frame.bytes + 12, "\x88\xa8\x00\x09", 4);
	fixture_expect_uncounted(*state, &frame, ACTION_PASS);
}

/* The tag must be that of the link: none, one, or any where the daemon does not know. */
static void test_vlan_of_the_link(void **state)
{
	static const struct {
		uint16_t vlan_id;
		bool taken[3]; /* with so many tags */
	} links[] = {{0, {true, false, false}},
		     {FRAME_VLAN_ID, {false, true, false}},
		     {FRAME_VLAN_ID + 1, {false, false, false}},
		     {XB_VLAN_ANY, {true, true, true}}};
	struct fixture *fixture = *state;
	uint32_t seq = 1;

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		for (unsigned tags = 0; tags <= 2; tags++) {
			struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
			struct frame frame;

			heartbeat.vlan_tags = tags;
			heartbeat.seq = seq++;
			frame_build(&heartbeat, &frame);
			fixture->peers[SLOT_A].vlan_id = links[i].vlan_id;
			if (links[i].taken[tags])
				fixture_expect_uncounted(fixture, &frame, ACTION_TX);
			else
				fixture_expect(fixture, &frame, ACTION_DROP, XB_DROP_WRONG_VLAN);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_not_ours),
		FIXTURE_TEST(test_other_header_fields_do_not_matter),
		FIXTURE_TEST(test_bad_lengths),
		FIXTURE_TEST(test_surplus_bytes),
		FIXTURE_TEST(test_ipv4_options),
		FIXTURE_TEST(test_ipv6_extension_headers),
		FIXTURE_TEST(test_ipv6_fragments),
		FIXTURE_TEST(test_ipv6_extension_truncations),
		FIXTURE_TEST(test_three_vlan_tags),
		FIXTURE_TEST(test_vlan_of_the_link),
	};

	return FIXTURE_RUN(tests);
}
