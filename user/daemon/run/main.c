/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xbeatd: the command line, and the change into the background after a successful start. */
#include "user/config/model/command.h"
#include "user/daemon/daemon.h"
#include "user/daemon/handover/channel.h"
#include "user/daemon/reload/save.h"
#include "user/daemon/rights/privileges.h"
#include "user/daemon/run/configure.h"
#include "user/daemon/start/keepalived.h"
#include "user/daemon/start/lock.h"
#include "user/daemon/start/options.h"
#include "user/daemon/start/own_script.h"
#include "user/daemon/start/pid_files.h"
#include "user/daemon/start/runner_service.h"
#include "user/lib/cleanup.h"
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
#include <sysexits.h>
#include <unistd.h>

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

/* Because a reload reads it again after chdir("/"). */
static void make_absolute(struct daemon *daemon)
{
	char *absolute = realpath(daemon->files.config_path, NULL);

	if (absolute)
		daemon->files.config_path = absolute;
}

/* Returns the pipe to the parent, or a negative errno, which is logged. */
static int leave_terminal(struct daemon *daemon)
{
	int parent;

	make_absolute(daemon);
	parent = go_background();
	if (parent < 0)
		log_error("cannot go into the background: %s", limits_strerror(-parent));
	return parent;
}

/* A daemon that goes on for another one is no start for startup_script. */
static int start(struct daemon *daemon)
{
	int error = 0;

	save_start(daemon->config, daemon->start_text);
	free(daemon->start_text);
	daemon->start_text = NULL;
	if (!daemon->continues)
		error = own_script_run("startup_script", &daemon->config->startup_script,
				       daemon->starter, daemon->script_umask);
	if (!error && !daemon->kernel.daemon_name[0])
		error = daemon_prepare(daemon);
	return error ? error : daemon_start(daemon);
}

static void choose_umask(struct daemon *daemon, const struct options *options)
{
	daemon->script_umask = options->umask >= 0 ? (mode_t)options->umask : daemon->config->umask;
}

/* Who started it sees that it waits: on the terminal, or by the end of the parent process. *parent:
 * then -1. A keepalived may have been started meanwhile. */
static int await_node(struct daemon *daemon, const struct options *options, int *parent)
{
	int error;

	if (daemon->own_node != DAEMON_NODE_UNKNOWN)
		return 0;
	log_as_wanted(options);
	log_also_to_stderr(true);
	daemon_await_begin(daemon);
	if (*parent >= 0)
		release_parent(*parent);
	*parent = -1;
	error = daemon_await_node(daemon);
	choose_umask(daemon, options);
	return error ? error : keepalived_check(daemon->config);
}

static void serve(struct daemon *daemon)
{
	service_report_start(daemon);
	daemon_run(daemon);
	capture_stop(&daemon->capture, "xbeatd stops");
	if (daemon_is_handing_over(daemon))
		daemon_hand_over(daemon);
	service_report_stop(daemon);
}

static int run(struct daemon *daemon, const struct options *options, struct pid_files *pid_files)
{
	int parent = options->foreground ? -1 : leave_terminal(daemon), error;

	if (!options->foreground && parent < 0)
		return parent;
	daemon->lock = lock_take(daemon->daemon_name);
	if (daemon->lock < 0)
		return daemon->lock;
	daemon_keep_events(daemon);
	daemon_read_saved(daemon);
	error = keepalived_check(daemon->config);
	if (!error)
		error = pid_files_write(pid_files);
	if (!error)
		error = await_node(daemon, options, &parent);
	if (!error)
		error = start(daemon);
	if (error)
		return error;
	log_as_wanted(options);
	log_also_to_stderr(true);
	daemon_report_waits(daemon);
	if (parent >= 0)
		release_parent(parent);
	log_also_to_stderr(options->console);
	serve(daemon);
	return 0;
}

/* The terminal and the directory of the daemon before, which may be in the background. */
static void take_place(struct daemon *daemon, const struct options *options, int errors)
{
	make_absolute(daemon);
	if (!options->foreground && chdir("/") < 0)
		log_warning("cannot change to /: %s", limits_strerror(errno));
	dup2(errors, STDERR_FILENO);
	close(errors);
}

/*
 * Goes on for a running daemon. An error before that daemon has stopped changes nothing, and one
 * after it leaves everything to the process that the daemon starts then: nothing is cleaned up.
 */
static void succeed(struct daemon *daemon, const struct options *options,
		    struct pid_files *pid_files, struct channel *channel)
{
	if (daemon->own_node == DAEMON_NODE_UNKNOWN)
		log_error(
			"this machine has no address of a node of the heartbeat block: correct the block, or the addresses");
	daemon->takes_over = true;
	if (daemon->own_node == DAEMON_NODE_UNKNOWN || daemon_prepare(daemon) ||
	    daemon_take_over(daemon, channel))
		_exit(EXIT_FAILURE);
	daemon_keep_events(daemon);
	pid_files_write(pid_files);
	if (start(daemon) || channel_send(channel->socket, CHANNEL_DONE, NULL))
		_exit(EXIT_FAILURE);
	close(channel->socket);
	take_place(daemon, options, channel->errors);
	log_as_wanted(options);
	daemon_report_waits(daemon);
	serve(daemon);
}

/* Runs shutdown_script when everything else has stopped; it is that of the last reload. Not if
 * another daemon goes on. */
static void stop(struct daemon *daemon, bool started)
{
	struct config_own_script script = {0};

	if (daemon->keeps) {
		daemon_end_keeping(daemon);
		return;
	}
	if (started && daemon->config) {
		script = daemon->config->shutdown_script;
		daemon->config->shutdown_script = (struct config_own_script){0};
	}
	daemon_stop(daemon);
	own_script_run("shutdown_script", &script, daemon->starter, daemon->script_umask);
	starter_stop(daemon->starter);
	config_command_free(&script.command);
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
	error = configure(daemon, options);
	if (!error)
		report_ok(daemon->files.config_path);
	daemon_stop(daemon);
	if (!error)
		return EXIT_SUCCESS;
	return options->keepalived ? KEEPALIVED_TEST_FAILED : EXIT_FAILURE;
}

/* Something else would get the numbers that were closed: log lines would go to it, and
 * release_parent() would close it. */
static void open_standard_descriptors(void)
{
	int null;

	do
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (null >= 0 && null <= STDERR_FILENO);
	if (null >= 0)
		close(null);
}

static void prepare(const struct options *options)
{
	static const struct rlimit none, unlimited = {RLIM_INFINITY, RLIM_INFINITY};

	signals_ignore();
	/*
	 * One arena for the loop and one for the thread of a reload. That thread has ordinary
	 * priority and may lose the processor at any point; it must not hold the loop's arena lock
	 * then.
	 */
	mallopt(M_ARENA_MAX, 2);
	if (setrlimit(RLIMIT_CORE, options->core_dump ? &unlimited : &none))
		log_warning("cannot change the limit of core dumps: %s", limits_strerror(errno));
}

int main(int argc, char **argv)
{
	static struct daemon daemon = {.lock = -1};
	static struct pid_files pid_files;
	struct channel channel;
	struct options options;
	int status, error;

	open_standard_descriptors();
	log_open("xbeatd", false);
	if (!channel_inherit(&channel))
		return EXIT_FAILURE;
	daemon.arguments = argv;
	daemon.directory = getcwd(NULL, 0);
	status = options_parse(argc, argv, &options);
	if (status >= 0)
		return status;
	if (options.runner)
		return runner_service();
	if (!options.test_only) {
		daemon.starter = starter_fork();
		if (!daemon.starter)
			return EXIT_FAILURE;
	}
	prepare(&options);
	daemon.files = (struct daemon_files){
		.config_path = options.config_path,
		.config_id = options.config_id,
		.required = options.files_required,
	};
	if (options.test_only)
		return test(&daemon, &options);
	error = privileges_check();
	if (!error)
		error = privileges_check_descriptors();
	if (!error && configure(&daemon, &options)) {
		daemon_stop(&daemon);
		starter_stop(daemon.starter);
		return options.keepalived ? EXIT_FAILURE : EX_CONFIG;
	}
	if (!error && daemon.config) {
		pid_files_choose(&pid_files, &options, daemon.config,
				 configure_net_namespace(&daemon, &options));
		choose_umask(&daemon, &options);
		if (channel.socket >= 0)
			succeed(&daemon, &options, &pid_files, &channel);
		else
			error = run(&daemon, &options, &pid_files);
	}
	if (error && channel.socket >= 0)
		return EXIT_FAILURE; /* the running daemon goes on */
	stop(&daemon, !error);
	pid_files_remove(&pid_files);
	return error && error != -EINTR ? EXIT_FAILURE : EXIT_SUCCESS;
}
