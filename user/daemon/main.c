/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xbeatd: the command line, and the change into the background after a successful start. */
#include "user/daemon/daemon.h"
#include "user/daemon/keepalived.h"
#include "user/daemon/lock.h"
#include "user/daemon/privileges.h"
#include "user/lib/cleanup.h"
#include "user/lib/diagnostics_print.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/printable.h"
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <xbeat/paths.h>

#define CONFIG_DEFAULT "/etc/xbeat/xbeat.conf"

struct options {
	const char *config_path;
	const char *daemon_name;
	bool foreground;
	bool test_only;
};

static void usage(FILE *out)
{
	fputs("usage: xbeatd -c FILE [-f] [-i NAME] [-t] [-v]\n"
	      "  -c FILE    configuration (" CONFIG_DEFAULT ")\n"
	      "  -f         stay in the foreground, log to stderr\n"
	      "  -i NAME    daemon name, part of the paths of its socket, pid file and maps (default)\n"
	      "  -t         check the configuration and its key file, start nothing\n"
	      "  -v         also log the messages of libbpf\n"
	      "  -h, -V     print this help; print the version\n",
	      out);
}

/* The daemon name is part of paths. */
static bool is_daemon_name(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < 32 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") ==
		       length;
}

/* Returns -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	static const struct option long_options[] = {
		{"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {0}};
	int option;

	while ((option = getopt_long(argc, argv, "c:fi:tvhV", long_options, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config_path = optarg;
			break;
		case 'f':
			options->foreground = true;
			break;
		case 'i':
			options->daemon_name = optarg;
			break;
		case 't':
			options->test_only = true;
			break;
		case 'v':
			log_set_verbose(true);
			break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			puts("xbeatd " XBEAT_VERSION);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr,
			"xbeatd: \"%s\" is not an option; give the configuration with -c FILE\n",
			argv[optind]);
		return 2;
	}
	if (!is_daemon_name(options->daemon_name)) {
		fprintf(stderr,
			"xbeatd: \"%s\" is not a daemon name; use up to 31 letters, digits, - and _\n",
			options->daemon_name);
		return 2;
	}
	return -1;
}

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
	log_open("xbeatd", true);
}

/* Reads the configuration and prints diagnostics. */
static int configure(struct daemon *daemon, bool test_only)
{
	struct daemon_inputs inputs = {.config_path = daemon->config_path,
				       .daemon_name = daemon->daemon_name};
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

static int run(struct daemon *daemon, const struct options *options)
{
	int parent = -1, error;

	if (!options->foreground) {
		/* Absolute, because a reload reads it again after chdir("/"). */
		char *absolute = realpath(daemon->config_path, NULL);

		if (absolute)
			daemon->config_path = absolute;
		parent = go_background();
		if (parent < 0) {
			log_error("cannot go into the background: %s", limits_strerror(-parent));
			return parent;
		}
	}
	daemon->lock = lock_take(options->daemon_name);
	if (daemon->lock < 0)
		return daemon->lock;
	error = keepalived_check(daemon->config);
	if (!error)
		error = daemon_start(daemon);
	if (!error && parent >= 0)
		release_parent(parent);
	if (!error)
		daemon_run(daemon);
	return error;
}

static void report_ok(const char *path)
{
	_cleanup_free_ char *name = printable_text(path, PRINTABLE_LINE);

	printf("%s: ok\n", name ? name : "");
}

int main(int argc, char **argv)
{
	static struct daemon daemon = {.lock = -1};
	struct options options = {.config_path = CONFIG_DEFAULT,
				  .daemon_name = XB_DAEMON_NAME_DEFAULT};
	int status = parse_options(argc, argv, &options);
	int error;

	if (status >= 0)
		return status;
	signals_ignore();
	log_open("xbeatd", false);
	/*
	 * One arena for the loop and one for the thread of a reload. That thread has ordinary
	 * priority and may lose the processor at any point; it must not hold the loop's arena lock
	 * then.
	 */
	mallopt(M_ARENA_MAX, 2);
	daemon.config_path = options.config_path;
	daemon.daemon_name = options.daemon_name;
	error = options.test_only ? 0 : privileges_check();
	if (!error && !options.test_only)
		error = privileges_check_descriptors();
	if (!error)
		error = configure(&daemon, options.test_only);
	if (!error && options.test_only)
		report_ok(options.config_path);
	else if (!error)
		error = run(&daemon, &options);
	daemon_stop(&daemon);
	return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
