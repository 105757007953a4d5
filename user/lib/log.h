/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All messages of a program: to stderr in the foreground, otherwise to syslog; where systemd's
 * journal reads either, to the journal, with fields. A line is one decision or one error, with its
 * reason and, for errors, what to do about it. Control characters in it, newlines too, are escaped.
 */
#ifndef XBEAT_LIB_LOG_H
#define XBEAT_LIB_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

/* What a line is about: fields of the journal, whose names are those of docs/xbeatd.8.scd. A member
 * may be NULL. */
struct log_subject {
	const char *event; /* its kind (event_kinds.h) */
	const char *name; /* the event's subject: a node, link or instance, among others */
	const char *peer; /* the other node */
	const char *instance;
	const char *from, *to; /* the states before and after */
	const char *reason;
};

/* name: printed before each line. to_syslog: false writes to stderr. */
void log_open(const char *name, bool to_syslog);

/* Writes to stderr as well when the log goes to syslog. */
void log_also_to_stderr(bool also);

/* facility: LOG_DAEMON (the default), LOG_USER or LOG_LOCAL0 to LOG_LOCAL7. */
void log_set_facility(int facility);

/* Whether lines of this thread that repeat are limited (log_limit.h); by default they are not. false
 * also reports what was suppressed. */
void log_limit_lines(bool limited);

/* Reports the kinds of lines that were suppressed and whose time has passed, as each line does: a
 * timer calls it. */
void log_report_suppressed(void);

/* Lines less important than this are not written: LOG_ERR to LOG_DEBUG; by default LOG_INFO. */
void log_set_level(int level);
int log_level(void);

/* Returns the name of a level, "error" to "debug"; NULL: there is no such level. */
const char *log_level_name(int level);

/* Returns the level of a name; -1: there is none. */
int log_level_named(const char *name);

/* priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO or LOG_DEBUG. */
void log_message(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same with the fields of a subject. */
void log_about(int priority, const struct log_subject *subject, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A line about an instance: "NAME: text". */
#define log_instance(priority, name, format, ...)                                                  \
	log_about(priority, &(const struct log_subject){.instance = (name)}, "%s: " format,        \
		  (name), ##__VA_ARGS__)

#define log_error(...) log_message(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_message(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_message(LOG_INFO, __VA_ARGS__)

#endif
