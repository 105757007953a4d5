/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/core/vrrp/signature.c and xbeat/signed.h against known answers, and at the ends of windows
 * and number ranges. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/signed_vectors.h"
#include "user/core/vrrp/packet.h"
#include "user/core/vrrp/signature.h"
#include "user/lib/address.h"
#include <cmocka.h>

#define S(seconds) ((uint64_t)(seconds) << 32)
#define NS_PER_S UINT64_C(1000000000)

static struct xb_address address_of(const char *text)
{
	struct xb_address address;

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

static struct vrrp_signing_key key_of(const char *secret, uint8_t id)
{
	uint8_t bytes[VRRP_SECRET_BYTES_MAX];
	struct vrrp_signing_key key = {.id = id};

	vrrp_signature_prepare(bytes, signed_bytes(secret, bytes), &key.states);
	return key;
}

static uint64_t sequence_of(const uint8_t *head)
{
	uint64_t sequence = 0;

	for (size_t i = 0; i < 8; i++)
		sequence = sequence << 8 | head[4 + i];
	return sequence;
}

static void trailers_equal_known_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIGNED_VECTOR_COUNT; i++) {
		const struct signed_vector *vector = &signed_vectors[i];
		uint8_t message[SIGNED_MESSAGE_BYTES_MAX], expected[XB_SIGNED_TRAILER_BYTES];
		size_t bytes = signed_bytes(vector->message, message);
		struct xb_address source = address_of(vector->source);
		struct xb_signed_trailer trailer;
		struct vrrp_signing_key key;

		print_message("    %s\n", vector->what);
		assert_int_equal(signed_bytes(vector->head, expected), SIGNED_HEAD_BYTES);
		assert_int_equal(signed_bytes(vector->tag, expected + SIGNED_HEAD_BYTES),
				 XB_SIGNED_TAG_BYTES);
		key = key_of(vector->secret, expected[1]);
		vrrp_signature_make(&key, sequence_of(expected), &source, message, bytes, &trailer);
		assert_memory_equal(&trailer, expected, sizeof(expected));
	}
}

/* The head of the message, its last byte, the source and the number change the tag; the checksum
 * does not. */
static void what_is_signed_changes_the_tag(void **state)
{
	const struct signed_vector *vector = &signed_vectors[2];
	struct vrrp_signing_key key = key_of(vector->secret, 7);
	struct xb_address source = address_of(vector->source), other = address_of("10.77.0.9");
	uint8_t good[SIGNED_MESSAGE_BYTES_MAX];
	size_t bytes = signed_bytes(vector->message, good);
	struct xb_signed_trailer expected, trailer;

	(void)state;
	vrrp_signature_make(&key, S(5), &source, good, bytes, &expected);
	for (size_t i = 0; i < bytes; i++) {
		uint8_t message[SIGNED_MESSAGE_BYTES_MAX];
		bool is_checksum = i == 6 || i == 7;

		memcpy(message, good, bytes);
		message[i] ^= 1;
		vrrp_signature_make(&key, S(5), &source, message, bytes, &trailer);
		assert_int_equal(!memcmp(&trailer, &expected, sizeof(trailer)), is_checksum);
	}
	vrrp_signature_make(&key, S(5), &other, good, bytes, &trailer);
	assert_memory_not_equal(trailer.tag, expected.tag, sizeof(trailer.tag));
	vrrp_signature_make(&key, S(5) + 1, &source, good, bytes, &trailer);
	assert_memory_not_equal(trailer.tag, expected.tag, sizeof(trailer.tag));
}

/* RFC 4231 section 4.2 gives HMAC-SHA-256 with a key of 20 bytes; the label of the digest is our
 * own, so only that it tells keys apart is tested. */
static void digests_tell_keys_apart(void **state)
{
	struct vrrp_signing_key first = key_of(SECRET_7, 1), same = key_of(SECRET_7, 2);
	struct vrrp_signing_key other = key_of(SECRET_9, 1);

	(void)state;
	assert_int_equal(vrrp_signature_key_digest(&first.states),
			 vrrp_signature_key_digest(&same.states));
	assert_int_not_equal(vrrp_signature_key_digest(&first.states),
			     vrrp_signature_key_digest(&other.states));
}

/* All lengths of an address list, so that the padding begins in each word of a block. */
static void long_lists_are_signed(void **state)
{
	struct vrrp_signing_key key = key_of(SECRET_7, 7);
	struct xb_address source = address_of("fe80::1");
	uint8_t advert[VRRP_ADVERT_BYTES_MAX] = {0x31, 1, 100};
	struct xb_signed_trailer trailer, before = {0};

	(void)state;
	for (size_t bytes = 8; bytes <= sizeof(advert); bytes += 4) {
		vrrp_signature_make(&key, S(5), &source, advert, bytes, &trailer);
		assert_memory_not_equal(trailer.tag, before.tag, sizeof(trailer.tag));
		before = trailer;
	}
}

static void sequence_numbers_are_times(void **state)
{
	(void)state;
	assert_int_equal(vrrp_sequence_at(0), 0);
	assert_int_equal(vrrp_sequence_at(NS_PER_S / 2), 0x80000000);
	assert_int_equal(vrrp_sequence_at(7 * NS_PER_S + NS_PER_S - 1), S(7) | 0xffff0000);
	assert_int_equal(vrrp_sequence_at(NS_PER_S << 32), 0); /* 2106: it wraps */
}

static void sequence_numbers_grow(void **state)
{
	(void)state;
	assert_int_equal(vrrp_sequence_next(false, 0, S(100), 5), S(100));
	assert_int_equal(vrrp_sequence_next(true, S(100), S(101), 5), S(101));
	assert_int_equal(vrrp_sequence_next(true, S(100), S(100), 5), S(100) + 1);
	assert_int_equal(vrrp_sequence_next(true, S(100) | 0xffffffff, S(100), 5), S(101));
	/* Both ends of the first flag: 0 is a number like any other. */
	assert_int_equal(vrrp_sequence_next(false, 0, S(0x90000000), 0), S(0x90000000));
	assert_int_equal(vrrp_sequence_next(true, UINT64_MAX, S(0), 0), S(0));
}

/* The clock was set back: within the window the numbers go on, further back they follow it. */
static void a_clock_that_is_set_back_is_followed_beyond_the_window(void **state)
{
	(void)state;
	assert_int_equal(vrrp_sequence_next(true, S(100), S(95), 5), S(100) + 1);
	assert_int_equal(vrrp_sequence_next(true, S(100), S(94), 5), S(94));
	assert_int_equal(vrrp_sequence_next(true, S(5), S(UINT32_MAX - 20), 5), S(UINT32_MAX - 20));
	assert_int_equal(vrrp_sequence_next(true, S(100), S(94), 0), S(100) + 1);
}

static void numbers_show_the_clock_of_their_sender(void **state)
{
	const uint64_t now_ns = UINT64_C(1796000000123456789), second_ns = 1000000000;
	const uint64_t wrap_ns = second_ns << 32; /* in 2106 */

	(void)state;
	assert_in_range(20000 + vrrp_sequence_ahead_ns(vrrp_sequence_at(now_ns), now_ns), 0, 20000);
	assert_int_equal(vrrp_sequence_ahead_ns(S(1796000010), 1796000000 * second_ns),
			 10 * second_ns);
	assert_int_equal(vrrp_sequence_ahead_ns(S(1796000000) | 0x80000007, 1796000010 * second_ns),
			 -(int64_t)(9 * second_ns + second_ns / 2));
	assert_int_equal(vrrp_sequence_ahead_ns(S(1), wrap_ns - second_ns), 2 * second_ns);
}

static void windows_have_two_ends(void **state)
{
	(void)state;
	assert_true(xb_signed_is_near(105, 100, 5));
	assert_false(xb_signed_is_near(106, 100, 5));
	assert_true(xb_signed_is_near(95, 100, 5));
	assert_false(xb_signed_is_near(94, 100, 5));
	assert_true(xb_signed_is_near(2, UINT32_MAX - 1, 5));
	assert_true(xb_signed_is_near(UINT32_MAX - 1, 2, 5));
	assert_false(xb_signed_is_near(0x80000000, 0, 300));
}

static void replays_are_refused(void **state)
{
	struct xb_signed_mark mark = {.arrival_ns = 1, .sequence = S(100) + 7}, none = {0};

	(void)state;
	assert_true(xb_signed_is_new(&none, S(100), 100, 5));
	assert_true(xb_signed_is_new(&none, S(0x90000000), 100, 0));
	assert_true(xb_signed_is_new(&mark, S(100) + 8, 100, 5));
	assert_false(xb_signed_is_new(&mark, S(100) + 7, 100, 5));
	assert_false(xb_signed_is_new(&mark, S(99), 100, 5));
	/* A mark out of the window is of a clock that was set since; monotonic keeps it. */
	assert_false(xb_signed_is_new(&mark, S(99), 105, 5));
	assert_true(xb_signed_is_new(&mark, S(99), 106, 5));
	assert_true(xb_signed_is_new(&mark, S(92), 94, 5));
	assert_false(xb_signed_is_new(&mark, S(99), 106, 0));
}

static struct vrrp_message message_with(const struct xb_address *address, const char *source,
					const char *destination)
{
	return (struct vrrp_message){
		.version = 3,
		.vrid = 61,
		.priority = 200,
		.interval_cs = 100,
		.ttl = 255,
		.pseudo_header = true,
		.source = address_of(source),
		.destination = address_of(destination),
		.addresses = address,
		.address_count = 1,
	};
}

/* Over IPv4 the checksum is that of the message alone, over IPv6 that of the whole payload. */
static void packets_carry_the_trailer(void **state)
{
	struct vrrp_signing_key key = key_of(SECRET_7, 7);
	struct xb_address ipv4 = address_of("10.77.0.61"), ipv6 = address_of("2001:db8:77::65");
	struct vrrp_message message = message_with(&ipv4, "10.77.0.1", "224.0.0.18");
	uint8_t plain[128], packet[128];
	struct xb_signed_trailer trailer;

	(void)state;
	assert_int_equal(vrrp_packet_build(&message, plain, sizeof(plain)), 32);
	assert_int_equal(vrrp_packet_sign(&message, &key, S(5), &trailer), 0);
	message.trailer = &trailer;
	assert_int_equal(vrrp_packet_build(&message, packet, sizeof(packet)), 60);
	assert_int_equal(packet[3], 60);
	assert_memory_equal(packet + 20, plain + 20, 12);
	assert_memory_equal(packet + 32, &trailer, sizeof(trailer));
	assert_int_equal(vrrp_packet_build(&message, packet, 59), -EMSGSIZE);
	/* The packet of vector 6, whose checksum keepalived's kernel wrote. */
	message = message_with(&ipv6, "2001:db8:77::1", "2001:db8:77::2");
	message.vrid = 65;
	assert_int_equal(vrrp_packet_sign(&message, &key, UINT64_C(0x6b0c558d78400000), &trailer),
			 0);
	message.trailer = &trailer;
	assert_int_equal(vrrp_packet_build(&message, packet, sizeof(packet)), 40 + 24 + 28);
	assert_int_equal(packet[5], 52);
	assert_int_equal(packet[46] << 8 | packet[47], 0x86a8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trailers_equal_known_answers),
		cmocka_unit_test(what_is_signed_changes_the_tag),
		cmocka_unit_test(digests_tell_keys_apart),
		cmocka_unit_test(long_lists_are_signed),
		cmocka_unit_test(sequence_numbers_are_times),
		cmocka_unit_test(sequence_numbers_grow),
		cmocka_unit_test(a_clock_that_is_set_back_is_followed_beyond_the_window),
		cmocka_unit_test(numbers_show_the_clock_of_their_sender),
		cmocka_unit_test(windows_have_two_ends),
		cmocka_unit_test(replays_are_refused),
		cmocka_unit_test(packets_carry_the_trailer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
