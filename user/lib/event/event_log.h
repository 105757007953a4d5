/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event log: what changed and why. "xbeatctl events" shows the last EVENT_LOG_ENTRIES, each also
 * a log line. They are in memory, or in a file that is mapped (event_log_file.h), so that the next
 * daemon has them, too. One follower is called for each new entry.
 *
 * What repeats does not push out the rest: of the entries of the same kind, subject and change (to any
 * number), the newest EVENT_LOG_ALIKE stay, and the oldest of these counts those before it.
 */
#ifndef XBEAT_LIB_EVENT_EVENT_LOG_H
#define XBEAT_LIB_EVENT_EVENT_LOG_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_LOG_ENTRIES 512
#define EVENT_LOG_ALIKE 32
#define EVENT_LOG_STATE_BYTES 48 /* an IPv6 address, or the names of three nodes */
#define EVENT_LOG_REASON_BYTES 256
/* The reason of an event of a server (EVENT_ABOUT_SERVER) begins with its pool, between these. */
#define EVENT_LOG_POOL "pool "
#define EVENT_LOG_POOL_END ": "

struct event_log_entry {
	uint64_t sequence; /* grows with each entry; 0: none here, or it is being written */
	uint64_t time_unix_ns;
	uint64_t time_ns; /* the same time on clock_now_ns() */
	uint64_t first_unix_ns; /* the first of the alike events that it stands for */
	uint32_t count; /* of these, itself included */
	uint32_t earlier; /* of a daemon before this one */
	char kind[12]; /* as in event_kinds.h */
	char subject[64]; /* node, link or instance; a server: "[ADDRESS]:PORT" */
	char from[EVENT_LOG_STATE_BYTES];
	char to[EVENT_LOG_STATE_BYTES];
	char reason[EVENT_LOG_REASON_BYTES];
};

/* All zero is an empty one. */
struct event_log {
	struct event_log_entry own[EVENT_LOG_ENTRIES];
	struct event_log_entry *entries; /* in a file; NULL: own */
	uint16_t order[EVENT_LOG_ENTRIES]; /* indices: the first count in use, oldest first */
	size_t count;
	uint64_t sequence; /* of the newest */
	void (*follower)(void *context, const struct event_log_entry *entry);
	void *follower_context;
};

/* Adds an entry and logs it; reason is a format with figures. */
void event_log_add(struct event_log *event_log, const char *kind, const char *subject,
		   const char *from, const char *to, const char *reason, ...)
	__attribute__((format(printf, 6, 7)));

/* Uses these entries from now on: what earlier daemons left in them, then what was added before.
 * entries: not those in use. */
void event_log_use(struct event_log *event_log, struct event_log_entry *entries);

/* index: below event_log->count; 0 is the oldest. */
const struct event_log_entry *event_log_at(const struct event_log *event_log, size_t index);

/* Between from and to in a line: empty without an earlier or a later state. */
const char *event_log_arrow(const struct event_log_entry *entry);

/* Returns a new JSON object of one entry. */
json_t *event_log_entry_json(const struct event_log_entry *entry);

/* Returns a new JSON array of those whose sequence is above since, oldest first. */
json_t *event_log_json(const struct event_log *event_log, uint64_t since);

#endif
