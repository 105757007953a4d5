/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may read: the file of users, credentials of requests, host names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/exporter/http/credentials.h"
#include "user/exporter/http/hosts.h"
#include "user/exporter/http/users.h"
#include "user/lib/array.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BCRYPT "$2y$05$DbQnNOuSKuOEqvYeSTJ9ZOm1Rz0CJUj5cT0oB4zQ4WzGf1YpZ5qYq"

static const struct {
	const char *text;
	size_t line; /* that is wrong; 0: none */
	size_t users;
} files[] = {
	{"a:" BCRYPT "\n# comment\n\r\nb:$6$salt$hash\n", 0, 2},
	{"a:$y$j9T$salt$hash", 0, 1},
	{"a:$6$rounds=500000$salt$hash", 0, 1},
	{"", 1, 0},
	{"# nobody\n", 2, 0},
	{"a\n", 1, 0},
	{":" BCRYPT, 1, 0},
	{"a:" BCRYPT "\na:" BCRYPT, 2, 0},
	{"a:$apr1$salt$hash", 1, 0},
	{"a:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", 1, 0},
	{"a:plain", 1, 0},
	{"a:$1$salt$hash", 1, 0},
	{"a:$2y$14$salt", 1, 0},
	{"a:$6$rounds=500001$salt$hash", 1, 0},
	{"a:$y$jFT$salt$hash", 1, 0},
};

static void test_files_of_users(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *text = text_copy(files[i].text);
		const char *problem = NULL;
		struct users users;
		size_t line;
		int error = users_parse(text, &users, &line, &problem);

		print_message("%s\n", files[i].text);
		assert_int_equal(error, files[i].line ? -EINVAL : 0);
		if (error)
			assert_int_equal(line, files[i].line);
		else
			assert_int_equal(users.count, files[i].users);
		free(text);
	}
}

static void test_more_users_than_there_is_room(void **state)
{
	char text[(USERS_MAX + 1) * 16] = "";
	const char *problem;
	struct users users;
	size_t line;

	(void)state;
	for (int i = 0; i <= USERS_MAX; i++)
		sprintf(text + strlen(text), "u%d:$6$s$h\n", i);
	assert_int_equal(users_parse(text, &users, &line, &problem), -EINVAL);
	assert_int_equal(line, USERS_MAX + 1);
}

static const struct {
	const char *header;
	const char *name, *password; /* NULL: refused */
} headers[] = {
	{"Basic cHJvbWV0aGV1czpyaWdodDogcGFzcw==", "prometheus", "right: pass"},
	{"basic YTo=", "a", ""},
	{"Basic YTpiOmM", "a", "b:c"},
	{"Basic ", NULL, NULL},
	{"Basic YWJj", NULL, NULL}, /* no colon */
	{"Basic YTo=Yg", NULL, NULL},
	{"Basic YTo AA", NULL, NULL},
	{"Basic YTpiAGM=", NULL, NULL}, /* a NUL */
	{"Bearer YTpi", NULL, NULL},
	{"", NULL, NULL},
};

static void test_credentials(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		struct credentials credentials;
		int error = credentials_parse(headers[i].header, &credentials);

		print_message("%s\n", headers[i].header);
		assert_int_equal(error, headers[i].name ? 0 : -EINVAL);
		if (error)
			continue;
		assert_string_equal(credentials.name, headers[i].name);
		assert_string_equal(credentials.password, headers[i].password);
	}
}

static void test_credentials_without_room(void **state)
{
	struct credentials credentials;
	char header[CREDENTIALS_BYTES * 2] = "Basic ";

	(void)state;
	memset(header + strlen(header), 'Q', sizeof(header) - strlen(header) - 1);
	header[sizeof(header) - 1] = '\0';
	assert_int_equal(credentials_parse(header, &credentials), -EINVAL);
}

static const struct {
	const char *host;
	bool known;
} hosts_tried[] = {
	{NULL, true},
	{"localhost", true},
	{"LOCALHOST.", true},
	{"192.0.2.1", true},
	{"[::1]", true},
	{"[fe80::1]", true},
	{"vip.example", true},
	{"", false},
	{".", false},
	{"localhost..", false},
	{"local", false},
	{"localhost.evil", false},
	{"127.0.0.1.evil", false},
	{"[::1", false},
	{"[]", false},
	{"[evil]", false},
	{"192.0.2.256", false},
	{"::1", false},
};

static void test_hosts(void **state)
{
	struct hosts hosts;

	(void)state;
	hosts_start(&hosts);
	hosts_add(&hosts, "vip.example");
	for (size_t i = 0; i < ARRAY_SIZE(hosts_tried); i++) {
		print_message("%s\n", hosts_tried[i].host ? hosts_tried[i].host : "none");
		assert_int_equal(hosts_know(&hosts, hosts_tried[i].host), hosts_tried[i].known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_of_users),
		cmocka_unit_test(test_more_users_than_there_is_room),
		cmocka_unit_test(test_credentials),
		cmocka_unit_test(test_credentials_without_room),
		cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
