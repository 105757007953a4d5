// SPDX-License-Identifier: GPL-2.0-or-later
/* Notifications: which programs are run with which arguments, and FIFOs with keepalived's bytes. */
#include "tests/unit/runner/fixture.h"
#include "user/vrrp/notify/notify.h"
#include <fcntl.h>
#include <sched.h>

#define LINES_BYTES 4096

static struct event_base *base;
static struct runner *runner;
static struct notify *notify;

static struct config config;
static struct config_instance instance;
static struct config_group group;
static char fifo_path[PATH_BYTES], vrrp_fifo_path[PATH_BYTES], log_path[PATH_BYTES];

/* Appends its arguments to the log, as a user's notification script would. */
static char *say_any[] = {"sh", "-c", "echo any \"$@\" >> $0", log_path, NULL};
static char *say_master[] = {"sh", "-c", "echo master $# >> $0", log_path, NULL};
static char *say_fault[] = {"sh", "-c", "echo fault $# >> $0", log_path, NULL};
static char *say_stop[] = {"sh", "-c", "echo stop $# >> $0", log_path, NULL};
static char *say_lower[] = {"sh", "-c", "echo lower $# >> $0", log_path, NULL};
static char *log_deleted[] = {"sh", "-c", "echo deleted $# >> $0", log_path, NULL};

static int start(void **state)
{
	if (fixture_setup(state))
		return -1;
	fixture_path("fifo", fifo_path);
	fixture_path("vrrp_fifo", vrrp_fifo_path);
	fixture_path("log", log_path);
	base = event_base_new();
	runner = runner_start(base, fixture_starter, 022);
	config = (struct config){0};
	instance = (struct config_instance){.name = "VI_1"};
	group = (struct config_group){.name = "VG_1"};
	return base && runner ? 0 : -1;
}

static int stop(void **state)
{
	notify_stop(notify);
	notify = NULL;
	runner_stop(runner);
	event_base_free(base);
	return fixture_teardown(state);
}

static void begin(void)
{
	notify = notify_start(base, runner, &config);
	assert_non_null(notify);
}

static void use_commands(void)
{
	struct config_command *commands = instance.notify.commands;

	commands[CONFIG_NOTIFY_ANY].arguments = say_any;
	commands[CONFIG_NOTIFY_MASTER].arguments = say_master;
	commands[CONFIG_NOTIFY_FAULT].arguments = say_fault;
	commands[CONFIG_NOTIFY_STOP].arguments = say_stop;
	commands[CONFIG_NOTIFY_MASTER_RX_LOWER_PRI].arguments = say_lower;
	group.notify = instance.notify;
}

static char *read_all(const char *path)
{
	char *text = NULL;
	size_t length;

	return file_read(path, &text, &length) ? strdup("") : text;
}

static bool log_has(void *text)
{
	char *log = read_all(log_path);
	bool found = strstr(log, text) != NULL;

	free(log);
	return found;
}

static void until_log(const char *text)
{
	fixture_until(base, log_has, (void *)text);
}

static const struct {
	enum notify_event event;
	const char *own, *any; /* expected lines of the log; NULL: none */
	const char *fifo;
} events[] = {
	{NOTIFY_MASTER, "master 0\n", "any INSTANCE VI_1 MASTER 77\n",
	 "INSTANCE \"VI_1\" MASTER 77\n"},
	{NOTIFY_BACKUP, NULL, "any INSTANCE VI_1 BACKUP 77\n", "INSTANCE \"VI_1\" BACKUP 77\n"},
	{NOTIFY_FAULT, "fault 0\n", "any INSTANCE VI_1 FAULT 77\n", "INSTANCE \"VI_1\" FAULT 77\n"},
	{NOTIFY_STOP, "stop 0\n", "any INSTANCE VI_1 STOP 77\n", "INSTANCE \"VI_1\" STOP 77\n"},
	{NOTIFY_DELETED, NULL, "any INSTANCE VI_1 FAULT 77\n", "INSTANCE \"VI_1\" FAULT 77\n"},
	{NOTIFY_MASTER_RX_LOWER_PRI, "lower 0\n", NULL,
	 "INSTANCE \"VI_1\" MASTER_RX_LOWER_PRI 77\n"},
	{NOTIFY_MASTER_PRIORITY, NULL, NULL, "INSTANCE \"VI_1\" MASTER_PRIORITY 77\n"},
	{NOTIFY_BACKUP_PRIORITY, NULL, NULL, "INSTANCE \"VI_1\" BACKUP_PRIORITY 77\n"},
};

/* Returns the unread bytes of a FIFO. */
static const char *take_lines(int fd, char lines[static LINES_BYTES])
{
	ssize_t length = read(fd, lines, LINES_BYTES - 1);

	lines[length > 0 ? length : 0] = '\0';
	return lines;
}

static unsigned lines_of(const char *own, const char *any)
{
	return (own ? 1U : 0U) + (any ? 1U : 0U);
}

static void every_event_has_its_arguments_and_lines(void **state)
{
	char lines[LINES_BYTES];
	int fd;

	(void)state;
	use_commands();
	instance.notify.priority_changes = true;
	config.vrrp_notify_fifo = vrrp_fifo_path;
	begin();
	fd = open(vrrp_fifo_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		notify_instance(notify, &instance, events[i].event, 77);
		assert_string_equal(take_lines(fd, lines), events[i].fifo);
		if (events[i].own)
			until_log(events[i].own);
		if (events[i].any)
			until_log(events[i].any);
		assert_int_equal(fixture_lines(log_path), lines_of(events[i].own, events[i].any));
		unlink(log_path);
	}
	close(fd);
}

static void groups_are_reported_as_groups(void **state)
{
	char lines[LINES_BYTES];
	int fd;

	(void)state;
	use_commands();
	config.notify_fifo = fifo_path;
	begin();
	fd = open(fifo_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	notify_group(notify, &group, NOTIFY_MASTER);
	assert_string_equal(take_lines(fd, lines), "GROUP \"VG_1\" MASTER 0\n");
	until_log("master 0\n");
	until_log("any GROUP VG_1 MASTER 0\n");
	close(fd);
}

static void deleted_is_reported_if_configured(void **state)
{
	char lines[LINES_BYTES];
	int fd;

	(void)state;
	instance.notify.commands[CONFIG_NOTIFY_DELETED].arguments = log_deleted;
	instance.notify.deleted = true;
	config.notify_fifo = fifo_path;
	begin();
	fd = open(fifo_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	notify_instance(notify, &instance, NOTIFY_DELETED, 100);
	assert_string_equal(take_lines(fd, lines), "INSTANCE \"VI_1\" DELETED 100\n");
	until_log("deleted 0\n");
	/* Without notify_priority_changes these are not reported. */
	notify_instance(notify, &instance, NOTIFY_MASTER_PRIORITY, 100);
	assert_string_equal(take_lines(fd, lines), "");
	close(fd);
}

static void fifos_are_made_and_removed(void **state)
{
	struct stat status;

	(void)state;
	config.notify_fifo = fifo_path;
	config.vrrp_notify_fifo = vrrp_fifo_path;
	config.script_user = (struct config_command){.uid = 65534, .gid = 65534};
	config.notify_fifo_owner = config.script_user;
	config.vrrp_notify_fifo_owner = config.script_user;
	assert_int_equal(mkfifo(vrrp_fifo_path, 0640), 0);
	begin();
	assert_int_equal(stat(fifo_path, &status), 0);
	assert_int_equal(status.st_mode, S_IFIFO | 0600);
	assert_int_equal(status.st_uid, 65534);
	assert_int_equal(stat(vrrp_fifo_path, &status), 0);
	assert_int_equal(status.st_mode, S_IFIFO | 0640);
	assert_int_equal(status.st_uid, 0);
	notify_stop(notify);
	notify = NULL;
	assert_int_equal(stat(fifo_path, &status), -1);
	assert_int_equal(stat(vrrp_fifo_path, &status), 0); /* not ours */
}

static void other_files_are_left_alone(void **state)
{
	char *text, lines[LINES_BYTES];
	int fd;

	(void)state;
	close(open(fifo_path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	assert_int_equal(mkfifo(log_path, 0600), 0);
	assert_int_equal(symlink(log_path, vrrp_fifo_path), 0);
	config.notify_fifo = fifo_path;
	config.vrrp_notify_fifo = vrrp_fifo_path;
	begin();
	fd = open(log_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	notify_instance(notify, &instance, NOTIFY_MASTER, 1);
	text = read_all(fifo_path);
	assert_string_equal(text, "");
	free(text);
	assert_string_equal(take_lines(fd, lines), ""); /* a symbolic link may point anywhere */
	notify_stop(notify);
	notify = NULL;
	assert_int_equal(access(fifo_path, F_OK), 0);
	close(fd);
}

/* Without a reader only whole lines are dropped, and those that are read later are complete. */
static void a_full_fifo_drops_lines(void **state)
{
	char lines[LINES_BYTES];
	size_t count = 0;
	int fd;

	(void)state;
	config.notify_fifo = fifo_path;
	begin();
	for (int i = 0; i < 10000; i++)
		notify_instance(notify, &instance, NOTIFY_MASTER, 100);
	fd = open(fifo_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	while (take_lines(fd, lines)[0]) {
		count += strlen(lines);
		if (strlen(lines) < LINES_BYTES - 1)
			assert_int_equal(lines[strlen(lines) - 1], '\n');
	}
	assert_true(count > 60000 && count <= 65536);
	assert_int_equal(count % strlen("INSTANCE \"VI_1\" MASTER 100\n"), 0);
	notify_instance(notify, &instance, NOTIFY_BACKUP, 100);
	assert_string_equal(take_lines(fd, lines), "INSTANCE \"VI_1\" BACKUP 100\n");
	close(fd);
}

/* The FIFO's script gets its path, and reads it as its own user, up to the last line. */
static void fifo_scripts_read_to_the_end(void **state)
{
	char *arguments[] = {"sh", "-c", "cat $1 >> $0", log_path, NULL};

	(void)state;
	config.notify_fifo = fifo_path;
	config.notify_fifo_script =
		(struct config_command){.arguments = arguments, .uid = 65534, .gid = 65534};
	begin();
	notify_instance(notify, &instance, NOTIFY_MASTER, 100);
	until_log("INSTANCE \"VI_1\" MASTER 100\n");
	notify_instance(notify, &instance, NOTIFY_STOP, 100);
	notify_stop(notify);
	notify = NULL;
	until_log("INSTANCE \"VI_1\" STOP 100\n");
}

/* A FIFO that another user has planted, before xbeatd could make it. */
static const struct {
	const char *how;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	mode_t directory_mode;
	bool is_read; /* by a script of root */
} planted[] = {
	{"root's own", 0600, 0, 0, 0700, true},
	{"readable", 0644, 0, 0, 0755, true},
	{"in a sticky directory", 0600, 0, 0, 01777, true},
	{"root's group", 0660, 0, 0, 0700, true},
	{"another owner", 0600, 65534, 65534, 01777, false},
	{"writable by another group", 0660, 0, 65534, 0700, false},
	{"writable by all", 0622, 0, 0, 0700, false},
	{"replaceable", 0600, 0, 0, 0777, false},
};

static void plant(size_t i)
{
	assert_int_equal(mkfifo(fifo_path, 0600), 0);
	assert_int_equal(chown(fifo_path, planted[i].uid, planted[i].gid), 0);
	assert_int_equal(chmod(fifo_path, planted[i].mode), 0);
	assert_int_equal(chmod(fixture_directory, planted[i].directory_mode), 0);
}

static void end_and_remove(int fd)
{
	notify_stop(notify);
	notify = NULL;
	close(fd);
	assert_int_equal(unlink(fifo_path), 0); /* not ours */
	unlink(log_path);
}

static void scripts_of_root_read_no_fifo_of_others(void **state)
{
	char *arguments[] = {"sh", "-c", "cat $1 >> $0", log_path, NULL};
	char lines[LINES_BYTES];

	(void)state;
	config.notify_fifo = fifo_path;
	config.notify_fifo_script = (struct config_command){.arguments = arguments};
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++) {
		int fd;

		plant(i);
		fd = open(fifo_path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		begin();
		notify_instance(notify, &instance, NOTIFY_MASTER, 100);
		if (planted[i].is_read)
			until_log("INSTANCE");
		else if (*take_lines(fd, lines))
			fail_msg("%s: %s", planted[i].how, lines);
		assert_int_equal(notify_refused_count(notify), !planted[i].is_read);
		end_and_remove(fd);
	}
}

/* A FIFO without a script is the reader's own affair. */
static void fifos_of_others_get_lines(void **state)
{
	char lines[LINES_BYTES];

	(void)state;
	config.notify_fifo = fifo_path;
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++) {
		int fd;

		plant(i);
		fd = open(fifo_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		begin();
		notify_instance(notify, &instance, NOTIFY_MASTER, 100);
		assert_string_equal(take_lines(fd, lines), "INSTANCE \"VI_1\" MASTER 100\n");
		end_and_remove(fd);
	}
}

static void reload_keeps_unchanged_fifos(void **state)
{
	struct config again;
	struct stat before, after;

	(void)state;
	config.notify_fifo = fifo_path;
	config.vrrp_notify_fifo = vrrp_fifo_path;
	begin();
	assert_int_equal(stat(fifo_path, &before), 0);
	again = config;
	again.vrrp_notify_fifo = NULL;
	notify_reload(notify, &again);
	assert_int_equal(stat(fifo_path, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(access(vrrp_fifo_path, F_OK), -1);
	notify_reload(notify, &config);
	assert_int_equal(access(vrrp_fifo_path, F_OK), 0);
}

static const char keepalived_text[] = "global_defs {\n"
				      "	script_user root\n"
				      "	vrrp_notify_fifo %s\n"
				      "}\n"
				      "vrrp_sync_group VG_1 {\n"
				      "	group {\n"
				      "		VI_1\n"
				      "	}\n"
				      "}\n"
				      "vrrp_instance VI_1 {\n"
				      "	interface xbn0\n"
				      "	version 3\n"
				      "	virtual_router_id 51\n"
				      "	priority 123\n"
				      "	advert_int 0.1\n"
				      "	virtual_ipaddress {\n"
				      "		10.77.0.100\n"
				      "	}\n"
				      "}\n";

/* Starts keepalived in a namespace of its own. Returns its pid. */
static pid_t start_keepalived(void)
{
	char conf[PATH_BYTES], pid[PATH_BYTES], vrrp_pid[PATH_BYTES];
	pid_t child = fork();
	FILE *out;

	if (child)
		return child;
	out = fopen(fixture_path("keepalived.conf", conf), "we");
	fprintf(out, keepalived_text, fifo_path);
	fclose(out);
	if (unshare(CLONE_NEWNET) ||
	    fixture_shell(
		    "ip link set lo up && ip link add xbn0 type veth peer name xbn1 && ip addr add 10.77.0.1/24 dev xbn0 && ip link set xbn1 up && ip link set xbn0 up && until ip link show xbn0 | grep -q 'state UP'; do :; done") ||
	    !freopen("/dev/null", "we", stderr) || !freopen("/dev/null", "we", stdout))
		_exit(EXIT_FAILURE);
	execlp("keepalived", "keepalived", "--dont-fork", "--log-console", "--vrrp", "--use-file",
	       conf, "--pid", fixture_path("pid", pid), "--vrrp_pid",
	       fixture_path("vrrp_pid", vrrp_pid), NULL);
	_exit(EXIT_FAILURE);
}

static bool is_fifo(void *path)
{
	return access(path, F_OK) == 0;
}

struct reading {
	int fd;
	size_t length;
	char lines[LINES_BYTES];
};

/* Backup and Active, of the instance and of the group: four lines. */
static bool has_four_lines(void *context)
{
	struct reading *reading = context;
	ssize_t length = read(reading->fd, reading->lines + reading->length,
			      LINES_BYTES - 1 - reading->length);
	unsigned count = 0;

	reading->length += length > 0 ? (size_t)length : 0;
	reading->lines[reading->length] = '\0';
	for (size_t i = 0; i < reading->length; i++)
		count += reading->lines[i] == '\n';
	return count >= 4;
}

static void the_bytes_are_keepaliveds(void **state)
{
	struct reading reading = {0};
	char lines[LINES_BYTES];
	pid_t keepalived;

	(void)state;
	if (fixture_shell("command -v keepalived >/dev/null"))
		skip();
	keepalived = start_keepalived();
	fixture_until(base, is_fifo, fifo_path);
	reading.fd = open(fifo_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	fixture_until(base, has_four_lines, &reading);
	close(reading.fd);
	kill(keepalived, SIGTERM);
	waitpid(keepalived, NULL, 0);

	config.vrrp_notify_fifo = vrrp_fifo_path;
	begin();
	reading.fd = open(vrrp_fifo_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	notify_group(notify, &group, NOTIFY_BACKUP);
	notify_instance(notify, &instance, NOTIFY_BACKUP, 123);
	notify_instance(notify, &instance, NOTIFY_MASTER, 123);
	notify_group(notify, &group, NOTIFY_MASTER);
	assert_string_equal(take_lines(reading.fd, lines), reading.lines);
	close(reading.fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	static const struct CMUnitTest tests[] = {
		TEST(every_event_has_its_arguments_and_lines),
		TEST(groups_are_reported_as_groups),
		TEST(deleted_is_reported_if_configured),
		TEST(fifos_are_made_and_removed),
		TEST(other_files_are_left_alone),
		TEST(a_full_fifo_drops_lines),
		TEST(fifo_scripts_read_to_the_end),
		TEST(scripts_of_root_read_no_fifo_of_others),
		TEST(fifos_of_others_get_lines),
		TEST(reload_keeps_unchanged_fifos),
		TEST(the_bytes_are_keepaliveds),
	};

	return cmocka_run_group_tests(tests, fixture_start_starter, fixture_stop_starter);
}
