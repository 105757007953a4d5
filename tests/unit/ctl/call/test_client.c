// SPDX-License-Identifier: GPL-2.0-or-later
/* The transport of xbeatctl on a socket pair, and its handling of answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/ctl/call/client.h"
#include "user/ctl/call/query.h"
#include "user/lib/cleanup.h"
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define LARGE_BYTES (3u << 20)

/* The thread of the daemon's end: writes bytes in pieces, then closes. */
struct daemon_end {
	pthread_t thread;
	int fd;
	const char *bytes;
	size_t length;
	size_t piece;
};

static void *write_pieces(void *argument)
{
	struct daemon_end *end = argument;

	for (size_t done = 0; done < end->length;) {
		size_t left = end->length - done;
		ssize_t sent = send(end->fd, end->bytes + done,
				    left < end->piece ? left : end->piece, MSG_NOSIGNAL);

		if (sent < 0)
			break;
		done += (size_t)sent;
	}
	close(end->fd);
	return NULL;
}

static void start_daemon_end(struct daemon_end *end, struct client *client)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	client->fd = pair[0];
	end->fd = pair[1];
	assert_int_equal(pthread_create(&end->thread, NULL, write_pieces, end), 0);
}

static void messages_in_any_pieces(void **state)
{
	static const char bytes[] = "{\"one\":1}\0two\0\0unfinished";

	(void)state;
	for (size_t piece = 1; piece <= sizeof(bytes); piece++) {
		_cleanup_client_ struct client client = CLIENT_CLOSED;
		struct daemon_end end = {
			.bytes = bytes, .length = sizeof(bytes) - 1, .piece = piece};
		const char *text;

		start_daemon_end(&end, &client);
		assert_int_equal(client_receive(&client, &text), 0);
		assert_string_equal(text, "{\"one\":1}");
		assert_int_equal(client_receive(&client, &text), 0);
		assert_string_equal(text, "two");
		assert_int_equal(client_receive(&client, &text), 0);
		assert_string_equal(text, "");
		assert_int_equal(client_receive(&client, &text), -ECONNRESET);
		pthread_join(end.thread, NULL);
	}
}

static void large_messages(void **state)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	_cleanup_free_ char *bytes = malloc(2 * LARGE_BYTES);
	struct daemon_end end = {.bytes = bytes, .length = 2 * LARGE_BYTES, .piece = 65536};
	const char *text;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'x', 2 * LARGE_BYTES);
	bytes[LARGE_BYTES - 1] = bytes[2 * LARGE_BYTES - 1] = '\0';
	start_daemon_end(&end, &client);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(client_receive(&client, &text), 0);
		assert_int_equal(strlen(text), LARGE_BYTES - 1);
	}
	assert_int_equal(client_receive(&client, &text), -ECONNRESET);
	pthread_join(end.thread, NULL);
}

static void endless_messages(void **state)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	size_t length = CLIENT_MESSAGE_BYTES_MAX + 4096;
	_cleanup_free_ char *bytes = malloc(length);
	struct daemon_end end = {.bytes = bytes, .length = length, .piece = 65536};
	const char *text;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'x', length);
	start_daemon_end(&end, &client);
	assert_int_equal(client_receive(&client, &text), -EMSGSIZE);
	client_close(&client);
	pthread_join(end.thread, NULL);
}

static void requests_end_with_nul(void **state)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	char received[16] = "";
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	client.fd = pair[0];
	assert_int_equal(client_send(&client, "{\"a\":1}"), 0);
	assert_int_equal(read(pair[1], received, sizeof(received)), 8);
	assert_memory_equal(received, "{\"a\":1}", 8);
	close(pair[1]);
	assert_int_equal(client_send(&client, "x"), -EPIPE); /* and no SIGPIPE */
}

static void silence_times_out(void **state)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	struct timeval timeout = {.tv_usec = 1000};
	const char *text;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	client.fd = pair[0];
	assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)),
			 0);
	assert_int_equal(client_receive(&client, &text), -EAGAIN);
	close(pair[1]);
}

static void waiting_ends_when_the_reader_closes(void **state)
{
	_cleanup_client_ struct client client = CLIENT_CLOSED;
	int output[2];
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(pipe(output), 0);
	client.fd = pair[0];
	assert_int_equal(write(pair[1], "x", 2), 2);
	assert_int_equal(client_wait(&client, output[1]), 0);
	close(output[0]);
	assert_int_equal(client_wait(&client, output[1]), -EPIPE);
	close(output[1]);
	close(pair[1]);
}

static void connecting_without_a_daemon(void **state)
{
	struct client client = CLIENT_CLOSED;
	char long_path[200];

	(void)state;
	memset(long_path, 'x', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	assert_int_equal(client_connect(&client, "/nonexistent/x.sock", 100), -ENOENT);
	assert_int_equal(client_connect(&client, long_path, 100), -ENAMETOOLONG);
	assert_int_equal(client.fd, -1);
}

static const struct {
	const char *text;
	enum command_status status;
} answers[] = {
	{"{\"result\":[1]}", COMMAND_OK},
	{"{\"result\":null}", COMMAND_OK},
	{"{\"error\":\"not_permitted\",\"message\":\"be root\"}", COMMAND_NOT_PERMITTED},
	{"{\"error\":\"unknown_method\"}", COMMAND_FAILED},
	{"{\"error\":\"invalid_configuration\",\"message\":\"a:1:1: error\\nb:2:2: error\"}",
	 COMMAND_FAILED},
	{"{\"error\":\"new_error\",\"message\":\"\"}", COMMAND_FAILED},
	{"{}", COMMAND_FAILED},
	{"[]", COMMAND_FAILED},
	{"{\"result\":", COMMAND_FAILED},
	{"", COMMAND_FAILED},
};

static void answers_become_exit_statuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		json_t *result = NULL;

		assert_int_equal(query_parse_answer(answers[i].text, &result), answers[i].status);
		assert_int_equal(result != NULL, answers[i].status == COMMAND_OK);
		json_decref(result);
	}
}

/* A verb that the daemon does not know yet, as between the upgrade and the restart. */
static void an_older_daemon_is_named_with_a_remedy(void **state)
{
	int before = dup(STDERR_FILENO), file = memfd_create("stderr", 0);
	char text[512] = "";
	json_t *result = NULL;

	(void)state;
	assert_true(before >= 0 && dup2(file, STDERR_FILENO) >= 0);
	query_parse_answer("{\"error\":\"unknown_method\",\"message\":\"unknown method\"}",
			   &result);
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
	assert_true(pread(file, text, sizeof(text) - 1, 0) > 0);
	close(file);
	assert_non_null(strstr(text, "older version"));
	assert_non_null(strstr(text, "xbeatctl restart"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_in_any_pieces),
		cmocka_unit_test(large_messages),
		cmocka_unit_test(endless_messages),
		cmocka_unit_test(requests_end_with_nul),
		cmocka_unit_test(silence_times_out),
		cmocka_unit_test(waiting_ends_when_the_reader_closes),
		cmocka_unit_test(connecting_without_a_daemon),
		cmocka_unit_test(answers_become_exit_statuses),
		cmocka_unit_test(an_older_daemon_is_named_with_a_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
