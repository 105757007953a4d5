/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read of answers: messages of gRPC, redirects, texts that a regular expression is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/checker/http/grpc_message.h"
#include "user/checker/http/redirect.h"
#include "user/checker/methods/regex.h"
#include "user/lib/array.h"
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void test_requests(void **state)
{
	static const uint8_t none[] = {0, 0, 0, 0, 0};
	static const uint8_t web[] = {0, 0, 0, 0, 5, 0x0a, 3, 'w', 'e', 'b'};
	uint8_t bytes[GRPC_REQUEST_BYTES];
	char name[GRPC_SERVICE_MAX + 2];

	(void)state;
	assert_int_equal(grpc_request("", bytes), sizeof(none));
	assert_memory_equal(bytes, none, sizeof(none));
	assert_int_equal(grpc_request("web", bytes), sizeof(web));
	assert_memory_equal(bytes, web, sizeof(web));
	memset(name, 'x', sizeof(name));
	name[GRPC_SERVICE_MAX] = '\0';
	assert_int_equal(grpc_request(name, bytes), GRPC_REQUEST_BYTES);
	assert_int_equal(bytes[4] | bytes[3] << 8, GRPC_SERVICE_MAX + 3);
	assert_int_equal(bytes[6], 0xff);
	assert_int_equal(bytes[7], 1);
	name[GRPC_SERVICE_MAX] = 'x';
	name[GRPC_SERVICE_MAX + 1] = '\0';
	assert_int_equal(grpc_request(name, bytes), -E2BIG);
}

#define ANSWER(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static const struct {
	const uint8_t *bytes;
	size_t count;
	int64_t result;
} answers[] = {
	{ANSWER(0, 0, 0, 0, 2, 0x08, 1), GRPC_SERVING},
	{ANSWER(0, 0, 0, 0, 2, 0x08, 2), GRPC_NOT_SERVING},
	{ANSWER(0, 0, 0, 0, 2, 0x08, 9), 9},
	{ANSWER(0, 0, 0, 0, 0), GRPC_UNKNOWN},
	/* the last one counts; fields that are not known are skipped */
	{ANSWER(0, 0, 0, 0, 4, 0x08, 2, 0x08, 1), GRPC_SERVING},
	{ANSWER(0, 0, 0, 0, 6, 0x12, 2, 'a', 'b', 0x08, 1), GRPC_SERVING},
	{ANSWER(0, 0, 0, 0, 4, 0x18, 0x7f, 0x08, 1), GRPC_SERVING},
	{ANSWER(0, 0, 0, 0, 7, 0x1d, 1, 2, 3, 4, 0x08, 1), GRPC_SERVING},
	{ANSWER(0, 0, 0, 0, 11, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x08, 1), GRPC_SERVING},
	{ANSWER(1, 0, 0, 0, 2, 0x08, 1), -EBADMSG},
	{ANSWER(0, 0, 0, 0, 3, 0x08, 1), -EINVAL},
	{ANSWER(0, 0, 0, 0, 1, 0x08, 1), -EINVAL},
	{ANSWER(0, 0, 0, 0), -EINVAL},
	{ANSWER(0, 0, 0, 0, 1, 0x08), -EINVAL},
	{ANSWER(0, 0, 0, 0, 2, 0x12, 0x7f), -EINVAL},
	{ANSWER(0, 0, 0, 0, 2, 0x08, 0xff), -EINVAL},
	{ANSWER(0, 0, 0, 0, 2, 0x0b, 1), -EINVAL},
	{ANSWER(0, 0, 0, 0, 11, 0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1), -EINVAL},
};

static void test_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		print_message("answer %zu\n", i);
		assert_int_equal(grpc_answer(answers[i].bytes, answers[i].count),
				 answers[i].result);
	}
	assert_string_equal(grpc_serving_name(GRPC_NOT_SERVING), "NOT_SERVING");
	assert_null(grpc_serving_name(9));
	assert_null(grpc_serving_name(-EINVAL));
	assert_string_equal(grpc_status_name(16), "UNAUTHENTICATED");
	assert_null(grpc_status_name(17));
	assert_null(grpc_status_name((unsigned long)-1));
}

static const struct {
	const char *url, *name;
	int error;
	bool tls;
	uint16_t port;
	const char *authority, *path;
} redirects[] = {
	{"http://10.0.0.1/a?b=c#d", NULL, 0, false, 80, "10.0.0.1", "/a?b=c"},
	{"http://10.0.0.1:81/", NULL, 0, false, 81, "10.0.0.1:81", "/"},
	{"https://10.0.0.1/", NULL, 0, true, 443, "10.0.0.1", "/"},
	{"HTTPS://WWW.example.com/../x", "www.example.com:80", 0, true, 443, "WWW.example.com",
	 "/../x"},
	{"http://10.0.0.1/", "www.example.com", 0, false, 80, "10.0.0.1", "/"},
	{"http://other/", "www.example.com", -EXDEV, false, 0, NULL, NULL},
	{"http://www.example.com.evil/", "www.example.com", -EXDEV, false, 0, NULL, NULL},
	{"http://www.example.com@evil/", "www.example.com", -EXDEV, false, 0, NULL, NULL},
	{"http://10.0.0.2/", NULL, -EXDEV, false, 0, NULL, NULL},
	{"http://[::1]/", NULL, -EXDEV, false, 0, NULL, NULL},
	{"ftp://10.0.0.1/", NULL, -EXDEV, false, 0, NULL, NULL},
	{"file:///etc/passwd", NULL, -EINVAL, false, 0, NULL, NULL},
	{"http://[::", NULL, -EINVAL, false, 0, NULL, NULL},
	{"/relative", NULL, -EINVAL, false, 0, NULL, NULL},
	{"", NULL, -EINVAL, false, 0, NULL, NULL},
};

static void test_redirects(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(redirects); i++) {
		struct redirect redirect;

		print_message("%s\n", redirects[i].url);
		assert_int_equal(
			redirect_parse(redirects[i].url, "10.0.0.1", redirects[i].name, &redirect),
			redirects[i].error);
		if (redirects[i].error) {
			assert_null(redirect.authority);
			continue;
		}
		assert_int_equal(redirect.tls, redirects[i].tls);
		assert_int_equal(redirect.port, redirects[i].port);
		assert_string_equal(redirect.authority, redirects[i].authority);
		assert_string_equal(redirect.path, redirects[i].path);
		redirect_free(&redirect);
	}
}

static void test_redirect_to_ipv6(void **state)
{
	struct redirect redirect;

	(void)state;
	assert_int_equal(redirect_parse("http://[::1]:81/a", "[::1]", NULL, &redirect), 0);
	assert_string_equal(redirect.authority, "[::1]:81");
	redirect_free(&redirect);
	assert_int_equal(redirect_parse("http://[::2]/", "[::1]", NULL, &redirect), -EXDEV);
}

#define UTF 0x00080000U

static const struct {
	struct regex_rule rule;
	const char *text;
	int result;
} searches[] = {
	{{"b", 0, 0, 0}, "abc", 1},
	{{"d", 0, 0, 0}, "abc", 0},
	{{"b", 0, 1, 0}, "abc", 1},
	{{"b", 0, 2, 0}, "abc", 0},
	{{"b", 0, 0, 1}, "aab", 0},
	{{"b", 0, 0, 2}, "aab", 1},
	{{"^a", 0, 1, 0}, "aa", 0}, /* ^ is the beginning of the body, not the offset */
	{{"(?<=a)b", 0, 1, 1}, "ab", 1}, /* what is before the offset is seen */
	{{"", 0, 0, 0}, "", 1},
	{{"", 0, 1, 0}, "", 0},
	{{"(", 0, 0, 0}, "", -EINVAL},
	{{"a", 1U << 31, 0, 0}, "ba", 0}, /* PCRE2_ANCHORED */
	{{"\xc3\xa9", UTF, 0, 0}, "caf\xc3\xa9", 1},
	{{"a", UTF, 0, 0}, "a\xff", -EILSEQ},
	{{"b", UTF, 1, 0}, "\xc3\xa9 b", 1}, /* within a character: from the next one on */
	{{"(a+)+$", 0, 0, 0},
	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
	 -ETIME},
};

static void test_searches(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(searches); i++) {
		print_message("/%s/\n", searches[i].rule.pattern);
		assert_int_equal(regex_search(&searches[i].rule, (const uint8_t *)searches[i].text,
					      strlen(searches[i].text)),
				 searches[i].result);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),  cmocka_unit_test(test_answers),
		cmocka_unit_test(test_redirects), cmocka_unit_test(test_redirect_to_ipv6),
		cmocka_unit_test(test_searches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
