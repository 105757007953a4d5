/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xbeatd: the command line, and the change into the background after a successful start. */
#include "user/daemon/daemon.h"
#include "user/daemon/keepalived.h"
#include "user/daemon/lock.h"
#include "user/daemon/options.h"
#include "user/daemon/pid_files.h"
#include "user/daemon/privileges.h"
#include "user/daemon/service_manager.h"
#include "user/lib/cleanup.h"
#include "user/lib/diagnostics_print.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/printable.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xbeat/paths.h>

/* Of keepalived 2.2.7 for a configuration that has errors. */
#define KEEPALIVED_TEST_FAILED 5

/*
 * Forks. The parent waits until the child writes an exit status or dies, and exits with that
 * status. Returns, in the child, its end of the pipe.
 */
static int go_background(void)
{
	unsigned char status = EXIT_FAILURE;
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (child > 0) {
		close(ends[1]);
		if (read(ends[0], &status, 1) != 1)
			status = EXIT_FAILURE;
		_exit(status);
	}
	close(ends[0]);
	setsid();
	return ends[1];
}

/* After the start: stderr has no reader any more. */
static void release_parent(int parent)
{
	unsigned char status = EXIT_SUCCESS;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (chdir("/") < 0 || write(parent, &status, 1) != 1)
		log_warning("cannot report the start to the parent process: %s",
			    limits_strerror(errno));
	close(parent);
	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	close(null);
}

/* From here on the log goes where the options want it; errors of the start went to stderr. */
static void log_as_wanted(const struct options *options)
{
	log_also_to_stderr(options->console);
	log_set_facility(options->facility);
	log_open("xbeatd", !options->no_syslog);
}

/* The default paths are not always writable, and are of use only to scripts written for keepalived. */
static int write_pid_files(const struct options *options)
{
	for (size_t i = 0; i < OPTIONS_PID_FILES; i++) {
		const char *path = options->pid_files[i];
		int error = path ? pid_file_write(path) : 0;

		if (!error)
			continue;
		log_message(options->pid_files_given ? LOG_ERR : LOG_WARNING,
			    "cannot write the process id into %s: %s", path,
			    limits_strerror(-error));
		if (options->pid_files_given)
			return error;
	}
	return 0;
}

static void remove_pid_files(const struct options *options)
{
	for (size_t i = 0; i < OPTIONS_PID_FILES; i++)
		if (options->pid_files[i])
			pid_file_remove(options->pid_files[i]);
}

/* Reads the configuration and prints diagnostics. */
static int configure(struct daemon *daemon, bool test_only)
{
	struct daemon_inputs inputs = {.files = daemon->files};
	struct diagnostics diagnostics = {0};
	int error = daemon_read_inputs(&inputs, &diagnostics);
	bool printed = diagnostics.error_count > 0;

	diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	if (!error && !test_only)
		error = daemon_identify(&inputs);
	if (error && !printed)
		log_error("%s", inputs.message);
	daemon->config = inputs.config;
	daemon->own_node = inputs.own_node;
	memcpy(daemon->keys, inputs.keys, sizeof(daemon->keys));
	explicit_bzero(inputs.keys, sizeof(inputs.keys));
	return error;
}

/* Returns the pipe to the parent, or a negative errno, which is logged. */
static int leave_terminal(struct daemon *daemon)
{
	/* Absolute, because a reload reads it again after chdir("/"). */
	char *absolute = realpath(daemon->files.config_path, NULL);
	int parent;

	if (absolute)
		daemon->files.config_path = absolute;
	parent = go_background();
	if (parent < 0)
		log_error("cannot go into the background: %s", limits_strerror(-parent));
	return parent;
}

static int run(struct daemon *daemon, const struct options *options)
{
	int parent = options->foreground ? -1 : leave_terminal(daemon), error;

	if (!options->foreground && parent < 0)
		return parent;
	daemon->lock = lock_take(daemon->daemon_name);
	if (daemon->lock < 0)
		return daemon->lock;
	error = keepalived_check(daemon->config);
	if (!error)
		error = write_pid_files(options);
	if (!error)
		error = daemon_start(daemon);
	if (error)
		return error;
	if (parent >= 0)
		release_parent(parent);
	log_as_wanted(options);
	service_manager_notify("READY=1");
	daemon_run(daemon);
	service_manager_notify("STOPPING=1");
	return 0;
}

static void report_ok(const char *path)
{
	_cleanup_free_ char *name = printable_text(path, PRINTABLE_LINE);

	printf("%s: ok\n", name ? name : "");
}

/* Only checks; returns the exit status. */
static int test(struct daemon *daemon, const struct options *options)
{
	int error;

	if (options->test_log && !freopen(options->test_log, "we", stderr)) {
		printf("cannot write %s: %s\n", options->test_log, strerror(errno));
		return EXIT_FAILURE;
	}
	error = configure(daemon, true);
	if (!error)
		report_ok(daemon->files.config_path);
	daemon_stop(daemon);
	if (!error)
		return EXIT_SUCCESS;
	return options->keepalived ? KEEPALIVED_TEST_FAILED : EXIT_FAILURE;
}

static void prepare(const struct options *options)
{
	static const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};

	signals_ignore();
	/*
	 * One arena for the loop and one for the thread of a reload. That thread has ordinary
	 * priority and may lose the processor at any point; it must not hold the loop's arena lock
	 * then.
	 */
	mallopt(M_ARENA_MAX, 2);
	if (options->core_dump && setrlimit(RLIMIT_CORE, &unlimited))
		log_warning("cannot lift the limit of core dumps: %s", limits_strerror(errno));
}

int main(int argc, char **argv)
{
	static struct daemon daemon = {.lock = -1};
	struct options options;
	int status, error;

	log_open("xbeatd", false);
	status = options_parse(argc, argv, &options);
	if (status >= 0)
		return status;
	prepare(&options);
	daemon.files = (struct daemon_files){
		.config_path = options.config_path,
		.config_id = options.config_id,
		.required = options.files_required,
	};
	daemon.daemon_name = options.daemon_name ? options.daemon_name : XB_DAEMON_NAME_DEFAULT;
	if (options.test_only)
		return test(&daemon, &options);
	error = privileges_check();
	if (!error)
		error = privileges_check_descriptors();
	if (!error)
		error = configure(&daemon, false);
	if (!error)
		error = run(&daemon, &options);
	daemon_stop(&daemon);
	remove_pid_files(&options);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
