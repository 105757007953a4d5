/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line. xbeatd takes keepalived's options, too. Where a letter means something else in
 * keepalived, the name of the program decides: a link of the name keepalived takes keepalived's.
 */
#ifndef XBEAT_DAEMON_START_OPTIONS_H
#define XBEAT_DAEMON_START_OPTIONS_H

#include <stdbool.h>

#define OPTIONS_PID_FILES 2

struct options {
	const char *config_path;
	const char *config_id; /* what @ID compares with; NULL: the host name */
	const char *daemon_name; /* NULL: not given */
	const char *net_namespace; /* before that of the configuration; or NULL */
	const char *pid_files[OPTIONS_PID_FILES]; /* -p and -r, or NULL */
	const char *test_log; /* -t FILE, or NULL: stderr */
	int facility; /* of syslog */
	int umask; /* of scripts; -1: not given */
	bool keepalived; /* the name of the program */
	bool foreground;
	bool console; /* the log goes to stderr, too */
	bool no_syslog;
	bool test_only;
	bool runner; /* the runner service instead of a daemon */
	bool core_dump;
	bool files_required; /* an included file that is missing is an error */
};

/* Fills out options, and logs what has no effect or is wrong. Returns -1 to go on, else the exit
 * status. */
int options_parse(int argc, char **argv, struct options *options);

/* Whether a name can be part of paths: up to 31 letters, digits, - and _. */
bool options_is_daemon_name(const char *name);

#endif
