/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What xbeatd and xbeat-checker exchange: packets of a SOCK_SEQPACKET socket, and two memory files
 * (memfd) for each set of checks. Definitions: what to check, written by xbeatd, sealed. Records:
 * what came of it, one for each check, written by xbeat-checker, and read by xbeatd with pread(2), so
 * that xbeatd maps and locks nothing. A checker that dies leaves its records to the next one.
 *
 * xbeatd does not trust records or packets: it checks each value that it uses.
 */
#ifndef XBEAT_CHECKER_PROTOCOL_PROTOCOL_H
#define XBEAT_CHECKER_PROTOCOL_PROTOCOL_H

#include "user/core/pool/check.h"
#include <stddef.h>
#include <stdint.h>

#define CHECKER_LAYOUT 2 /* of all of this; in the first packet of both sides */
#define CHECKER_REASON_BYTES 128
#define CHECKER_CHANGES_MAX 256 /* in one packet */

/* The descriptors that the checker inherits. */
enum {
	CHECKER_SOCKET = 3,
	CHECKER_NAMESPACE, /* the daemon's network namespace */
	CHECKER_INHERITED_END,
};

enum checker_request_type {
	CHECKER_USE, /* with descriptors: definitions, records; check: their number */
	CHECKER_RAN, /* a program has ended: check, status */
	CHECKER_SUSPEND, /* check; and CHECKER_RESUME: ha_suspend */
	CHECKER_RESUME,
	CHECKER_ASK_PROGRESS, /* answered by CHECKER_PROGRESS */
};

struct checker_request {
	uint32_t type; /* enum checker_request_type */
	uint32_t generation; /* of the set of checks */
	uint32_t check; /* index in the set; CHECKER_USE: their number */
	int32_t status; /* CHECKER_RAN: as of waitpid(2); -1: not run, -2: after its timeout */
};

/* Of CHECKER_RAN. */
#define CHECKER_NOT_RUN (-1)
#define CHECKER_RAN_TOO_LONG (-2)

/*
 * The definitions of a set: this header, tls_length bytes (definition_encode_tls()), then for each
 * check an entry with its identity (definition_encode()). Each part begins at a multiple of 8.
 */
struct checker_set_header {
	uint32_t layout; /* CHECKER_LAYOUT */
	uint32_t count;
	uint32_t previous_generation; /* 0: none; the indexes in the entries are of that set */
	uint32_t tls_length;
	uint64_t length; /* of all, this header included */
};

#define CHECKER_NO_PREVIOUS UINT32_MAX

struct checker_set_entry {
	struct check_rules rules;
	uint32_t previous; /* its index before; CHECKER_NO_PREVIOUS: it is new */
	uint32_t identity_length;
};

#define CHECKER_SET_ALIGNED(length) (((length) + 7) & ~(size_t)7)

enum checker_reply_type {
	CHECKER_HELLO, /* value: CHECKER_LAYOUT */
	CHECKER_CHANGES, /* the records of these checks have a new state, reason or weight */
	CHECKER_RUN, /* the program of a check is to be run: checks[0] */
	CHECKER_LOG, /* a line for the log */
	CHECKER_PROGRESS, /* its loop makes progress */
};

struct checker_reply {
	uint32_t type; /* enum checker_reply_type */
	uint32_t generation;
	uint32_t value; /* CHECKER_LOG: priority of syslog(3) */
	uint32_t count; /* of checks */
	union {
		uint32_t checks[CHECKER_CHANGES_MAX];
		char text[CHECKER_CHANGES_MAX * sizeof(uint32_t)];
	};
};

/* What an agent asks for (HAProxy's agent-check). */
enum checker_agent {
	CHECKER_AGENT_NONE,
	CHECKER_AGENT_READY,
	CHECKER_AGENT_DRAIN,
	CHECKER_AGENT_MAINTENANCE,
	CHECKER_AGENT_DOWN,
	CHECKER_AGENT_UP,
};

/* What the weight in a record is. */
enum checker_weight {
	CHECKER_WEIGHT_SAME, /* of a run: as it was; of a record: none */
	CHECKER_WEIGHT_GIVEN, /* AGENT: percent of the configured weight; MISC: exit status - 2 */
	CHECKER_WEIGHT_ABSOLUTE, /* AGENT: instead of the configured weight */
	CHECKER_WEIGHT_NONE, /* of a run: what was given before is taken back */
	CHECKER_WEIGHT_END,
};

struct checker_record {
	uint32_t sequence; /* odd while the rest is being written */
	uint32_t outcome; /* enum check_outcome of the last run */
	struct check_state state;
	uint64_t began_ns, ended_ns; /* the last run; 0: none yet */
	uint64_t good_total, bad_total, stalled_total, local_error_total;
	int32_t weight;
	uint8_t has_weight; /* enum checker_weight, up to CHECKER_WEIGHT_ABSOLUTE */
	uint8_t agent; /* the last mode that the agent asked for: READY, DRAIN, MAINTENANCE; NONE */
	uint8_t agent_health; /* the last health that it reported: UP, DOWN; NONE */
	uint8_t pad[1];
	char reason
		[CHECKER_REASON_BYTES]; /* of the last run: "http 503 after 12 ms", ended by NUL */
};

#endif
