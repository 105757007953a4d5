/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One check of one server: what its results, in their order, mean for the server, and when it is
 * made again. Pure; all times are CLOCK_MONOTONIC in ns.
 */
#ifndef XBEAT_CORE_POOL_CHECK_H
#define XBEAT_CORE_POOL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

/* In which state a check begins, as HAProxy's init-state. */
enum check_initial {
	CHECK_INITIAL_UP, /* up, and the first failure alone brings it down: keepalived's default */
	CHECK_INITIAL_FULLY_UP,
	CHECK_INITIAL_DOWN, /* down until one success: keepalived's alpha */
	CHECK_INITIAL_FULLY_DOWN, /* down until rise successes */
};

struct check_rules {
	uint32_t rise; /* successes in a row until it is up: 1 */
	uint32_t fall; /* failures in a row until it is down: keepalived's retry + 1 */
	uint64_t interval_ns; /* delay_loop: from the end of a check to the next */
	uint64_t fast_interval_ns; /* delay_before_retry: while results contradict the state */
	uint64_t down_interval_ns; /* while down */
	uint64_t timeout_ns; /* connect_timeout; of each step, as keepalived, for most kinds */
	uint64_t warmup_ns; /* the first check is 1 s + random(0..warmup) after the start */
	uint64_t first_delay_ns; /* that 1 s; or initial_delay */
	bool from_start; /* intervals count from the start of a check: MISC_CHECK, vrrp_check */
	enum check_initial initial;
	/* startup { }: until the first success failures count only after so many; the other rules
	 * wait, as with Kubernetes' startupProbe. The state stays as it begins. 0: no such rule */
	uint32_t startup_failures;
	uint64_t startup_interval_ns; /* between checks until then */
	/* Flap damping: from so many changes within the window on, a check that goes down stays
	 * down for the hold time, whatever its results. The window begins with a change. 0: none */
	uint32_t flap_changes;
	uint64_t flap_window_ns, flap_hold_ns;
};

/* What came of one run. */
enum check_outcome {
	CHECK_GOOD,
	CHECK_BAD,
	CHECK_LOCAL_ERROR, /* of this machine: no socket, no memory; counts for nothing */
	CHECK_STALLED, /* bad, but this machine stalled meanwhile: repeated, counts for nothing */
};

struct check_state {
	bool up;
	bool has_run; /* has had a result that counts; startup { } is over */
	uint32_t good_count, bad_count; /* in a row */
	uint64_t changed_ns; /* 0: never */
	uint64_t last_good_ns; /* 0: never */
	uint32_t flap_count; /* changes in this window */
	uint64_t flap_since_ns, held_until_ns;
};

/* What follows from a result. */
struct check_verdict {
	bool changed; /* state->up is another */
	bool first; /* the first result that counts: it confirms the initial state, or changes it */
	uint64_t next_ns; /* when the check is made again; not before now */
};

/* A stalled check is repeated after this time, or after its interval if that is less. */
#define CHECK_STALL_PAUSE_NS (10 * 1000 * 1000ULL)

bool check_rules_equal(const struct check_rules *one, const struct check_rules *other);

/* A check that has not run. */
struct check_state check_start(const struct check_rules *rules);

/* random: 0..UINT32_MAX. Returns when the first check is made. */
uint64_t check_first_ns(const struct check_rules *rules, uint64_t now_ns, uint32_t random);

/*
 * Takes a result. began_ns, now_ns: when that run began and ended. The rules may be others than
 * before (reload): they apply from this result on.
 */
struct check_verdict check_result(struct check_state *state, const struct check_rules *rules,
				  enum check_outcome outcome, uint64_t began_ns, uint64_t now_ns);

/* Flap damping keeps it down, although its last results were good. */
bool check_is_held(const struct check_state *state, const struct check_rules *rules,
		   uint64_t now_ns);

#endif
