/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people call a server. */
#include "user/lib/address.h"
#include "user/pools/entries/select.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void check_parsed(const char *text, const char *address, uint16_t port)
{
	struct pools_selection selection = {0};
	char found[ADDRESS_TEXT_BYTES];

	assert_true(select_parse(text, &selection));
	assert_string_equal(address_format(&selection.endpoint.address, found), address);
	assert_int_equal(selection.endpoint.port, port);
}

static void test_addresses_and_ports(void **state)
{
	(void)state;
	check_parsed("10.0.0.1", "10.0.0.1", 0);
	check_parsed("10.0.0.1:80", "10.0.0.1", 80);
	check_parsed("10.0.0.1:65535", "10.0.0.1", 65535);
	check_parsed("2001:db8::1", "2001:db8::1", 0);
	check_parsed("[2001:db8::1]:443", "2001:db8::1", 443);
	check_parsed("2001:db8::80", "2001:db8::80", 0);
}

static void test_what_is_no_server(void **state)
{
	static const char *const texts[] = {
		"",
		":",
		":80",
		"10.0.0.1:",
		"10.0.0.1:0",
		"10.0.0.1:65536",
		"10.0.0.1:-1",
		"10.0.0.1:8x",
		"[2001:db8::1]",
		"[2001:db8::1]:",
		"[10.0.0.1:80",
		"web-1",
		"[]:80",
		"1111111111111111111111111111111111111111111111111111111111111111:80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct pools_selection selection = {0};

		assert_false(select_parse(texts[i], &selection));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses_and_ports),
		cmocka_unit_test(test_what_is_no_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
