/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fixed entries, whose order is kept apart: nothing is allocated when things go wrong. */
#include "user/lib/event/event_log.h"
#include "user/lib/clock.h"
#include "user/lib/event_kinds.h"
#include "user/lib/log.h"
#include "user/lib/text/json_text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SELF "self"
#define SEQUENCE_MAX (1ULL << 62)

/* The node of "node-b/eth0"; "" for this node. */
static const char *peer_of(const struct event_log_entry *entry,
			   char peer[static sizeof(entry->subject)])
{
	size_t length = strcspn(entry->subject, "/");

	memcpy(peer, entry->subject, length);
	peer[length] = '\0';
	return strcmp(peer, SELF) ? peer : "";
}

const char *event_log_arrow(const struct event_log_entry *entry)
{
	return *entry->from && *entry->to ? " -> " : "";
}

static void log_entry(const struct event_log_entry *entry)
{
	const struct event_kind *kind = event_kind_find(entry->kind);
	enum event_about about = kind ? kind->about : EVENT_ABOUT_NONE;
	char peer[sizeof(entry->subject)];
	const struct log_subject subject = {
		.event = entry->kind,
		.name = entry->subject,
		.peer = about == EVENT_ABOUT_PEER ? peer_of(entry, peer) : NULL,
		.instance = about == EVENT_ABOUT_INSTANCE ? entry->subject : NULL,
		.from = entry->from,
		.to = entry->to,
		.reason = entry->reason,
	};

	log_about(LOG_NOTICE, &subject, "%s %s: %s%s%s%s%s", entry->kind, entry->subject,
		  entry->from, event_log_arrow(entry), entry->to, *entry->to ? ": " : "",
		  entry->reason);
}

static struct event_log_entry *entries_of(const struct event_log *event_log)
{
	return event_log->entries ? event_log->entries : ((struct event_log *)event_log)->own;
}

const struct event_log_entry *event_log_at(const struct event_log *event_log, size_t index)
{
	return &entries_of(event_log)[event_log->order[index]];
}

/* An epoch, for example: each daemon that a crash follows has another. */
static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

static bool is_alike(const struct event_log_entry *a, const struct event_log_entry *b)
{
	return !strcmp(a->kind, b->kind) && !strcmp(a->subject, b->subject) &&
	       !strcmp(a->from, b->from) &&
	       (!strcmp(a->to, b->to) || (is_number(a->to) && is_number(b->to)));
}

/* If there are as many alike as may be, folds the oldest of them into the next one. Returns the index
 * of the entry that is free then, or -1. */
static ssize_t fold_oldest(struct event_log *event_log, const struct event_log_entry *entry)
{
	size_t oldest = 0, next = 0, alike_count = 0;
	struct event_log_entry *into;

	for (size_t i = event_log->count; i-- > 0;) {
		if (!is_alike(event_log_at(event_log, i), entry))
			continue;
		next = oldest;
		oldest = i;
		alike_count++;
	}
	if (alike_count < EVENT_LOG_ALIKE)
		return -1;
	into = &entries_of(event_log)[event_log->order[next]];
	into->count += event_log_at(event_log, oldest)->count;
	into->first_unix_ns = event_log_at(event_log, oldest)->first_unix_ns;
	return (ssize_t)oldest;
}

/* Makes the entry at this index, which is in use, the newest. */
static void move_to_end(struct event_log *event_log, size_t index)
{
	uint16_t slot = event_log->order[index];

	memmove(event_log->order + index, event_log->order + index + 1,
		(event_log->count - index - 1) * sizeof(slot));
	event_log->order[event_log->count - 1] = slot;
}

/* Returns where the next entry goes: the newest in the order. freed: the index of one that is free, or
 * -1. */
static struct event_log_entry *take_slot(struct event_log *event_log, ssize_t freed)
{
	if (event_log->count == 0)
		for (size_t i = 0; i < EVENT_LOG_ENTRIES; i++)
			event_log->order[i] = (uint16_t)i;
	if (freed >= 0)
		move_to_end(event_log, (size_t)freed);
	else if (event_log->count == EVENT_LOG_ENTRIES)
		move_to_end(event_log, 0);
	else
		event_log->count++;
	return &entries_of(event_log)[event_log->order[event_log->count - 1]];
}

/* A reader after a crash finds an entry complete, or not at all. */
static void store(struct event_log *event_log, struct event_log_entry *slot,
		  const struct event_log_entry *entry)
{
	const size_t head = sizeof(slot->sequence);

	__atomic_store_n(&slot->sequence, 0, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	memcpy((char *)slot + head, (const char *)entry + head, sizeof(*slot) - head);
	__atomic_store_n(&slot->sequence, ++event_log->sequence, __ATOMIC_RELEASE);
}

static struct event_log_entry *append(struct event_log *event_log,
				      const struct event_log_entry *entry)
{
	struct event_log_entry *slot = take_slot(event_log, fold_oldest(event_log, entry));

	store(event_log, slot, entry);
	return slot;
}

void event_log_add(struct event_log *event_log, const char *kind, const char *subject,
		   const char *from, const char *to, const char *reason, ...)
{
	struct event_log_entry entry = {
		.time_unix_ns = clock_unix_ns(), .time_ns = clock_now_ns(), .count = 1};
	struct event_log_entry *added;
	va_list arguments;

	entry.first_unix_ns = entry.time_unix_ns;
	snprintf(entry.kind, sizeof(entry.kind), "%s", kind);
	snprintf(entry.subject, sizeof(entry.subject), "%s", subject);
	snprintf(entry.from, sizeof(entry.from), "%s", from);
	snprintf(entry.to, sizeof(entry.to), "%s", to);
	va_start(arguments, reason);
	vsnprintf(entry.reason, sizeof(entry.reason), reason, arguments);
	va_end(arguments);
	added = append(event_log, &entry);
	log_entry(added);
	if (event_log->follower)
		event_log->follower(event_log->follower_context, added);
}

static int by_sequence(const void *a, const void *b, void *context)
{
	const struct event_log_entry *entries = context;
	uint64_t first = entries[*(const uint16_t *)a].sequence,
		 second = entries[*(const uint16_t *)b].sequence;

	/* unused ones last */
	return first - 1 < second - 1 ? -1 : first - 1 > second - 1;
}

static void end_texts(struct event_log_entry *entry)
{
	entry->kind[sizeof(entry->kind) - 1] = '\0';
	entry->subject[sizeof(entry->subject) - 1] = '\0';
	entry->from[sizeof(entry->from) - 1] = '\0';
	entry->to[sizeof(entry->to) - 1] = '\0';
	entry->reason[sizeof(entry->reason) - 1] = '\0';
}

void event_log_use(struct event_log *event_log, struct event_log_entry *entries)
{
	uint16_t before[EVENT_LOG_ENTRIES];
	size_t before_count = event_log->count;

	memcpy(before, event_log->order, sizeof(before));
	event_log->entries = entries;
	event_log->count = 0;
	event_log->sequence = 0;
	for (size_t i = 0; i < EVENT_LOG_ENTRIES; i++) {
		event_log->order[i] = (uint16_t)i;
		end_texts(&entries[i]);
		entries[i].earlier = true;
		if (entries[i].sequence > SEQUENCE_MAX)
			entries[i].sequence = 0; /* damaged */
		event_log->count += entries[i].sequence != 0;
		if (entries[i].sequence > event_log->sequence)
			event_log->sequence = entries[i].sequence;
	}
	qsort_r(event_log->order, EVENT_LOG_ENTRIES, sizeof(event_log->order[0]), by_sequence,
		entries);
	for (size_t i = 0; i < before_count; i++)
		append(event_log, &event_log->own[before[i]]);
}

/* The pool of a server, which may be in several. */
static void add_pool(json_t *json, const struct event_log_entry *entry)
{
	const struct event_kind *kind = event_kind_find(entry->kind);
	const char *name = entry->reason + strlen(EVENT_LOG_POOL);
	const char *end = strstr(entry->reason, EVENT_LOG_POOL_END);
	char pool[sizeof(entry->reason)];

	if (!kind || kind->about != EVENT_ABOUT_SERVER || !end || end <= name ||
	    strncmp(entry->reason, EVENT_LOG_POOL, strlen(EVENT_LOG_POOL)) != 0)
		return;
	snprintf(pool, sizeof(pool), "%.*s", (int)(end - name), name);
	json_object_set_new(json, "pool", json_text(pool));
}

json_t *event_log_entry_json(const struct event_log_entry *entry)
{
	json_t *json =
		json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "time_unix_ns",
			  (json_int_t)entry->time_unix_ns, "sequence", (json_int_t)entry->sequence,
			  "kind", json_text(entry->kind), "subject", json_text(entry->subject),
			  "from", json_text(entry->from), "to", json_text(entry->to), "reason",
			  json_text(entry->reason));

	add_pool(json, entry);
	if (entry->count > 1) {
		json_object_set_new(json, "count", json_integer(entry->count));
		json_object_set_new(json, "first_unix_ns",
				    json_integer((json_int_t)entry->first_unix_ns));
	}
	if (entry->earlier)
		json_object_set_new(json, "earlier", json_true());
	return json;
}

json_t *event_log_json(const struct event_log *event_log, uint64_t since)
{
	json_t *array = json_array();

	for (size_t i = 0; i < event_log->count; i++) {
		const struct event_log_entry *entry = event_log_at(event_log, i);

		if (entry->sequence > since)
			json_array_append_new(array, event_log_entry_json(entry));
	}
	return array;
}
