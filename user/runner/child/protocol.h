/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages between the daemon and its runner: one in each packet of a SOCK_SEQPACKET socket
 * pair. Both are the same program, so structs are sent as they are in memory. A request may
 * carry strings (arguments, a path), each ended by a NUL, after its fixed part.
 */
#ifndef XBEAT_RUNNER_CHILD_PROTOCOL_H
#define XBEAT_RUNNER_CHILD_PROTOCOL_H

#include "user/lib/process/message.h"
#include "user/runner/child/report.h"
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#define RUNNER_LOG_BYTES 256

enum runner_request_type {
	RUNNER_RUN,
	RUNNER_CANCEL,
	RUNNER_WATCH_PROCESS,
	RUNNER_WATCH_FILE,
	RUNNER_MAIL,
	RUNNER_UNWATCH,
};

/* The strings of a mail, in this order; recipients follow. An empty sender, HELO name or router ID
 * stands for this host. */
enum runner_mail_string {
	RUNNER_MAIL_SERVER,
	RUNNER_MAIL_HELO,
	RUNNER_MAIL_FROM,
	RUNNER_MAIL_ROUTER_ID,
	RUNNER_MAIL_ABOUT, /* "VRRP Instance VI_1" */
	RUNNER_MAIL_EVENT, /* "Entering MASTER state" */
	RUNNER_MAIL_BODY,
	RUNNER_MAIL_RECIPIENTS,
};

struct runner_request {
	enum runner_request_type type;
	uint32_t number; /* of the job or watch, assigned by the daemon */
	union {
		/* Strings: the arguments. */
		struct {
			uint32_t uid, gid;
			uint64_t timeout_ns; /* 0: none */
			bool check;
		} run;
		/* Strings: the program and its parameters. */
		struct {
			uint32_t quorum, quorum_max;
			uint64_t fork_delay_ns, terminate_delay_ns;
			bool command_line; /* compare the command line, not the short name */
			bool parameters; /* compare the parameters as well */
			bool more_parameters; /* further parameters may follow */
			bool longer_last; /* the last parameter may be longer */
		} process;
		/* Strings: the path. */
		struct {
			bool init, overwrite;
			int32_t value;
		} file;
		/* Strings: enum runner_mail_string. */
		struct runner_mail_request {
			uint64_t unix_s; /* its date */
			uint32_t timeout_s; /* of each step */
			uint16_t port;
		} mail;
	};
	struct message_strings strings;
};

/* Bytes of a request without strings. */
#define RUNNER_REQUEST_FIXED offsetof(struct runner_request, strings.bytes)

enum runner_reply_type {
	RUNNER_RESULT,
	RUNNER_SIGHTING,
	RUNNER_LOG, /* a line for the daemon's log */
	RUNNER_READY, /* number: its pid */
};

struct runner_reply {
	enum runner_reply_type type;
	uint32_t number;
	union {
		struct runner_result result;
		struct runner_sighting sighting;
		struct {
			int priority;
			char text[RUNNER_LOG_BYTES];
		} line;
	};
};

/* The first message to the runner service, with the network namespace. */
struct runner_hello {
	uint32_t layout; /* RUNNER_LAYOUT: another version's structs may differ */
	mode_t mask;
};

#define RUNNER_LAYOUT                                                                              \
	((uint32_t)(sizeof(struct runner_request) << 16 ^ sizeof(struct runner_reply)))

/* The limits that the daemon was started with, before it changed any: its programs get these. */
struct runner_inheritance {
	struct rlimit limits[RLIM_NLIMITS];
	mode_t mask; /* not the daemon's, but that of the configuration */
	int namespace_fd; /* the daemon's network namespace */
};

/* Notes the limits of this process. */
void runner_note_limits(struct runner_inheritance *inheritance);

static inline size_t runner_request_length(const struct runner_request *request)
{
	return RUNNER_REQUEST_FIXED + request->strings.length;
}

/*
 * Whether a message of length bytes is a request: of a known type, filled by as many strings as it
 * states.
 */
bool runner_request_is_valid(const struct runner_request *request, size_t length);

/* Whether a message of length bytes is a reply: of a known type, with texts that end. */
bool runner_reply_is_valid(const struct runner_reply *reply, size_t length);

/* Forks the runner's process (child.c), which serves the socket until its other end is closed.
 * Returns as fork(2) does in the parent. */
pid_t runner_child_fork(int socket_fd, const struct runner_inheritance *inheritance);

/* Makes this process the runner. All signals are blocked. */
_Noreturn void runner_child_run(int socket_fd, const struct runner_inheritance *inheritance);

#endif
