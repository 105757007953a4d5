/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The journal: a ring of fixed entries, so that nothing is allocated when things go wrong. */
#include "user/lib/journal.h"
#include "user/lib/clock.h"
#include "user/lib/json_text.h"
#include "user/lib/log.h"
#include <stdarg.h>
#include <stdio.h>

void journal_add(struct journal *journal, const char *kind, const char *subject, const char *from,
		 const char *to, const char *reason, ...)
{
	struct journal_entry *entry = &journal->entries[journal->written_count % JOURNAL_ENTRIES];
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
	journal->written_count++;
	log_notice("%s %s: %s%s%s%s%s", kind, subject, from, *to ? " -> " : "", to, *to ? ": " : "",
		   entry->reason);
	if (journal->follower)
		journal->follower(journal->follower_context, entry);
}

json_t *journal_entry_json(const struct journal_entry *entry)
{
	return json_pack("{s:I, s:s, s:o, s:s, s:s, s:o}", "time_unix_ns",
			 (json_int_t)entry->time_unix_ns, "kind", entry->kind, "subject",
			 json_text(entry->subject), "from", entry->from, "to", entry->to, "reason",
			 json_text(entry->reason));
}

json_t *journal_json(const struct journal *journal)
{
	uint64_t count =
		journal->written_count < JOURNAL_ENTRIES ? journal->written_count : JOURNAL_ENTRIES;
	json_t *array = json_array();

	for (uint64_t i = journal->written_count - count; i < journal->written_count; i++)
		json_array_append_new(array,
				      journal_entry_json(&journal->entries[i % JOURNAL_ENTRIES]));
	return array;
}
