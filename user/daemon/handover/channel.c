/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See channel.h. */
#include "user/daemon/handover/channel.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/message.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORD_BYTES 16

static bool is_channel(int fd)
{
	socklen_t length = sizeof(int);
	int type = 0;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_SEQPACKET;
}

/* Relative paths on the command line are relative to it. */
static void change_directory(const char *directory)
{
	if (*directory && chdir(directory))
		log_warning("cannot change to %s: %s", directory, limits_strerror(errno));
}

bool channel_inherit(struct channel *channel)
{
	const char *text = secure_getenv(CHANNEL_VARIABLE);
	int length = 0;

	*channel = (struct channel){.socket = -1, .errors = -1};
	if (!text)
		return true;
	if (sscanf(text, CHANNEL_FORMAT "%n", &channel->socket, &channel->errors, &length) != 2 ||
	    !length || !is_channel(channel->socket)) {
		log_error(
			CHANNEL_VARIABLE
			" is for a daemon that goes on for another one (xbeatctl restart): unset it");
		return false;
	}
	fcntl(channel->socket, F_SETFD, FD_CLOEXEC);
	fcntl(channel->errors, F_SETFD, FD_CLOEXEC);
	change_directory(text + length);
	unsetenv(CHANNEL_VARIABLE);
	return true;
}

int channel_send(int socket, const char *word, const int *descriptors)
{
	struct message_descriptors given = {0};

	if (descriptors) {
		given.count = CHANNEL_DESCRIPTORS;
		memcpy(given.fds, descriptors, CHANNEL_DESCRIPTORS * sizeof(int));
	}
	return message_send(socket, word, strlen(word), &given);
}

static int receive(int socket, const char *word, int *descriptors)
{
	char text[WORD_BYTES] = "";
	struct message_descriptors received;
	ssize_t length = message_receive(socket, text, sizeof(text) - 1, &received);

	if (length <= 0)
		return length < 0 ? (int)length : -ECONNRESET;
	if (strcmp(text, word) != 0 || received.count != (descriptors ? CHANNEL_DESCRIPTORS : 0)) {
		message_close_descriptors(&received);
		return -EPROTO;
	}
	if (descriptors)
		memcpy(descriptors, received.fds, CHANNEL_DESCRIPTORS * sizeof(int));
	return 0;
}

int channel_await(int socket, const char *word, int *descriptors, int timeout_ms)
{
	struct pollfd readable = {.fd = socket, .events = POLLIN};
	int count, error;

	do
		count = poll(&readable, 1, timeout_ms);
	while (count < 0 && errno == EINTR);
	if (count <= 0)
		return count < 0 ? -errno : -ETIMEDOUT;
	do
		error = receive(socket, word, descriptors);
	while (error == -EINTR);
	return error;
}
