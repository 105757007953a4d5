/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of this room: the checks (checker.c), and the process that makes them (lifecycle.c). */
#ifndef XBEAT_CHECKER_PARTS_H
#define XBEAT_CHECKER_PARTS_H

#include "user/checker/checker.h"
#include "user/checker/set.h"
#include "user/lib/process/restarts.h"

#define CHECKER_PROBLEM_BYTES 192

struct checker {
	struct checker_setup setup;
	struct checker_set *set; /* never NULL; empty at first */
	char *user; /* of checker_use(); NULL at first */
	uint32_t generation; /* of the set; 0: the empty one of the start */
	/* -1: there are none. Records without definitions are of the set before, until this one's
	 * can be made. */
	int definitions_fd, records_fd;
	int namespace_fd;
	/* the process */
	int socket_fd; /* -1: none */
	pid_t pid; /* 0: none */
	int number; /* of the starter; 0: none */
	bool greeted; /* its CHECKER_HELLO is here */
	bool has_raw; /* it was started with CAP_NET_RAW */
	bool ran; /* this process, or the last one, has greeted */
	bool failed; /* a failed start was reported */
	char problem[CHECKER_PROBLEM_BYTES]; /* checker_problem() */
	bool has_explained; /* the problem is of this process, which has not greeted */
	unsigned start_count;
	struct restarts restarts;
	struct event *readable, *writable, *restart;
	struct event *watch; /* asks it for progress */
	unsigned unanswered; /* how often, without an answer since */
	/* requests that the socket had no room for */
	struct checker_request *waiting;
	size_t waiting_count, waiting_room;
	bool use_waits; /* before those: CHECKER_USE */
};

/* Makes the files of the set in use, if there are none. Returns 0 or a negative errno. */
int checker_make_files(struct checker *checker);
void checker_close_files(struct checker *checker);

/* Starts it, if none runs. If that fails, it is tried again later. */
void process_start(struct checker *checker);

/* Ends it, and forgets it. */
void process_stop(struct checker *checker);

/* Another set is in use. again: by another process. */
void process_use(struct checker *checker, bool again);

/* Requests of the process, which may wait for room. Without a process: does nothing. */
void process_request(struct checker *checker, enum checker_request_type type, uint32_t check,
		     int32_t status);

/* A packet of the process. */
void checker_take_reply(struct checker *checker, const struct checker_reply *reply, size_t length);

#endif
