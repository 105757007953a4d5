/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries for the systemd journal in its native protocol, which keeps fields beside the text: lines
 * of FIELD=value in one datagram (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). libsystemd would wait
 * while the socket is full.
 */
#ifndef XBEAT_LIB_LOG_JOURNAL_H
#define XBEAT_LIB_LOG_JOURNAL_H

#include "user/lib/log.h"
#include <stddef.h>

#define LOG_JOURNAL_PATH "/run/systemd/journal/socket"

/* Enough for a line and all fields of a subject. */
#define LOG_JOURNAL_ENTRY_BYTES 4096

/* What the program is, for all its entries. */
struct log_journal_source {
	const char *name; /* SYSLOG_IDENTIFIER */
	int facility; /* LOG_DAEMON, for example */
};

/* Whether stderr is a stream to the journal: JOURNAL_STREAM names its device and inode. */
bool log_journal_has_stderr(void);

/* Writes the datagram for a line, in which control characters are escaped. subject may be NULL.
 * Returns its length. */
size_t log_journal_entry(char entry[static LOG_JOURNAL_ENTRY_BYTES],
			 const struct log_journal_source *source, int priority,
			 const struct log_subject *subject, const char *line);

#endif
