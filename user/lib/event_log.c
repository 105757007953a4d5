/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ring of fixed entries: nothing is allocated when things go wrong. */
#include "user/lib/event_log.h"
#include "user/lib/clock.h"
#include "user/lib/event_kinds.h"
#include "user/lib/json_text.h"
#include "user/lib/log.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SELF "self"

/* The node of "node-b/eth0"; "" for this node. */
static const char *peer_of(const struct event_log_entry *entry,
			   char peer[static sizeof(entry->subject)])
{
	size_t length = strcspn(entry->subject, "/");

	memcpy(peer, entry->subject, length);
	peer[length] = '\0';
	return strcmp(peer, SELF) ? peer : "";
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
		  entry->from, *entry->to ? " -> " : "", entry->to, *entry->to ? ": " : "",
		  entry->reason);
}

void event_log_add(struct event_log *event_log, const char *kind, const char *subject,
		   const char *from, const char *to, const char *reason, ...)
{
	struct event_log_entry *entry =
		&event_log->entries[event_log->written_count % EVENT_LOG_ENTRIES];
	va_list arguments;

	entry->time_unix_ns = clock_unix_ns();
	entry->time_ns = clock_now_ns();
	snprintf(entry->kind, sizeof(entry->kind), "%s", kind);
	snprintf(entry->subject, sizeof(entry->subject), "%s", subject);
	snprintf(entry->from, sizeof(entry->from), "%s", from);
	snprintf(entry->to, sizeof(entry->to), "%s", to);
	va_start(arguments, reason);
	vsnprintf(entry->reason, sizeof(entry->reason), reason, arguments);
	va_end(arguments);
	event_log->written_count++;
	log_entry(entry);
	if (event_log->follower)
		event_log->follower(event_log->follower_context, entry);
}

json_t *event_log_entry_json(const struct event_log_entry *entry)
{
	return json_pack("{s:I, s:s, s:o, s:s, s:s, s:o}", "time_unix_ns",
			 (json_int_t)entry->time_unix_ns, "kind", entry->kind, "subject",
			 json_text(entry->subject), "from", entry->from, "to", entry->to, "reason",
			 json_text(entry->reason));
}

json_t *event_log_json(const struct event_log *event_log)
{
	uint64_t count = event_log->written_count < EVENT_LOG_ENTRIES ? event_log->written_count
								      : EVENT_LOG_ENTRIES;
	json_t *array = json_array();

	for (uint64_t i = event_log->written_count - count; i < event_log->written_count; i++)
		json_array_append_new(
			array, event_log_entry_json(&event_log->entries[i % EVENT_LOG_ENTRIES]));
	return array;
}
