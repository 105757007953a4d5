// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages of sd_notify(3). */
#include "user/tracking/notify_message.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct notify_message read_text(const char *text)
{
	struct notify_message message;

	notify_message_read(text, &message);
	return message;
}

static void test_beats(void **state)
{
	(void)state;
	assert_true(read_text("WATCHDOG=1").beats);
	assert_true(read_text("WATCHDOG=1\n").beats);
	assert_true(read_text("STATUS=ready\nREADY=1\nMAINPID=12").beats);
	assert_false(read_text("").beats);
	assert_false(read_text("\n\n").beats);
	assert_false(read_text("WATCHDOG=10").beats);
	assert_false(read_text("WATCHDOG=").beats);
	assert_false(read_text(" WATCHDOG=1").beats);
	assert_false(read_text("WATCHDOG_USEC=1").beats);
	assert_false(read_text("STATUS=WATCHDOG=1").beats);
	assert_false(read_text("STOPPING=1").beats);
}

static void test_stops(void **state)
{
	(void)state;
	assert_true(read_text("STOPPING=1").stops);
	assert_true(read_text("WATCHDOG=trigger").stops);
	assert_false(read_text("WATCHDOG=1\nREADY=1").stops);
}

static void test_status(void **state)
{
	char text[4000] = "STATUS=";
	struct notify_message message;

	(void)state;
	assert_false(read_text("READY=1").has_status);
	assert_string_equal(read_text("READY=1\nSTATUS=serving 12\nX=1").status, "serving 12");
	message = read_text("STATUS=");
	assert_true(message.has_status);
	assert_string_equal(message.status, "");
	memset(text + strlen("STATUS="), 'x', sizeof(text) - strlen("STATUS=") - 1);
	assert_int_equal(strlen(read_text(text).status), NOTIFY_STATUS_BYTES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beats),
		cmocka_unit_test(test_stops),
		cmocka_unit_test(test_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
