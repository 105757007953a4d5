/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop's half of the checker: gives checks to the process xbeat-checker, and reports what it
 * finds. The process is started by the starter, and again when it dies; states stay.
 */
#ifndef XBEAT_CHECKER_CHECKER_H
#define XBEAT_CHECKER_CHECKER_H

#include "user/checker/protocol/protocol.h"
#include "user/config/model/pool.h"
#include "user/starter/starter.h"
#include <event2/event.h>

/*
 * A set of checks in the form in which the process gets them. Made in any thread, because it may be
 * big. Equal checks are one.
 */
struct checker_set;

struct checker_set *checker_set_new(const struct config_tls_client *tls);

/* Adds a check. Returns its index (of an equal one, if there is one), or a negative errno. */
int64_t checker_set_add(struct checker_set *set, const struct config_check *check);

void checker_set_free(struct checker_set *set);

struct checker_setup {
	struct event_base *base;
	struct starter *starter;
	/* Called from the loop: checker_read() has another state, reason or weight of the check. */
	void (*changed)(void *context, uint32_t check);
	/* The process has ended or cannot be started, or another one runs (why is ""); NULL: of no
	 * interest. */
	void (*life)(void *context, bool runs, const char *why);
	/* Run the program of a check, and call checker_ran(). */
	void (*run)(void *context, uint32_t check);
	void *context;
};

struct checker;

/* Starts nothing before there are checks. Returns NULL after logging why. */
struct checker *checker_start(const struct checker_setup *setup);

/*
 * Replaces the checks; takes the set over. What was checked before keeps its state. Without memory or
 * descriptors for it no server is checked; that is logged, and tried again each second.
 * user: of the process, which is replaced if it has another one; "": xbeat-checker if there is one,
 * else nobody.
 */
void checker_use(struct checker *checker, struct checker_set *set, const char *user);

/* After checker_use(): the index that this check had in the set before, or CHECKER_NO_PREVIOUS. */
uint32_t checker_previous(const struct checker *checker, uint32_t check);

/* Before checker_use(): how a check begins, as a daemon before this one left it. */
void checker_set_preset(struct checker_set *set, uint32_t check, const struct check_state *state);

/* Reads what is known of a check, with values that are within their enums. Returns 0, -ENOENT:
 * nothing yet, or -EAGAIN: the process is writing it. */
int checker_read(const struct checker *checker, uint32_t check, struct checker_record *record);

void checker_ran(struct checker *checker, uint32_t check, int32_t status);
void checker_suspend(struct checker *checker, uint32_t check, bool suspended);

/* The pid of the process; 0: none runs. How often it was started. */
pid_t checker_pid(const struct checker *checker);
unsigned checker_start_count(const struct checker *checker);

/* Why no process checks, although there are checks; "": one does, or its start is in progress. */
const char *checker_problem(const struct checker *checker);

void checker_stop(struct checker *checker);

#endif
