/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How checks of one kind are made. A method is a row of functions; a run is one check being made.
 * The process decides when a check runs (user/checker/process); a method only makes it and reports
 * what came of it, once: by run_done() or run_timed_out(), from start() itself or later.
 */
#ifndef XBEAT_CHECKER_METHODS_METHOD_H
#define XBEAT_CHECKER_METHODS_METHOD_H

#include "user/checker/protocol/definition.h"
#include "user/checker/protocol/protocol.h"
#include "user/lib/text/duration.h"
#include <event2/event.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

struct run;
struct dialogue_kind;

struct method {
	const char *name;
	/* Begins a run. Never waits. */
	void (*start)(struct run *run);
	/* Releases what the run in progress holds, without a result: the check is gone, suspended or
	 * stopped. run->kept stays. Called only between start() and the result. */
	void (*cancel)(struct run *run);
	/* The time of run_set_deadline() is over. The answer may be there all the same, unread: read
	 * once more before run_timed_out(). NULL: the method sets no deadline */
	void (*expired)(struct run *run);
	/* The check is gone or suspended: releases run->kept, which is NULL again after that. NULL:
	 * nothing is kept */
	void (*forget)(struct run *run);
	/* What is its own of a dialogue in lines (dialogue.h). NULL: its runs are none */
	const struct dialogue_kind *dialogue;
};

/* Who makes runs: what they share, and where results go. */
struct run_owner {
	struct event_base *base;
	const struct checker_tls *tls; /* never NULL */
	struct ping *ping; /* ping_open(); NULL: no privilege */
	/* The run is over. timed_out: bad because an answer did not come */
	void (*done)(struct run *run, enum check_outcome outcome, bool timed_out);
	/* Starts the program of this check; exec_program_ended() reports its end. */
	void (*run_program)(struct run *run);
	/* Begins a run now: what is kept has changed by itself. Not while one is in progress. */
	void (*begin)(struct run *run);
	void *context;
	struct client *http; /* of user/checker/http, from its first check on; NULL at first */
	struct bfd_hub *bfd; /* of user/checker/bfd, while it has sessions; else NULL */
};

/* A check, as its method has it. It is never twice in progress. */
struct run {
	const struct config_check *check;
	const struct method *method;
	struct run_owner *owner;
	void *kept; /* of the method, from one run to the next; NULL at first */
	void *work; /* of the method, for the run in progress */
	unsigned phase; /* of the method; a run begins with 0 */
	uint64_t began_ns; /* CLOCK_MONOTONIC */
	struct event *deadline; /* made by the first run_set_deadline() */
	bool in_progress;
	uint32_t url; /* HTTP: which one is fetched, as check_urls_result() left it */
	/* results besides the outcome; a run begins with none */
	enum checker_weight weight_kind; /* CHECKER_WEIGHT_SAME: as before */
	int32_t weight;
	enum checker_agent agent, agent_health; /* NONE: as before */
	/* asks for another run after so long instead of the rules' time; 0: no */
	uint64_t again_ns;
	char reason[CHECKER_REASON_BYTES];
};

/* Reports what came of the run. The reason is for people: what was seen, and after how long, as
 * "http 503 after 12 ms"; run_after() appends that. The run is over: release its work before. */
void run_done(struct run *run, enum check_outcome outcome, const char *reason, ...)
	__attribute__((format(printf, 3, 4)));

/* Bad, because what was awaited did not come: "no answer within 5.0 s". If this process stalled
 * meanwhile, it does not count. */
void run_timed_out(struct run *run, const char *reason, ...) __attribute__((format(printf, 2, 3)));

/* The same for an errno (positive) of a socket call, prefixed by what was tried ("connect"). Local
 * errors, those that no server can cause, are CHECK_LOCAL_ERROR; others CHECK_BAD. */
void run_failed(struct run *run, const char *tried, int error);

/* Whether an errno (positive) is of this machine: descriptors, memory, an address to bind to … */
bool run_error_is_local(int error);

/* expired() is called after so long, once. A later call replaces it; the end of the run ends it. */
void run_set_deadline(struct run *run, uint64_t after_ns);

/* The deadline of each step: the check's timeout_ns. */
void run_set_step_deadline(struct run *run);

/* "12 ms": how long the run takes until now. By value, for printf: run_after(run).text */
struct duration_text run_after(const struct run *run);
struct duration_text run_timeout(const struct run *run); /* "5.0 s": timeout_ns */

/* Opens a socket to the check's target: nonblocking, close-on-exec, with its mark, interface and
 * source address. type: SOCK_STREAM or SOCK_DGRAM. Returns it or a negative errno, with *tried set
 * to what failed: "socket", "bind", "mark" … */
int run_open_socket(const struct run *run, int type, const char **tried);

/* The target as connect(2) takes it. Returns its length. */
struct sockaddr_storage;
unsigned run_target_address(const struct run *run, struct sockaddr_storage *address);

/* Methods by kind (user/checker/process/methods.c has the table). */
extern const struct method tcp_method, udp_method, ping_method, smtp_method, session_method,
	exec_method, agent_method;

/* MISC_CHECK: its program has ended; status as of waitpid(2), or CHECKER_NOT_RUN … */
void exec_program_ended(struct run *run, int32_t status);

/* Opens the sockets of ping, with CAP_NET_RAW. Returns 0 or a negative errno. */
int ping_open(struct run_owner *owner);
void ping_close(struct run_owner *owner);

#endif
