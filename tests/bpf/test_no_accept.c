/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Accept_Mode false: packets to such a virtual address are dropped, ARP and ND are not. */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"

#include <string.h>

#define TCP 6
#define UDP 17
#define ICMPV6 58
#define VIP4 "10.0.0.1" /* the destinations of the fixture's heartbeats */
#define VIP6 "fd00::1"

/* An ordinary packet to a VIP. For ICMPv6, type is its type. */
static void packet_to(int slot, uint8_t protocol, uint8_t type, struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(slot, XB_PROBE);

	heartbeat.destination_port = 80;
	frame_build(&heartbeat, frame);
	frame->bytes[frame->network + (frame->ipv6 ? 6 : 9)] = protocol;
	if (protocol == ICMPV6)
		frame->bytes[frame->udp] = type;
}

static void expect(struct fixture *fixture, const struct frame *frame, bool accepted)
{
	if (accepted)
		fixture_expect_uncounted(fixture, frame, ACTION_PASS);
	else
		fixture_expect(fixture, frame, ACTION_DROP, XB_DROP_NO_ACCEPT);
}

static void test_only_while_configured(void **state)
{
	static const int slots[] = {SLOT_A, SLOT_IPV6};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 2; i++) {
		struct frame frame;

		fixture_reset(state);
		packet_to(slots[i], TCP, 0, &frame);
		expect(fixture, &frame, true);
		fixture_no_accept(fixture, INTERFACE_INDEX + 1, i ? VIP6 : VIP4);
		expect(fixture, &frame, true); /* another interface's */
		fixture_no_accept(fixture, INTERFACE_INDEX, i ? "fd00::2" : "10.0.0.2");
		expect(fixture, &frame, true); /* another address */
		fixture_no_accept(fixture, INTERFACE_INDEX, i ? VIP6 : VIP4);
		expect(fixture, &frame, false);
	}
}

static void test_every_protocol_but_neighbor_discovery(void **state)
{
	static const struct {
		int slot;
		uint8_t protocol, type;
		bool accepted;
	} cases[] = {
		{SLOT_A, 1, 8, false}, /* an echo request */
		{SLOT_A, UDP, 0, false},
		{SLOT_A, 112, 0, true}, /* also of an instance that is not served */
		{SLOT_IPV6, UDP, 0, false},
		{SLOT_IPV6, 112, 0, true},
		{SLOT_IPV6, ICMPV6, 128, false}, /* an echo request */
		{SLOT_IPV6, ICMPV6, 132, false},
		{SLOT_IPV6, ICMPV6, 133, true},
		{SLOT_IPV6, ICMPV6, 135, true}, /* a Neighbor Solicitation */
		{SLOT_IPV6, ICMPV6, 137, true},
		{SLOT_IPV6, ICMPV6, 138, false},
		{SLOT_IPV6, 60, 0, false}, /* extension headers do not bypass the check */
	};
	struct fixture *fixture = *state;

	fixture_no_accept(fixture, INTERFACE_INDEX, VIP4);
	fixture_no_accept(fixture, INTERFACE_INDEX, VIP6);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame frame;

		print_message("    protocol %u, type %u\n", cases[i].protocol, cases[i].type);
		packet_to(cases[i].slot, cases[i].protocol, cases[i].type, &frame);
		expect(fixture, &frame, cases[i].accepted);
	}
}

static void test_heartbeats_are_answered(void **state)
{
	struct fixture *fixture = *state;
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	fixture_no_accept(fixture, INTERFACE_INDEX, VIP4);
	frame_build(&heartbeat, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_TX);
}

static void test_adverts_are_taken(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();
	struct frame frame;

	advert.destination = VIP4;
	fixture_serve(fixture, 3, VRID, VIP4);
	fixture_add_unicast_peer(fixture, VRRP_SLOT, advert.source, 0, 255);
	fixture_no_accept(fixture, INTERFACE_INDEX, VIP4);
	advert_build(&advert, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
	assert_int_equal(fixture->vrrp[VRRP_SLOT].received_count, 1);
}

/* A tagged packet is for an address of the VLAN's interface, where it is checked again. */
static void test_tagged_packets_pass(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	fixture_no_accept(fixture, INTERFACE_INDEX, VIP4);
	packet_to(SLOT_A, TCP, 0, &frame);
	frame_insert(&frame, 12, 4);
	memcpy(frame.bytes + 12, "\x81\x00\x00\x0a", 4);
	expect(fixture, &frame, true);
}

static void test_arp_passes(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	fixture_no_accept(fixture, INTERFACE_INDEX, VIP4);
	packet_to(SLOT_A, TCP, 0, &frame);
	memcpy(frame.bytes + 12, "\x08\x06", 2);
	expect(fixture, &frame, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_only_while_configured),
		FIXTURE_TEST(test_every_protocol_but_neighbor_discovery),
		FIXTURE_TEST(test_heartbeats_are_answered),
		FIXTURE_TEST(test_adverts_are_taken),
		FIXTURE_TEST(test_tagged_packets_pass),
		FIXTURE_TEST(test_arp_passes),
	};

	return FIXTURE_RUN(tests);
}
