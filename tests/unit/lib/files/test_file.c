// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading of whole small files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/lib/files/file.h"
#include <cmocka.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define LIMIT_BYTES (64 * 1024 * 1024)

/* Writes bytes to a new file, reads it back, and removes it. Returns the result of file_read(). */
static int read_back(const char *bytes, size_t count, char **text, size_t *length)
{
	char path[] = "/tmp/xbeat-test-file-XXXXXX";
	int fd = mkstemp(path), result;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, count), count);
	close(fd);
	result = file_read(path, text, length);
	unlink(path);
	return result;
}

static void contents(void **state)
{
	char *text = NULL;
	size_t length = 7;

	(void)state;
	assert_int_equal(read_back("a\0b\n", 4, &text, &length), 0);
	assert_int_equal(length, 4);
	assert_memory_equal(text, "a\0b\n\0", 5);
	free(text);
	assert_int_equal(read_back("", 0, &text, &length), 0);
	assert_int_equal(length, 0);
	assert_string_equal(text, "");
	free(text);
}

static void replaced(void **state)
{
	char directory[] = "/tmp/xbeat-test-file-XXXXXX", path[64], temporary[80], *text = NULL;
	struct stat status;
	size_t length;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/file", directory);
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	assert_int_equal(file_replace(path, "old"), 0);
	assert_int_equal(file_replace(path, "new"), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(symlink(path, temporary), 0); /* is not followed */
	assert_int_equal(file_replace(path, "other"), -ELOOP);
	assert_int_equal(file_read(path, &text, &length), 0);
	assert_string_equal(text, "new");
	free(text);
	unlink(temporary);
	unlink(path);
	rmdir(directory);
}

static void limit(void **state)
{
	char *big = calloc(1, LIMIT_BYTES + 1), *text = NULL;
	size_t length = 7;

	(void)state;
	assert_non_null(big);
	assert_int_equal(read_back(big, LIMIT_BYTES, &text, &length), 0);
	assert_int_equal(length, LIMIT_BYTES);
	free(text);
	text = NULL;
	length = 7;
	assert_int_equal(read_back(big, LIMIT_BYTES + 1, &text, &length), -EFBIG);
	assert_null(text);
	assert_int_equal(length, 7);
	free(big);
}

static void failures(void **state)
{
	char *text = NULL;
	size_t length = 7;

	(void)state;
	assert_int_equal(file_read("/nonexistent/file", &text, &length), -ENOENT);
	assert_int_equal(file_read("/tmp", &text, &length), -EISDIR);
	assert_null(text);
	assert_int_equal(length, 7);
}

/* Their size is 0 in fstat(). */
static void proc_files(void **state)
{
	char *text = NULL;
	size_t length = 0;

	(void)state;
	assert_int_equal(file_read("/proc/self/status", &text, &length), 0);
	assert_true(length > 100);
	assert_int_equal(strlen(text), length);
	free(text);
}

static void patterns(void **state)
{
	char directory[] = "/tmp/xbeat-test-files-XXXXXX", path[64];
	static const char *const names[] = {"b.conf", "a.conf", "c.other"};
	char **paths = NULL;
	size_t count = 7;

	(void)state;
	assert_non_null(mkdtemp(directory));
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		fclose(fopen(path, "w"));
	}
	snprintf(path, sizeof(path), "%s/*.conf", directory);
	assert_int_equal(file_find(path, &paths, &count), 0);
	assert_int_equal(count, 2);
	assert_string_equal(strrchr(paths[0], '/'), "/a.conf");
	assert_string_equal(strrchr(paths[1], '/'), "/b.conf");
	free(paths[0]);
	free(paths[1]);
	free(paths);
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/a.conf", directory);
	assert_int_equal(file_find(path, &paths, &count), 0);
	assert_int_equal(count, 0);
	assert_null(paths);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns), cmocka_unit_test(contents),
		cmocka_unit_test(replaced), cmocka_unit_test(limit),
		cmocka_unit_test(failures), cmocka_unit_test(proc_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
