/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All messages of a program: to stderr in the foreground, otherwise to syslog. A line is one
 * decision or one error, with its reason and, for errors, what to do about it. Control characters
 * in it, newlines too, are escaped.
 */
#ifndef XBEAT_LIB_LOG_H
#define XBEAT_LIB_LOG_H

#include <stdbool.h>
#include <syslog.h>

/* name: printed before each line. to_syslog: false writes to stderr. */
void log_open(const char *name, bool to_syslog);

/* Writes to stderr as well when the log goes to syslog. */
void log_also_to_stderr(bool also);

/* facility: LOG_DAEMON (the default), LOG_USER or LOG_LOCAL0 to LOG_LOCAL7. */
void log_set_facility(int facility);

/* Whether LOG_DEBUG lines are written; by default they are not. */
void log_set_verbose(bool verbose);

/* priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO or LOG_DEBUG. */
void log_message(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_message(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_message(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_message(LOG_INFO, __VA_ARGS__)

#endif
