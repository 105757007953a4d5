/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal: what changed and why, the last JOURNAL_ENTRIES of it in memory for
 * "xbeatctl events", each also a log line. One follower may be told of new entries.
 */
#ifndef XBEAT_LIB_JOURNAL_H
#define XBEAT_LIB_JOURNAL_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#define JOURNAL_ENTRIES 512

struct journal_entry {
	uint64_t time_unix_ns;
	uint64_t time_ns; /* the same by a clock that nobody steps */
	char kind[12]; /* peer, link, node, vrrp, epoch, stall, daemon, app … */
	char subject[40]; /* node, link or instance */
	char from[24];
	char to[24];
	char reason[256];
};

struct journal {
	struct journal_entry entries[JOURNAL_ENTRIES];
	uint64_t written_count; /* the newest is at (written_count - 1) % JOURNAL_ENTRIES */
	void (*follower)(void *context, const struct journal_entry *entry);
	void *follower_context;
};

/* Adds an entry and logs it; reason is a format with figures. */
void journal_add(struct journal *journal, const char *kind, const char *subject, const char *from,
		 const char *to, const char *reason, ...) __attribute__((format(printf, 6, 7)));

/* Returns a new JSON object of one entry. */
json_t *journal_entry_json(const struct journal_entry *entry);

/* Returns a new JSON array, oldest first. */
json_t *journal_json(const struct journal *journal);

#endif
