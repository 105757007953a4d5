// SPDX-License-Identifier: GPL-2.0-or-later
/* Users and programs of commands on this machine: root, nobody, and files created here. */
#include "tests/unit/config/fixture.h"
#include "user/config/host/users.h"
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/test_command_users.XXXXXX";

static struct config *parse(const char *globals, const char *more, struct diagnostics *diagnostics)
{
	struct config *config = NULL;
	char text[1024];

	snprintf(text, sizeof(text), "global_defs {\n%s\n}\n" INSTANCE VIPS "%s\n}\n", globals,
		 more);
	assert_int_equal(
		config_parse("test.conf", text, strlen(text), &fixture_node, &config, diagnostics),
		0);
	return config;
}

static void check(const char *globals, const char *more, int expected, const char *messages)
{
	struct diagnostics diagnostics = {0};
	struct config *config = parse(globals, more, &diagnostics);
	char *text;

	assert_int_equal(command_users_resolve(config, &diagnostics), expected);
	text = fixture_render(&diagnostics);
	assert_string_equal(text, messages);
	free(text);
	config_free(config);
	diagnostics_free(&diagnostics);
}

static void check_ids(const char *globals, const char *more, uint32_t uid, uint32_t gid)
{
	struct diagnostics diagnostics = {0};
	struct config *config = parse(globals, more, &diagnostics);
	const struct config_command *command = &config->instances[0].notify.commands[0];

	assert_int_equal(command_users_resolve(config, &diagnostics), 0);
	assert_int_equal(diagnostics.count, 0);
	assert_int_equal(command->uid, uid);
	assert_int_equal(command->gid, gid);
	config_free(config);
	diagnostics_free(&diagnostics);
}

static void ids(void **state)
{
	const struct passwd *entry = getpwnam("keepalived_script");
	uint32_t default_uid = entry ? entry->pw_uid : 0, default_gid = entry ? entry->pw_gid : 0;
	uint32_t uid, gid;

	(void)state;
	entry = getpwnam("nobody");
	assert_non_null(entry);
	uid = entry->pw_uid;
	gid = entry->pw_gid;
	check_ids("", "notify /bin/sh", default_uid, default_gid);
	check_ids("script_user nobody", "notify /bin/sh", uid, gid);
	check_ids("script_user nobody", "notify /bin/sh root", 0, 0);
	check_ids("", "notify /bin/sh nobody", uid, gid);
	check_ids("", "notify /bin/sh nobody root", uid, 0);
	check_ids("", "notify /bin/sh 4711", 4711, 4711);
	check_ids("", "notify /bin/sh 0 33", 0, 33);
	check_ids("", "notify \"sh -c true\" root", 0, 0);
}

#define POOL                                                                                       \
	"}\nvirtual_server 10.0.0.1 80 {\nlvs_sched rr\nlvs_method NAT\nprotocol TCP\n"            \
	"quorum_up /bin/sh 9 10\nquorum_down /bin/sh 9\n"

/* All commands of pools; the same user and program again, with another group and user between. */
static void commands_of_pools(void **state)
{
	struct diagnostics diagnostics = {0};
	struct config *config = parse(
		"lvs_notify_fifo /a 3 4",
		POOL "real_server 10.0.0.2 80 {\nnotify_up /bin/sh 9 10\nnotify_down /bin/sh 7 10\n"
		     "MISC_CHECK {\nmisc_path /bin/sh\nuser 9 10\n}\n}\n}\n"
		     "vrrp_check p {\nexec {\ncommand /bin/sh\nuser 11\n}\n",
		&diagnostics);
	const struct config_pools *pools = &config->pools;
	const struct config_pool *pool = &pools->list[0];

	(void)state;
	assert_int_equal(command_users_resolve(config, &diagnostics), 0);
	assert_int_equal(diagnostics.count, 0);
	assert_int_equal(pools->notify_fifo_owner.uid, 3);
	assert_int_equal(pools->notify_fifo_owner.gid, 4);
	assert_int_equal(pool->quorum_up.gid, 10);
	assert_int_equal(pool->quorum_down.uid, 9);
	assert_int_equal(pool->quorum_down.gid, 9);
	assert_int_equal(pool->servers[0].notify_up.gid, 10);
	assert_int_equal(pool->servers[0].notify_down.uid, 7);
	assert_int_equal(pool->servers[0].checks[0].command.uid, 9);
	assert_int_equal(pool->servers[0].checks[0].command.gid, 10);
	assert_int_equal(pools->checks[0].check.command.uid, 11);
	config_free(config);
	diagnostics_free(&diagnostics);
}

static void unknown_again(void **state)
{
	(void)state;
	check("",
	      POOL "real_server 10.0.0.2 80 {\nnotify_up /bin/sh nix\nnotify_down /bin/sh nix\n}\n"
		   "real_server 10.0.0.3 80 {\nnotify_up /bin/nix 9\nnotify_down /bin/nix 9\n}\n",
	      -EINVAL,
	      "17:1: error: user 'nix' does not exist; create it, or name another (arguments of /bin/sh stand within the quotes: \"/bin/sh nix\")\n"
	      "18:1: error: user 'nix' does not exist; create it, or name another (arguments of /bin/sh stand within the quotes: \"/bin/sh nix\")\n"
	      "21:1: warning: program '/bin/nix' does not exist or is not executable; install it, or write its full path\n"
	      "22:1: warning: program '/bin/nix' does not exist or is not executable; install it, or write its full path\n");
}

static void fifo_owners(void **state)
{
	struct diagnostics diagnostics = {0};
	struct config *config = parse("script_user 7 8\nnotify_fifo /a\nvrrp_notify_fifo /b 9 10",
				      "", &diagnostics);

	(void)state;
	assert_int_equal(command_users_resolve(config, &diagnostics), 0);
	assert_int_equal(config->notify_fifo_owner.uid, 7);
	assert_int_equal(config->notify_fifo_owner.gid, 8);
	assert_int_equal(config->vrrp_notify_fifo_owner.uid, 9);
	assert_int_equal(config->vrrp_notify_fifo_owner.gid, 10);
	config_free(config);
	diagnostics_free(&diagnostics);
}

static void a_fifo_of_another_user_for_a_script_of_root(void **state)
{
	static const char globals[] =
		"notify_fifo /a nobody\nnotify_fifo_script /bin/cat root\n%s\nscript_user root";
	static const char message[] =
		"2:1: %s: root would run '/bin/cat' to read /a, which user 'nobody' can write; name the same user for both\n";
	char text[256], expected[256];

	(void)state;
	snprintf(text, sizeof(text), globals, "");
	snprintf(expected, sizeof(expected), message, "warning");
	check(text, "", 0, expected);
	snprintf(text, sizeof(text), globals, "enable_script_security");
	snprintf(expected, sizeof(expected), message, "error");
	check(text, "", -EINVAL, expected);
	check("notify_fifo /a nobody\nnotify_fifo_script /bin/cat nobody", "", 0, "");
	check("notify_fifo /a root\nnotify_fifo_script /bin/cat root", "", 0, "");
}

static void app_users(void **state)
{
	struct diagnostics diagnostics = {0};
	struct config *config = parse("",
				      "}\nvrrp_app a {\nuser nobody\n}\nvrrp_app b {\n}\n"
				      "vrrp_app c {\nuser 4711 4712",
				      &diagnostics);

	(void)state;
	assert_int_equal(command_users_resolve(config, &diagnostics), 0);
	assert_int_equal(config->app_count, 3);
	assert_int_equal(config->apps[0].uid, getpwnam("nobody")->pw_uid);
	assert_int_equal(config->apps[1].uid, UINT32_MAX);
	assert_int_equal(config->apps[1].gid, UINT32_MAX);
	assert_int_equal(config->apps[2].uid, 4711);
	assert_int_equal(config->apps[2].gid, 4712);
	config_free(config);
	diagnostics_free(&diagnostics);
	check("", "}\nvrrp_app a {\nuser no-such-user", -EINVAL,
	      "10:1: error: user 'no-such-user' does not exist; create it, or name another\n");
	check("", "}\nvrrp_app a {\nuser nobody no-such-group", -EINVAL,
	      "10:1: error: group 'no-such-group' does not exist; create it, or name another\n");
}

static void missing_things(void **state)
{
	(void)state;
	check("", "notify /bin/sh no-such-user", -EINVAL,
	      "9:1: error: user 'no-such-user' does not exist; create it, or name another (arguments of /bin/sh stand within the quotes: \"/bin/sh no-such-user\")\n");
	check("", "notify \"/bin/sh -x\" no-such-user", -EINVAL,
	      "9:1: error: user 'no-such-user' does not exist; create it, or name another\n");
	check("script_user root no-such-group", "", -EINVAL,
	      "2:1: error: group 'no-such-group' does not exist; create it, or name another\n");
	check("", "notify /no/such/program root", 0,
	      "9:1: warning: program '/no/such/program' does not exist or is not executable; install it, or write its full path\n");
	check("", "notify no-such-program root", 0,
	      "9:1: warning: program 'no-such-program' does not exist or is not executable; install it, or write its full path\n");
	check("checker_user no-such-user", "", 0,
	      "2:14: warning: user 'no-such-user' does not exist, so that no server is checked; create it, or name another\n");
	check("", "}\nSSL {\nca /no/such.pem\nkey /etc/passwd", 0,
	      "10:1: warning: file /no/such.pem of SSL does not exist, so that checks that need it have no result; create it, or correct its name\n");
	check("", "notify /etc/passwd root", 0,
	      "9:1: warning: program '/etc/passwd' does not exist or is not executable; install it, or write its full path\n");
}

static void check_without_descriptors(const char *globals, const char *more, int expected,
				      const char *format, const char *what)
{
	char messages[256];
	struct rlimit before;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	snprintf(messages, sizeof(messages), format, what,
		 "Too many open files (RLIMIT_NOFILE is 0: raise LimitNOFILE= or ulimit -n)");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){.rlim_max = before.rlim_max}),
			 0);
	check(globals, more, expected, messages);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* What cannot be looked up is not missing; and root does not replace the default user. systemd's source of
 * nsswitch.conf knows root and nobody without a file. */
static void without_descriptors(void **state)
{
	(void)state;
	check_without_descriptors("", "notify /bin/sh daemon", -EINVAL,
				  "9:1: error: cannot look up %s: %s\n", "user 'daemon'");
	check_without_descriptors("", "notify /bin/sh 4711", -EINVAL,
				  "9:1: error: cannot look up %s: %s\n", "user '4711'");
	check_without_descriptors("", "notify /bin/sh", -EINVAL,
				  "9:1: error: cannot look up %s: %s\n",
				  "user 'keepalived_script'");
	check_without_descriptors("", "}\nvrrp_app a {\nuser daemon", -EINVAL,
				  "10:1: error: cannot look up %s: %s\n", "user 'daemon'");
	check_without_descriptors("checker_user daemon", "", 0,
				  "2:14: warning: cannot look up %s: %s\n", "user 'daemon'");
}

/* Makes DIRECTORY/open/program with the modes; returns its path. */
static const char *make_program(mode_t directory_mode, mode_t program_mode)
{
	static char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/open", directory);
	mkdir(path, 0700);
	chmod(path, directory_mode);
	strcat(path, "/program");
	fd = open(path, O_CREAT | O_WRONLY, 0700);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, program_mode), 0);
	close(fd);
	return path;
}

/* Always a warning; an error with enable_script_security. */
static void check_path(const char *path, const char *user, const char *culprit)
{
	char line[256], messages[600] = "";
	static const char warning[] =
		"9:1: %s: root would run '%s', but users other than root can change %s; make it writable only by root, name a user for the command%s\n";

	snprintf(line, sizeof(line), "notify %s %s", path, user);
	if (culprit)
		snprintf(messages, sizeof(messages), warning, "warning", path, culprit, "");
	check("", line, 0, messages);
	if (culprit)
		snprintf(messages, sizeof(messages), warning, "error", path, culprit,
			 ", or remove enable_script_security");
	check("enable_script_security", line, culprit ? -EINVAL : 0, messages);
}

static void check_modes(mode_t directory_mode, mode_t program_mode, const char *user,
			const char *writable)
{
	const char *path = make_program(directory_mode, program_mode);
	char culprit[128];

	snprintf(culprit, sizeof(culprit), "%s%s", directory, writable ? writable : "");
	check_path(path, user, writable ? culprit : NULL);
}

static void security(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	check_modes(0755, 0755, "root", NULL);
	check_modes(0755, 0775, "root", NULL); /* the group is root's */
	check_modes(0755, 0757, "root", "/open/program");
	check_modes(0757, 0755, "root", "/open");
	check_modes(01777, 0755, "root", NULL);
	check_modes(0757, 0757, "nobody", NULL);
	assert_int_equal(chown(make_program(0755, 0755), 0, 1), 0);
	check_modes(0755, 0755, "root", NULL);
	check_modes(0755, 0775, "root", "/open/program"); /* the group is another user's */
	assert_int_equal(chown(make_program(0755, 0755), 1, 0), 0);
	check_modes(0755, 0755, "root", "/open/program");
}

/* What a link leads through can be changed as well. */
static void links_are_followed(void **state)
{
	char link[128], inner[128];

	(void)state;
	if (geteuid() != 0)
		skip();
	snprintf(link, sizeof(link), "%s/link", directory);
	snprintf(inner, sizeof(inner), "%s/open", directory);
	assert_int_equal(symlink(make_program(0757, 0755), link), 0);
	assert_int_equal(chown(link, 0, 0), 0);
	check_path(link, "root", inner);
	make_program(0755, 0755);
	check_path(link, "root", NULL);
	assert_int_equal(lchown(link, 1, 1), 0);
	check_path(link, "root", link);
	unlink(link);
}

static void check_user(const char *globals, const char *more, const char *message)
{
	bool allowed = getpwnam("keepalived_script"); /* as in keepalived, the default user */

	check(globals, more, allowed ? 0 : -EINVAL, allowed ? "" : message);
}

static void root_is_no_default_with_script_security(void **state)
{
	(void)state;
	check_user(
		"enable_script_security", "notify /bin/sh\n}\nvrrp_script s {\nscript /bin/true",
		"12:1: error: no user for vrrp_script s, which enable_script_security requires; add \"user NAME\" to it, or \"script_user NAME\" to global_defs\n"
		"9:1: error: no user for '/bin/sh', which enable_script_security requires; add its user to the line, or \"script_user NAME\" to global_defs\n");
	check_user(
		"enable_script_security\nnotify_fifo /f\nnotify_fifo_script /bin/sh", "",
		"4:1: error: no user for '/bin/sh', which enable_script_security requires; add its user to the line, or \"script_user NAME\" to global_defs\n");
	check("enable_script_security\nscript_user root",
	      "notify /bin/sh\n}\nvrrp_script s {\nscript /bin/true", 0, "");
	check("enable_script_security",
	      "notify /bin/sh nobody\n}\nvrrp_script s {\nscript /bin/true\nuser root", 0, "");
	check("", "notify /bin/sh\n}\nvrrp_script s {\nscript /bin/true", 0, "");
}

/* Programs are not searched in the daemon's own PATH. */
static void the_search_path_is_fixed(void **state)
{
	char own[64];

	(void)state;
	make_program(0755, 0755);
	snprintf(own, sizeof(own), "%s/open", directory);
	setenv("PATH", own, 1);
	check("", "notify program root", 0,
	      "9:1: warning: program 'program' does not exist or is not executable; install it, or write its full path\n");
	check("", "notify sh root", 0, "");
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/open/program", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/open", directory);
	rmdir(path);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids),
		cmocka_unit_test(commands_of_pools),
		cmocka_unit_test(unknown_again),
		cmocka_unit_test(fifo_owners),
		cmocka_unit_test(a_fifo_of_another_user_for_a_script_of_root),
		cmocka_unit_test(app_users),
		cmocka_unit_test(missing_things),
		cmocka_unit_test(without_descriptors),
		cmocka_unit_test(security),
		cmocka_unit_test(links_are_followed),
		cmocka_unit_test(root_is_no_default_with_script_security),
		cmocka_unit_test(the_search_path_is_fixed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
