/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection with lines of text: SMTP_CHECK, AGENT_CHECK. run->phase is 0 while it connects; then
 * it is the method's, which counts its own steps from 1.
 */
#ifndef XBEAT_CHECKER_METHODS_DIALOGUE_H
#define XBEAT_CHECKER_METHODS_DIALOGUE_H

#include "user/checker/methods/method.h"

#define DIALOGUE_LINE_BYTES 1024

/* Of one method. */
struct dialogue_kind {
	/* It is connected. Sends, perhaps. Returns 0 or a negative errno. */
	int (*connected)(struct run *run);
	/* A line without its end; NUL-terminated. Returns as connected(); DIALOGUE_ENDED: the run is
	 * over. */
	int (*line)(struct run *run, char *line);
	/* The run is bad, because of what the reason names. The connection is closed. */
	void (*failed)(struct run *run, bool timed_out, const char *reason);
};

#define DIALOGUE_ENDED 1

/* Sends a text, and waits for the next line. Returns 0 or a negative errno. */
int dialogue_send(struct run *run, const char *text);

/* Closes the connection, in all phases; the method's cancel(). */
void dialogue_close(struct run *run);

/* The method's start() and expired(). */
void dialogue_start(struct run *run);
void dialogue_expired(struct run *run);

#endif
