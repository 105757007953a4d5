// SPDX-License-Identifier: GPL-2.0-or-later
/* The event log: what repeats is folded, and what a file keeps for the next daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/lib/event/event_log.h"
#include "user/lib/event/event_log_file.h"
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLAPS 1000

static struct event_log event_log;
static char path[] = "/dev/shm/xbeat-test-XXXXXX";

static int reset(void **state)
{
	(void)state;
	memset(&event_log, 0, sizeof(event_log));
	return 0;
}

static void flap(const char *subject, int number)
{
	event_log_add(&event_log, "peer", subject, "up", "down", "reason %d", number);
	event_log_add(&event_log, "peer", subject, "down", "up", "back %d", number);
}

static uint64_t counted(const char *subject, const char *to)
{
	uint64_t count = 0;

	for (size_t i = 0; i < event_log.count; i++) {
		const struct event_log_entry *entry = event_log_at(&event_log, i);

		if (!strcmp(entry->subject, subject) && !strcmp(entry->to, to))
			count += entry->count;
	}
	return count;
}

static void assert_in_order(void)
{
	for (size_t i = 1; i < event_log.count; i++)
		assert_true(event_log_at(&event_log, i)->sequence >
			    event_log_at(&event_log, i - 1)->sequence);
}

static void flapping_pushes_nothing_out(void **state)
{
	const struct event_log_entry *newest, *oldest;

	(void)state;
	event_log_add(&event_log, "vrrp", "VI_1", "backup", "active", "long ago");
	for (int i = 0; i < FLAPS; i++)
		flap("b", i);
	event_log_add(&event_log, "vrrp", "VI_1", "active", "backup", "last");
	assert_int_equal(event_log.count, 2 + 2 * EVENT_LOG_ALIKE);
	assert_string_equal(event_log_at(&event_log, 0)->reason, "long ago");
	assert_string_equal(event_log_at(&event_log, event_log.count - 1)->reason, "last");
	assert_int_equal(counted("b", "down"), FLAPS);
	assert_int_equal(counted("b", "up"), FLAPS);
	assert_in_order();
	newest = event_log_at(&event_log, event_log.count - 2);
	assert_string_equal(newest->reason, "back 999");
	assert_int_equal(newest->count, 1);
	oldest = event_log_at(&event_log, 1);
	assert_int_equal(oldest->count, FLAPS - EVENT_LOG_ALIKE + 1);
	assert_true(oldest->first_unix_ns < oldest->time_unix_ns);
}

/* A peer whose daemon is started again and again has a new epoch each time. */
static void numbers_are_alike(void **state)
{
	char epoch[24];

	(void)state;
	for (int i = 0; i < FLAPS; i++) {
		snprintf(epoch, sizeof(epoch), "%d", i);
		event_log_add(&event_log, "epoch", "b", "earlier", epoch, "restarted");
	}
	assert_int_equal(event_log.count, EVENT_LOG_ALIKE);
	assert_string_equal(event_log_at(&event_log, EVENT_LOG_ALIKE - 1)->to, "999");
}

static void oldest_is_dropped_when_full(void **state)
{
	char subject[16];

	(void)state;
	for (int i = 0; i < EVENT_LOG_ENTRIES + 3; i++) {
		snprintf(subject, sizeof(subject), "VI_%d", i);
		event_log_add(&event_log, "vrrp", subject, "backup", "active", "x");
	}
	assert_int_equal(event_log.count, EVENT_LOG_ENTRIES);
	assert_string_equal(event_log_at(&event_log, 0)->subject, "VI_3");
	assert_in_order();
}

static void file_keeps_them(void **state)
{
	struct event_log_file *file;
	json_t *json;

	(void)state;
	event_log_add(&event_log, "vrrp", "VI_1", "backup", "active", "before the file");
	assert_int_equal(event_log_file_open(&event_log, path, &file), 0);
	assert_int_equal(event_log.count, 1);
	assert_string_equal(event_log_at(&event_log, 0)->reason, "before the file");
	for (int i = 0; i < FLAPS; i++)
		flap("b", i);
	event_log_file_close(&event_log, file);
	reset(NULL);
	assert_int_equal(event_log_file_open(&event_log, path, &file), 0);
	assert_int_equal(counted("b", "down"), FLAPS);
	assert_in_order();
	event_log_add(&event_log, "daemon", "self", "starting", "running", "next");
	assert_in_order();
	json = event_log_json(&event_log, 0);
	assert_int_equal(json_array_size(json), 2 * EVENT_LOG_ALIKE + 2);
	assert_true(json_is_true(json_object_get(json_array_get(json, 0), "earlier")));
	assert_null(json_object_get(json_array_get(json, 2 * EVENT_LOG_ALIKE + 1), "earlier"));
	json_decref(json);
	event_log_file_close(&event_log, file);
}

/* Whatever is in it: of another layout it is begun again, and a damaged entry does no harm. */
static void other_contents(void **state)
{
	struct event_log_file *file;
	struct stat status;
	int fd = open(path, O_RDWR);
	char junk[4096];

	(void)state;
	memset(junk, 0xff, sizeof(junk));
	fstat(fd, &status);
	for (off_t at = 24; at < status.st_size; at += (off_t)sizeof(junk))
		assert_true(pwrite(fd, junk, sizeof(junk), at) > 0);
	assert_int_equal(ftruncate(fd, status.st_size), 0);
	assert_int_equal(event_log_file_open(&event_log, path, &file), 0);
	json_decref(event_log_json(&event_log, 0));
	event_log_add(&event_log, "peer", "b", "up", "down", "x");
	event_log_file_close(&event_log, file);
	assert_true(pwrite(fd, junk, sizeof(junk), 0) > 0);
	reset(NULL);
	assert_int_equal(event_log_file_open(&event_log, path, &file), 0);
	assert_int_equal(event_log.count, 0);
	event_log_file_close(&event_log, file);
	close(fd);
}

static void refused_files(void **state)
{
	struct event_log_file *file;

	(void)state;
	chmod(path, 0644);
	assert_int_equal(event_log_file_open(&event_log, path, &file), -EPERM);
	chmod(path, 0600);
	assert_int_equal(event_log_file_open(&event_log, "/dev/null", &file), -EPERM);
	assert_int_equal(event_log_file_open(&event_log, "/nosuch/x", &file), -ENOENT);
}

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void assert_line(const char *from, const char *to, const char *expected)
{
	char text[256] = "";
	int saved = dup(STDERR_FILENO), memory = memfd_create("stderr", MFD_CLOEXEC);

	assert_true(dup2(memory, STDERR_FILENO) >= 0);
	event_log_add(&event_log, "interface", "eth9", from, to, "missing");
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	assert_true(pread(memory, text, sizeof(text) - 1, 0) > 0);
	close(memory);
	close(saved);
	assert_non_null(strstr(text, expected));
}

static void line_without_earlier_state(void **state)
{
	(void)state;
	assert_line("waiting", "attached", "interface eth9: waiting -> attached: missing");
	assert_line("", "waiting", "interface eth9: waiting: missing");
	assert_line("", "", "interface eth9: missing");
}

static void pool_of_a_server(void **state)
{
	static const struct {
		const char *kind, *reason, *pool;
	} cases[] = {
		{"server", "pool 10.0.0.100:80/tcp: http 503", "10.0.0.100:80/tcp"},
		{"server", "pool group web: tcp: refused", "group web"},
		{"server", "pool : x", NULL},
		{"server", "pool", NULL},
		{"server", "a: pool b: c", NULL},
		{"server", "", NULL},
		{"pool", "pool web: x", NULL},
		{"nosuch", "pool web: x", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *pool;
		json_t *json;

		event_log_add(&event_log, cases[i].kind, "10.0.0.1:80", "up", "down", "%s",
			      cases[i].reason);
		json = event_log_entry_json(event_log_at(&event_log, i));
		pool = json_string_value(json_object_get(json, "pool"));
		assert_int_equal(pool != NULL, cases[i].pool != NULL);
		if (pool)
			assert_string_equal(pool, cases[i].pool);
		json_decref(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(flapping_pushes_nothing_out, reset),
		cmocka_unit_test_setup(numbers_are_alike, reset),
		cmocka_unit_test_setup(oldest_is_dropped_when_full, reset),
		cmocka_unit_test_setup(file_keeps_them, reset),
		cmocka_unit_test_setup(other_contents, reset),
		cmocka_unit_test_setup(refused_files, reset),
		cmocka_unit_test_setup(line_without_earlier_state, reset),
		cmocka_unit_test_setup(pool_of_a_server, reset),
	};

	if (!freopen("/dev/null", "w", stderr)) /* each event is a log line */
		return 1;
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
