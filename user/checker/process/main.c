/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xbeat-checker: checks servers for xbeatd, which starts it:
 *
 *	xbeat-checker --raw|--no-raw [USER]
 *
 * with the descriptors from CHECKER_SOCKET on (protocol.h). It ends when xbeatd closes the socket.
 */
#include "user/checker/http/http.h"
#include "user/checker/process/privileges.h"
#include "user/checker/process/process.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/helper_process.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define DESCRIPTORS 65536 /* if that may be raised: checks in progress */

static void on_libevent_message(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		replies_log(LOG_WARNING, "libevent: %s", text);
}

/* Precise timers: otherwise each check is up to 1 ms late. */
static struct event_base *make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config && !event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER))
		base = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	return base;
}

static void raise_descriptors(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_max < DESCRIPTORS) {
		limit.rlim_max = DESCRIPTORS;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	limits_raise_descriptors();
}

static void open_ping(struct process *process)
{
	int error = ping_open(&process->owner);

	if (error)
		replies_log(LOG_WARNING, "PING_CHECK: %s; such checks have no result",
			    strerror(-error));
}

static int start(struct process *process, const char *user, bool raw)
{
	int error = helper_process_join_network(CHECKER_NAMESPACE);

	if (error)
		replies_log(LOG_ERR, "cannot enter the network namespace of xbeatd: %s",
			    strerror(-error));
	close(CHECKER_NAMESPACE);
	raise_descriptors();
	if (!error && raw)
		open_ping(process);
	if (!error)
		error = privileges_give_up(user, raw);
	if (!error)
		error = stalls_start(&process->stalls, process->base);
	if (!error)
		error = requests_start(process);
	if (!error)
		system_calls_restrict();
	return error ? error : replies_hello();
}

static bool is_started_by_daemon(int argc, char **argv)
{
	int type;
	socklen_t length = sizeof(type);

	return (argc == 2 || argc == 3) &&
	       (!strcmp(argv[1], "--raw") || !strcmp(argv[1], "--no-raw")) &&
	       !getsockopt(CHECKER_SOCKET, SOL_SOCKET, SO_TYPE, &type, &length) &&
	       type == SOCK_SEQPACKET;
}

int main(int argc, char **argv)
{
	static struct process process;
	sigset_t none;

	if (!is_started_by_daemon(argc, argv)) {
		fputs("xbeat-checker: it is started by xbeatd, see xbeat-checker(8)\n", stderr);
		return EXIT_FAILURE;
	}
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	event_set_log_callback(on_libevent_message);
	process.base = make_base();
	process.random = (unsigned)(clock_now_ns() ^ (uint64_t)getpid());
	process.owner = (struct run_owner){.base = process.base,
					   .tls = &process.tls,
					   .done = schedule_done,
					   .begin = schedule_begin,
					   .run_program = replies_run_program,
					   .context = &process};
	if (!process.base || replies_start(&process) ||
	    start(&process, argc > 2 ? argv[2] : NULL, !strcmp(argv[1], "--raw")))
		return EXIT_FAILURE;
	event_base_dispatch(process.base);
	checks_stop(&process);
	http_stop(&process.owner);
	ping_close(&process.owner);
	return EXIT_SUCCESS;
}
