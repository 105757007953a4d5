/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket between a daemon and its successor (SOCK_SEQPACKET). A message is a word, perhaps with
 * descriptors:
 *
 *	successor: "ready"	it has read its configuration and loaded its programs
 *	daemon:    "go" + lock, state	it has stopped; the state is JSON in a file
 *	successor: "done"	it advertises; the daemon ends
 */
#ifndef XBEAT_DAEMON_HANDOVER_CHANNEL_H
#define XBEAT_DAEMON_HANDOVER_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

/* The environment variable: the socket's descriptor, that of the standard error to be used later,
 * and the directory in which the daemon before was started. Missing: there is no daemon before. */
#define CHANNEL_VARIABLE "XBEAT_HANDOVER"
#define CHANNEL_FORMAT "%d,%d,"
/* By what the other nodes know this one: port, second port and cluster_id; zeros without a
 * block. */
#define CHANNEL_BLOCK_VARIABLE "XBEAT_HANDOVER_BLOCK"
#define CHANNEL_BLOCK_FORMAT "%u,%u,%u"

#define CHANNEL_READY "ready"
#define CHANNEL_GO "go"
#define CHANNEL_DONE "done"

#define CHANNEL_DESCRIPTORS 2

/* The successor's end; -1: there is no daemon before. */
struct channel {
	int socket;
	int errors; /* the standard error of the daemon before */
};

/* Takes what the environment names, and removes it there; changes to that directory. Returns false
 * if what it names is no such socket, which is logged. */
bool channel_inherit(struct channel *channel);

/* descriptors: CHANNEL_DESCRIPTORS of them, or NULL. Returns 0 or a negative errno. */
int channel_send(int socket, const char *word, const int *descriptors);

/* Waits for the word, for at most timeout_ms (-1: without limit). descriptors: CHANNEL_DESCRIPTORS
 * of them, or NULL. Returns 0 or a negative errno; -ECONNRESET: the other side has ended. */
int channel_await(int socket, const char *word, int *descriptors, int timeout_ms);

#endif
