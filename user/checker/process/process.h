/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xbeat-checker from inside. One loop:
 *
 *   requests.c   what xbeatd sends: sets of checks, suspensions, ends of programs
 *   checks.c     a set of checks; which of them stay when another set comes
 *   schedule.c   when a check is made, and what its result means (user/core/pool/check.h)
 *   replies.c    what xbeatd gets: records, and which of them have changed
 *   stalls.c     whether this process was kept from running
 *   privileges.c, system_calls.c   what it gives up before it reads anything of a server
 */
#ifndef XBEAT_CHECKER_PROCESS_PROCESS_H
#define XBEAT_CHECKER_PROCESS_PROCESS_H

#include "user/checker/methods/method.h"
#include "user/checker/process/stalls.h"
#include "user/core/pool/urls.h"
#include <event2/event_struct.h>

struct process;

/* A check, as long as it is in a set. Its address is the same all the time. */
struct check {
	struct run run; /* first: a run is its check */
	struct config_check definition;
	struct process *process;
	uint32_t index; /* in the set */
	struct checker_record *record; /* shared with xbeatd */
	struct check_state state;
	struct check_urls urls; /* HTTP */
	struct event due;
	uint64_t due_ns;
	uint64_t stalled_before_ns; /* stalls_total_ns() when the run began */
	uint64_t awake_ns; /* of runs in a row that stalls have spoilt: see schedule.c */
	bool suspended;
	bool changed; /* xbeatd does not know yet */
	bool wants_program; /* it does not know that, either */
};

struct check_set {
	uint32_t generation; /* 0: none yet */
	uint32_t count;
	struct check **checks;
	struct checker_record *records; /* mapped */
};

struct process {
	struct event_base *base;
	struct event *readable, *writable, *flush;
	struct run_owner owner;
	struct checker_tls tls;
	struct check_set set;
	struct stalls stalls;
	uint32_t in_progress; /* runs */
	/* indexes of checks whose change xbeatd is to receive */
	uint32_t *changed, *programs;
	uint32_t changed_count, program_count;
	unsigned random; /* of rand_r(3): starts are spread, no secret */
};

/* Returns 0 or a negative errno, which is reported. */
int requests_start(struct process *process);

/* Takes another set of checks; descriptors stay the caller's. Returns 0 or a negative errno: then
 * the earlier set stays. */
int checks_use(struct process *process, uint32_t generation, int definitions_fd, int records_fd);

/* Ends all runs and removes all checks. */
void checks_stop(struct process *process);

/* NULL: there is no such check, or the generation is another. */
struct check *checks_find(const struct process *process, uint32_t generation, uint32_t index);

/* Begins with a check whose state is set: plans its first run. */
void schedule_add(struct check *check, bool has_run);
void schedule_remove(struct check *check);
void schedule_rules_changed(struct check *check);
void schedule_suspend(struct check *check, bool suspended);

/* For struct run_owner. */
void schedule_begin(struct run *run);
void schedule_done(struct run *run, enum check_outcome outcome, bool timed_out);

/* Reports that the check has changed, or that its program is to be run, with others, soon. */
void replies_changed(struct check *check);
void replies_run_program(struct run *run);
void replies_forget(struct process *process); /* the set is another */
void replies_log(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));
int replies_start(struct process *process);
void replies_progress(void);
int replies_hello(void); /* it is ready, and has given up its privileges */

/* Writes state and result into the record. */
void record_write(struct check *check, enum check_outcome outcome, uint64_t now_ns);

/* Whether a run asks for another weight or mode than the record has. */
bool record_asks_else(const struct checker_record *record, const struct run *run);

/* Writes the state alone, of a check that is new. */
void record_write_state(struct check *check);

/* Takes all to the record of the next set, into which xbeatd has copied it before. Returns whether
 * it has changed since. */
bool record_move(struct check *check, struct checker_record *next);

/* What an earlier process left. Returns whether the record has a state. */
bool record_read(struct checker_record *record, struct check_state *state);

const struct method *method_of(enum config_check_kind kind);

#endif
