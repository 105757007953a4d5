// SPDX-License-Identifier: GPL-2.0-or-later
/* See log_journal.h. */
#include "user/lib/log_journal.h"
#include "user/lib/array.h"
#include "user/lib/event_kinds.h"
#include "user/lib/printable.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool log_journal_has_stderr(void)
{
	const char *text = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	return text && sscanf(text, "%llu:%llu", &device, &inode) == 2 &&
	       !fstat(STDERR_FILENO, &status) && status.st_dev == device && status.st_ino == inode;
}

/* Appends FIELD=value; one that does not fit is left out. */
static size_t add(char *entry, size_t length, const char *field, const char *value)
{
	size_t room = LOG_JOURNAL_ENTRY_BYTES - length, used = strlen(field) + 2;

	if (!value || !*value || used + strlen(value) >= room)
		return length;
	memcpy(entry + length, field, used - 2);
	entry[length + used - 2] = '=';
	length += used - 1;
	length += printable_copy(entry + length, LOG_JOURNAL_ENTRY_BYTES - length - 1, value,
				 PRINTABLE_LINE);
	entry[length++] = '\n';
	return length;
}

static size_t add_number(char *entry, size_t length, const char *field, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	return add(entry, length, field, text);
}

static size_t add_subject(char *entry, size_t length, const struct log_subject *subject)
{
	const struct event_kind *kind = subject->event ? event_kind_find(subject->event) : NULL;
	const struct {
		const char *field, *value;
	} rows[] = {
		{"MESSAGE_ID", kind ? kind->message_id : NULL},
		{"XBEAT_EVENT", subject->event},
		{"XBEAT_SUBJECT", subject->name},
		{"XBEAT_PEER", subject->peer},
		{"XBEAT_INSTANCE", subject->instance},
		{"XBEAT_FROM", subject->from},
		{"XBEAT_TO", subject->to},
		{"XBEAT_REASON", subject->reason},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		length = add(entry, length, rows[i].field, rows[i].value);
	return length;
}

size_t log_journal_entry(char entry[static LOG_JOURNAL_ENTRY_BYTES],
			 const struct log_journal_source *source, int priority,
			 const struct log_subject *subject, const char *line)
{
	size_t length = 0;

	length = add(entry, length, "MESSAGE", line);
	length = add_number(entry, length, "PRIORITY", priority);
	length = add_number(entry, length, "SYSLOG_FACILITY", source->facility >> 3);
	length = add(entry, length, "SYSLOG_IDENTIFIER", source->name);
	length = add_number(entry, length, "SYSLOG_PID", getpid());
	return subject ? add_subject(entry, length, subject) : length;
}
