/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/vrrp/packet.c against bytes that keepalived sent (tests/captured.h), and at the
 * limits. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/captured_message.h"
#include "user/core/vrrp/packet.h"
#include "user/lib/address.h"
#include <cmocka.h>
#include <xbeat/digest.h>

static struct xb_address addresses[VRRP_ADDRESSES_MAX + 1];

static bool is_ipv6(const struct captured *captured)
{
	return captured->bytes[0] >> 4 == 6;
}

/* A message like the captured one, with any number of addresses. */
static struct vrrp_message message_like(uint8_t version, bool ipv6)
{
	struct vrrp_message message = {
		.version = version,
		.vrid = 1,
		.priority = 100,
		.interval_cs = 100,
		.ttl = 255,
		.source = captured_address(ipv6 ? "fe80::1" : "10.77.0.1"),
		.destination = captured_address(ipv6 ? VRRP_GROUP_IPV6 : VRRP_GROUP_IPV4),
		.addresses = addresses,
		.address_count = 1,
	};

	for (size_t i = 0; i <= VRRP_ADDRESSES_MAX; i++) {
		addresses[i] = captured_address(ipv6 ? "2001:db8::" : "10.77.1.0");
		addresses[i].bytes[15] = (uint8_t)i;
	}
	return message;
}

/* Zeroes the fields that each sender chooses. */
static void forget_own_matters(uint8_t *packet, bool ipv6)
{
	if (ipv6) {
		packet[1] &= 0xf0;
		packet[2] = packet[3] = 0;
	} else {
		packet[4] = packet[5] = packet[10] = packet[11] = 0;
	}
}

static void adverts_equal_those_of_keepalived(void **state)
{
	(void)state;
	for (size_t i = 0; i < CAPTURED_COUNT; i++) {
		const struct captured *captured = &captured_adverts[i];
		struct vrrp_message message = captured_message(captured, addresses);
		uint8_t expected[sizeof(captured->bytes)], packet[sizeof(captured->bytes)];

		print_message("    %s\n", captured->what);
		memcpy(expected, captured->bytes, sizeof(expected));
		forget_own_matters(expected, is_ipv6(captured));
		assert_int_equal(vrrp_packet_build(&message, packet, sizeof(packet)),
				 captured->length);
		assert_memory_equal(packet, expected, captured->length);
	}
}

/* One's complement sum over all covered bytes, with the checksum: all ones. */
static uint16_t verified_sum(const uint8_t *packet, size_t length, size_t header_bytes,
			     bool pseudo_header)
{
	uint32_t sum = pseudo_header ? 112 + (uint32_t)(length - header_bytes) : 0;
	size_t first = header_bytes == 40 ? 8 : 12;

	for (size_t i = pseudo_header ? first : header_bytes; i < length; i += 2)
		sum += (uint32_t)packet[i] << 8 | packet[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

static const struct kind {
	uint8_t version;
	bool ipv6, pseudo_header;
	size_t header_bytes, address_bytes, trailer_bytes;
} kinds[] = {
	{2, false, false, 20, 4, 8},
	{3, false, false, 20, 4, 0},
	{3, false, true, 20, 4, 0},
	{3, true, true, 40, 16, 0},
};

static void every_count_fits_and_verifies(void **state)
{
	uint8_t packet[VRRP_PACKET_BYTES_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *kind = &kinds[i];
		struct vrrp_message message = message_like(kind->version, kind->ipv6);

		message.pseudo_header = kind->pseudo_header;
		for (size_t count = 1; count <= VRRP_ADDRESSES_MAX; count++) {
			size_t length = kind->header_bytes + 8 + count * kind->address_bytes +
					kind->trailer_bytes;
			const uint8_t *advert = packet + kind->header_bytes;

			message.address_count = count;
			message.interval_cs =
				(uint16_t)(kind->version == 2 ? count * 100 : count * 16);
			assert_int_equal(vrrp_packet_build(&message, packet, sizeof(packet)),
					 length);
			assert_int_equal(advert[0], kind->version << 4 | 1);
			assert_int_equal(advert[3], count);
			assert_int_equal(advert[4] << 8 | advert[5],
					 kind->version == 2 ? count : count * 16);
			assert_int_equal(verified_sum(packet, length, kind->header_bytes,
						      kind->pseudo_header),
					 0xffff);
		}
	}
}

static void room_is_respected(void **state)
{
	uint8_t packet[VRRP_PACKET_BYTES_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *kind = &kinds[i];
		struct vrrp_message message = message_like(kind->version, kind->ipv6);
		size_t length = kind->header_bytes + 8 + kind->address_bytes + kind->trailer_bytes;

		memset(packet, 0xaa, sizeof(packet));
		assert_int_equal(vrrp_packet_build(&message, packet, length - 1), -EMSGSIZE);
		assert_int_equal(packet[0], 0xaa);
		assert_int_equal(vrrp_packet_build(&message, packet, length), length);
		assert_int_equal(packet[length], 0xaa);
	}
}

static void assert_refused(const struct vrrp_message *message)
{
	uint8_t packet[VRRP_PACKET_BYTES_MAX];

	assert_int_equal(vrrp_packet_build(message, packet, sizeof(packet)), -EINVAL);
}

static void wrong_fields_are_refused(void **state)
{
	uint8_t packet[VRRP_PACKET_BYTES_MAX];
	struct vrrp_message message;

	(void)state;
#define REFUSED(kind_version, ipv6, field, value)                                                  \
	message = message_like(kind_version, ipv6);                                                \
	message.field = value;                                                                     \
	assert_refused(&message)
	REFUSED(3, false, version, 4);
	REFUSED(3, false, vrid, 0);
	REFUSED(3, false, ttl, 0);
	REFUSED(3, false, interval_cs, 0);
	REFUSED(3, false, interval_cs, 0x1000);
	REFUSED(3, false, has_password, true);
	REFUSED(3, false, address_count, 0);
	REFUSED(3, false, address_count, VRRP_ADDRESSES_MAX + 1);
	REFUSED(3, false, source, captured_address("fe80::1"));
	REFUSED(3, false, destination, captured_address("ff02::12"));
	REFUSED(3, true, destination, captured_address("224.0.0.18"));
	REFUSED(2, false, interval_cs, 150);
	REFUSED(2, false, interval_cs, 25600);
	REFUSED(2, true, priority, 1);
#undef REFUSED
	message = message_like(3, false);
	message.address_count = 0;
	message.no_addresses = true;
	assert_int_equal(vrrp_packet_build(&message, packet, sizeof(packet)), 28);
	message = message_like(3, false);
	message.address_count = 2;
	addresses[1] = captured_address("2001:db8::1");
	assert_refused(&message);
}

/* The XDP program reads the addresses from the packet, four bytes at a time. */
static void digest_is_over_the_bytes_of_the_packet(void **state)
{
	(void)state;
	for (size_t i = 0; i < CAPTURED_COUNT; i++) {
		const struct captured *captured = &captured_adverts[i];
		struct vrrp_message message = captured_message(captured, addresses);
		size_t first = (is_ipv6(captured) ? 40 : 20) + 8;
		size_t last = captured->length - (captured->version == 2 ? 8 : 0);
		uint64_t digest = XB_DIGEST_START;
		uint32_t word;

		for (size_t offset = first; offset < last; offset += 4) {
			memcpy(&word, captured->bytes + offset, 4);
			digest = xb_digest_word(digest, word);
		}
		assert_int_equal(vrrp_addresses_digest(addresses, message.address_count), digest);
	}
}

static void digest_distinguishes_lists(void **state)
{
	struct vrrp_message message = message_like(3, true);
	struct xb_address swapped[2] = {addresses[1], addresses[0]};
	uint64_t digest = vrrp_addresses_digest(message.addresses, 2);

	(void)state;
	assert_int_not_equal(vrrp_addresses_digest(swapped, 2), digest);
	assert_int_not_equal(vrrp_addresses_digest(addresses, 1), digest);
	assert_int_not_equal(vrrp_addresses_digest(addresses + 1, 2), digest);
	assert_int_equal(vrrp_addresses_digest(NULL, 0), XB_DIGEST_START);
}

/* What keepalived 2.2.7 reports as the maximum. */
static void rooms_are_those_of_keepalived(void **state)
{
	(void)state;
	assert_int_equal(vrrp_addresses_room(1500, 6, 3), 89);
	assert_int_equal(vrrp_addresses_room(1300, 6, 3), 77);
	assert_int_equal(vrrp_addresses_room(1000, 4, 3), 239);
	assert_int_equal(vrrp_addresses_room(1000, 4, 2), 237);
	assert_int_equal(vrrp_addresses_room(700, 4, 2), 162);
	assert_int_equal(vrrp_addresses_room(1500, 4, 3), 255);
	assert_int_equal(vrrp_addresses_room(0, 4, 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rooms_are_those_of_keepalived),
		cmocka_unit_test(adverts_equal_those_of_keepalived),
		cmocka_unit_test(every_count_fits_and_verifies),
		cmocka_unit_test(room_is_respected),
		cmocka_unit_test(wrong_fields_are_refused),
		cmocka_unit_test(digest_is_over_the_bytes_of_the_packet),
		cmocka_unit_test(digest_distinguishes_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
