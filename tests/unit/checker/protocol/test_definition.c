/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks as bytes and back; bytes that are no check are refused, and nothing is read beyond them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/checker/protocol/definition.h"
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct config_check_url urls[] = {
	{.path = (char[]){"/a"}, .status_good = {0, 0, 0, 1}, .regex = (char[]){"^ok$"}},
	{.path = (char[]){"/b"},
	 .method = (char[]){"HEAD"},
	 .virtualhost = (char[]){"b.example"},
	 .digest = (char[]){"d41d8cd98f00b204e9800998ecf8427e"},
	 .regex_max_offset = 7,
	 .tls_compliant = true},
};
static char *headers[] = {(char[]){"A: b"}, (char[]){"C: d"}, NULL};
static char *arguments[] = {(char[]){"/bin/true"}, (char[]){""}, NULL};
static uint8_t bytes[] = {0, 1, 0}, mask[] = {255, 15, 0};

static struct config_tcp_step steps[] = {{CONFIG_TCP_SEND, bytes, 3},
					 {CONFIG_TCP_EXPECT, bytes, 1}};

static struct config_check checks[] = {
	{.kind = CONFIG_CHECK_TCP,
	 .target = {.address = {{1, 2, 3}}, .port = 80},
	 .bind = {.port = 7},
	 .interface = "eth0",
	 .mark = 9},
	{.kind = CONFIG_CHECK_HTTP,
	 .http = {.protocol = CONFIG_HTTP_2,
		  .tls = true,
		  .headers = headers,
		  .urls = urls,
		  .url_count = 2,
		  .sni_name = (char[]){"s"}}},
	{.kind = CONFIG_CHECK_GRPC, .http = {.grpc_service = (char[]){""}}},
	{.kind = CONFIG_CHECK_UDP,
	 .udp = {.payload = bytes,
		 .payload_length = 3,
		 .reply = bytes,
		 .reply_mask = mask,
		 .reply_length = 3,
		 .require_reply = true,
		 .reply_max = 255}},
	{.kind = CONFIG_CHECK_SMTP, .text = (char[]){"lb.example"}},
	{.kind = CONFIG_CHECK_DNS, .text = (char[]){"."}, .dns_type = 6},
	{.kind = CONFIG_CHECK_AGENT},
	{.kind = CONFIG_CHECK_TCP, .tcp = {.steps = steps, .step_count = 2}},
	{.kind = CONFIG_CHECK_PING},
	{.kind = CONFIG_CHECK_MISC,
	 .command = {.arguments = arguments, .uid = 3, .gid = 4},
	 .dynamic = true},
	{.kind = CONFIG_CHECK_SESSION, .keepalive_idle_ns = 5, .keepalive_count = 3},
};

#define COUNT (sizeof(checks) / sizeof(*checks))

static struct definition_bytes encode(const struct config_check *check)
{
	struct definition_bytes made = {0};

	assert_int_equal(definition_encode(&made, check), 0);
	return made;
}

/* What is decoded is encoded to the same bytes. */
static void every_kind_comes_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct definition_bytes one = encode(&checks[i]), other;
		struct config_check decoded;

		assert_int_equal(definition_decode(one.start, one.count, &decoded), 0);
		assert_int_equal(decoded.kind, checks[i].kind);
		other = encode(&decoded);
		assert_int_equal(one.count, other.count);
		assert_memory_equal(one.start, other.start, one.count);
		config_check_free(&decoded);
		free(one.start);
		free(other.start);
	}
}

static void fields_come_back(void **state)
{
	struct definition_bytes made = encode(&checks[1]);
	struct config_check decoded;

	(void)state;
	assert_int_equal(definition_decode(made.start, made.count, &decoded), 0);
	assert_int_equal(decoded.http.url_count, 2);
	assert_string_equal(decoded.http.urls[1].virtualhost, "b.example");
	assert_null(decoded.http.urls[0].virtualhost);
	assert_null(decoded.http.urls[0].method);
	assert_string_equal(decoded.http.urls[1].method, "HEAD");
	assert_string_equal(decoded.http.headers[1], "C: d");
	assert_null(decoded.http.headers[2]);
	assert_true(decoded.http.tls);
	config_check_free(&decoded);
	free(made.start);
}

/* What follows the end of a name in its array makes no other check. */
static void names_are_compared_as_texts(void **state)
{
	struct config_check other = checks[0];
	struct definition_bytes one = encode(&checks[0]), two;

	(void)state;
	memcpy(other.interface, "eth0\0rest", 9);
	two = encode(&other);
	assert_int_equal(one.count, two.count);
	assert_memory_equal(one.start, two.start, one.count);
	free(one.start);
	free(two.start);
}

/* In memory of exactly that size, so that a sanitizer sees each byte too many. */
static void decode_copy(const uint8_t *start, size_t count, bool must_fail)
{
	uint8_t *copy = malloc(count ? count : 1);
	struct config_check decoded;
	int error;

	assert_non_null(copy);
	memcpy(copy, start, count);
	error = definition_decode(copy, count, &decoded);
	if (must_fail)
		assert_int_equal(error, -EINVAL);
	if (!error)
		config_check_free(&decoded);
	free(copy);
}

static void shorter_and_longer_ones_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct definition_bytes made = encode(&checks[i]);

		for (size_t count = 0; count < made.count; count++)
			decode_copy(made.start, count, true);
		assert_int_equal(definition_append(&made, "", 1), 0);
		decode_copy(made.start, made.count, true);
		free(made.start);
	}
}

static void changed_bytes_do_no_harm(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		struct definition_bytes made = encode(&checks[i]);

		for (size_t at = 0; at < made.count; at++)
			for (unsigned bit = 0; bit < 8; bit++) {
				made.start[at] ^= (uint8_t)(1U << bit);
				decode_copy(made.start, made.count, false);
				made.start[at] ^= (uint8_t)(1U << bit);
			}
		free(made.start);
	}
}

static void a_check_of_the_daemon_is_refused(void **state)
{
	const struct config_check file = {.kind = CONFIG_CHECK_FILE};
	struct definition_bytes made = {0};

	(void)state;
	assert_int_equal(definition_encode(&made, &file), -EINVAL);
	assert_int_equal(made.count, 0);
	free(made.start);
}

static void too_much_is_refused(void **state)
{
	struct config_check check = {.kind = CONFIG_CHECK_SMTP};
	struct definition_bytes made = {0};

	(void)state;
	check.text = calloc(1, DEFINITION_BYTES_MAX + 1);
	memset(check.text, 'x', DEFINITION_BYTES_MAX);
	assert_int_equal(definition_encode(&made, &check), -E2BIG);
	assert_int_equal(made.count, 0);
	free(check.text);
	free(made.start);
}

static void texts_of_tls_come_back(void **state)
{
	const struct checker_tls tls = {.password = (char[]){"p"}, .key = (char[]){""}};
	struct definition_bytes made = {0};
	struct checker_tls decoded;

	(void)state;
	assert_int_equal(definition_encode_tls(&made, &tls), 0);
	assert_int_equal(definition_decode_tls(made.start, made.count, &decoded), 0);
	assert_string_equal(decoded.password, "p");
	assert_string_equal(decoded.key, "");
	assert_null(decoded.ca);
	checker_tls_free(&decoded);
	free(made.start);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_comes_back),
		cmocka_unit_test(fields_come_back),
		cmocka_unit_test(names_are_compared_as_texts),
		cmocka_unit_test(shorter_and_longer_ones_are_refused),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(a_check_of_the_daemon_is_refused),
		cmocka_unit_test(too_much_is_refused),
		cmocka_unit_test(texts_of_tls_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
