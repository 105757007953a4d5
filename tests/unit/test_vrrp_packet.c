/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * user/core/vrrp_packet.c against bytes that keepalived 2.2.7 (Debian 12) sent
 * on a veth pair: version 3, VRID 51, priority 150, advert_int 0.1, from
 * 10.77.0.1, with 10.77.0.100 and 10.77.0.101; then its farewell with priority 0.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <user/core/address.h>
#include <user/core/vrrp_packet.h>
#include <xbeat/digest.h>

/* The IP identification (byte 5) and header checksum (10, 11) are the sender's own matter. */
static const uint8_t captured_advert[] = {
	0x45, 0xc0, 0x00, 0x24, 0x00, 0x01, 0x00, 0x00, 0xff, 0x70, 0xd0, 0x48,
	0x0a, 0x4d, 0x00, 0x01, 0xe0, 0x00, 0x00, 0x12, 0x31, 0x33, 0x96, 0x02,
	0x00, 0x0a, 0x38, 0x7c, 0x0a, 0x4d, 0x00, 0x64, 0x0a, 0x4d, 0x00, 0x65,
};
static const uint8_t captured_farewell[] = {
	0x45, 0xc0, 0x00, 0x24, 0x00, 0x11, 0x00, 0x00, 0xff, 0x70, 0xd0, 0x38,
	0x0a, 0x4d, 0x00, 0x01, 0xe0, 0x00, 0x00, 0x12, 0x31, 0x33, 0x00, 0x02,
	0x00, 0x0a, 0xce, 0x7c, 0x0a, 0x4d, 0x00, 0x64, 0x0a, 0x4d, 0x00, 0x65,
};

static struct xb_address addresses[VRRP_ADDRESSES_MAX + 1];

static struct xb_address ipv4(const char *text)
{
	struct xb_address address;

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

/* What the captured advert says. */
static struct vrrp_message captured_message(void)
{
	struct vrrp_message message = {
		.vrid = 51,
		.priority = 150,
		.interval_cs = 10,
		.source = ipv4("10.77.0.1"),
		.destination = ipv4("224.0.0.18"),
		.addresses = addresses,
		.address_count = 2,
	};

	for (uint32_t i = 0; i <= VRRP_ADDRESSES_MAX; i++)
		addresses[i] = address_from_ipv4(htonl(0x0a4d0064 + i));
	return message;
}

static void assert_like_captured(const struct vrrp_message *message, const uint8_t *captured)
{
	uint8_t expected[sizeof(captured_advert)];
	uint8_t packet[sizeof(captured_advert)];

	memcpy(expected, captured, sizeof(expected));
	expected[5] = expected[10] = expected[11] = 0;
	assert_int_equal(vrrp_packet_build(message, packet, sizeof(packet)), sizeof(packet));
	assert_memory_equal(packet, expected, sizeof(packet));
}

static void advert_is_keepalived_s(void **state)
{
	struct vrrp_message message = captured_message();

	(void)state;
	assert_like_captured(&message, captured_advert);
}

static void farewell_is_keepalived_s(void **state)
{
	struct vrrp_message message = captured_message();

	(void)state;
	message.priority = 0;
	assert_like_captured(&message, captured_farewell);
}

/* One's complement sum over the pseudo-header and the advert, its checksum included: all ones. */
static uint16_t verified_sum(const uint8_t *packet, int length)
{
	uint32_t sum = 112 + (uint32_t)length - 20;

	for (int i = 12; i < length; i += 2)
		sum += (uint32_t)packet[i] << 8 | packet[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

static void every_count_fits_and_verifies(void **state)
{
	struct vrrp_message message = captured_message();
	uint8_t packet[VRRP_PACKET_BYTES_MAX];

	(void)state;
	assert_int_equal(verified_sum(captured_advert, sizeof(captured_advert)), 0xffff);
	for (size_t count = 1; count <= VRRP_ADDRESSES_MAX; count++) {
		int length = (int)(28 + 4 * count);

		message.address_count = count;
		message.interval_cs = (uint16_t)(count * 16);
		assert_int_equal(vrrp_packet_build(&message, packet, sizeof(packet)), length);
		assert_int_equal(packet[2] << 8 | packet[3], length);
		assert_int_equal(packet[23], count);
		assert_int_equal(packet[24] << 8 | packet[25], count * 16);
		assert_int_equal(verified_sum(packet, length), 0xffff);
	}
}

static void room_is_respected(void **state)
{
	struct vrrp_message message = captured_message();
	uint8_t packet[37];

	(void)state;
	memset(packet, 0xaa, sizeof(packet));
	assert_int_equal(vrrp_packet_build(&message, packet, 35), -EMSGSIZE);
	assert_int_equal(packet[0], 0xaa);
	assert_int_equal(vrrp_packet_build(&message, packet, 36), 36);
	assert_int_equal(packet[36], 0xaa);
}

static void assert_refused(const struct vrrp_message *message)
{
	uint8_t packet[VRRP_PACKET_BYTES_MAX + 8];

	assert_int_equal(vrrp_packet_build(message, packet, sizeof(packet)), -EINVAL);
}

static void wrong_fields_are_refused(void **state)
{
	struct vrrp_message message;

	(void)state;
#define REFUSED(field, value)                                                                      \
	message = captured_message();                                                              \
	message.field = value;                                                                     \
	assert_refused(&message)
	REFUSED(vrid, 0);
	REFUSED(interval_cs, 0);
	REFUSED(interval_cs, 0x1000);
	REFUSED(address_count, 0);
	REFUSED(address_count, VRRP_ADDRESSES_MAX + 1);
	REFUSED(source, ipv4("fe80::1"));
	REFUSED(destination, ipv4("ff02::12"));
#undef REFUSED
	message = captured_message();
	addresses[1] = ipv4("2001:db8::1");
	assert_refused(&message);
}

/* The XDP program reads the addresses from the packet, four bytes at a time. */
static void digest_is_over_the_bytes_of_the_packet(void **state)
{
	struct vrrp_message message = captured_message();
	uint64_t digest = XB_DIGEST_START;
	uint32_t word;

	(void)state;
	for (size_t offset = 28; offset < sizeof(captured_advert); offset += 4) {
		memcpy(&word, captured_advert + offset, 4);
		digest = xb_digest_word(digest, word);
	}
	assert_int_equal(vrrp_addresses_digest(message.addresses, 2), digest);
	assert_int_not_equal(vrrp_addresses_digest(message.addresses, 1), digest);
	assert_int_not_equal(vrrp_addresses_digest(message.addresses + 1, 2), digest);
	assert_int_equal(vrrp_addresses_digest(NULL, 0), XB_DIGEST_START);
}

static void digest_hangs_on_the_order(void **state)
{
	struct vrrp_message message = captured_message();
	struct xb_address swapped[2] = {message.addresses[1], message.addresses[0]};

	(void)state;
	assert_int_not_equal(vrrp_addresses_digest(swapped, 2),
			     vrrp_addresses_digest(message.addresses, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advert_is_keepalived_s),
		cmocka_unit_test(farewell_is_keepalived_s),
		cmocka_unit_test(every_count_fits_and_verifies),
		cmocka_unit_test(room_is_respected),
		cmocka_unit_test(wrong_fields_are_refused),
		cmocka_unit_test(digest_is_over_the_bytes_of_the_packet),
		cmocka_unit_test(digest_hangs_on_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
