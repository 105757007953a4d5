/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/lib/address.c: both families through text, order and conversion. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "user/lib/address.h"
#include <cmocka.h>

static struct xb_address parsed(const char *text)
{
	struct xb_address address;

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

static void ipv4_is_stored_mapped(void **state)
{
	static const uint8_t expected[16] = {[10] = 0xff, 0xff, 10, 0, 0, 1};
	struct xb_address address = parsed("10.0.0.1");

	(void)state;
	assert_memory_equal(address.bytes, expected, sizeof(expected));
	assert_true(address_is_ipv4(&address));
	assert_int_equal(address_family(&address), 4);
	assert_int_equal(ntohl(address_to_ipv4(&address)), 0x0a000001);
}

static void ipv4_survives_conversion(void **state)
{
	struct xb_address address = address_from_ipv4(htonl(0xc0a8017f));
	struct xb_address same = parsed("192.168.1.127");

	(void)state;
	assert_true(address_equal(&address, &same));
}

static void ipv6_is_stored_as_it_is(void **state)
{
	struct xb_address address = parsed("fe80::1");
	struct xb_address unspecified = {};

	(void)state;
	assert_int_equal(address.bytes[0], 0xfe);
	assert_int_equal(address.bytes[15], 1);
	assert_int_equal(address_family(&address), 6);
	assert_false(address_is_ipv4(&unspecified));
}

static void text_is_preserved(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0",
		"10.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"fe80::5054:ff:fe12:3456",
		"2001:db8:1111:2222:3333:4444:5555:6666",
	};
	char text[ADDRESS_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct xb_address address = parsed(texts[i]);

		assert_ptr_equal(address_format(&address, text), text);
		assert_string_equal(text, texts[i]);
	}
}

static void wrong_text_leaves_the_address_alone(void **state)
{
	static const char *const texts[] = {
		"",	      " 10.0.0.1",	 "10.0.0.1 ", "10.0.0",
		"10.0.0.256", "10.0.0.1/24",	 "010.0.0.1", "fe80::1%eth0",
		"fe80::1::2", "::ffff:10.0.0.1", "node-a",
	};
	struct xb_address before = parsed("192.0.2.1");

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct xb_address address = before;

		assert_int_equal(address_parse(texts[i], &address), -EINVAL);
		assert_true(address_equal(&address, &before));
	}
}

/* RFC 9568, section 6.4.3: as unsigned numbers in network byte order. */
static void order_is_numeric(void **state)
{
	static const char *const ascending[][2] = {
		{"10.0.0.1", "10.0.0.2"},      {"10.0.0.9", "10.0.0.10"},
		{"10.0.0.127", "10.0.0.128"},  {"10.0.0.255", "10.0.1.0"},
		{"9.255.255.255", "10.0.0.0"}, {"fe80::7f", "fe80::80"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ascending) / sizeof(ascending[0]); i++) {
		struct xb_address lower = parsed(ascending[i][0]);
		struct xb_address higher = parsed(ascending[i][1]);

		assert_true(address_compare(&lower, &higher) < 0);
		assert_true(address_compare(&higher, &lower) > 0);
		assert_int_equal(address_compare(&lower, &lower), 0);
		assert_false(address_equal(&lower, &higher));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_is_stored_mapped),
		cmocka_unit_test(ipv4_survives_conversion),
		cmocka_unit_test(ipv6_is_stored_as_it_is),
		cmocka_unit_test(text_is_preserved),
		cmocka_unit_test(wrong_text_leaves_the_address_alone),
		cmocka_unit_test(order_is_numeric),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
