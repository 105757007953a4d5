/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share. */
#ifndef XBEAT_RUNNER_PARTS_H
#define XBEAT_RUNNER_PARTS_H

#include "user/lib/process/restarts.h"
#include "user/runner/child/protocol.h"
#include "user/runner/runner.h"

struct open_job {
	struct open_job *next;
	uint32_t number;
	runner_done *done; /* may be NULL */
	void *context;
	bool check;
	char program[64];
};

struct watch {
	struct watch *next;
	runner_seen *seen;
	void *context;
	struct runner_request request; /* kept for the next runner */
};

struct runner {
	struct event_base *base;
	event_callback_fn on_replies; /* of the socket */
	void (*on_another)(const struct runner *runner); /* another process takes requests */
	struct event *readable;
	struct event *housekeeping; /* a start that is due, or a service that does not answer */
	int socket_fd; /* -1: no runner now */
	pid_t pid; /* 0: not known yet */
	bool by_service; /* started by the runner service, not by the starter */
	bool ready; /* it takes requests */
	bool failed; /* the last start did, and that has been logged */
	uint64_t started_ns; /* of this one; a service may not answer */
	struct restarts restarts; /* of those that took requests */
	uint32_t last_number;
	bool refused; /* the last job was, and that has been logged */
	struct open_job *jobs;
	struct watch *watches;
	struct starter *starter;
	int namespace_fd; /* the network namespace of programs */
	mode_t mask; /* their umask */
};

/* Returns 0 or a negative errno; never waits. */
int runner_send_request(const struct runner *runner, const struct runner_request *request);

/* Starts its process: of the service, for which it waits a while, or else by the starter. Returns 0
 * or a negative errno. */
int runner_process_start(struct runner *runner);

/* The process has reported that it is ready. */
void runner_process_ready(struct runner *runner, pid_t pid);

/* Its socket has been closed: another one is started, perhaps later. Returns whether requests that
 * were sent are lost. */
bool runner_process_lost(struct runner *runner);

/* Gives up its socket, which ends the process. */
void runner_process_close(struct runner *runner);

#endif
