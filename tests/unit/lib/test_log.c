// SPDX-License-Identifier: GPL-2.0-or-later
/* Log lines on stderr: their form, that an unread pipe does not block the writer, threads, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "user/lib/log.h"
#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#define THREADS 3
#define LINES_EACH 20000

struct capture {
	int saved_stderr;
	int read_fd;
};

/* Replaces stderr by a pipe. */
static void capture_begin(struct capture *capture)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	capture->saved_stderr = dup(STDERR_FILENO);
	capture->read_fd = ends[0];
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	close(ends[1]);
}

static size_t capture_read(const struct capture *capture, char *text, size_t bytes)
{
	ssize_t got = read(capture->read_fd, text, bytes - 1);

	if (got < 0)
		got = 0;
	text[got] = '\0';
	return (size_t)got;
}

static void capture_end(struct capture *capture)
{
	dup2(capture->saved_stderr, STDERR_FILENO);
	close(capture->saved_stderr);
	close(capture->read_fd);
}

static void lines(void **state)
{
	struct capture capture;
	char text[256];

	(void)state;
	capture_begin(&capture);
	log_open("xbeatd", false);
	log_error("cannot %s", "x");
	log_info("%d", 7);
	capture_read(&capture, text, sizeof(text));
	capture_end(&capture);
	assert_string_equal(text, "xbeatd: cannot x\nxbeatd: 7\n");
}

static void control_characters_are_escaped(void **state)
{
	struct capture capture;
	char text[256];

	(void)state;
	capture_begin(&capture);
	log_open("xbeatd", false);
	log_error("%s", "a\nxbeatd: b\x1b[2J\xc2\x9b\u202e\xff");
	capture_read(&capture, text, sizeof(text));
	capture_end(&capture);
	assert_string_equal(text, "xbeatd: a\\nxbeatd: b\\x1b[2J\\u009b\\u202e\\xff\n");
}

static void long_line_is_cut(void **state)
{
	static const char long_name[] =
		"a name that is longer than any program should ever have, so that the room left for it cannot be enough";
	struct capture capture;
	char long_text[3000], text[4096];
	size_t length;

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	capture_begin(&capture);
	log_open("xbeatd", false);
	log_error("%s", long_text);
	length = capture_read(&capture, text, sizeof(text));
	capture_end(&capture);
	assert_in_range(length, 1000, 1100);
	assert_int_equal(text[length - 1], '\n');
	assert_ptr_equal(strchr(text, '\n'), text + length - 1);

	capture_begin(&capture);
	log_open(long_name, false);
	log_error("%s", long_text);
	length = capture_read(&capture, text, sizeof(text));
	capture_end(&capture);
	assert_int_equal(text[length - 1], '\n');
}

/* If a line blocked here, the test would hang. */
static void full_pipe(void **state)
{
	struct capture capture;
	char text[65536];

	(void)state;
	capture_begin(&capture);
	log_open("xbeatd", false);
	for (int i = 0; i < 5000; i++)
		log_info("line %d of thousands, all unread", i);
	while (capture_read(&capture, text, sizeof(text)) > 0)
		;
	log_info("read again");
	capture_read(&capture, text, sizeof(text));
	capture_end(&capture);
	assert_non_null(strstr(text, " log lines dropped: the log reader was too slow\n"));
	assert_non_null(strstr(text, "xbeatd: read again\n"));
}

/* Logs lines while another thread does. */
static void *log_many(void *unused)
{
	(void)unused;
	for (int i = 0; i < LINES_EACH; i++)
		log_info("a line");
	return NULL;
}

/* Reads lines of the pipe, and counts them and those that are reported as dropped. */
static void count_lines(FILE *stream, unsigned long *received, unsigned long *dropped)
{
	char line[256];
	unsigned long number;

	while (fgets(line, sizeof(line), stream))
		if (sscanf(line, "xbeatd: %lu log lines dropped", &number) == 1) {
			assert_in_range(number, 1, THREADS * LINES_EACH);
			*dropped += number;
		} else {
			*received += 1;
		}
	clearerr(stream);
}

/* Each line arrives or is reported once, whoever reports it. */
static void threads(void **state)
{
	unsigned long received = 0, dropped = 0;
	struct capture capture;
	pthread_t other[THREADS];
	FILE *stream;

	(void)state;
	capture_begin(&capture);
	log_open("xbeatd", false);
	log_info("what other tests have dropped is reported before");
	assert_true(fcntl(capture.read_fd, F_SETPIPE_SZ, 16384) > 0); /* full most of the time */
	stream = fdopen(dup(capture.read_fd), "r");
	count_lines(stream, &received, &dropped);
	received = dropped = 0;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&other[i], NULL, log_many, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		while (pthread_tryjoin_np(other[i], NULL))
			count_lines(stream, &received, &dropped);
	}
	count_lines(stream, &received, &dropped);
	log_info("the last one");
	count_lines(stream, &received, &dropped);
	fclose(stream);
	capture_end(&capture);
	assert_int_equal(received + dropped, THREADS * LINES_EACH + 1);
}

/* A kind of lines is limited alone, and what was suppressed is counted. */
static void repeated_lines(void **state)
{
	const struct log_subject other = {.event = "peer", .peer = "node-c"};
	struct capture capture;
	char text[8192];

	(void)state;
	capture_begin(&capture);
	log_open("xbeatd", false);
	log_limit_lines(true);
	for (int i = 1; i <= 25; i++) {
		log_info("line %d", i);
		log_about(LOG_NOTICE, &other, "about %d", i);
	}
	log_error("%s", "different texts");
	log_error("%s", "are different kinds");
	log_report_suppressed(); /* its time has not passed */
	capture_read(&capture, text, sizeof(text));
	assert_non_null(strstr(text, "line 10\n"));
	assert_null(strstr(text, "line 11\n"));
	assert_non_null(strstr(text, "about 10\n"));
	assert_null(strstr(text, "about 11\n"));
	assert_non_null(strstr(text, "are different kinds\n"));
	assert_null(strstr(text, "suppressed"));
	log_limit_lines(false);
	log_info("line %d", 26);
	capture_read(&capture, text, sizeof(text));
	capture_end(&capture);
	assert_string_equal(text, "xbeatd: suppressed 15 more lines like this: line 25\n"
				  "xbeatd: suppressed 15 more lines like this: about 25\n"
				  "xbeatd: line 26\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(long_line_is_cut),
		cmocka_unit_test(full_pipe),
		cmocka_unit_test(threads),
		cmocka_unit_test(repeated_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
