// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of other programs: what they are, and that no part of one harms (ASan). */
#include "user/ctl/convert/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char haproxy[] =
	"defaults\n timeout check 1s\n default-server inter 500ms fastinter 100 rise 2\n"
	"frontend f\n bind 10.0.0.1:80-82,[2001:db8::1]:90\n default_backend b\n"
	"backend b\n balance hdr(Host)\n option httpchk GET /a \"HTTP/1.1\\r\\nHost:\\ x\"\n"
	" http-check send meth GET uri /b hdr X 'a \"b\"'\n http-check expect ! rstatus ^5\\d\n"
	" server s1 10.0.0.2:+1 check weight 3 agent-check agent-port 9 # comment\n"
	" server s2 10.0.0.3:80 track b/s1 backup maxconn 4 ssl verify none sni str(a)\n"
	"listen t\n bind :82\n option tcp-check\n tcp-check send \"a\\r\"\n tcp-check expect binary 00ff\n"
	" tcp-check send-binary 0\n tcp-check expect\n server t1 10.0.0.5 check\n"
	"listen l\n bind :81\n option smtpchk EHLO a\n stick on src\n server \\x41\\n 10.0.0.4 check\n";
static const char kubernetes[] =
	"kind: List\nitems:\n- kind: Pod\n  metadata: {name: a}\n  spec:\n    containers:\n"
	"    - &c {name: x, ports: [{name: p, containerPort: 80}],\n"
	"       readinessProbe: {httpGet: {port: p, path: /, httpHeaders: [{name: A, value: b}]}},\n"
	"       livenessProbe: {exec: {command: [a, 'b c']}, periodSeconds: 5},\n"
	"       startupProbe: {tcpSocket: {port: 80}}}\n    - *c\n---\nkind: Service\n";

static void detected(void **state)
{
	(void)state;
	assert_int_equal(convert_detect(haproxy), CONVERT_HAPROXY);
	assert_int_equal(convert_detect("# x\n\nglobal # y\n daemon\n"), CONVERT_HAPROXY);
	assert_int_equal(convert_detect(kubernetes), CONVERT_KUBERNETES);
	assert_int_equal(convert_detect("{\n  \"apiVersion\": \"v1\"\n}"), CONVERT_KUBERNETES);
	assert_int_equal(convert_detect("global_defs {\n}\n"), CONVERT_KEEPALIVED);
	assert_int_equal(convert_detect(""), CONVERT_KEEPALIVED);
	assert_int_equal(convert_source_named("haproxy"), CONVERT_HAPROXY);
	assert_int_equal(convert_source_named("other"), CONVERT_SOURCE_COUNT);
}

static void converted(void **state)
{
	json_t *result = convert(CONVERT_HAPROXY, "file", haproxy, "10.0.0.9");

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(result, "virtual_servers")), 3);
	assert_int_equal(json_integer_value(json_object_get(result, "real_servers")), 4);
	assert_int_equal(json_array_size(json_object_get(result, "errors")), 0);
	json_decref(result);
	result = convert(CONVERT_KUBERNETES, "file", kubernetes, NULL);
	assert_int_equal(json_integer_value(json_object_get(result, "checks")), 2);
	json_decref(result);
}

static void addresses(void **state)
{
	static const char *const good[] = {"10.0.0.1", "10.0.0.1:80", "fd00::1", "[fd00::1]:80"};
	static const char *const bad[] = {
		"", "web", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:70000", "[fd00::1", "]:80", ":80"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		json_t *result = convert(CONVERT_KUBERNETES, "file", "kind: Pod", good[i]);

		assert_non_null(result);
		json_decref(result);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(convert(CONVERT_KUBERNETES, "file", "kind: Pod", bad[i]));
}

/* Cut anywhere, and with a byte that is another. */
static void cut(enum convert_source source, const char *text)
{
	for (size_t i = 0; text[i]; i++) {
		char *part = strndup(text, i + 1);

		json_decref(convert(source, "file", part, "10.0.0.9"));
		part[i] = i % 2 ? '"' : '\\';
		json_decref(convert(source, "file", part, NULL));
		free(part);
	}
}

static void no_part_harms(void **state)
{
	(void)state;
	cut(CONVERT_HAPROXY, haproxy);
	cut(CONVERT_KUBERNETES, kubernetes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(detected),
		cmocka_unit_test(converted),
		cmocka_unit_test(addresses),
		cmocka_unit_test(no_part_harms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
