/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs programs in a process of its own, the runner. It is forked from the starter, or by the runner
 * service, so it has nothing of the daemon's memory, and does all that can block: fork, exec,
 * reading files, searching /proc. The daemon's loop only sends it requests and receives results.
 * When the daemon is gone, the runner kills the checks and exits.
 */
#ifndef XBEAT_RUNNER_RUNNER_H
#define XBEAT_RUNNER_RUNNER_H

#include "user/config/model/config.h"
#include "user/runner/child/report.h"
#include "user/starter/starter.h"
#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A check is killed with its whole process group if it is late, writes too much, or ends and leaves
 * processes behind, and when the daemon ends. Any other job is a notification: its output is
 * discarded, and it may outlive the daemon.
 */
struct runner_job {
	const struct config_command *command;
	const char *const *appended; /* further arguments, ended by NULL; or NULL */
	uint64_t timeout_ns; /* 0: none */
	bool check;
};

typedef void runner_done(void *context, const struct runner_result *result);
typedef void runner_seen(void *context, const struct runner_sighting *sighting);

struct runner;

/* Starts the runner in this process's network namespace. starter: must outlive it; mask: the umask of
 * its programs. Returns NULL after logging why. */
struct runner *runner_start(struct event_base *base, struct starter *starter, mode_t mask);

/* The pid of its process; 0 while it is not known. */
pid_t runner_pid(const struct runner *runner);

/* Whether the runner service has started it. */
bool runner_is_of_service(const struct runner *runner);

/* Ends the runner and its checks. Notifications that were requested before are started first. */
void runner_stop(struct runner *runner);

/* Requests a program to be run; done (may be NULL) is called from the loop, never from here.
 * Returns a number for runner_cancel(); 0 if the request failed (done is not called). */
uint32_t runner_run(struct runner *runner, const struct runner_job *job, runner_done *done,
		    void *context);

/* Kills a check; a notification gets SIGTERM after a second. done will not be called. */
void runner_cancel(struct runner *runner, uint32_t number);

/*
 * Watches until runner_unwatch(). seen is called from the loop: at first with the present state,
 * then on changes. A new runner, after the old one was killed, continues the watches. config may be
 * freed afterwards. Returns a number for runner_unwatch(); 0 without memory or if the configuration
 * is too long.
 */
uint32_t runner_watch_process(struct runner *runner, const struct config_process *config,
			      runner_seen *seen, void *context);
uint32_t runner_watch_file(struct runner *runner, const struct config_file *config,
			   runner_seen *seen, void *context);

void runner_unwatch(struct runner *runner, uint32_t number);

/* A mail about a change of state. */
struct runner_mail {
	const char *about; /* "VRRP Instance VI_1"; mails about the same arrive in order */
	const char *event; /* "Entering MASTER state" */
	const char *body;
};

/* Sends a mail as config->mail describes it, if that has a server and recipients; otherwise does
 * nothing. A failure is logged, later, too; there is no second attempt. */
void runner_mail(const struct runner *runner, const struct config *config,
		 const struct runner_mail *mail);

#endif
