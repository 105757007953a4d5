/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The starter: a process that xbeatd forks at its very start, before it reads keys, loads BPF
 * programs and gives up privileges. It starts what must have none of the daemon's memory or all of
 * its first privileges: runners, and the next xbeatd. It has ordinary priority, and ends when the
 * daemon ends; what it has started goes on.
 *
 * Requests never wait. If the starter was killed, this is logged once, and each request returns
 * -EPIPE: only another start of xbeatd brings another starter.
 */
#ifndef XBEAT_STARTER_STARTER_H
#define XBEAT_STARTER_STARTER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define STARTER_PASSED_MAX 56 /* descriptors for a program */

struct starter;

/*
 * The program that this process runs, from the same path: after an upgrade it is the new file; or
 * another one (file) of the same directory. It
 * gets the environment, the limits, the blocked signals, the privileges and the network namespace
 * that the daemon was started with, and the daemon's present directory, stdin, stdout and stderr.
 */
struct starter_program {
	const char *file; /* in the directory of this process's program; NULL: that program */
	bool same_file; /* the file that this process runs, even if another one is at its path */
	int errors; /* its stderr instead of the daemon's; 0: the daemon's */
	const char *const *arguments; /* the first is its name; ended by NULL */
	/* "NAME=VALUE" sets a variable, "NAME" removes it; ended by NULL; or NULL. Together with the
	 * arguments up to 16 KiB and 512 strings. */
	const char *const *environment;
	const int *passed; /* descriptors, which become 3, 4, …; they stay open here */
	size_t passed_count; /* up to STARTER_PASSED_MAX */
};

enum starter_event {
	STARTER_STARTED,
	STARTER_NOT_STARTED, /* value: an errno. The last event */
	STARTER_ENDED, /* value: as of wait(2), or -1 if the starter was killed. The last event */
};

/* pid: of the program; 0 if it was not started. */
typedef void starter_reported(void *context, enum starter_event event, pid_t pid, int value);

/* Forks the starter. Returns NULL after logging why. */
struct starter *starter_fork(void);

pid_t starter_pid(const struct starter *starter);

/* Whether requests can be made: the starter was not killed, as far as is known. */
bool starter_runs(const struct starter *starter);

/* Reports its events from this loop, until starter_detach(). Returns 0 or -ENOMEM. */
int starter_attach(struct starter *starter, struct event_base *base);
void starter_detach(struct starter *starter);

/*
 * Requests a runner that serves a socket; the runner closes it when it ends, or if it cannot be
 * started, which is logged. socket_fd stays open here. namespace_fd: the network namespace of its
 * programs; mask: their umask. Returns 0 or a negative errno.
 */
int starter_run_runner(const struct starter *starter, int socket_fd, int namespace_fd, mode_t mask);

/*
 * Requests the start of the program. reported is called from the loop: STARTER_STARTED when it has
 * been executed, STARTER_ENDED later; or STARTER_NOT_STARTED. Returns a number for starter_kill()
 * and starter_forget(), or a negative errno (-E2BIG: too many or too long strings).
 */
int starter_exec(struct starter *starter, const struct starter_program *program,
		 starter_reported *reported, void *context);

/* Sends a signal to a program that has not ended. Returns 0 or a negative errno. */
int starter_kill(const struct starter *starter, int number, int signal);

/* Its events are not reported any more. */
void starter_forget(struct starter *starter, int number);

/* Ends the starter. NULL: does nothing. */
void starter_stop(struct starter *starter);

#endif
