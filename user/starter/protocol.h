/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages between the daemon and its starter, which are the same program, forked. */
#ifndef XBEAT_STARTER_PROTOCOL_H
#define XBEAT_STARTER_PROTOCOL_H

#include "user/lib/process/message.h"
#include "user/starter/starter.h"
#include <signal.h>

#define STARTER_FILE_BYTES 32

enum starter_request_type {
	STARTER_RUNNER, /* with descriptors: the socket, the network namespace */
	STARTER_PROGRAM, /* with stdin, stdout, stderr, the directory, and those passed on */
	STARTER_KILL,
};

/* The descriptors of STARTER_PROGRAM. */
enum { STARTER_DIRECTORY = 3, STARTER_PASSED };

_Static_assert(STARTER_PASSED + STARTER_PASSED_MAX <= MESSAGE_DESCRIPTORS_MAX, "they fit");

struct starter_request {
	enum starter_request_type type;
	int number; /* assigned by the daemon; 0: of a runner */
	mode_t mask; /* of a runner's programs */
	int signal; /* of STARTER_KILL */
	bool same_file;
	char file[STARTER_FILE_BYTES]; /* "": the program itself */
	uint32_t argument_count; /* of the strings; the others change the environment */
	struct message_strings strings;
};

#define STARTER_REQUEST_FIXED offsetof(struct starter_request, strings.bytes)

struct starter_report {
	enum starter_event event;
	int number;
	pid_t pid;
	int value;
};

/* The starter's process: serves the socket until its other end is closed. blocked: the signals that
 * programs are started with. */
_Noreturn void starter_process_run(int socket_fd, const sigset_t *blocked);

#endif
