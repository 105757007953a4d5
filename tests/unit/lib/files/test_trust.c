// SPDX-License-Identifier: GPL-2.0-or-later
/* Who else can change a file: owners, modes, sticky directories, links, access lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/lib/files/trust.h"
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define OTHER 4711

static char directory[] = "/tmp/test_trust.XXXXXX";

/* Returns DIRECTORY/name, in one of a few buffers. */
static const char *at(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", directory, name);
	return path;
}

static void set(const char *name, mode_t mode, uid_t uid, gid_t gid)
{
	assert_int_equal(chown(at(name), uid, gid), 0);
	assert_int_equal(chmod(at(name), mode), 0);
}

static void assert_safe(const char *name)
{
	char culprit[PATH_MAX];

	if (!trust_path(at(name), 0, culprit))
		fail_msg("%s: %s", name, culprit);
}

static void assert_culprit(const char *name, const char *expected)
{
	char culprit[PATH_MAX];

	assert_false(trust_path(at(name), 0, culprit));
	assert_string_equal(culprit, at(expected));
}

static void owners_and_modes(void **state)
{
	char culprit[PATH_MAX];

	(void)state;
	assert_safe("a/b/file");
	assert_safe("a/b/missing");
	set("a/b/file", 0775, 0, 0);
	assert_safe("a/b/file");
	set("a/b/file", 0775, 0, OTHER);
	assert_culprit("a/b/file", "a/b/file");
	set("a/b/file", 0757, 0, 0);
	assert_culprit("a/b/file", "a/b/file");
	set("a/b/file", 0700, OTHER, 0);
	assert_culprit("a/b/file", "a/b/file");
	assert_true(trust_path(at("a/b/file"), OTHER, culprit));
	assert_true(trust_directories(at("a/b/file"), 0, culprit));
	set("a/b/file", 0700, 0, 0);
	set("a", 0757, 0, 0);
	assert_culprit("a/b/file", "a");
	assert_culprit("a/b/missing", "a");
	assert_false(trust_directories(at("a/b/file"), 0, culprit));
	set("a", 0755, OTHER, 0);
	assert_culprit("a/b/file", "a");
}

static void sticky_directories(void **state)
{
	(void)state;
	set("a", 01777, 0, 0);
	assert_safe("a/b/file");
	set("a/b", 0755, OTHER, 0);
	assert_culprit("a/b/file", "a/b");
}

static void links(void **state)
{
	(void)state;
	assert_int_equal(symlink("a/../a/b", at("relative")), 0);
	assert_int_equal(symlink(at("relative/file"), at("absolute")), 0);
	assert_int_equal(symlink("loop", at("loop")), 0);
	assert_safe("absolute");
	assert_safe("./a//b/./file/");
	assert_safe("loop");
	set("a/b/file", 0777, 0, 0);
	assert_culprit("absolute", "a/b/file");
	set("a/b/file", 0755, 0, 0);
	set("a", 0777, 0, 0);
	assert_culprit("absolute", "a");
	set("a", 0755, 0, 0);
	assert_int_equal(lchown(at("relative"), OTHER, OTHER), 0);
	assert_culprit("absolute", "relative");
}

static void relative_paths(void **state)
{
	char culprit[PATH_MAX], *before = getcwd(NULL, 0);

	(void)state;
	assert_int_equal(chdir(at("a")), 0);
	assert_true(trust_path("b/file", 0, culprit));
	set("a", 0777, 0, 0);
	assert_false(trust_path("b/file", 0, culprit));
	assert_string_equal(culprit, at("a"));
	assert_int_equal(chdir(before), 0);
	free(before);
}

/* The mode shows only the mask: "group::r-x" with "user:4711:rwx" looks like a group of root that
 * may write. */
static void access_lists(void **state)
{
	static const struct {
		uint32_t version;
		struct {
			uint16_t tag, permissions;
			uint32_t id;
		} entries[5];
	} list = {2,
		  {{0x01, 7, UINT32_MAX},
		   {0x02, 7, OTHER},
		   {0x04, 5, UINT32_MAX},
		   {0x10, 7, UINT32_MAX},
		   {0x20, 5, UINT32_MAX}}};

	(void)state;
	if (setxattr(at("a/b/file"), "system.posix_acl_access", &list, sizeof(list), 0) &&
	    errno == EOPNOTSUPP)
		skip();
	assert_culprit("a/b/file", "a/b/file");
}

/* Writes NAME/NAME/... */
static void write_chain(char *path, const char *name, size_t count)
{
	*path = '\0';
	for (size_t i = 0; i < count; i++)
		sprintf(path + strlen(path), "%s%s", i ? "/" : "", name);
}

/* The kernel follows them by a link, or from the working directory. */
static void paths_that_are_too_long(void **state)
{
	char name[201], path[PATH_MAX], culprit[PATH_MAX], *before = getcwd(NULL, 0);

	(void)state;
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	write_chain(path, name, 10);
	assert_int_equal(symlink(path, at("long")), 0);
	strcpy(path, "long/");
	write_chain(path + strlen(path), name, 14);
	assert_int_equal(chdir(directory), 0);
	for (size_t i = 0; i < 24; i++)
		assert_true(!mkdir(name, 0755) && !chdir(name));
	assert_int_equal(chmod(".", 0777), 0);
	assert_false(trust_path("file", 0, culprit));
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_false(trust_path(path, 0, culprit));
	assert_int_equal(chdir(before), 0);
	free(before);
}

static int make_tree(void **state)
{
	(void)state;
	strcpy(strrchr(directory, '.'), ".XXXXXX");
	if (!mkdtemp(directory) || mkdir(at("a"), 0755) || mkdir(at("a/b"), 0755))
		return -1;
	return close(open(at("a/b/file"), O_CREAT | O_WRONLY, 0755));
}

/* It goes as deep as needed. */
static int remove_tree(void **state)
{
	char *const arguments[] = {"rm", "-r", directory, NULL};
	int status = -1;
	pid_t child;

	(void)state;
	if (posix_spawnp(&child, arguments[0], NULL, NULL, arguments, environ))
		return -1;
	waitpid(child, &status, 0);
	return status;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_tree, remove_tree)
	const struct CMUnitTest tests[] = {
		TEST(owners_and_modes), TEST(sticky_directories), TEST(links),
		TEST(relative_paths),	TEST(access_lists),	  TEST(paths_that_are_too_long),
	};

	return geteuid() ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
