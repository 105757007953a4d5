// SPDX-License-Identifier: GPL-2.0-or-later
/* The client's end of the control socket: see client.h. */
#include "user/ctl/call/client.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define BUFFER_BYTES_FIRST 4096

static int set_timeout(int fd, unsigned timeout_ms)
{
	struct timeval timeout = {
		.tv_sec = timeout_ms / 1000,
		.tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000,
	};

	/* Linux applies SO_SNDTIMEO to connect() too, which waits while the backlog is full. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	return 0;
}

int client_connect(struct client *client, const char *path, unsigned timeout_ms)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = -1;
	int error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	error = set_timeout(fd, timeout_ms);
	if (error)
		return error;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	*client = (struct client){.fd = fd, .timeout_ms = timeout_ms, .descriptor = -1};
	fd = -1;
	return 0;
}

int client_send(struct client *client, const char *text)
{
	size_t left = strlen(text) + 1;

	while (left > 0) {
		ssize_t sent = send(client->fd, text, left, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return -errno;
		text += sent;
		left -= (size_t)sent;
	}
	return 0;
}

/* Whether the buffer holds a complete message. */
static bool find_message(struct client *client)
{
	const char *from = client->buffer + client->scanned;

	if (client->end > client->scanned && memchr(from, '\0', client->end - client->scanned))
		return true;
	client->scanned = client->end;
	return false;
}

/* Moves the unread bytes to the front; doubles the buffer if it is still full. */
static int make_room(struct client *client)
{
	size_t capacity = client->capacity ? 2 * client->capacity : BUFFER_BYTES_FIRST;
	char *buffer;

	if (client->start > 0) {
		memmove(client->buffer, client->buffer + client->start,
			client->end - client->start);
		client->end -= client->start;
		client->scanned -= client->start;
		client->start = 0;
	}
	if (client->end < client->capacity)
		return 0;
	if (capacity > CLIENT_MESSAGE_BYTES_MAX)
		return -EMSGSIZE;
	buffer = realloc(client->buffer, capacity);
	if (!buffer)
		return -ENOMEM;
	client->buffer = buffer;
	client->capacity = capacity;
	return 0;
}

static void keep_descriptor(struct client *client, struct msghdr *message)
{
	const struct cmsghdr *along = CMSG_FIRSTHDR(message);

	if (!along || along->cmsg_level != SOL_SOCKET || along->cmsg_type != SCM_RIGHTS)
		return;
	if (client->descriptor >= 0)
		close(client->descriptor);
	memcpy(&client->descriptor, CMSG_DATA(along), sizeof(client->descriptor));
}

static int receive_more(struct client *client)
{
	char along[CMSG_SPACE(sizeof(int))];
	int error = make_room(client);
	ssize_t received;

	if (error)
		return error;
	do {
		struct iovec data = {client->buffer + client->end, client->capacity - client->end};
		struct msghdr message = {.msg_iov = &data,
					 .msg_iovlen = 1,
					 .msg_control = along,
					 .msg_controllen = sizeof(along)};

		received = recvmsg(client->fd, &message, MSG_CMSG_CLOEXEC);
		if (received > 0)
			keep_descriptor(client, &message);
	} while (received < 0 && errno == EINTR);
	if (received <= 0)
		return received < 0 ? -errno : -ECONNRESET;
	client->end += (size_t)received;
	return 0;
}

int client_receive(struct client *client, const char **text)
{
	const char *message;

	while (!find_message(client)) {
		int error = receive_more(client);

		if (error)
			return error;
	}
	message = client->buffer + client->start;
	client->start += strlen(message) + 1;
	client->scanned = client->start;
	*text = message;
	return 0;
}

int client_wait(struct client *client, int output_fd)
{
	/* poll() reports the closed other end of a pipe even without requested events. */
	struct pollfd polled[] = {
		{.fd = client->fd, .events = POLLIN},
		{.fd = output_fd},
	};

	if (find_message(client))
		return 0;
	while (poll(polled, ARRAY_SIZE(polled), -1) < 0)
		if (errno != EINTR)
			return -errno;
	return polled[1].revents & (POLLERR | POLLHUP) ? -EPIPE : 0;
}

int client_take_descriptor(struct client *client)
{
	int descriptor = client->descriptor;

	client->descriptor = -1;
	return descriptor;
}

void client_close(struct client *client)
{
	if (client->descriptor >= 0)
		close(client->descriptor);
	if (client->fd >= 0)
		close(client->fd);
	free(client->buffer);
	*client = (struct client)CLIENT_CLOSED;
}
