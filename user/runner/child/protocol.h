/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the loop and its runner say to each other: one message a packet of a SOCK_SEQPACKET socket pair.
 * Both are the same program, forked, so structs go as they are. A request may carry words (arguments,
 * a path), each ended by a NUL, after its fixed part.
 */
#ifndef XBEAT_RUNNER_CHILD_PROTOCOL_H
#define XBEAT_RUNNER_CHILD_PROTOCOL_H

#include "user/runner/child/watch.h"
#include <stddef.h>
#include <sys/resource.h>

#define RUNNER_WORDS_BYTES 16384
#define RUNNER_WORDS_MAX 512

enum runner_request_type {
	RUNNER_RUN,
	RUNNER_CANCEL,
	RUNNER_WATCH_PROCESS,
	RUNNER_WATCH_FILE,
	RUNNER_UNWATCH,
};

struct runner_request {
	enum runner_request_type type;
	uint32_t number; /* of the job or watch, given by the loop */
	union {
		struct {
			uint32_t uid, gid;
			uint64_t timeout_ns; /* 0: none */
			bool check;
		} run; /* words: the arguments */
		struct {
			uint32_t quorum, quorum_max;
			uint64_t fork_delay_ns, terminate_delay_ns;
			bool command_line; /* else its short name */
			bool parameters; /* compare these, too */
			bool more_parameters; /* there may be others behind */
			bool longer_last; /* the last one may go on */
		} process; /* words: the program and its parameters */
		struct {
			bool init, overwrite;
			int32_t value;
		} file; /* words: the path */
	};
	uint32_t word_count;
	uint32_t words_length; /* bytes with their NULs */
	char words[RUNNER_WORDS_BYTES]; /* only words_length of them are sent */
};

enum runner_reply_type {
	RUNNER_RESULT,
	RUNNER_SIGHTING,
	RUNNER_SAYS, /* a line for the log */
};

struct runner_reply {
	enum runner_reply_type type;
	uint32_t number;
	union {
		struct runner_result result;
		struct runner_sighting sighting;
		struct {
			int priority;
			char text[256];
		} line;
	};
};

/* How the daemon was started, before it changed anything: what the programs it runs get. */
struct runner_inheritance {
	struct rlimit limits[RLIM_NLIMITS];
};

static inline size_t runner_request_length(const struct runner_request *request)
{
	return offsetof(struct runner_request, words) + request->words_length;
}

/* The runner's process, in runner_process.c: serves the socket until its other end is closed. */
_Noreturn void runner_process(int socket_fd, const struct runner_inheritance *inheritance);

#endif
