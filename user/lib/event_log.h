/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event log: what changed and why. "xbeatctl events" shows the last EVENT_LOG_ENTRIES, which
 * stay in memory; each is also a log line. One follower is called for each new entry.
 */
#ifndef XBEAT_LIB_EVENT_LOG_H
#define XBEAT_LIB_EVENT_LOG_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_LOG_ENTRIES 512

struct event_log_entry {
	uint64_t time_unix_ns;
	uint64_t time_ns; /* the same time on clock_now_ns() */
	char kind[12]; /* peer, link, node, vrrp, epoch, stall, daemon, app … */
	char subject[40]; /* node, link or instance */
	char from[24];
	char to[24];
	char reason[256];
};

struct event_log {
	struct event_log_entry entries[EVENT_LOG_ENTRIES];
	uint64_t written_count; /* index of the newest: (written_count - 1) % EVENT_LOG_ENTRIES */
	void (*follower)(void *context, const struct event_log_entry *entry);
	void *follower_context;
};

/* Adds an entry and logs it; reason is a format with figures. */
void event_log_add(struct event_log *event_log, const char *kind, const char *subject,
		   const char *from, const char *to, const char *reason, ...)
	__attribute__((format(printf, 6, 7)));

/* Returns a new JSON object of one entry. */
json_t *event_log_entry_json(const struct event_log_entry *entry);

/* Returns a new JSON array, oldest first. */
json_t *event_log_json(const struct event_log *event_log);

#endif
