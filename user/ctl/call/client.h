/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The client's end of the control socket: JSON texts, each ended by a NUL byte, on a Unix stream.
 */
#ifndef XBEAT_CTL_CALL_CLIENT_H
#define XBEAT_CTL_CALL_CLIENT_H

#include <stddef.h>

#define CLIENT_MESSAGE_BYTES_MAX (16u << 20)

/* Bytes start..end of buffer are received and unread; those before scanned contain no NUL. */
struct client {
	int fd;
	unsigned timeout_ms;
	char *buffer;
	size_t capacity;
	size_t start;
	size_t scanned;
	size_t end;
	int descriptor; /* the last that came; -1: none */
};

/* Initial value of a client with _cleanup_client_. */
#define CLIENT_CLOSED                                                                              \
	{                                                                                          \
		.fd = -1, .descriptor = -1                                                         \
	}

/*
 * Connects to the socket at path; each send and receive may take timeout_ms.
 * Returns 0, or a negative errno: -ENOENT or -ECONNREFUSED without a listener.
 */
int client_connect(struct client *client, const char *path, unsigned timeout_ms);

/* Sends text with its NUL. Returns 0 or a negative errno, -EAGAIN after the timeout. */
int client_send(struct client *client, const char *text);

/*
 * Waits for a message; *text ends with NUL and is valid until the next call.
 * Returns 0 or a negative errno: -ECONNRESET when the daemon closed, -EAGAIN after the timeout,
 * -EMSGSIZE for a message over CLIENT_MESSAGE_BYTES_MAX.
 */
int client_receive(struct client *client, const char **text);

/*
 * Waits without limit until client_receive() can make progress, or until the reader of output_fd,
 * where the answers go, closes it.
 * Returns 0, -EPIPE when the reader has closed, or another negative errno.
 */
int client_wait(struct client *client, int output_fd);

/* Takes the descriptor that came with a message, to be closed; -1: none came. */
int client_take_descriptor(struct client *client);

void client_close(struct client *client);

#define _cleanup_client_ __attribute__((cleanup(client_close)))

#endif
