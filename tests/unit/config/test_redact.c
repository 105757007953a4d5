// SPDX-License-Identifier: GPL-2.0-or-later
/* What a printed configuration loses before it leaves the machine. */
#include "user/config/print/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char *line, *redacted;
} lines[] = {
	{"auth_pass secret", "auth_pass REMOVED"},
	{"auth_pass \"a b\\\"c\"", "auth_pass REMOVED"},
	{"auth_type PASS", "auth_type PASS"},
	{"key 1 hidden # digest 0123456789abcdef", "key 1 hidden"},
	{"key 2 file:/etc/x # digest 0123456789abcdef", "key 2 file:/etc/x"},
	{"key_file /etc/xbeat/lan.key", "key_file /etc/xbeat/lan.key"},
	{"script \"/bin/check\"", "script \"/bin/check\""},
	{"script \"/bin/check -p secret 'a b'\" root root",
	 "script \"/bin/check REMOVED\" root root"},
	{"script \"'/opt/my prog' secret\" root", "script \"'/opt/my prog' REMOVED\" root"},
	{"script /bin/check secret", "script REMOVED"},
	{"startup_script \"/bin/a b\"", "startup_script \"/bin/a REMOVED\""},
	{"notify \"/bin/a b\"", "notify \"/bin/a REMOVED\""},
	{"notify_master \"/bin/a b\"", "notify_master \"/bin/a REMOVED\""},
	{"notify_fifo_script \"/bin/a b\"", "notify_fifo_script \"/bin/a REMOVED\""},
	{"notify_fifo /run/f root", "notify_fifo /run/f root"},
	{"vrrp_notify_fifo /run/f", "vrrp_notify_fifo /run/f"},
	{"notify_priority_changes on", "notify_priority_changes on"},
	{"notify_deleted", "notify_deleted"},
	{"process nginx -g secret", "process nginx REMOVED"},
	{"process \"a b\" secret", "process \"a b\" REMOVED"},
	{"process nginx", "process nginx"},
	{"password hunter2", "password REMOVED"},
	{"header \"Authorization: Bearer secret\"", "header REMOVED"},
	{"send \"AUTH secret\\r\\n\"", "send REMOVED"},
	{"misc_path \"/bin/check -p secret\"", "misc_path \"/bin/check REMOVED\""},
	{"quorum_down \"/bin/tell secret\" root", "quorum_down \"/bin/tell REMOVED\" root"},
	{"script_user root", "script_user root"},
	{"vrrp_script chk {", "vrrp_script chk {"},
	{"track_script {", "track_script {"},
	{"vrrp_track_process web {", "vrrp_track_process web {"},
	{"", ""},
	{"}", "}"},
};

static void each_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *redacted = config_redact(lines[i].line);

		assert_string_equal(redacted, lines[i].redacted);
		free(redacted);
	}
}

static void other_lines_stay(void **state)
{
	char *redacted = config_redact("a {\n    auth_pass x\n    b 1 \"c d\"\n\n}\n");

	(void)state;
	assert_string_equal(redacted, "a {\n    auth_pass REMOVED\n    b 1 \"c d\"\n\n}\n");
	free(redacted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line),
		cmocka_unit_test(other_lines_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
