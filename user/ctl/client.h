/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client's end of the control socket: JSON texts, each ended by a NUL byte, on a Unix stream. */
#ifndef XBEAT_CTL_CLIENT_H
#define XBEAT_CTL_CLIENT_H

#include <stddef.h>

#define CLIENT_MESSAGE_BYTES_MAX (16u << 20)

/* Bytes start..end of buffer were received and not taken yet; those before scanned hold no NUL. */
struct client {
	int fd;
	unsigned timeout_ms;
	char *buffer;
	size_t capacity;
	size_t start;
	size_t scanned;
	size_t end;
};

/* A client to be closed at the end of a scope begins as this. */
#define CLIENT_CLOSED                                                                              \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/*
 * Connects to the socket at path; each send and receive may take timeout_ms.
 * Returns 0, or a negative errno: -ENOENT and -ECONNREFUSED when nobody listens there.
 */
int client_connect(struct client *client, const char *path, unsigned timeout_ms);

/* Sends text with its NUL. Returns 0 or a negative errno, -EAGAIN after the time-out. */
int client_send(struct client *client, const char *text);

/*
 * Waits for a message; *text is NUL-terminated and borrowed until the next call.
 * Returns 0 or a negative errno: -ECONNRESET when the daemon closed, -EAGAIN after the time-out,
 * -EMSGSIZE for a message over CLIENT_MESSAGE_BYTES_MAX.
 */
int client_receive(struct client *client, const char **text);

/*
 * Waits without limit until client_receive() has something to do.
 * output_fd: where the answers go; when its reader goes away, waiting ends.
 * Returns 0, -EPIPE for that, or another negative errno.
 */
int client_wait(struct client *client, int output_fd);

void client_close(struct client *client);

#define _cleanup_client_ __attribute__((cleanup(client_close)))

#endif
