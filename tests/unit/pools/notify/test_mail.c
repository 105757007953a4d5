// SPDX-License-Identifier: GPL-2.0-or-later
/* What a mail says of a check: keepalived's words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "user/lib/array.h"
#include "user/pools/notify/mail.h"
#include <cmocka.h>

static void words(void **state)
{
	static const struct {
		enum config_check_kind kind;
		const char *session;
		bool up;
		const char *expected;
	} rows[] = {
		{CONFIG_CHECK_TCP, "", false, "=> TCP CHECK failed on service <="},
		{CONFIG_CHECK_PING, NULL, true, "=> ICMP CHECK succeed on service <="},
		{CONFIG_CHECK_BFD, "b", true, "=> BFD CHECK b succeed on service <="},
		{CONFIG_CHECK_BFD, "b", false, "=> BFD CHECK b failed on service <="},
		{CONFIG_CHECK_KIND_COUNT, "", false, "=> Removing <="},
	};
	char text[MAIL_BODY_BYTES];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(
			mail_server_body(rows[i].kind, rows[i].session, rows[i].up, text),
			rows[i].expected);
	for (enum config_check_kind kind = 0; kind < CONFIG_CHECK_KIND_COUNT; kind++)
		assert_null(strstr(mail_server_body(kind, "b", true, text), "(null)"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
